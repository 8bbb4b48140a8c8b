// Handles of a shape that is being changed: its corners, the middles of its sides, and its
// body are dragged.

import { h } from "../view/dom.js";
import { boxAround, nearestFirst, pathsOf } from "./geo.js";

/** @import { Box, Geometry, Position, Shape } from "./geo.js" */
/** @import { ShapeTool } from "./shape.js" */

const MOST_HANDLES = 400; // corners; more of them hide the outline and stop the browser

export class Handles {
  constructor(/** @type {ShapeTool} */ tool) {
    this.tool = tool;
    this.group = h("g", { class: "ogcw-map-handles" });
    /** @type {{ from: Position, start: Shape, moved: boolean } | null} */
    this.dragging = null;
  }

  get areTooMany() {
    const paths = pathsOf(this.tool.geometry());
    return paths.reduce((sum, { points }) => sum + points.length, 0) > MOST_HANDLES;
  }

  paint() {
    if (this.dragging) return;
    this.group.replaceChildren();
    if (this.tool.takesCorners) {
      for (const corner of this.tool.draft) this.group.append(this.dot(corner, "ogcw-map-handle"));
    }
    if (this.tool.mode !== "edit") return;
    const geometry = this.tool.geometry();
    if (!geometry) return;
    const body = h("path", { class: "ogcw-map-body", d: this.tool.canvas.path(geometry) });
    this.draggable(
      body,
      (from, to, start) => this.tool.shift(start, to[0] - from[0], to[1] - from[1]),
    );
    this.group.append(body);
    if (this.tool.shape.bbox) this.rectangleHandles(this.tool.shape.bbox);
    else if (geometry.type === "Point") this.pointHandle(geometry.coordinates);
    else if (!this.areTooMany) this.ringHandles(geometry);
  }

  /**
   * @param {Position} position
   * @param {string} name
   */
  dot(position, name) {
    const [lng, lat] = position;
    const [turn = 0] = nearestFirst(this.tool.canvas.turns([lng, lat, lng, lat]));
    const p = this.tool.canvas.point([lng + turn, lat]);
    return h("circle", { class: name, cx: p.x, cy: p.y, r: 6 });
  }

  /** @param {Box} bbox */
  rectangleHandles(bbox) {
    for (const [ix, iy] of [[0, 1], [2, 1], [2, 3], [0, 3]]) {
      const dot = this.dot([bbox[ix], bbox[iy]], "ogcw-map-handle");
      this.draggable(dot, (from, to, start) => {
        // Only the sides that move are rounded to the pixels of the screen.
        const box = [...start.bbox ?? bbox];
        box[ix] = this.tool.snapped(box[ix] + to[0] - from[0]);
        box[iy] = Math.max(-90, Math.min(90, this.tool.snapped(box[iy] + to[1] - from[1])));
        this.tool.shape = { bbox: boxAround([[box[0], box[1]], [box[2], box[3]]]) };
      });
      this.group.append(dot);
    }
  }

  /** @param {Position} position */
  pointHandle(position) {
    const dot = this.dot(position, "ogcw-map-handle");
    this.draggable(dot, (_from, to) => {
      this.tool.shape = { geometry: { type: "Point", coordinates: to } };
    });
    this.group.append(dot);
  }

  /** @param {Geometry | null} geometry */
  ringHandles(geometry) {
    pathsOf(geometry).forEach(({ points, closed }, r) => {
      const count = closed ? points.length - 1 : points.length;
      for (let i = 0; i < points.length - 1; i += 1) {
        const next = points[i + 1];
        /** @type {Position} */
        const middle = [(points[i][0] + next[0]) / 2, (points[i][1] + next[1]) / 2];
        const half = this.dot(middle, "ogcw-map-handle ogcw-map-handle-half");
        this.draggable(
          half,
          (_from, to, start) => this.changeRing(start, r, (ring) => ring.splice(i + 1, 0, to)),
        );
        this.group.append(half);
      }
      for (let i = 0; i < count; i += 1) {
        const dot = this.dot(points[i], "ogcw-map-handle");
        this.draggable(dot, (_from, to, start) =>
          this.changeRing(start, r, (ring) => {
            ring[i] = to;
          }));
        dot.addEventListener("dblclick", (/** @type {MouseEvent} */ event) => {
          event.stopPropagation();
          if (count <= (closed ? 3 : 2)) return;
          this.changeRing(structuredClone(this.tool.shape), r, (ring) => ring.splice(i, 1));
          this.tool.edited();
        });
        this.group.append(dot);
      }
    });
  }

  /**
   * @param {Shape} start
   * @param {number} index
   * @param {(points: Position[]) => void} change
   */
  changeRing(start, index, change) {
    const shape = structuredClone(start);
    const { points, closed } = pathsOf(shape.geometry ?? null)[index];
    if (closed) points.pop();
    change(points);
    if (closed) points.push(points[0]);
    this.tool.shape = shape;
  }

  /**
   * Let an element be dragged; `change(from, to, start)` makes the new shape.
   * @param {SVGElement} element
   * @param {(from: Position, to: Position, start: Shape) => void} change
   */
  draggable(element, change) {
    /** @param {Event} event */
    const stop = (event) => event.stopPropagation(); // Leaflet must not drag the map
    for (const name of ["mousedown", "touchstart", "click"]) element.addEventListener(name, stop);
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.stopPropagation();
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      this.dragging = {
        from: this.tool.positionOf(event),
        start: structuredClone(this.tool.shape),
        moved: false,
      };
    });
    element.addEventListener("pointermove", (event) => {
      if (!this.dragging) return;
      this.dragging.moved = true;
      change(this.dragging.from, this.tool.positionOf(event), this.dragging.start);
      this.tool.outline.setAttribute("d", this.tool.canvas.path(this.tool.geometry()));
      this.tool.onChange();
      this.followPointer(element, event);
    });
    const end = () => {
      const done = this.dragging;
      this.dragging = null;
      if (done?.moved) this.tool.edited();
    };
    element.addEventListener("pointerup", end);
    element.addEventListener("pointercancel", end);
  }

  /**
   * @param {SVGElement} element
   * @param {PointerEvent} event
   */
  followPointer(element, event) {
    if (element.tagName !== "circle") {
      element.setAttribute("d", this.tool.outline.getAttribute("d") ?? "");
      return;
    }
    const position = this.tool.positionOf(event);
    const p = this.tool.canvas.point(position);
    element.setAttribute("cx", p.x);
    element.setAttribute("cy", p.y);
  }
}
