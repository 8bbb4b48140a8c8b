// Several areas of one form: each has a colour and its name on the map and in the legend.
// One is being edited (the shape of shape.js); the others are outlines to choose from.

import { h } from "../view/dom.js";
import { legendSample } from "./furniture.js";
import { covers, extentOf, nearestFirst } from "./geo.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { Area, Geometry, Position } from "./geo.js" */

const MOST_UNSET = 3;

export class OtherAreas {
  /** @param {{ canvas: MapCanvas, onChoose: (id: string) => void }} options */
  constructor({ canvas, onChoose }) {
    this.canvas = canvas;
    this.onChoose = onChoose;
    this.group = canvas.group("others");
    this.names = canvas.group("names");
    /** @type {Area[]} */
    this.areas = [];
    this.active = "";
    /** @type {() => Geometry | null} */
    this.own = () => null;
    canvas.onRedraw(() => this.paint());
  }

  /**
   * @param {Area[]} areas
   * @param {string} active
   * @param {() => Geometry | null} own
   */
  set(areas, active, own) {
    this.areas = areas;
    this.active = active;
    this.own = own;
    this.paint();
  }

  get severalAreas() {
    return this.areas.length > 1;
  }

  /** @param {string} id */
  toneOf(id) {
    return this.areas.find((area) => area.id === id)?.tone ?? 0;
  }

  /**
   * Geometry on the screen: that of the active one may just be changing.
   * @param {Area} area
   */
  geometryOf(area) {
    return area.id === this.active ? this.own() : area.geometry;
  }

  paint() {
    const others = this.areas.filter((area) => area.id !== this.active && area.geometry);
    this.group.replaceChildren(
      ...others.map((area) =>
        h("path", {
          class: `ogcw-map-other ogcw-tone-${area.tone}`,
          d: this.canvas.path(area.geometry),
        })
      ),
    );
    this.paintNames();
  }

  paintNames() {
    const named = this.severalAreas ? this.areas.filter((area) => this.geometryOf(area)) : [];
    this.names.replaceChildren(...named.flatMap((area) => {
      const extent = extentOf([this.geometryOf(area)]);
      const [turn] = extent ? nearestFirst(this.canvas.turns(extent)) : [];
      if (!extent || turn === undefined) return [];
      const p = this.canvas.point([extent[0] + turn, extent[3]]);
      return [
        h(
          "text",
          { class: `ogcw-map-name ogcw-tone-${area.tone}`, x: p.x + 1, y: p.y - 5 },
          area.label,
        ),
      ];
    }));
  }

  /**
   * The area under a position that is not the active one.
   * @param {Position} position
   */
  under([lng, lat]) {
    const turns = [0, -360, 360];
    return this.areas.find(({ id, geometry }) =>
      id !== this.active && geometry && turns.some((turn) => covers(geometry, [lng + turn, lat]))
    );
  }

  /** Areas without a shape have an entry while there are few. */
  legendEntries() {
    const shown = this.areas.filter((area) =>
      this.areas.length <= MOST_UNSET || area.id === this.active || area.geometry
    );
    return shown.map((area) => {
      const active = area.id === this.active;
      const button = h(
        "button",
        {
          type: "button",
          class: `ogcw-map-legend-entry ogcw-map-legend-area ogcw-tone-${area.tone}`,
          "aria-pressed": String(active),
          title: active ? "This area is being edited" : "Edit this area",
          onclick: () => this.onChoose(area.id),
        },
        legendSample("area"),
        h("span", {}, area.label),
        area.geometry || (active && this.own())
          ? null
          : h("span", { class: "ogcw-map-legend-soft" }, "not set"),
      );
      return button;
    });
  }
}
