// Coasts and borders for a map without tiles, so that one finds one's way offline.

import { h } from "../view/dom.js";
import { unzipped } from "../view/unzipped.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { Position } from "./geo.js" */
/** @import { Model } from "../view/model.js" */

/** Land below everything else; asked of the kernel once, when it is first needed. */
export class Land {
  constructor(
    /** @type {Model} */ model,
    /** @type {MapCanvas} */ canvas,
  ) {
    this.model = model;
    this.canvas = canvas;
    this.wanted = false;
    /** @type {{ coasts: Position[][], borders: Position[][] } | null} */
    this.lines = null;
    this.coasts = h("path", { class: "ogcw-map-coasts" });
    this.borders = h("path", { class: "ogcw-map-borders" });
    canvas.lowGroup("land").append(this.coasts, this.borders);
    canvas.onRedraw(() => this.paint());
    this.receive = async (
      /** @type {Record<string, any>} */ { type },
      /** @type {DataView<ArrayBuffer>[]} */ buffers,
    ) => {
      if (type !== "land") return;
      const content = JSON.parse(await unzipped(buffers[0]));
      this.lines = { coasts: content.land.map(unpacked), borders: content.borders.map(unpacked) };
      this.paint();
    };
    model.on("msg:custom", this.receive);
  }

  /** @param {boolean} wanted */
  show(wanted) {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    if (wanted && !this.lines) this.model.send({ type: "land" });
    this.paint();
  }

  paint() {
    const shown = this.wanted ? this.lines : null;
    /**
     * @param {Position[][]} lines
     * @param {string} type
     */
    const path = (lines, type) =>
      lines.map((points) =>
        this.canvas.path({ type, coordinates: type === "Polygon" ? [points] : points })
      ).join("");
    this.coasts.setAttribute("d", path(shown?.coasts ?? [], "Polygon"));
    this.borders.setAttribute("d", path(shown?.borders ?? [], "LineString"));
  }

  remove() {
    this.model.off("msg:custom", this.receive);
  }
}

/**
 * Points in degrees of a line that is written as a start and steps.
 * @param {number[]} numbers
 */
function unpacked(numbers) {
  /** @type {Position[]} */
  const points = [];
  let [x, y] = [0, 0];
  for (let i = 0; i < numbers.length; i += 2) {
    x += numbers[i];
    y += numbers[i + 1];
    points.push([x / 20, y / 20]);
  }
  return points;
}
