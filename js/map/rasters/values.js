// The values of rasters where somebody has clicked, and a mark at that place.

import { h, setText, show } from "../../view/dom.js";

/** @import { MapCanvas } from "../canvas.js" */
/** @import { Model } from "../../view/model.js" */

/**
 * @typedef {{ name: string, text: string, colour: string }} Value
 * @typedef {{ title: string, values: Value[] }} ValuesOf
 */

export class RasterValues {
  /**
   * @param {Model} model
   * @param {MapCanvas} canvas
   */
  constructor(model, canvas) {
    this.model = model;
    this.canvas = canvas;
    this.map = canvas.map;
    this.mark = canvas.group("mark");
    /** Where they were read. @type {[lng: number, lat: number] | null} */
    this.place = null;
    this.text = h("div", { role: "status" });
    const close = h("button", {
      type: "button",
      class: "ogcw-map-notice-close",
      "aria-label": "Close these values",
      onclick: () => {
        this.close();
        this.map.getContainer().focus({ preventScroll: true });
      },
    }, "×");
    this.element = h("div", { class: "ogcw-map-values", hidden: true }, close, this.text);
    this.receive = this.receive.bind(this);
    this.press = this.press.bind(this);
    model.on("msg:custom", this.receive);
    this.element.addEventListener("keydown", this.press);
    this.map.getContainer().addEventListener("keydown", this.press);
  }

  /**
   * @param {number} lng
   * @param {number} lat
   */
  ask(lng, lat) {
    this.model.send({ type: "values", lon: lng, lat });
  }

  /** Read them once more where they were read: something else is drawn there now. */
  again() {
    if (this.place) this.ask(...this.place);
  }

  /** @param {any} content */
  receive(content) {
    if (content.type !== "values") return;
    const { lon, lat } = content;
    /** @type {ValuesOf[]} */
    const rasters = content.rasters;
    const title = h("strong", {});
    setText(title, placeText(lon, lat));
    this.text.replaceChildren(title, ...rasters.flatMap((one) => rowsOf(one, rasters.length > 1)));
    this.place = rasters.length ? [lon, lat] : null;
    show(this.element, rasters.length > 0);
    this.paint(true);
  }

  /** @param {boolean} hasRasters */
  paint(hasRasters) {
    if (!hasRasters) this.place = null;
    if (!this.place) show(this.element, false);
    const { place, canvas } = this;
    const points = place
      ? canvas.turns([place[0], place[1], place[0], place[1]])
        .map((turn) => canvas.point([place[0] + turn, place[1]]))
      : [];
    this.mark.replaceChildren(
      ...points.map(({ x, y }) => h("circle", { cx: x, cy: y, r: 5, class: "ogcw-map-read" })),
    );
  }

  close() {
    this.place = null;
    this.paint(true);
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.key !== "Escape" || !this.place) return;
    event.stopPropagation();
    this.close();
  }

  remove() {
    this.model.off("msg:custom", this.receive);
    this.map.getContainer().removeEventListener("keydown", this.press);
  }
}

/**
 * @param {number} lon
 * @param {number} lat
 */
function placeText(lon, lat) {
  const turned = ((lon + 180) % 360 + 360) % 360 - 180;
  return `${Math.abs(lat).toFixed(4)} ${lat < 0 ? "S" : "N"}, ` +
    `${Math.abs(turned).toFixed(4)} ${turned < 0 ? "W" : "E"}`;
}

/**
 * One row for each band; of several rasters with one band each, one for each raster.
 * @param {ValuesOf} raster
 * @param {boolean} isOneOfSeveral
 */
function rowsOf({ title, values }, isOneOfSeveral) {
  const isHeaded = isOneOfSeveral && values.length > 1;
  const rows = values.map(({ name, text, colour }) => {
    const square = colour && h("span", { class: "ogcw-map-square" });
    if (square) square.style.backgroundColor = colour;
    const label = isOneOfSeveral && !isHeaded ? title : name;
    return h("div", {}, h("span", {}, label), h("b", {}, square, text));
  });
  return isHeaded ? [h("div", { class: "ogcw-map-values-of" }, title), ...rows] : rows;
}
