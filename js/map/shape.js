// The one shape: drawing it, dragging its corners, deleting it. Python has the last word:
// what is drawn is sent, checked there, and comes back as the trait `shape`.

import { h, setText, show } from "../view/dom.js";
import { boxAround, decimalsAt, pathsOf, rectangleGeometry, rounded } from "./geo.js";
import { Handles } from "./handles.js";
import { KeyboardDrawing } from "./keyboard.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { Box, Geometry, LeafletMap, Position, Shape } from "./geo.js" */

const NEAR = 10; // pixels within which a click means an existing corner

/** @type {Record<string, string>} */
const HINTS = {
  rectangle: "Drag a rectangle, or click two corners. Esc cancels.",
  polygon: "Click the corners; click the first one or press Enter to close. Esc cancels.",
  line: "Click along the line; double-click or press Enter to end. Esc cancels.",
  along: "Click along the line to chart; double-click or press Enter to end. Esc cancels.",
  point: "Click the place. Esc cancels.",
  edit: "Drag the corners or the whole area. Esc or the pencil ends.",
};

const MANY_CORNERS =
  "Drag the whole area: it has too many corners to show each. Esc or the pencil ends.";

const KEYS_HINT = " Or use the arrow keys.";

export class ShapeTool {
  /**
   * @param {{
   *   map: LeafletMap,
   *   canvas: MapCanvas,
   *   cover: HTMLElement,
   *   hint: HTMLElement,
   *   onDrawn: (geometry: Geometry | null) => void,
   *   onLine: (geometry: Geometry) => void,
   *   onMode: (mode: string) => void,
   *   onChange: () => void,
   * }} options `cover` lies over the map and takes the mouse while something is drawn.
   */
  constructor({ map, canvas, cover, hint, onDrawn, onLine, onMode, onChange }) {
    this.map = map;
    this.canvas = canvas;
    this.cover = cover;
    this.hint = hint;
    this.onDrawn = onDrawn;
    this.onLine = onLine;
    this.onMode = onMode;
    this.onChange = onChange;
    /** @type {Shape} */
    this.shape = {};
    this.mode = "";
    /** Corners that are set. @type {Position[]} */
    this.draft = [];
    /** @type {{ x: number, y: number, at: Position, moved: boolean, first: boolean } | null} */
    this.pressed = null;
    this.outline = h("path", { class: "ogcw-map-aoi" });
    this.sketch = h("path", { class: "ogcw-map-sketch" });
    this.handles = new Handles(this);
    canvas.group("area").append(this.outline, this.sketch, this.handles.group);
    this.keyboard = new KeyboardDrawing(this);
    canvas.onRedraw(() => this.paint());
    this.ending = new AbortController();
    const { signal } = this.ending;
    const options = { signal, passive: false };
    cover.addEventListener("pointerdown", (event) => this.press(event), options);
    cover.addEventListener("pointermove", (event) => this.move(event), options);
    cover.addEventListener("pointerup", (event) => this.release(event), options);
    cover.addEventListener("pointercancel", () => {
      this.pressed = null;
    }, options);
    cover.addEventListener("dblclick", (event) => this.doubleClick(event), options);
    cover.addEventListener("wheel", (event) => this.wheel(event), options);
    document.addEventListener("keydown", (event) => this.key(event), { signal, capture: true });
  }

  remove() {
    this.ending.abort();
  }

  /** What is shown as GeoJSON, with longitudes that may run past 180. */
  geometry() {
    if (this.shape.bbox) return rectangleGeometry(this.shape.bbox);
    return this.shape.geometry ?? null;
  }

  /**
   * Colour of one area of several.
   * @param {number} tone
   */
  setTone(tone) {
    this.outline.parentElement?.setAttribute("class", `ogcw-map-area ogcw-tone-${tone}`);
  }

  /** @param {Shape} shape */
  setShape(shape) {
    if (this.handles.dragging || this.keyboard.waiting) return; // what is being changed is newer
    this.shape = structuredClone(shape ?? {});
    if (this.mode === "edit" && !this.geometry()) this.onMode("");
    this.paint();
  }

  /** @param {string} mode */
  setMode(mode) {
    this.mode = mode;
    this.draft = [];
    this.pressed = null;
    this.keyboard.reset();
    show(this.cover, mode !== "" && mode !== "edit");
    const many = mode === "edit" && this.handles.areTooMany;
    this.say(mode ? (many ? MANY_CORNERS : HINTS[mode]) + KEYS_HINT : "");
    this.paint();
  }

  /** @param {string} text */
  say(text) {
    setText(this.hint, text);
    show(this.hint, text !== "");
  }

  paint() {
    this.outline.setAttribute("d", this.canvas.path(this.geometry()));
    this.onChange();
    this.paintSketch();
    this.handles.paint();
  }

  /** @param {Position} [pointer] Where the mouse is, as the next corner. */
  paintSketch(pointer) {
    const corners = pointer ? [...this.draft, pointer] : this.draft;
    let geometry = null;
    if (this.mode === "rectangle" && corners.length > 1) {
      geometry = rectangleGeometry(boxAround(corners));
    } else if (this.takesCorners && corners.length) {
      geometry = { type: "LineString", coordinates: corners };
    }
    this.sketch.setAttribute("d", geometry ? this.canvas.path(geometry) : "");
  }

  get takesCorners() {
    return this.mode === "polygon" || this.isLine;
  }

  get isLine() {
    return this.mode === "line" || this.mode === "along";
  }

  /**
   * @param {MouseEvent} event
   * @returns {Position}
   */
  positionOf(event) {
    const { lat, lng } = this.map.mouseEventToLatLng(event);
    const decimals = decimalsAt(this.map.getZoom());
    return [rounded(lng, decimals), rounded(Math.max(-90, Math.min(90, lat)), decimals)];
  }

  /** @param {number} degrees */
  snapped(degrees) {
    return rounded(degrees, decimalsAt(this.map.getZoom()));
  }

  /**
   * @param {Box} box
   * @returns {Box}
   */
  snappedBox([west, south, east, north]) {
    return [this.snapped(west), this.snapped(south), this.snapped(east), this.snapped(north)];
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.cover.setPointerCapture(event.pointerId);
    const first = this.mode === "rectangle" && !this.draft.length;
    const at = this.positionOf(event);
    this.pressed = { x: event.clientX, y: event.clientY, at, moved: false, first };
    if (first) this.draft = [at];
  }

  /** @param {PointerEvent} event */
  move(event) {
    const { pressed } = this;
    if (pressed) {
      const [dx, dy] = [event.clientX - pressed.x, event.clientY - pressed.y];
      if (Math.hypot(dx, dy) > 4) pressed.moved = true;
      if (this.takesCorners && pressed.moved) {
        this.map.panBy([-dx, -dy], { animate: false });
        Object.assign(pressed, { x: event.clientX, y: event.clientY });
      }
    }
    if (this.draft.length) this.paintSketch(this.positionOf(event));
  }

  /** @param {PointerEvent} event */
  release(event) {
    const { pressed } = this;
    this.pressed = null;
    if (!pressed) return;
    const position = this.positionOf(event);
    if (this.mode === "rectangle") {
      if (pressed.first && !pressed.moved) return; // the second click ends it
      this.finishRectangle(position);
    } else if (this.takesCorners && !pressed.moved) {
      this.addCorner(position, event);
    } else if (this.mode === "point") {
      this.finish({ geometry: { type: "Point", coordinates: position } });
    }
  }

  /**
   * A corner from the keyboard; `ends` where the key may also end the drawing.
   * @param {Position} position
   * @param {boolean} ends
   */
  place(position, ends) {
    if (this.mode === "point") this.finish({ geometry: { type: "Point", coordinates: position } });
    else if (this.mode === "rectangle") {
      if (this.draft.length) this.finishRectangle(position);
      else this.draft = [position];
    } else if (ends && this.isLast(position) && this.draft.length >= this.fewest) {
      this.finishCorners();
    } else this.push(position);
  }

  /** @param {Position} position */
  isLast([x, y]) {
    const last = this.draft.at(-1);
    return last && last[0] === x && last[1] === y;
  }

  /** @param {Position} position */
  finishRectangle(position) {
    const box = boxAround([this.draft[0], position]);
    this.draft = [];
    if (box[0] === box[2] || box[1] === box[3]) {
      this.paintSketch();
      return;
    }
    this.finish({ bbox: box });
  }

  /**
   * @param {Position} position
   * @param {PointerEvent} event
   */
  addCorner(position, event) {
    if (this.mode === "polygon" && this.draft.length >= 3 && this.isNear(this.draft[0], event)) {
      this.finishCorners();
    } else this.push(position);
  }

  /** @param {Position} position */
  push(position) {
    if (this.isLast(position)) return;
    this.draft.push(position);
    this.paintSketch();
    this.handles.paint();
  }

  /**
   * @param {Position} position
   * @param {PointerEvent} event
   */
  isNear(position, event) {
    const box = this.map.getContainer().getBoundingClientRect();
    const p = this.map.latLngToContainerPoint([position[1], position[0]]);
    return Math.hypot(event.clientX - box.left - p.x, event.clientY - box.top - p.y) < NEAR;
  }

  /** @param {MouseEvent} event */
  doubleClick(event) {
    event.preventDefault();
    event.stopPropagation();
    if (this.takesCorners) this.finishCorners();
  }

  get fewest() {
    return this.isLine ? 2 : 3;
  }

  finishCorners() {
    if (this.draft.length < this.fewest) return;
    /** @type {Geometry} */
    const geometry = this.isLine
      ? { type: "LineString", coordinates: this.draft }
      : { type: "Polygon", coordinates: [[...this.draft, this.draft[0]]] };
    if (this.mode === "along") {
      this.onMode("");
      this.onLine(geometry);
    } else this.finish({ geometry });
  }

  /** @param {Shape} shape */
  finish(shape) {
    this.draft = [];
    this.shape = shape;
    this.onMode("");
    this.paint();
    this.onDrawn(this.geometry());
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    // The cover lies over the map, and zooming must work while drawing.
    event.preventDefault();
    this.map.setZoomAround(
      this.map.mouseEventToContainerPoint(event),
      this.map.getZoom() - Math.sign(event.deltaY),
    );
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.mode) return;
    const target = /** @type {Element} */ (event.target);
    const typing = target.closest?.("input, textarea, [contenteditable=true], .cm-editor");
    if (typing) return;
    const inMap = this.map.getContainer().closest(".ogcw-map")?.contains(target);
    if (event.key === "Escape") this.onMode("");
    else if (inMap && !event.altKey && this.keyboard.press(event)) { /* done there */ }
    else if (
      event.key === "Enter" && this.takesCorners && this.draft.length >= this.fewest &&
      !target.closest?.("button")
    ) this.finishCorners();
    else if (event.key === "Backspace" && this.takesCorners && this.draft.length) {
      this.draft.pop();
      this.paintSketch();
      this.handles.paint();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * The whole shape moved by degrees; it stops at the poles.
   * @param {Shape} start
   * @param {number} dx
   * @param {number} dy
   */
  shift(start, dx, dy) {
    if (start.bbox) {
      const [w, s, e, n] = start.bbox;
      const shift = Math.max(-90 - s, Math.min(90 - n, dy));
      this.shape = { bbox: this.snappedBox([w + dx, s + shift, e + dx, n + shift]) };
      return;
    }
    const shape = structuredClone(start);
    for (const { points } of pathsOf(shape.geometry ?? null)) {
      points.forEach((point, i) => {
        points[i] = [
          this.snapped(point[0] + dx),
          Math.max(-90, Math.min(90, this.snapped(point[1] + dy))),
        ];
      });
    }
    this.shape = shape;
  }

  edited() {
    this.paint();
    this.onDrawn(this.geometry());
  }
}
