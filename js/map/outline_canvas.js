// Very many outlines drawn on one canvas that lies between the two drawings of the map.
// While the map is dragged the canvas moves with it; it is drawn again afterwards.

import { h } from "../view/dom.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { Outlines } from "./outlines.js" */

const MOST_PIXELS = 16_000_000; // of the canvas; a large one is drawn less finely
const SINGLY = 4_000; // shapes in view that are drawn one by one, so that overlaps are seen
const TOGETHER = 64; // shapes of one path where there are more
const TINY = 3; // pixels of a shape that is drawn as a spot
const SPOT = 0.6; // opacity

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
  }

  /**
   * @param {Outlines} outlines
   * @param {boolean} isFilled
   */
  paint(outlines, isFilled) {
    this.again = () => this.paint(outlines, isFilled);
    const { element, canvas } = this;
    const { origin, extent } = canvas;
    if (!origin || !extent) return;
    const isEmpty = outlines.count === 0;
    // An empty one holds no memory.
    const finest = Math.min(devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (extent.x * extent.y)));
    element.width = isEmpty ? 0 : Math.round(extent.x * finest);
    element.height = isEmpty ? 0 : Math.round(extent.y * finest);
    element.style.width = `${extent.x}px`;
    element.style.height = `${extent.y}px`;
    element.dataset.drawn = "0";
    const context = element.getContext("2d");
    if (!context || isEmpty) return;
    const style = getComputedStyle(element);
    context.scale(finest, finest);
    context.strokeStyle = context.fillStyle = style.color;
    context.lineWidth = Number.parseFloat(style.strokeWidth);
    context.lineJoin = "round";
    const opacity = isFilled ? Number.parseFloat(style.fillOpacity) : 0;
    const drawing = new Drawing(context, outlines, opacity, extent);
    const size = this.map.options.crs.scale(this.map.getZoom());
    const corner = this.map.getPixelOrigin().add(origin);
    element.dataset.drawn = String(drawing.draw(size, corner));
  }
}

/** One time that outlines are drawn. */
class Drawing {
  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Outlines} outlines
   * @param {number} opacity Of the inside.
   * @param {{ x: number, y: number }} extent Pixels of the canvas.
   */
  constructor(context, outlines, opacity, extent) {
    this.context = context;
    this.outlines = outlines;
    this.opacity = opacity;
    this.extent = extent;
    /** Pixels with a spot: a second one there would not be seen. */
    this.spots = new Uint8Array(extent.x * extent.y);
    /** Pixels of the world; and where the canvas begins, for one copy of the world. */
    this.size = 0;
    this.x = 0;
    this.y = 0;
    this.together = 1;
  }

  /**
   * Draw all copies of the world that are in view.
   * @param {number} size Pixels of the world.
   * @param {{ x: number, y: number }} corner Of the canvas, in pixels of the world.
   * @returns {number} How many shapes are in view.
   */
  draw(size, corner) {
    const { bounds, count } = this.outlines;
    const margin = 6 / size; // points are drawn larger than they are
    const top = corner.y / size - margin;
    const bottom = (corner.y + this.extent.y) / size + margin;
    /** @type {[turn: number, shapes: number[]][]} */
    const views = [];
    let inView = 0;
    for (let turn = -3; turn <= 3; turn += 1) {
      const left = corner.x / size - turn - margin;
      const right = left + this.extent.x / size + 2 * margin;
      /** @type {number[]} */
      const shapes = [];
      for (let shape = 0, b = 0; shape < count; shape += 1, b += 4) {
        if (
          bounds[b] <= right && bounds[b + 2] >= left && bounds[b + 1] <= bottom &&
          bounds[b + 3] >= top
        ) shapes.push(shape);
      }
      views.push([turn, shapes]);
      inView += shapes.length;
    }
    this.size = size;
    this.together = inView > SINGLY ? TOGETHER : 1;
    for (const [turn, shapes] of views) {
      this.x = corner.x - turn * size;
      this.y = corner.y;
      this.shapes(shapes);
    }
    return inView;
  }

  /** @param {number[]} shapes */
  shapes(shapes) {
    const { context, outlines, size, x, y } = this;
    const { bounds, isThin } = outlines;
    let waiting = 0;
    const finish = () => {
      if (!waiting) return;
      this.fill("nonzero");
      context.stroke();
      waiting = 0;
    };
    for (const shape of shapes) {
      const b = 4 * shape;
      const [w, n] = [bounds[b] * size - x, bounds[b + 1] * size - y];
      const [e, s] = [bounds[b + 2] * size - x, bounds[b + 3] * size - y];
      const isPoint = w === e && n === s;
      if (e - w < TINY && s - n < TINY && (!isPoint || this.together > 1)) {
        this.spot(w, n, Math.max(e - w, 1.5), Math.max(s - n, 1.5));
        continue;
      }
      const isSimple = outlines.shapes[shape + 1] - outlines.shapes[shape] === 1 && !isThin[shape];
      if (!isSimple || this.together === 1) {
        finish();
        context.beginPath();
        this.trace(shape, false);
        this.fill("evenodd");
        this.trace(shape, true);
        context.stroke();
        continue;
      }
      if (!waiting) context.beginPath();
      this.trace(shape, false);
      waiting += 1;
      if (waiting === this.together) finish();
    }
    finish();
  }

  /** @param {CanvasFillRule} rule */
  fill(rule) {
    if (!this.opacity) return;
    this.context.globalAlpha = this.opacity;
    this.context.fill(rule);
    this.context.globalAlpha = 1;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   */
  spot(x, y, width, height) {
    const { context, spots, extent } = this;
    const [column, row] = [Math.floor(x + width / 2), Math.floor(y + height / 2)];
    if (column < 0 || row < 0 || column >= extent.x || row >= extent.y) return;
    if (spots[row * extent.x + column]) return;
    spots[row * extent.x + column] = 1;
    context.globalAlpha = SPOT;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
  }

  /**
   * Add a shape to the path: what has an inside, or its lines.
   * @param {number} shape
   * @param {boolean} isOpen
   */
  trace(shape, isOpen) {
    const { context, size, x, y } = this;
    const { world, lines, shapes, isOpen: open } = this.outlines;
    for (let line = shapes[shape]; line < shapes[shape + 1]; line += 1) {
      const [start, end] = [2 * lines[line], 2 * lines[line + 1]];
      let px = world[start] * size - x;
      let py = world[start + 1] * size - y;
      const isPoint = end - start === 2;
      if ((Boolean(open[line]) && !isPoint) !== isOpen) continue;
      if (isPoint) {
        context.moveTo(px + 5, py);
        context.arc(px, py, 5, 0, 2 * Math.PI);
        continue;
      }
      context.moveTo(px, py);
      for (let i = start + 2; i < end; i += 2) {
        const qx = world[i] * size - x;
        const qy = world[i + 1] * size - y;
        if (Math.abs(qx - px) < 0.5 && Math.abs(qy - py) < 0.5) continue;
        [px, py] = [qx, qy];
        context.lineTo(px, py);
      }
      if (!isOpen) context.closePath();
    }
  }
}
