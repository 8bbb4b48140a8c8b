// The line that a chart reads values along: it is no area, and nothing is sent of it.

import { h } from "../view/dom.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { Geometry } from "./geo.js" */
/** @import { Model } from "../view/model.js" */

export class ChartLine {
  /**
   * @param {Model} model
   * @param {MapCanvas} canvas
   */
  constructor(model, canvas) {
    this.model = model;
    this.canvas = canvas;
    /** @type {Geometry | null} */
    this.geometry = null;
    this.casing = h("path", { class: "ogcw-map-along-casing" });
    this.path = h("path", { class: "ogcw-map-along" });
    canvas.group("chart").append(this.casing, this.path);
    canvas.onRedraw(() => this.paint());
  }

  /** @param {Geometry | {}} geometry Empty for none. */
  set(geometry) {
    this.geometry = "type" in geometry ? geometry : null;
    this.paint();
  }

  get isSeen() {
    return this.geometry !== null && this.model.get("takes_line");
  }

  paint() {
    const way = this.isSeen ? this.canvas.path(this.geometry) : "";
    this.casing.setAttribute("d", way);
    this.path.setAttribute("d", way);
  }
}
