// Drawing without a mouse: the arrow keys move a crosshair, Enter sets a corner. While an
// area is changed they move it, and with Shift they move its east and north sides.

import { h } from "../view/dom.js";
import { decimalsAt, degreeLabel, extentOf, rounded } from "./geo.js";

/** @import { Position } from "./geo.js" */
/** @import { ShapeTool } from "./shape.js" */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEY_STEP = 16; // pixels; with Ctrl a quarter of it

/** @type {Record<string, string>} */
const ENTER = {
  rectangle: "Enter sets a corner.",
  point: "Enter sets the point.",
  polygon: "Enter sets a corner, and once more there closes the shape.",
  line: "Enter sets a corner, and once more there ends the line.",
};

export class KeyboardDrawing {
  constructor(/** @type {ShapeTool} */ tool) {
    this.tool = tool;
    /** @type {Position | null} */
    this.at = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined; // timer of a change that Python does not know yet
    this.cross = h("path", { class: "ogcw-map-cross" });
    tool.canvas.group("cross").append(this.cross);
    tool.canvas.onRedraw(() => this.paint());
  }

  reset() {
    this.at = null;
    this.paint();
  }

  paint() {
    if (!this.at) {
      this.cross.setAttribute("d", "");
      return;
    }
    const { x, y } = this.tool.canvas.point(this.at);
    this.cross.setAttribute(
      "d",
      `M${x - 12},${y}h9M${x + 3},${y}h9M${x},${y - 12}v9M${x},${y + 3}v9`,
    );
  }

  /**
   * Returns whether the key meant something here.
   * @param {KeyboardEvent} event
   */
  press(event) {
    const { tool } = this;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = event.ctrlKey || event.metaKey ? KEY_STEP / 4 : KEY_STEP;
      const [dx, dy] = [arrow[0] * step, arrow[1] * step];
      if (tool.mode === "edit") this.change(dx, dy, event.shiftKey);
      else this.move(dx, dy);
      return true;
    }
    if ((event.key === "Enter" || event.key === " ") && this.at && tool.mode !== "edit") {
      tool.place(this.at, event.key === "Enter");
      return true;
    }
    return false;
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  move(dx, dy) {
    const { map } = this.tool;
    const from = this.at
      ? map.latLngToContainerPoint([this.at[1], this.at[0]])
      : map.getSize().divideBy(2).subtract([dx, dy]);
    const to = from.add([dx, dy]);
    const size = map.getSize();
    if (to.x < 20 || to.y < 20 || to.x > size.x - 20 || to.y > size.y - 20) {
      map.panBy([dx * 6, dy * 6], { animate: false });
    }
    const decimals = decimalsAt(map.getZoom());
    const position = map.containerPointToLatLng(
      this.at ? map.latLngToContainerPoint([this.at[1], this.at[0]]).add([dx, dy]) : to,
    );
    this.at = [
      rounded(position.lng, decimals),
      rounded(Math.max(-90, Math.min(90, position.lat)), decimals),
    ];
    this.paint();
    if (this.tool.draft.length) this.tool.paintSketch(this.at);
    const step = 10 ** -decimals;
    this.tool.say(
      `${degreeLabel(this.at[1], step, "lat")}, ${degreeLabel(this.at[0], step, "lng")}. ${
        ENTER[this.tool.mode]
      }`,
    );
  }

  /**
   * @param {number} dx
   * @param {number} dy
   * @param {boolean} resize
   */
  change(dx, dy, resize) {
    const { tool } = this;
    const geometry = tool.geometry();
    if (!geometry) return;
    const extent = extentOf([geometry]);
    if (!extent) return;
    const [w, s, e, n] = extent;
    const { map } = tool;
    const corner = map.containerPointToLatLng(map.latLngToContainerPoint([n, e]).add([dx, dy]));
    const [lng, lat] = [tool.snapped(corner.lng - e), tool.snapped(corner.lat - n)];
    if (resize && tool.shape.bbox) {
      const box = tool.snappedBox([w, s, Math.max(w, e + lng), Math.min(90, Math.max(s, n + lat))]);
      if (box[2] > box[0] && box[3] > box[1]) tool.shape = { bbox: box };
    } else tool.shift(structuredClone(tool.shape), lng, lat);
    tool.paint();
    clearTimeout(this.waiting); // a held key is one change
    this.waiting = setTimeout(() => {
      this.waiting = undefined;
      tool.edited();
    }, 250);
  }
}
