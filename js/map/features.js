// Footprints of results, outlines of scenes and their pictures, drawn on the canvas.

import { h, setText, show } from "../view/dom.js";
import { setTrait } from "../view/model.js";
import { covers } from "./geo.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { Box, Feature } from "./geo.js" */
/** @import { Model } from "../view/model.js" */

/**
 * What Leaflet says of the mouse.
 * @typedef {object} MapEvent
 * @property {{ lat: number, lng: number }} latlng
 * @property {{ x: number, y: number }} containerPoint
 */

export class Features {
  /**
   * @param {Model} model
   * @param {MapCanvas} canvas
   * @param {SVGGElement} pictures The group that pictures are put into.
   * @param {() => boolean} isQuiet Whether the mouse belongs to somebody else.
   */
  constructor(model, canvas, pictures, isQuiet) {
    this.model = model;
    this.canvas = canvas;
    this.map = canvas.map;
    this.pictures = pictures;
    this.isQuiet = isQuiet;
    this.contextGroup = canvas.group("context");
    this.footprintGroup = canvas.group("footprints");
    this.tip = h("div", { class: "ogcw-map-tip", hidden: true });
  }

  paint() {
    const { model, canvas } = this;
    const selected = model.get("selected");
    /**
     * @param {Feature} feature
     * @param {string} name
     */
    const path = (feature, name) => h("path", { class: name, d: canvas.path(feature.geometry) });
    const marked = new Set(model.get("marked"));
    /** @type {Feature[]} */
    const scenes = model.get("context");
    this.contextGroup.replaceChildren(
      ...scenes.filter((f) => !marked.has(f.id)).map((f) => path(f, "ogcw-map-scene")),
      ...scenes.filter((f) => marked.has(f.id)).map((f) =>
        path(f, "ogcw-map-scene ogcw-map-marked")
      ),
    );
    /** @type {Feature[]} */
    const features = model.get("footprints");
    const chosen = features.filter((f) => f.id === selected);
    this.footprintGroup.replaceChildren(
      ...features.filter((f) => f.id !== selected).map((f) => path(f, "ogcw-map-footprint")),
      ...chosen.map((f) => path(f, "ogcw-map-casing")),
      ...chosen.map((f) => path(f, "ogcw-map-footprint ogcw-map-selected")),
    );
    /** @type {{ url: string, bounds: Box }[]} */
    const pictures = model.get("pictures");
    this.pictures.replaceChildren(...pictures.flatMap((picture) => this.pictureNodes(picture)));
  }

  /** @param {{ url: string, bounds: Box }} picture */
  pictureNodes({ url, bounds: [w, s, e, n] }) {
    return this.canvas.turns([w, s, e, n]).map((turn) => {
      const [a, b] = [this.canvas.point([w + turn, n]), this.canvas.point([e + turn, s])];
      return h("image", {
        href: url,
        x: a.x,
        y: a.y,
        width: b.x - a.x,
        height: b.y - a.y,
        preserveAspectRatio: "none",
      });
    });
  }

  /** @param {MapEvent} event */
  under(event) {
    const { lat, lng } = event.latlng;
    const turns = [0, -360, 360, -720, 720];
    /** @type {Feature[]} */
    const footprints = this.model.get("footprints");
    return footprints.filter((f) => turns.some((turn) => covers(f.geometry, [lng + turn, lat])));
  }

  /**
   * Select what was clicked; where several lie on each other, the next one each time.
   * @param {MapEvent} event
   * @returns {boolean} Whether anything lay there.
   */
  click(event) {
    const found = this.under(event);
    if (!found.length) return false;
    const at = found.findIndex((f) => f.id === this.model.get("selected"));
    setTrait(this.model, "selected", found[(at + 1) % found.length].id);
    this.hover(event);
    return true;
  }

  /**
   * Say what lies under the mouse.
   * @param {MapEvent} event
   */
  hover(event) {
    const found = this.isQuiet() ? [] : this.under(event);
    this.map.getContainer().classList.toggle("ogcw-map-over", found.length > 0);
    show(this.tip, found.length > 0);
    if (!found.length) return;
    const at = Math.max(
      0,
      found.findIndex((f) => f.id === this.model.get("selected")),
    );
    const more = found.length > 1 ? ` (${at + 1} of ${found.length} here)` : "";
    setText(this.tip, `${found[at].label}${more}`);
    const { x, y } = event.containerPoint;
    const right = x > this.map.getSize().x / 2;
    this.tip.style.transform = `translate(${x}px, ${y}px) translate(${
      right ? "calc(-100% - 12px)" : "14px"
    }, 14px)`;
  }
}
