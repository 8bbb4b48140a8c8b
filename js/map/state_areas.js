// Areas in the colours of their states, such as those of the jobs of a batch: filled below the
// footprints, and outlined over them. Their names stand below them where there is room.

import { h } from "../view/dom.js";
import { setTrait } from "../view/model.js";
import { OutlineCanvas } from "./outlines/outline_canvas.js";
import { Outlines } from "./outlines/outlines.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { MapEvent } from "./features.js" */
/** @import { Model } from "../view/model.js" */

// As STATES in map/state_areas.py, each with its colour.
const COLOURS = {
  waiting: "--ogcw-rest",
  running: "--ogcw-accent",
  successful: "--ogcw-good",
  failed: "--ogcw-bad",
  lost: "--ogcw-warn",
  unknown: "--ogcw-warn",
  dismissed: "--ogcw-rest",
};
const STATES = Object.keys(COLOURS);
const MOST_NAMES = 120;
const SIGN_PX = 5.6; // of a name, about
const LINE_PX = 13;

export class StateAreas {
  /**
   * @param {Model} model
   * @param {MapCanvas} canvas
   */
  constructor(model, canvas) {
    this.model = model;
    this.canvas = canvas;
    this.map = canvas.map;
    this.insides = new OutlineCanvas(canvas, "ogcw-map-states");
    /** Made by :meth:`cover`. @type {OutlineCanvas | null} */
    this.edges = null;
    this.chosenGroup = canvas.group("state-chosen");
    this.names = canvas.group("state-names");
    this.outlines = new Outlines({});
  }

  /** What is drawn from now on lies over what others have drawn. */
  cover() {
    this.edges = new OutlineCanvas(this.canvas, "ogcw-map-states");
  }

  /** Take areas that came from Python. */
  read() {
    const outlines = this.outlines = new Outlines(this.model.get("state_areas"));
    outlines.named.then(() => {
      if (outlines === this.outlines) this.paintNames();
    });
    this.look();
    this.paintChosen();
  }

  /** Take their states. */
  look() {
    this.outlines.colour({ steps: this.model.get("states"), ramp: Object.values(COLOURS) });
    this.paintAreas();
  }

  paint() {
    this.paintAreas();
    this.paintChosen();
    this.paintNames();
  }

  paintAreas() {
    this.insides.paint(this.outlines, true);
    this.edges?.paint(this.outlines, false);
  }

  paintChosen() {
    const at = this.model.get("state_area");
    const d = at >= 0 && at < this.outlines.count
      ? this.canvas.path(this.outlines.geometry(at))
      : "";
    const classes = ["ogcw-map-casing", "ogcw-map-selected"];
    this.chosenGroup.replaceChildren(
      ...(d ? classes.map((name) => h("path", { class: name, d })) : []),
    );
  }

  /** Names below their areas, the chosen one first; those that would lie on others are not. */
  paintNames() {
    const { outlines, canvas, map, model } = this;
    const view = map.getBounds().pad(0.5);
    const chosen = model.get("state_area");
    const order = Array.from({ length: outlines.ids.length }, (_, at) => at);
    if (order.includes(chosen)) order.unshift(...order.splice(chosen, 1));
    /** @type {{ left: number, top: number, right: number, bottom: number }[]} */
    const taken = [];
    const nodes = [];
    for (const at of order) {
      if (nodes.length >= MOST_NAMES) break;
      const { west, south } = outlines.corner(at);
      if (!view.contains([south, west])) continue;
      const { x, y } = canvas.point([west, south]);
      const label = outlines.label(at);
      const [left, top] = [x + 1, y + 2];
      const box = { left, top, right: left + label.length * SIGN_PX, bottom: top + LINE_PX };
      const isFree = taken.every((other) =>
        box.left > other.right || box.right < other.left || box.top > other.bottom ||
        box.bottom < other.top
      );
      if (!isFree) continue;
      taken.push(box);
      const name = at === chosen
        ? "ogcw-map-state-name ogcw-map-state-named"
        : "ogcw-map-state-name";
      nodes.push(h("text", { class: name, x: left, y: top + LINE_PX - 3 }, label));
    }
    this.names.replaceChildren(...nodes);
  }

  /** @param {MapEvent} event */
  under({ latlng }) {
    if (!this.outlines.count) return [];
    const pixels = this.map.options.crs.scale(this.map.getZoom());
    return this.outlines.under([latlng.lng, latlng.lat], pixels);
  }

  /**
   * What lies under the mouse, in words.
   * @param {MapEvent} event
   */
  words(event) {
    const [at] = this.under(event);
    if (at === undefined) return "";
    const state = STATES[this.outlines.steps?.[at] ?? -1];
    return [this.outlines.label(at), state].filter(Boolean).join(", ");
  }

  /**
   * Choose what was clicked; Python knows what is chosen by that.
   * @param {MapEvent} event
   * @returns {boolean} Whether anything lay there.
   */
  click(event) {
    const found = this.under(event);
    if (!found.length) return false;
    const at = found.indexOf(this.model.get("state_area"));
    const number = found[Math.max(0, at)];
    setTrait(this.model, "state_area", number);
    this.model.send({ type: "state_area", number });
    return true;
  }

  remove() {
    this.insides.remove();
    this.edges?.remove();
  }
}
