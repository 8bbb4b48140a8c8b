// The one shape: drawing it, dragging its corners, deleting it. Python has the last word:
// what is drawn is sent, checked there, and comes back as the trait `shape`.

import { h, setText, show } from "../view/dom.js";
import { boxAround, decimalsAt, pathsOf, rectangleGeometry, rounded } from "./geo.js";
import { KeyboardDrawing } from "./keyboard.js";

const NEAR = 10; // pixels within which a click means an existing corner

const MOST_HANDLES = 400; // corners; more of them hide the outline and stop the browser

const HINTS = {
  rectangle: "Drag a rectangle, or click two corners. Esc cancels.",
  polygon: "Click the corners; click the first one or press Enter to close. Esc cancels.",
  line: "Click along the line; double-click or press Enter to end. Esc cancels.",
  point: "Click the place. Esc cancels.",
  edit: "Drag the corners or the whole area. Esc or the pencil ends.",
};

const MANY_CORNERS =
  "Drag the whole area: it has too many corners to show each. Esc or the pencil ends.";

const KEYS_HINT = " Or use the arrow keys.";

export class ShapeTool {
  constructor({ map, canvas, cover, hint, onDrawn, onMode, onChange }) {
    this.map = map;
    this.canvas = canvas;
    this.cover = cover;
    this.hint = hint;
    this.onDrawn = onDrawn;
    this.onMode = onMode;
    this.onChange = onChange;
    this.shape = {};
    this.mode = "";
    this.draft = [];
    this.outline = h("path", { class: "ogcw-map-aoi" });
    this.sketch = h("path", { class: "ogcw-map-sketch" });
    this.handles = h("g", { class: "ogcw-map-handles" });
    canvas.group("area").append(this.outline, this.sketch, this.handles);
    this.keyboard = new KeyboardDrawing(this);
    canvas.onRedraw(() => this.paint());
    this.listeners = [
      [cover, "pointerdown", (event) => this.press(event)],
      [cover, "pointermove", (event) => this.move(event)],
      [cover, "pointerup", (event) => this.release(event)],
      [cover, "pointercancel", () => {
        this.pressed = null;
      }],
      [cover, "dblclick", (event) => this.doubleClick(event)],
      [cover, "wheel", (event) => this.wheel(event)],
      [document, "keydown", (event) => this.key(event)],
    ];
    for (const [target, name, f] of this.listeners) {
      target.addEventListener(name, f, { capture: target === document, passive: false });
    }
  }

  remove() {
    for (const [target, name, f] of this.listeners) {
      target.removeEventListener(name, f, { capture: target === document });
    }
  }

  /** What is shown as GeoJSON, with longitudes that may run past 180. */
  geometry() {
    if (this.shape.bbox) return rectangleGeometry(this.shape.bbox);
    return this.shape.geometry ?? null;
  }

  /** Colour of one area of several. */
  setTone(tone) {
    const group = this.outline.parentNode;
    group.setAttribute("class", `ogcw-map-area ogcw-tone-${tone}`);
  }

  setShape(shape) {
    if (this.dragging || this.keyboard.waiting) return; // what is being changed is newer
    this.shape = structuredClone(shape ?? {});
    if (this.mode === "edit" && !this.geometry()) this.onMode("");
    this.paint();
  }

  setMode(mode) {
    this.mode = mode;
    this.draft = [];
    this.pressed = null;
    this.keyboard.reset();
    show(this.cover, mode !== "" && mode !== "edit");
    const many = mode === "edit" && this.cornerCount() > MOST_HANDLES;
    this.say(mode ? (many ? MANY_CORNERS : HINTS[mode]) + KEYS_HINT : "");
    this.paint();
  }

  say(text) {
    setText(this.hint, text);
    show(this.hint, text !== "");
  }

  cornerCount() {
    return pathsOf(this.geometry()).reduce((sum, { points }) => sum + points.length, 0);
  }

  paint() {
    this.outline.setAttribute("d", this.canvas.path(this.geometry()));
    this.onChange();
    this.paintSketch();
    this.paintHandles();
  }

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

  // -- drawing -----------------------------------------------------------------------

  get takesCorners() {
    return this.mode === "polygon" || this.mode === "line";
  }

  positionOf(event) {
    const { lat, lng } = this.map.mouseEventToLatLng(event);
    const decimals = decimalsAt(this.map.getZoom());
    return [rounded(lng, decimals), rounded(Math.max(-90, Math.min(90, lat)), decimals)];
  }

  snapped(degrees) {
    return rounded(degrees, decimalsAt(this.map.getZoom()));
  }

  press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.cover.setPointerCapture(event.pointerId);
    this.pressed = { x: event.clientX, y: event.clientY, at: this.positionOf(event), moved: false };
    if (this.mode === "rectangle" && !this.draft.length) {
      this.draft = [this.pressed.at];
      this.pressed.first = true;
    }
  }

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

  /** A corner from the keyboard; `ends` where the key may also end the drawing. */
  place(position, ends) {
    if (this.mode === "point") this.finish({ geometry: { type: "Point", coordinates: position } });
    else if (this.mode === "rectangle") {
      if (this.draft.length) this.finishRectangle(position);
      else this.draft = [position];
    } else if (ends && this.isLast(position) && this.draft.length >= this.fewest) {
      this.finishCorners();
    } else this.push(position);
  }

  isLast([x, y]) {
    const last = this.draft.at(-1);
    return last && last[0] === x && last[1] === y;
  }

  finishRectangle(position) {
    const box = boxAround([this.draft[0], position]);
    this.draft = [];
    if (box[0] === box[2] || box[1] === box[3]) {
      this.paintSketch();
      return;
    }
    this.finish({ bbox: box });
  }

  addCorner(position, event) {
    if (this.mode === "polygon" && this.draft.length >= 3 && this.isNear(this.draft[0], event)) {
      this.finishCorners();
    } else this.push(position);
  }

  push(position) {
    if (this.isLast(position)) return;
    this.draft.push(position);
    this.paintSketch();
    this.paintHandles();
  }

  isNear(position, event) {
    const box = this.map.getContainer().getBoundingClientRect();
    const p = this.map.latLngToContainerPoint([position[1], position[0]]);
    return Math.hypot(event.clientX - box.left - p.x, event.clientY - box.top - p.y) < NEAR;
  }

  doubleClick(event) {
    event.preventDefault();
    event.stopPropagation();
    if (this.takesCorners) this.finishCorners();
  }

  get fewest() {
    return this.mode === "line" ? 2 : 3;
  }

  finishCorners() {
    if (this.draft.length < this.fewest) return;
    if (this.mode === "line") {
      this.finish({ geometry: { type: "LineString", coordinates: this.draft } });
    } else {this.finish({
        geometry: { type: "Polygon", coordinates: [[...this.draft, this.draft[0]]] },
      });}
  }

  finish(shape) {
    this.draft = [];
    this.shape = shape;
    this.onMode("");
    this.paint();
    this.onDrawn(this.geometry());
  }

  wheel(event) {
    // The cover lies over the map, and zooming must work while drawing.
    event.preventDefault();
    this.map.setZoomAround(
      this.map.mouseEventToContainerPoint(event),
      this.map.getZoom() - Math.sign(event.deltaY),
    );
  }

  key(event) {
    if (!this.mode) return;
    const typing = event.target.closest?.("input, textarea, [contenteditable=true], .cm-editor");
    if (typing) return;
    const inMap = this.map.getContainer().closest(".ogcw-map")?.contains(event.target);
    if (event.key === "Escape") this.onMode("");
    else if (inMap && !event.altKey && this.keyboard.press(event)) { /* done there */ }
    else if (
      event.key === "Enter" && this.takesCorners && this.draft.length >= this.fewest &&
      !event.target.closest?.("button")
    ) this.finishCorners();
    else if (event.key === "Backspace" && this.takesCorners && this.draft.length) {
      this.draft.pop();
      this.paintSketch();
      this.paintHandles();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // -- editing -----------------------------------------------------------------------

  paintHandles() {
    if (this.dragging) return;
    this.handles.replaceChildren();
    if (this.takesCorners) {
      for (const corner of this.draft) this.handles.append(this.dot(corner, "ogcw-map-handle"));
    }
    if (this.mode !== "edit") return;
    const geometry = this.geometry();
    if (!geometry) return;
    const body = h("path", { class: "ogcw-map-body", d: this.canvas.path(geometry) });
    this.draggable(body, (from, to) => this.moved(to[0] - from[0], to[1] - from[1]));
    this.handles.append(body);
    if (this.shape.bbox) this.rectangleHandles();
    else if (geometry.type === "Point") this.pointHandle(geometry.coordinates);
    else if (this.cornerCount() <= MOST_HANDLES) this.ringHandles(geometry);
  }

  dot(position, name) {
    const extent = [position[0], position[1], position[0], position[1]];
    const [turn = 0] = this.canvas.turns(extent).sort((a, b) => Math.abs(a) - Math.abs(b));
    const p = this.canvas.point([position[0] + turn, position[1]]);
    return h("circle", { class: name, cx: p.x, cy: p.y, r: 6 });
  }

  rectangleHandles() {
    const [w, s, e, n] = this.shape.bbox;
    const corners = [[0, 1], [2, 1], [2, 3], [0, 3]];
    for (const [ix, iy] of corners) {
      const dot = this.dot([[w, , e][ix], [, s, , n][iy]], "ogcw-map-handle");
      this.draggable(dot, (from, to, start) => {
        // Only the sides that move are rounded to the pixels of the screen.
        const box = [...start.bbox];
        box[ix] = this.snapped(box[ix] + to[0] - from[0]);
        box[iy] = Math.max(-90, Math.min(90, this.snapped(box[iy] + to[1] - from[1])));
        this.shape = { bbox: boxAround([[box[0], box[1]], [box[2], box[3]]]) };
      });
      this.handles.append(dot);
    }
  }

  pointHandle(position) {
    const dot = this.dot(position, "ogcw-map-handle");
    this.draggable(dot, (_from, to) => {
      this.shape = { geometry: { type: "Point", coordinates: to } };
    });
    this.handles.append(dot);
  }

  ringHandles(geometry) {
    pathsOf(geometry).forEach(({ points, closed }, r) => {
      const count = closed ? points.length - 1 : points.length;
      for (let i = 0; i < points.length - 1; i += 1) {
        const next = points[i + 1];
        const middle = [(points[i][0] + next[0]) / 2, (points[i][1] + next[1]) / 2];
        const half = this.dot(middle, "ogcw-map-handle ogcw-map-handle-half");
        this.draggable(
          half,
          (_from, to, start) => this.changeRing(start, r, (ring) => ring.splice(i + 1, 0, to)),
        );
        this.handles.append(half);
      }
      for (let i = 0; i < count; i += 1) {
        const dot = this.dot(points[i], "ogcw-map-handle");
        this.draggable(dot, (_from, to, start) =>
          this.changeRing(start, r, (ring) => {
            ring[i] = to;
          }));
        dot.addEventListener("dblclick", (event) => {
          event.stopPropagation();
          if (count <= (closed ? 3 : 2)) return;
          this.changeRing(structuredClone(this.shape), r, (ring) => ring.splice(i, 1));
          this.edited();
        });
        this.handles.append(dot);
      }
    });
  }

  changeRing(start, index, change) {
    const shape = structuredClone(start);
    const { points, closed } = pathsOf(shape.geometry)[index];
    if (closed) points.pop();
    change(points);
    if (closed) points.push(points[0]);
    this.shape = shape;
  }

  moved(dx, dy) {
    this.shift(this.dragging.start, dx, dy);
  }

  /** The whole shape moved by degrees; it stops at the poles. */
  shift(start, dx, dy) {
    if (start.bbox) {
      const [w, s, e, n] = start.bbox;
      const shift = Math.max(-90 - s, Math.min(90 - n, dy));
      this.shape = { bbox: [w + dx, s + shift, e + dx, n + shift].map((x) => this.snapped(x)) };
      return;
    }
    const shape = structuredClone(start);
    for (const { points } of pathsOf(shape.geometry)) {
      points.forEach((point, i) => {
        points[i] = [
          this.snapped(point[0] + dx),
          Math.max(-90, Math.min(90, this.snapped(point[1] + dy))),
        ];
      });
    }
    this.shape = shape;
  }

  /** Let an element be dragged; `change(from, to, start)` makes the new shape. */
  draggable(element, change) {
    const stop = (event) => event.stopPropagation(); // Leaflet must not drag the map
    for (const name of ["mousedown", "touchstart", "click"]) element.addEventListener(name, stop);
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.stopPropagation();
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      this.dragging = {
        from: this.positionOf(event),
        start: structuredClone(this.shape),
        moved: false,
      };
    });
    element.addEventListener("pointermove", (event) => {
      if (!this.dragging) return;
      this.dragging.moved = true;
      change(this.dragging.from, this.positionOf(event), this.dragging.start);
      this.outline.setAttribute("d", this.canvas.path(this.geometry()));
      this.onChange();
      this.followPointer(element, event);
    });
    const end = () => {
      const done = this.dragging;
      this.dragging = null;
      if (done?.moved) this.edited();
    };
    element.addEventListener("pointerup", end);
    element.addEventListener("pointercancel", end);
  }

  followPointer(element, event) {
    if (element.tagName !== "circle") {
      element.setAttribute("d", this.outline.getAttribute("d"));
      return;
    }
    const position = this.positionOf(event);
    const p = this.canvas.point(position);
    element.setAttribute("cx", p.x);
    element.setAttribute("cy", p.y);
  }

  edited() {
    this.paint();
    this.onDrawn(this.geometry());
  }
}
