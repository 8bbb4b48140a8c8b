// Footprints of results, outlines of scenes and their pictures, drawn on the canvas.

import { h, setText, show } from "../view/dom.js";
import { setTrait } from "../view/model.js";
import { OutlineCanvas } from "./outlines/outline_canvas.js";
import { Outlines } from "./outlines/outlines.js";

/** @import { MapCanvas } from "./canvas.js" */
/** @import { Box, Feature } from "./geo.js" */
/** @import { Model } from "../view/model.js" */

/**
 * What Leaflet says of the mouse.
 * @typedef {object} MapEvent
 * @property {{ lat: number, lng: number }} latlng
 * @property {{ x: number, y: number }} containerPoint
 */

export class Features {
  /**
   * @param {Model} model
   * @param {MapCanvas} canvas
   * @param {SVGGElement} pictures The group that pictures are put into.
   * @param {object} does
   * @param {() => boolean} does.isQuiet Whether the mouse belongs to somebody else.
   * @param {(event: MapEvent) => string} does.below What lies below all footprints, in words.
   */
  constructor(model, canvas, pictures, { isQuiet, below }) {
    this.model = model;
    this.canvas = canvas;
    this.map = canvas.map;
    this.pictures = pictures;
    this.isQuiet = isQuiet;
    this.below = below;
    this.contextGroup = canvas.group("context");
    this.chosenGroup = canvas.group("footprints");
    this.items = new OutlineCanvas(canvas);
    this.outlines = new Outlines({});
    this.tip = h("div", { class: "ogcw-map-tip", hidden: true });
  }

  /** Take footprints that came from Python. */
  read() {
    const outlines = this.outlines = new Outlines(this.model.get("footprints"));
    outlines.named.then(() => {
      if (outlines === this.outlines) this.paintChosen();
    });
    this.look();
  }

  /** Take which of them are drawn, and in which colours. */
  look() {
    this.outlines.keep(this.model.get("kept"));
    this.outlines.colour(this.model.get("colours"));
  }

  paint() {
    this.paintScenes();
    this.paintPictures();
    this.paintChosen();
  }

  paintScenes() {
    const marked = new Set(this.model.get("marked"));
    /**
     * @param {Feature} feature
     * @param {string} name
     */
    const path = ({ geometry }, name) => h("path", { class: name, d: this.canvas.path(geometry) });
    /** @type {Feature[]} */
    const scenes = this.model.get("context");
    this.contextGroup.replaceChildren(
      ...scenes.filter((f) => !marked.has(f.id)).map((f) => path(f, "ogcw-map-scene")),
      ...scenes.filter((f) => marked.has(f.id)).map((f) =>
        path(f, "ogcw-map-scene ogcw-map-marked")
      ),
    );
  }

  /** The one that is selected is drawn once more, over all others. */
  paintChosen() {
    const { model, canvas, outlines } = this;
    const at = outlines.ids.indexOf(model.get("selected"));
    const d = at < 0 || !outlines.isKept(at) ? "" : canvas.path(outlines.geometry(at));
    const classes = ["ogcw-map-casing", "ogcw-map-selected"];
    this.chosenGroup.replaceChildren(
      ...(d ? classes.map((name) => h("path", { class: name, d })) : []),
    );
  }

  paintPictures() {
    const { model } = this;
    /** @type {{ url: string, bounds: Box }[]} */
    const pictures = model.get("pictures");
    this.pictures.replaceChildren(...pictures.flatMap((picture) => this.canvas.images(picture)));
    // A picture is looked at: nothing is laid over it but lines.
    const isPictured = pictures.length > 0 || model.get("rasters").length > 0;
    this.chosenGroup.classList.toggle("ogcw-map-unfilled", isPictured);
    this.items.paint(this.outlines, !isPictured);
  }

  /** @param {MapEvent} event */
  under({ latlng }) {
    if (!this.outlines.ids.length) return [];
    const pixels = this.map.options.crs.scale(this.map.getZoom());
    return this.outlines.under([latlng.lng, latlng.lat], pixels);
  }

  /**
   * Select what was clicked; where several lie on each other, the next one each time.
   * @param {MapEvent} event
   * @returns {boolean} Whether anything lay there.
   */
  click(event) {
    const found = this.under(event);
    if (!found.length) return false;
    const { ids } = this.outlines;
    const at = found.findIndex((shape) => ids[shape] === this.model.get("selected"));
    setTrait(this.model, "selected", ids[found[(at + 1) % found.length]]);
    this.hover(event);
    return true;
  }

  /**
   * Say what lies under the mouse.
   * @param {MapEvent} event
   */
  hover(event) {
    // While the map is dragged the same lies under the mouse all the time.
    const isQuiet = this.isQuiet() || this.map.dragging?.moving();
    const found = isQuiet ? [] : this.under(event);
    const words = found.length ? this.words(found) : isQuiet ? "" : this.below(event);
    this.map.getContainer().classList.toggle("ogcw-map-over", words !== "");
    show(this.tip, words !== "");
    if (!words) return;
    setText(this.tip, words);
    const { x, y } = event.containerPoint;
    const right = x > this.map.getSize().x / 2;
    this.tip.style.transform = `translate(${x}px, ${y}px) translate(${
      right ? "calc(-100% - 12px)" : "14px"
    }, 14px)`;
  }

  /** @param {number[]} found */
  words(found) {
    const at = Math.max(
      0,
      found.findIndex((shape) => this.outlines.ids[shape] === this.model.get("selected")),
    );
    const more = found.length > 1 ? ` (${at + 1} of ${found.length} here)` : "";
    return `${this.outlines.label(found[at])}${more}`;
  }

  remove() {
    this.items.remove();
  }
}
