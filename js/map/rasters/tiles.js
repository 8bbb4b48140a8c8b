// Rasters of the kernel on the map: tiles are asked for as they come into view, kept, and
// laid under each other until those of a new zoom are there.

import { h } from "../../view/dom.js";
import { RasterSwipe } from "./swipe.js";
import { RasterValues } from "./values.js";

/** @import { MapCanvas } from "../canvas.js" */
/** @import { Box } from "../geo.js" */
/** @import { MapEvent } from "../features.js" */
/** @import { Model } from "../../view/model.js" */

/**
 * @typedef {object} Legend
 * @property {string} kind
 * @property {string} title
 * @property {string} low
 * @property {string} high
 * @property {{ label: string, colour: string }[]} entries
 * @property {boolean} has_holes Whether there are pixels without a value.
 *
 * @typedef {object} Raster
 * @property {string} id
 * @property {number} version Counts up when it is drawn in another way.
 * @property {string} title
 * @property {string} label
 * @property {Box} bounds
 * @property {number} max_zoom
 * @property {number} opacity
 * @property {Legend} legend
 *
 * @typedef {object} Tile
 * @property {string} key
 * @property {string} layer
 * @property {number} version
 * @property {number} z
 * @property {number} x
 * @property {number} y
 * @property {number} turn
 */

const SIZE = 256;
const MOST_AT_ONCE = 6;
const MOST_KEPT = 400;
const PATIENCE_MS = 40_000; // a kernel that was restarted never answers

export class RasterTiles {
  /**
   * @param {Model} model
   * @param {MapCanvas} canvas
   * @param {SVGGElement} group What the tiles are put into.
   */
  constructor(model, canvas, group) {
    this.model = model;
    this.canvas = canvas;
    this.map = canvas.map;
    this.group = group;
    /** Addresses of tiles by their key; empty where there is nothing. @type {Map<string, string>} */
    this.cache = new Map();
    /** @type {Map<string, ReturnType<typeof setTimeout>>} */
    this.asked = new Map();
    /** Those that are drawn until others are there. @type {Map<string, Tile>} */
    this.drawn = new Map();
    /** @type {Map<string, SVGElement>} */
    this.nodes = new Map();
    /** What the tiles of each raster are put into. @type {Map<string, SVGElement>} */
    this.layers = new Map();
    this.values = new RasterValues(model, canvas);
    this.swipe = new RasterSwipe(model, canvas, group);
    this.receive = this.receive.bind(this);
    model.on("msg:custom", this.receive);
  }

  /** @returns {Raster[]} */
  get rasters() {
    return this.model.get("rasters") ?? [];
  }

  /**
   * The tiles of a raster that are seen.
   * @param {Raster} raster
   * @returns {Tile[]}
   */
  seen(raster) {
    const { map } = this;
    const z = Math.max(0, Math.min(Math.round(map.getZoom()), raster.max_zoom));
    const [w, s, e, n] = raster.bounds;
    const count = 2 ** z;
    const view = map.getBounds();
    /** @type {Tile[]} */
    const tiles = [];
    for (const turn of this.canvas.turns(raster.bounds)) {
      const west = Math.max(w + turn, view.getWest());
      const east = Math.min(e + turn, view.getEast());
      const [south, north] = [Math.max(s, view.getSouth()), Math.min(n, view.getNorth())];
      if (west >= east || south >= north) continue;
      const a = map.project([north, west], z).divideBy(SIZE).floor();
      const b = map.project([south, east], z).divideBy(SIZE).floor();
      for (let y = Math.max(0, a.y); y <= Math.min(count - 1, b.y); y += 1) {
        for (let x = a.x; x <= b.x; x += 1) {
          const column = ((x % count) + count) % count;
          const { id: layer, version } = raster;
          const key = `${layer}.${version}/${z}/${column}/${y}`;
          tiles.push({ key, layer, version, z, x: column, y, turn: (x - column) / count });
        }
      }
    }
    return tiles;
  }

  paint() {
    const { rasters } = this;
    const wanted = rasters.flatMap((raster) => this.seen(raster));
    const missing = wanted.filter(({ key }) => !this.cache.has(key));
    // Those of the zoom or style before stay below until all of the new ones are there.
    const late = new Set(missing.map(({ layer }) => layer));
    /** @param {Tile} tile */
    const place = ({ layer, z, x, y, turn }) => `${layer}/${z}/${x}/${y}/${turn}`;
    const replaced = new Set(wanted.filter(({ key }) => this.cache.has(key)).map(place));
    const kept = [...this.drawn.values()].filter((tile) =>
      late.has(tile.layer) && !replaced.has(place(tile))
    );
    const there = [...kept, ...wanted].filter(({ key }) => this.cache.get(key));
    this.drawn = new Map(there.map((tile) => [`${tile.key}/${tile.turn}`, tile]));
    /** @type {Map<string, SVGElement>} */
    const nodes = new Map();
    for (const [name, tile] of this.drawn) nodes.set(name, this.node(name, tile));
    this.nodes = nodes;
    /** @type {Map<string, SVGElement>} */
    const layers = new Map();
    for (const { id, opacity } of rasters) {
      const layer = this.layers.get(id) ?? h("g", {});
      layer.style.opacity = String(opacity);
      const own = [...this.drawn].filter(([, tile]) => tile.layer === id);
      layer.replaceChildren(...own.map(([name]) => nodes.get(name)));
      layers.set(id, layer);
    }
    this.layers = layers;
    this.group.replaceChildren(...layers.values());
    this.swipe.paint(layers, rasters);
    this.values.paint(rasters.length > 0);
    this.forget(new Set(there.map(({ key }) => key)));
    this.ask(missing);
  }

  /**
   * @param {string} name
   * @param {Tile} tile
   */
  node(name, tile) {
    const { map } = this;
    const node = this.nodes.get(name) ??
      h("image", { href: this.cache.get(tile.key), preserveAspectRatio: "none" });
    const scale = map.getZoomScale(map.getZoom(), tile.z);
    const origin = map.getPixelOrigin();
    const side = SIZE * scale;
    node.setAttribute("x", String((tile.x + tile.turn * 2 ** tile.z) * side - origin.x));
    node.setAttribute("y", String(tile.y * side - origin.y));
    node.setAttribute("width", String(side));
    node.setAttribute("height", String(side));
    // Beyond full resolution the pixels of the file are seen as they are.
    node.style.imageRendering = scale > 1.5 ? "pixelated" : "";
    return node;
  }

  /**
   * Ask for tiles that are seen; those that were not asked for yet are forgotten.
   * @param {Tile[]} missing
   */
  ask(missing) {
    for (const { key, layer, version, z, x, y } of missing) {
      if (this.asked.size >= MOST_AT_ONCE) return;
      if (this.asked.has(key)) continue;
      this.asked.set(key, setTimeout(() => this.asked.delete(key), PATIENCE_MS));
      this.model.send({ type: "tile", layer, version, z, x, y });
    }
  }

  /**
   * Let go of what is no longer drawn, and of answers that nobody waits for.
   * @param {Set<string>} used
   */
  forget(used) {
    const current = new Set(this.rasters.map(({ id, version }) => `${id}.${version}`));
    const isOver = (/** @type {string} */ key) => !current.has(key.split("/")[0]);
    for (const [key, url] of this.cache) {
      if (used.has(key) || (!isOver(key) && this.cache.size <= MOST_KEPT)) continue;
      if (url) URL.revokeObjectURL(url);
      this.cache.delete(key);
    }
    for (const [key, timer] of this.asked) {
      if (!isOver(key)) continue;
      clearTimeout(timer);
      this.asked.delete(key);
    }
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    if (content.type !== "tile") return;
    const { layer, version, z, x, y } = content;
    const key = `${layer}.${version}/${z}/${x}/${y}`;
    clearTimeout(this.asked.get(key));
    this.asked.delete(key);
    if (!this.cache.has(key)) {
      const png = buffers?.[0];
      const url = png?.byteLength
        ? URL.createObjectURL(
          new Blob([/** @type {any} */ (png)], { type: "image/png" }),
        )
        : "";
      this.cache.set(key, url);
      if (content.failed) setTimeout(() => this.cache.delete(key), PATIENCE_MS);
    }
    this.paint();
  }

  /**
   * Ask for the values where the mouse has clicked on a raster.
   * @param {MapEvent} event
   */
  click({ latlng: { lat, lng } }) {
    const isOver = this.rasters.some(({ bounds: [w, s, e, n] }) =>
      lat >= s && lat <= n && [0, -360, 360].some((turn) => lng + turn >= w && lng + turn <= e)
    );
    if (isOver) this.values.ask(lng, lat);
  }

  /** The legend of what lies on top, or of both that are compared if these differ. */
  legend() {
    const pair = this.swipe.pair(this.rasters);
    const shown = pair.length ? pair : this.rasters.slice(-1);
    const differ = new Set(shown.map(({ legend }) => JSON.stringify(legend))).size > 1;
    return (differ ? shown : shown.slice(-1)).map(({ label, legend }) =>
      h(
        "div",
        { class: "ogcw-map-raster-legend" },
        differ && h("span", { class: "ogcw-map-legend-soft" }, label),
        entriesOf(legend),
      )
    );
  }

  remove() {
    this.model.off("msg:custom", this.receive);
    for (const timer of this.asked.values()) clearTimeout(timer);
    for (const url of this.cache.values()) if (url) URL.revokeObjectURL(url);
    this.cache.clear();
    this.values.remove();
    this.swipe.remove();
  }
}

/** @param {Legend} legend */
function entriesOf({ kind, title, low, high, entries, has_holes }) {
  if (kind === "ramp") {
    const ramp = h("span", { class: "ogcw-map-ramp" });
    const stops = entries.map(({ colour }) => colour).join(", ");
    ramp.style.backgroundImage = `linear-gradient(to right, ${stops})`;
    return [h("span", {}, low), ramp, h("span", {}, high), h("span", {}, title)];
  }
  const sample = (/** @type {string} */ colour) => {
    const square = h("span", { class: "ogcw-map-square" });
    square.style.backgroundColor = colour;
    return square;
  };
  const shown = entries.filter(({ colour }) => colour);
  const most = kind === "classes" ? 16 : 3;
  return [
    ...shown.slice(0, most).map(({ label, colour }) =>
      h("span", { class: "ogcw-map-legend-entry" }, sample(colour), label)
    ),
    shown.length > most && `and ${shown.length - most} more`,
    kind === "classes" && has_holes && h(
      "span",
      { class: "ogcw-map-legend-entry" },
      h("span", { class: "ogcw-map-square ogcw-map-hatched" }),
      "no data",
    ),
  ];
}
