// Rasters of the kernel on the map: tiles are asked for as they come into view, kept, and
// laid under each other until those of a new zoom are there.

import { h, setText, show } from "../view/dom.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { Box } from "./geo.js" */
/** @import { MapEvent } from "./features.js" */
/** @import { Model } from "../view/model.js" */

/**
 * @typedef {object} Legend
 * @property {string} kind
 * @property {string} title
 * @property {string} low
 * @property {string} high
 * @property {{ label: string, colour: string }[]} entries
 *
 * @typedef {{ id: string, title: string, bounds: Box, max_zoom: number, legend: Legend }} Raster
 * @typedef {{ key: string, layer: string, z: number, x: number, y: number, turn: number }} Tile
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
    this.text = h("div", {});
    this.values = h(
      "div",
      { class: "ogcw-map-values", role: "status", hidden: true },
      h("button", {
        type: "button",
        class: "ogcw-map-notice-close",
        "aria-label": "Close these values",
        onclick: () => show(this.values, false),
      }, "×"),
      this.text,
    );
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
          const key = `${raster.id}/${z}/${column}/${y}`;
          tiles.push({ key, layer: raster.id, z, x: column, y, turn: (x - column) / count });
        }
      }
    }
    return tiles;
  }

  paint() {
    const wanted = this.rasters.flatMap((raster) => this.seen(raster));
    const missing = wanted.filter(({ key }) => !this.cache.has(key));
    const ids = new Set(this.rasters.map(({ id }) => id));
    // Those of the zoom before stay below until all of the new ones are there.
    const kept = missing.length > 0
      ? [...this.drawn.values()].filter((tile) => ids.has(tile.layer))
      : [];
    const there = [...kept, ...wanted].filter(({ key }) => this.cache.get(key));
    this.drawn = new Map(there.map((tile) => [`${tile.key}/${tile.turn}`, tile]));
    /** @type {Map<string, SVGElement>} */
    const nodes = new Map();
    const order = this.rasters.map(({ id }) => id);
    const sorted = [...this.drawn].sort(([, a], [, b]) =>
      order.indexOf(a.layer) - order.indexOf(b.layer)
    );
    for (const [name, tile] of sorted) nodes.set(name, this.node(name, tile));
    this.nodes = nodes;
    this.group.replaceChildren(...nodes.values());
    if (!ids.size) show(this.values, false);
    this.ask(missing);
    this.forget(new Set(there.map(({ key }) => key)), ids);
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
    for (const { key, layer, z, x, y } of missing) {
      if (this.asked.size >= MOST_AT_ONCE) return;
      if (this.asked.has(key)) continue;
      this.asked.set(key, setTimeout(() => this.asked.delete(key), PATIENCE_MS));
      this.model.send({ type: "tile", layer, z, x, y });
    }
  }

  /**
   * @param {Set<string>} used
   * @param {Set<string>} layers
   */
  forget(used, layers) {
    for (const [key, url] of this.cache) {
      const isOver = !layers.has(key.split("/")[0]);
      if (!isOver && (this.cache.size <= MOST_KEPT || used.has(key))) continue;
      if (url) URL.revokeObjectURL(url);
      this.cache.delete(key);
    }
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    if (content.type === "values") return this.showValues(content);
    if (content.type !== "tile") return;
    const { layer, z, x, y } = content;
    const key = `${layer}/${z}/${x}/${y}`;
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
    if (isOver) this.model.send({ type: "values", lon: lng, lat });
  }

  /** @param {any} content */
  showValues({ lon, lat, rasters }) {
    const place = `${Math.abs(lat).toFixed(4)} ${lat < 0 ? "S" : "N"}, ` +
      `${Math.abs(lon).toFixed(4)} ${lon < 0 ? "W" : "E"}`;
    /** @type {{ title: string, values: [string, string][] }[]} */
    const shown = rasters;
    const title = h("strong", {});
    setText(title, place);
    this.text.replaceChildren(
      title,
      ...shown.flatMap((one) =>
        one.values.map(([name, value]) =>
          h(
            "div",
            {},
            h("span", {}, one.title === name ? name : `${one.title}, ${name}`),
            h("b", {}, value),
          )
        )
      ),
    );
    show(this.values, shown.length > 0);
  }

  /** The legend of the raster that lies on top. */
  legend() {
    const top = this.rasters.at(-1);
    if (!top) return [];
    const { kind, title, low, high, entries } = top.legend;
    if (kind === "ramp") {
      const ramp = h("span", { class: "ogcw-map-ramp" });
      ramp.style.backgroundImage = `linear-gradient(to right, ${
        entries.map(({ colour }) => colour).join(", ")
      })`;
      return [
        h(
          "div",
          { class: "ogcw-map-raster-legend" },
          h("span", {}, low),
          ramp,
          h("span", {}, high),
          h("span", {}, title),
        ),
      ];
    }
    const sample = (/** @type {string} */ colour) => {
      const square = h("span", { class: "ogcw-map-square" });
      square.style.backgroundColor = colour;
      return square;
    };
    return [
      h(
        "div",
        { class: "ogcw-map-raster-legend" },
        entries.slice(0, 16).filter(({ colour }) => colour).map(({ label, colour }) =>
          h("span", { class: "ogcw-map-legend-entry" }, sample(colour), label)
        ),
      ),
    ];
  }

  remove() {
    this.model.off("msg:custom", this.receive);
    for (const timer of this.asked.values()) clearTimeout(timer);
    this.forget(new Set(), new Set());
  }
}
