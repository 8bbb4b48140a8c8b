// Two SVGs that lie on the Leaflet map, in degrees; a canvas may lie between them. They
// move with the map while it is dragged and are scaled while it zooms, exactly as Leaflet
// does with its own layers.

import { h } from "../view/dom.js";
import { extentOf, pathsOf } from "./geo.js";

/** @import { Box, Geometry, LeafletMap, Position } from "./geo.js" */

export const PAD = 0.5; // of the size of the map on every side, so that dragging shows no edge

/** @typedef {{ zoom: number, center: any }} ZoomEvent Leaflet's, at the begin of a zoom. */

export class MapCanvas {
  constructor(/** @type {LeafletMap} */ map) {
    this.map = map;
    const drawing = () =>
      h("svg", { class: "ogcw-map-canvas leaflet-zoom-animated", "aria-hidden": "true" });
    this.low = drawing();
    this.svg = drawing();
    /** What is moved. @type {(HTMLElement | SVGElement)[]} */
    this.layers = [this.low, this.svg];
    const pane = map.getPane("ogcw") ?? map.createPane("ogcw");
    pane.style.zIndex = 450; // over Leaflet's vector layers, under markers and popups
    pane.style.pointerEvents = "none";
    this.pane = pane;
    pane.append(...this.layers);
    /** @type {Record<string, SVGGElement>} */
    this.groups = {};
    /** @type {(() => void)[]} */
    this.painters = [];
    this.events = {
      move: () => this.keepEdgeAway(),
      "zoomend moveend viewreset resize": () => this.redraw(),
      zoomanim: (/** @type {ZoomEvent} */ event) => this.animate(event),
    };
    for (const [names, handler] of Object.entries(this.events)) map.on(names, handler);
  }

  /**
   * A group of the upper drawing; the first one made lies lowest.
   * @param {string} name
   */
  group(name, drawing = this.svg) {
    this.groups[name] = h("g", { class: `ogcw-map-${name}` });
    drawing.append(this.groups[name]);
    return this.groups[name];
  }

  /**
   * A group of the lower drawing.
   * @param {string} name
   */
  lowGroup(name) {
    return this.group(name, this.low);
  }

  /**
   * Put something between the two drawings; whoever made it draws it.
   * @param {HTMLElement} element
   */
  between(element) {
    this.layers.push(element);
    this.svg.before(element);
  }

  /**
   * Call `paint` whenever pixels of the map are no longer where they were.
   * @param {() => void} paint
   */
  onRedraw(paint) {
    this.painters.push(paint);
  }

  /** @param {Position} position */
  point([lng, lat]) {
    return this.map.project([lat, lng]).subtract(this.map.getPixelOrigin());
  }

  /** Copies of the world that can be seen, as multiples of 360 degrees. */
  turns(/** @type {Box} */ [west, , east]) {
    const view = this.map.getBounds().pad(PAD);
    const turns = [];
    for (let k = -3; k <= 3; k += 1) {
      if (east + 360 * k >= view.getWest() && west + 360 * k <= view.getEast()) turns.push(360 * k);
    }
    return turns;
  }

  /**
   * A picture over its box, in every copy of the world that is seen.
   * @param {{ url: string, bounds: Box }} picture
   * @param {Record<string, unknown>} [more] Further attributes.
   */
  images({ url, bounds }, more = {}) {
    const [w, s, e, n] = bounds;
    return this.turns(bounds).map((turn) => {
      const [a, b] = [this.point([w + turn, n]), this.point([e + turn, s])];
      return h("image", {
        href: url,
        x: a.x,
        y: a.y,
        width: b.x - a.x,
        height: b.y - a.y,
        preserveAspectRatio: "none",
        ...more,
      });
    });
  }

  /**
   * The `d` of a path for a geometry, in every copy of the world that is seen.
   * @param {Geometry | null} geometry
   */
  path(geometry) {
    const extent = extentOf([geometry]);
    if (!extent) return "";
    const parts = [];
    for (const turn of this.turns(extent)) {
      for (const { points, closed } of pathsOf(geometry)) {
        if (points.length === 1) {
          const p = this.point([points[0][0] + turn, points[0][1]]);
          parts.push(`M${p.x - 5},${p.y}a5,5 0 1,0 10,0a5,5 0 1,0 -10,0`);
          continue;
        }
        let [x, y] = [NaN, NaN];
        let d = "";
        for (const [lng, lat] of points) {
          const p = this.point([lng + turn, lat]);
          if (Math.abs(p.x - x) < 0.5 && Math.abs(p.y - y) < 0.5) continue;
          [x, y] = [p.x, p.y];
          d += `${d ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`;
        }
        parts.push(closed ? `${d}Z` : d);
      }
    }
    return parts.join("");
  }

  redraw() {
    const { map } = this;
    const size = map.getSize();
    if (!size.x || !size.y) return;
    const margin = size.multiplyBy(PAD);
    /** Where the drawings begin, in pixels of Leaflet's layers. */
    this.origin = map.containerPointToLayerPoint([-margin.x, -margin.y]).round();
    this.extent = size.add(margin.multiplyBy(2)).round();
    const { origin, extent } = this;
    this.zoom = map.getZoom();
    this.corner = map.layerPointToLatLng(origin);
    for (const svg of [this.low, this.svg]) {
      svg.setAttribute("width", extent.x);
      svg.setAttribute("height", extent.y);
      svg.setAttribute("viewBox", `${origin.x} ${origin.y} ${extent.x} ${extent.y}`);
    }
    this.move(`translate3d(${origin.x}px,${origin.y}px,0)`);
    for (const paint of this.painters) paint();
  }

  /** While the map is dragged: draw again before the edge of the drawings is seen. */
  keepEdgeAway() {
    const { map, origin, extent } = this;
    if (!origin || !extent || map.getZoom() !== this.zoom) return;
    const size = map.getSize();
    const near = size.multiplyBy(PAD / 3);
    const seen = map.containerPointToLayerPoint([0, 0]).subtract(origin);
    const isInside = seen.x >= near.x && seen.y >= near.y &&
      seen.x + size.x <= extent.x - near.x && seen.y + size.y <= extent.y - near.y;
    if (!isInside) this.redraw();
  }

  /** @param {ZoomEvent} event */
  animate({ zoom, center }) {
    if (!this.corner) return;
    const { map } = this;
    const scale = map.getZoomScale(zoom, this.zoom);
    const half = map.getSize().divideBy(2);
    const newOrigin = map.project(center, zoom).subtract(half);
    const panePosition = map.containerPointToLayerPoint([0, 0]);
    const offset = map.project(this.corner, zoom).subtract(newOrigin).add(panePosition);
    this.move(`translate3d(${offset.x}px,${offset.y}px,0) scale(${scale})`);
  }

  /** @param {string} transform */
  move(transform) {
    for (const layer of this.layers) layer.style.transform = transform;
  }

  remove() {
    for (const [names, handler] of Object.entries(this.events)) this.map.off(names, handler);
    for (const layer of this.layers) layer.remove();
  }
}
