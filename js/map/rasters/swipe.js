// Two rasters beside each other: a line on the map that is dragged, left and right of which
// one of them is seen. Their tiles are cut, not fetched again.

import { h, setText, show, uniqueId } from "../../view/dom.js";
import { follow } from "./drag.js";

/** @import { MapCanvas } from "../canvas.js" */
/** @import { Model } from "../../view/model.js" */
/** @import { Raster } from "./tiles.js" */

const FAR = 1e6; // beyond everything that is drawn, in pixels

export class RasterSwipe {
  /**
   * @param {Model} model
   * @param {MapCanvas} canvas
   * @param {SVGElement} group What the rasters are drawn into.
   */
  constructor(model, canvas, group) {
    this.model = model;
    this.map = canvas.map;
    this.share = 0.5; // of the width of the map
    this.isOn = false;
    const cut = (/** @type {string} */ name) => {
      const id = uniqueId(`cut-${name}`);
      const rect = h("rect", { y: -FAR, height: 2 * FAR, width: FAR });
      group.before(h("clipPath", { id, clipPathUnits: "userSpaceOnUse" }, rect));
      return { id, rect };
    };
    this.cuts = [cut("left"), cut("right")];
    const label = (/** @type {string} */ side) =>
      h("div", { class: `ogcw-map-swipe-label ogcw-map-swipe-${side}` });
    this.labels = [label("left"), label("right")];
    this.handle = h("div", {
      class: "ogcw-map-swipe-handle",
      role: "slider",
      tabindex: "0",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
      "aria-orientation": "horizontal",
    }, h("span", { "aria-hidden": "true" }, "↔"));
    const close = h("button", {
      type: "button",
      class: "ogcw-map-swipe-close",
      "aria-label": "End the comparison",
      title: "End the comparison",
      onclick: () => {
        model.send({ type: "together" });
        this.map.getContainer().focus({ preventScroll: true });
      },
    }, "×");
    this.element = h(
      "div",
      { class: "ogcw-map-swipe", hidden: true },
      ...this.labels,
      close,
      this.handle,
    );
    this.handle.addEventListener("pointerdown", (event) => this.grab(event));
    this.handle.addEventListener("keydown", (event) => this.press(event));
    this.place = this.place.bind(this);
    this.map.on("move zoomend resize viewreset", this.place);
  }

  /**
   * The rasters left and right of the line; none if nothing is compared.
   * @param {Raster[]} rasters
   */
  pair(rasters) {
    /** @type {string[]} */
    const ids = this.model.get("swipe") ?? [];
    const found = ids.map((id) => rasters.find((raster) => raster.id === id));
    return found.length === 2 ? found.filter((raster) => raster !== undefined) : [];
  }

  /**
   * @param {Map<string, SVGElement>} layers
   * @param {Raster[]} rasters
   */
  paint(layers, rasters) {
    const pair = this.pair(rasters);
    const isOn = pair.length === 2;
    if (isOn && !this.isOn) this.share = 0.5;
    this.isOn = isOn;
    for (const layer of layers.values()) layer.removeAttribute("clip-path");
    show(this.element, isOn);
    if (!isOn) return;
    pair.forEach(({ id, label, title }, side) => {
      layers.get(id)?.setAttribute("clip-path", `url(#${this.cuts[side].id})`);
      setText(this.labels[side], label || title);
    });
    const [left, right] = pair.map(({ label, title }) => label || title);
    this.handle.setAttribute("aria-label", `Line between ${left} and ${right}`);
    this.place();
  }

  /** Put the line and the edges of the rasters to where they belong on the screen. */
  place() {
    if (!this.isOn) return;
    const { map, share } = this;
    const x = Math.round(share * map.getSize().x);
    const edge = map.containerPointToLayerPoint([x, 0]).x;
    this.cuts[0].rect.setAttribute("x", String(edge - FAR));
    this.cuts[1].rect.setAttribute("x", String(edge));
    this.element.style.left = `${x}px`;
    const percent = Math.round(share * 100);
    this.handle.setAttribute("aria-valuenow", String(percent));
    this.handle.setAttribute("aria-valuetext", `${percent} % from the left`);
  }

  /** @param {number} share */
  move(share) {
    this.share = Math.min(1, Math.max(0, share));
    this.place();
  }

  /** @param {PointerEvent} event */
  grab(event) {
    this.handle.focus({ preventScroll: true });
    follow(event, ({ clientX }) => {
      const box = this.map.getContainer().getBoundingClientRect();
      this.move((clientX - box.left) / box.width);
    });
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    /** @type {Record<string, number>} */
    const steps = {
      ArrowLeft: -0.02,
      ArrowRight: 0.02,
      ArrowDown: -0.02,
      ArrowUp: 0.02,
      PageDown: -0.1,
      PageUp: 0.1,
      Home: -1,
      End: 1,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(this.share + step);
  }

  remove() {
    this.map.off("move zoomend resize viewreset", this.place);
  }
}
