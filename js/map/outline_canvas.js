// Very many outlines on one canvas that lies between the two drawings of the map. While the
// map is dragged the canvas moves with it; it is drawn again where its edge comes near.

import { h } from "../view/dom.js";
import { Drawing } from "./outline_drawing.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { Outlines } from "./outlines.js" */

const MOST_PIXELS = 8_000_000; // of the canvas; a large one is drawn less finely
const NO_VALUE = "#868c96"; // as GREY in colour_scale.py

export class OutlineCanvas {
  /** @param {MapCanvas} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.map = canvas.map;
    this.element = h("canvas", {
      class: "ogcw-map-canvas ogcw-map-items leaflet-zoom-animated",
      "aria-hidden": "true",
    });
    canvas.between(this.element);
    /** What is to be painted at the end of this turn. @type {(() => void) | null} */
    this.waiting = null;
    /** @type {(() => void) | null} */
    this.again = null;
    // Styles change colours by themselves, a canvas does not.
    this.observer = new MutationObserver(() => this.again?.());
    for (const element of [document.documentElement, document.body]) {
      const attributeFilter = ["class", "data-jp-theme-light", "data-jp-theme-name"];
      this.observer.observe(element, { attributes: true, attributeFilter });
    }
  }

  remove() {
    this.observer.disconnect();
    this.waiting = this.again = null;
    this.element.width = this.element.height = 0;
  }

  /**
   * Paint once, however often it is asked for in one turn.
   * @param {Outlines} outlines
   * @param {boolean} isFilled
   */
  paint(outlines, isFilled) {
    const isAsked = this.waiting !== null;
    this.again = () => this.paint(outlines, isFilled);
    this.waiting = () => this.paintNow(outlines, isFilled);
    if (isAsked) return;
    queueMicrotask(() => {
      const paint = this.waiting;
      this.waiting = null;
      paint?.();
    });
  }

  /**
   * @param {Outlines} outlines
   * @param {boolean} isFilled
   */
  paintNow(outlines, isFilled) {
    const { element, canvas } = this;
    const { origin, extent } = canvas;
    if (!origin || !extent) return;
    const isEmpty = outlines.count === 0;
    // An empty one holds no memory.
    const finest = Math.min(devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (extent.x * extent.y)));
    const width = isEmpty ? 0 : Math.round(extent.x * finest);
    const height = isEmpty ? 0 : Math.round(extent.y * finest);
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    element.style.width = `${extent.x}px`;
    element.style.height = `${extent.y}px`;
    element.dataset.drawn = "0";
    const context = element.getContext("2d", { willReadFrequently: true });
    if (!context || isEmpty) return;
    const style = getComputedStyle(element);
    const drawing = new Drawing(outlines, width, height, {
      lineWidth: Number.parseFloat(style.strokeWidth) * finest,
      opacity: isFilled ? Number.parseFloat(style.fillOpacity) : 0,
      ramp: (outlines.steps ? outlines.ramp : [style.color]).map(bands),
      none: bands(NO_VALUE),
    });
    const size = this.map.options.crs.scale(this.map.getZoom()) * finest;
    const corner = this.map.getPixelOrigin().add(origin).multiplyBy(finest);
    const drawn = drawing.draw(size, corner);
    context.putImageData(new ImageData(drawing.pixels(), width, height), 0, 0);
    element.dataset.drawn = String(drawn);
  }
}

/**
 * Red, green and blue of a colour as CSS writes it.
 * @param {string} colour
 */
function bands(colour) {
  const one = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!one) return [0, 0, 0];
  one.fillStyle = colour;
  one.fillRect(0, 0, 1, 1);
  return [...one.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
}
