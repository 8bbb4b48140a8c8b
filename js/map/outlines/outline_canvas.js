// Very many outlines on one canvas that lies between the two drawings of the map. While the
// map is dragged the canvas moves with it; it is drawn again where its edge comes near.

import { h } from "../../view/dom.js";
import { Drawing, partOf } from "./outline_drawing.js";

/** @import { MapCanvas } from "../canvas.js" */
/** @import { Outlines } from "./outlines.js" */

const MOST_PIXELS = 8_000_000; // of the canvas; a large one is drawn less finely
const STEPS_MS = 7; // of a frame of 16
const NO_VALUE = "#868c96"; // as GREY in colours.py

export class OutlineCanvas {
  /**
   * @param {MapCanvas} canvas
   * @param {string} look Class that says how they look.
   */
  constructor(canvas, look = "ogcw-map-items") {
    this.canvas = canvas;
    this.map = canvas.map;
    this.element = h("canvas", {
      class: `ogcw-map-canvas ${look} leaflet-zoom-animated`,
      "aria-hidden": "true",
    });
    canvas.between(this.element);
    /** What is to be painted when it is time. @type {(() => void) | null} */
    this.waiting = null;
    /** @type {(() => void) | null} */
    this.again = null;
    /** Steps of a picture that is being made. @type {Generator<void, void> | null} */
    this.steps = null;
    /** What is done after the last of them. */
    this.end = () => {};
    this.frame = 0;
    /** Where the last picture lies, and at which zoom. */
    this.place = "";
    this.transform = "";
    this.finish = this.finish.bind(this);
    this.map.on("zoomstart", this.finish);
    // Styles change colours by themselves, a canvas does not.
    this.observer = new MutationObserver(() => this.again?.());
    for (const element of [document.documentElement, document.body]) {
      const attributeFilter = ["class", "data-jp-theme-light", "data-jp-theme-name"];
      this.observer.observe(element, { attributes: true, attributeFilter });
    }
  }

  remove() {
    this.observer.disconnect();
    this.map.off("zoomstart", this.finish);
    cancelAnimationFrame(this.frame);
    this.waiting = this.again = this.steps = null;
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
    this.waiting = () => this.begin(outlines, isFilled);
    if (this.canMove()) this.element.style.transform = this.transform;
    if (!isAsked && !this.steps) queueMicrotask(() => this.paintWaiting());
    else if (this.steps && !this.canMove()) {
      // What is being made is of another zoom.
      this.steps = null;
      queueMicrotask(() => this.paintWaiting());
    }
  }

  paintWaiting() {
    const paint = this.waiting;
    this.waiting = null;
    paint?.();
  }

  /** Whether the last picture is right until there is another one, but for its edge. */
  canMove() {
    return this.transform !== "" && this.place === this.placeNow();
  }

  placeNow() {
    const { x, y } = this.map.getPixelOrigin();
    const { extent } = this.canvas;
    return [this.map.getZoom(), x, y, extent?.x, extent?.y, devicePixelRatio].join(" ");
  }

  /**
   * Begin a picture. Where the map stays as it is, or is dragged, it is made in steps
   * between which the map moves on; else at once.
   * @param {Outlines} outlines
   * @param {boolean} isFilled
   */
  begin(outlines, isFilled) {
    const { element, canvas } = this;
    const { origin, extent } = canvas;
    if (!origin || !extent) return;
    const box = outlines.extent();
    if (!box) {
      // An empty one holds no memory.
      element.width = element.height = 0;
      element.dataset.drawn = "0";
      this.transform = "";
      return;
    }
    const finest = Math.min(devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (extent.x * extent.y)));
    const width = Math.round(extent.x * finest);
    const height = Math.round(extent.y * finest);
    const style = getComputedStyle(element);
    // A colour may be one of the theme, by its name.
    const colours = outlines.ramp.map((one) =>
      one.startsWith("--") ? style.getPropertyValue(one) : one
    );
    const [none, ...ramp] = bands([NO_VALUE, ...(outlines.steps ? colours : [style.color])]);
    const lineWidth = Number.parseFloat(style.strokeWidth) * finest;
    const size = this.map.options.crs.scale(this.map.getZoom()) * finest;
    const corner = this.map.getPixelOrigin().add(origin).multiplyBy(finest);
    const part = partOf(box, size, corner, { width, height }, lineWidth);
    const drawing = new Drawing(outlines, part.width, part.height, {
      lineWidth,
      opacity: isFilled ? Number.parseFloat(style.fillOpacity) : 0,
      ramp,
      none,
    });
    const isSlow = this.canMove();
    const place = this.placeNow();
    const steps = drawing.draw(size, { x: corner.x + part.left, y: corner.y + part.top });
    const end = () => {
      this.steps = null;
      this.place = place;
      this.transform = `translate3d(${origin.x}px,${origin.y}px,0)`;
      this.show(drawing, part, { width, height }, extent);
      if (this.waiting) this.paintWaiting();
    };
    if (!isSlow) {
      for (const _ of steps);
      end();
      return;
    }
    this.steps = steps;
    this.end = end;
    this.goOn(steps);
  }

  /**
   * Make some steps in each frame, until other steps have taken their place.
   * @param {Generator<void, void>} steps
   */
  goOn(steps) {
    if (this.steps !== steps) return;
    const start = performance.now();
    do {
      if (steps.next().done) return this.end();
    } while (performance.now() - start < STEPS_MS);
    this.frame = requestAnimationFrame(() => this.goOn(steps));
  }

  /** Before the map zooms all pictures must lie where the map says. */
  finish() {
    while (this.steps) {
      for (const _ of this.steps);
      this.end();
    }
  }

  /**
   * @param {Drawing} drawing
   * @param {{ left: number, top: number }} part Where it lies in the picture.
   * @param {{ width: number, height: number }} picture
   * @param {{ x: number, y: number }} extent The same in pixels of the page.
   */
  show({ width, height, pixels, inView }, part, picture, extent) {
    const { element } = this;
    const context = element.getContext("2d", { willReadFrequently: true });
    if (element.width !== picture.width) element.width = picture.width;
    if (element.height !== picture.height) element.height = picture.height;
    element.style.width = `${extent.x}px`;
    element.style.height = `${extent.y}px`;
    element.style.transform = this.transform;
    context?.clearRect(0, 0, picture.width, picture.height);
    if (width && height) {
      context?.putImageData(new ImageData(pixels, width, height), part.left, part.top);
    }
    element.dataset.drawn = String(inView);
  }
}

/**
 * Red, green and blue of colours as CSS writes them.
 * @param {string[]} colours
 */
function bands(colours) {
  const context = new OffscreenCanvas(colours.length, 1)
    .getContext("2d", { willReadFrequently: true });
  colours.forEach((colour, at) => {
    if (!context) return;
    context.fillStyle = colour;
    context.fillRect(at, 0, 1, 1);
  });
  const pixels = context?.getImageData(0, 0, colours.length, 1).data;
  return colours.map((_, at) => [...(pixels?.subarray(4 * at, 4 * at + 3) ?? [0, 0, 0])]);
}
