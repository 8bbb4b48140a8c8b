// What stands around the shapes: coordinates at the edges, scale, tools and legend.

import { h, setText, show } from "../view/dom.js";
import { listen, setTrait } from "../view/model.js";
import { PAD } from "./canvas.js";
import { degreeLabel, graticuleStep, scaleLength } from "./geo.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { LeafletMap, Position } from "./geo.js" */
/** @import { Model } from "../view/model.js" */

/** Meridians and parallels on the canvas, and their labels at the edges of the map. */
export class Graticule {
  constructor(
    /** @type {LeafletMap} */ map,
    /** @type {MapCanvas} */ canvas,
    /** @type {SVGElement} */ labels,
  ) {
    this.map = map;
    this.canvas = canvas;
    this.labels = labels;
    this.lines = h("path", { class: "ogcw-map-graticule" });
    canvas.lowGroup("grid").append(this.lines);
    canvas.onRedraw(() => this.paint());
    this.onMove = () => this.label();
    map.on("move zoomend resize", this.onMove);
  }

  remove() {
    this.map.off("move zoomend resize", this.onMove);
  }

  paint() {
    const { map } = this;
    const view = map.getBounds().pad(PAD);
    const step = graticuleStep(map.getZoom(), 96);
    const [south, north] = [Math.max(view.getSouth(), -85), Math.min(view.getNorth(), 85)];
    const [west, east] = [view.getWest(), view.getEast()];
    let d = "";
    /**
     * @param {Position} from
     * @param {Position} to
     */
    const segment = (from, to) => {
      const [a, b] = [this.canvas.point(from), this.canvas.point(to)];
      d += `M${a.x.toFixed(1)},${a.y.toFixed(1)}L${b.x.toFixed(1)},${b.y.toFixed(1)}`;
    };
    for (const lng of multiples(west, east, step)) segment([lng, south], [lng, north]);
    for (const lat of multiples(south, north, step)) segment([west, lat], [east, lat]);
    this.lines.setAttribute("d", d);
    this.step = step;
    this.label();
  }

  label() {
    const { map, labels, step } = this;
    if (!step) return;
    const view = map.getBounds();
    const size = map.getSize();
    /** @type {[x: number, y: number, anchor: string, text: string][]} */
    const marks = [];
    for (const lng of multiples(view.getWest(), view.getEast(), step)) {
      const { x } = map.latLngToContainerPoint([view.getCenter().lat, lng]);
      if (x > 64 && x < size.x - 64) marks.push([x, 14, "middle", degreeLabel(lng, step, "lng")]);
    }
    for (
      const lat of multiples(Math.max(view.getSouth(), -85), Math.min(view.getNorth(), 85), step)
    ) {
      const { y } = map.latLngToContainerPoint([lat, view.getCenter().lng]);
      if (y > 28 && y < size.y - 56) {
        marks.push([size.x - 8, y + 4, "end", degreeLabel(lat, step, "lat")]);
      }
    }
    while (labels.childNodes.length > marks.length) labels.lastChild?.remove();
    while (labels.childNodes.length < marks.length) labels.append(h("text"));
    marks.forEach(([x, y, anchor, text], i) => {
      const node = labels.children[i];
      node.setAttribute("x", x.toFixed(1));
      node.setAttribute("y", y.toFixed(1));
      node.setAttribute("text-anchor", anchor);
      setText(node, text);
    });
  }
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} step
 */
function multiples(from, to, step) {
  const found = [];
  for (let i = Math.ceil(from / step); i * step <= to && found.length < 200; i += 1) {
    found.push(i * step);
  }
  return found;
}

/**
 * A quiet scale bar that follows the map.
 * @param {LeafletMap} map
 */
export function scaleBar(map) {
  const text = h("span", { class: "ogcw-map-scale-text" });
  const bar = h("span", { class: "ogcw-map-scale-bar" });
  const element = h("div", { class: "ogcw-map-scale", "aria-hidden": "true" }, bar, text);
  const update = () => {
    const half = map.getSize().y / 2;
    const [a, b] = [map.containerPointToLatLng([0, half]), map.containerPointToLatLng([100, half])];
    const metres = map.distance(a, b);
    show(element, metres > 0 && map.getZoom() >= 2);
    if (!(metres > 0)) return;
    const length = scaleLength(metres / 100, 90);
    bar.style.width = `${length.pixels.toFixed(0)}px`;
    setText(text, length.metres >= 1000 ? `${length.metres / 1000} km` : `${length.metres} m`);
  };
  map.on("moveend zoomend resize", update);
  update();
  return { element, remove: () => map.off("moveend zoomend resize", update) };
}

/** @type {Record<string, string>} */
const ICONS = {
  zoomIn: "M8 3v10M3 8h10",
  zoomOut: "M3 8h10",
  rectangle: "M2.5 4h11v8h-11z",
  polygon: "M3 6.5 8.5 2.5 13.5 7 11 13 4.5 12z",
  line: "M2.5 12.5 6.5 5l4 5 3-6.5",
  along: "M2 13.5h12M2.5 10 6 5.5l3.5 2.5L13.5 2.5",
  import: "M2 8h7.5M6.5 5l3 3-3 3M6.5 2.5h7v11h-7",
  point: "M8 14S3.5 9.5 3.5 6.5a4.5 4.5 0 0 1 9 0C12.5 9.5 8 14 8 14zM8 6.5h.01",
  edit: "M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3zM9 4.7l2.3 2.3",
  clear: "M4 4l8 8M12 4l-8 8",
  view:
    "M1.5 8s2.5-4.5 6.5-4.5S14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  fit: "M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3",
};

/**
 * @param {string} name
 * @param {string} label
 * @param {() => void} onclick
 */
export function toolButton(name, label, onclick) {
  const icon = h(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
    h("path", { d: ICONS[name] }),
  );
  return h("button", {
    type: "button",
    class: "ogcw-map-tool",
    title: label,
    "aria-label": label,
    onclick,
  }, icon);
}

/** @param {string} name */
export function legendSample(name) {
  return h("svg", {
    width: 22,
    height: 12,
    class: `ogcw-map-sample-${name}`,
    "aria-hidden": "true",
  }, h("path", { d: ["area", "along"].includes(name) ? "M1 6h20" : "M4 2h14v8h-14z" }));
}

/**
 * @param {string} name
 * @param {string} text
 */
export function legendEntry(name, text) {
  return h("span", { class: "ogcw-map-legend-entry" }, legendSample(name), text);
}

/**
 * What was taken from a file, and other things to know once; it can be put away.
 * @param {Model} model
 */
export function noticeLine(model) {
  const text = h("span", { dir: "auto" });
  const line = h(
    "div",
    { class: "ogcw-map-notice", hidden: true },
    h("span", { role: "status" }, text),
    h("button", {
      type: "button",
      class: "ogcw-map-notice-close",
      "aria-label": "Close this note",
      onclick: () => {
        setTrait(model, "notice", "");
        update();
      },
    }, "×"),
  );
  const update = () => {
    setText(text, model.get("notice") ?? "");
    show(line, text.textContent !== "");
  };
  update();
  listen(model, ["notice"], update);
  return line;
}

/** Switch a background off that cannot be reached, instead of failing at every move. */
export class TileWatch {
  constructor(
    /** @type {LeafletMap} */ map,
    /** @type {() => void} */ onChange,
  ) {
    this.map = map;
    this.onChange = onChange;
    /** @type {any[]} */
    this.failed = [];
    /** @type {Map<any, { good: number, bad: number }>} */
    this.counts = new Map();
    this.onLayer = (/** @type {{ layer: any }} */ event) => this.watch(event.layer);
    map.on("layeradd", this.onLayer);
    map.eachLayer((/** @type {any} */ layer) => this.watch(layer));
  }

  /** @param {any} layer */
  watch(layer) {
    if (!layer.getTileUrl || this.counts.has(layer)) return;
    const count = { good: 0, bad: 0 };
    this.counts.set(layer, count);
    const good = () => {
      count.good += 1;
      this.onChange();
    };
    const bad = () => {
      count.bad += 1;
      if (count.good || count.bad < 4 || !this.map.hasLayer(layer)) return;
      this.failed.push(layer);
      this.map.removeLayer(layer);
      this.onChange();
    };
    layer.on("tileload", good);
    layer.on("tileerror", bad);
    // Some may have come, or failed, before anybody looked.
    for (const tile of layer.getContainer()?.querySelectorAll("img.leaflet-tile") ?? []) {
      if (tile.complete) (tile.naturalWidth ? good : bad)();
    }
  }

  get shown() {
    return [...this.counts].some(([layer, { good }]) => good > 0 && this.map.hasLayer(layer));
  }

  /** Whether there is no background that could still come. */
  get isBare() {
    return ![...this.counts.keys()].some((layer) => this.map.hasLayer(layer));
  }

  retry() {
    for (const layer of this.failed.splice(0)) {
      Object.assign(this.counts.get(layer) ?? {}, { good: 0, bad: 0 });
      this.map.addLayer(layer);
    }
    this.onChange();
  }

  remove() {
    this.map.off("layeradd", this.onLayer);
  }
}
