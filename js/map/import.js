// An area from elsewhere: pasted text, a file from the computer, a file dropped on the
// map. The text and the bytes are read in Python.

import { h, holds, setText, show } from "../view/dom.js";
import { sendFile } from "../view/files.js";
import { bytes } from "../view/text.js";

/** @import { LeafletMap } from "./geo.js" */
/** @import { Model } from "../view/model.js" */

const MAP_FILE_LIMIT = 64 * 1024 * 1024;
const MAP_FILE_TYPES = ".geojson,.json,.geojsonl,.gpkg,.zip,.shp,.kml,.kmz,.wkt,.txt";

export class ImportPanel {
  /**
   * @param {{ model: Model, map: LeafletMap, button: HTMLElement, drop: HTMLElement }} options
   *   A file may be dropped on `drop`; `button` shows and hides the panel.
   */
  constructor({ model, map, button, drop }) {
    this.model = model;
    this.map = map;
    this.button = button;
    this.text = h("textarea", {
      class: "ogcw-input ogcw-map-paste",
      rows: 3,
      spellcheck: "false",
      placeholder: "Paste GeoJSON, well-known text, or west, south, east, north",
      "aria-label": "Area as text: GeoJSON, well-known text, or west, south, east, north",
    });
    this.use = h("button", {
      type: "button",
      class: "ogcw-btn",
      disabled: true,
      onclick: () => this.paste(),
    }, "Use this text");
    this.picker = h("input", {
      type: "file",
      class: "ogcw-visually-hidden",
      tabindex: "-1",
      "aria-hidden": "true",
      accept: MAP_FILE_TYPES,
      onchange: () => this.upload(this.picker.files?.[0]),
    });
    const pick = h("button", {
      type: "button",
      class: "ogcw-btn",
      onclick: () => this.picker.click(),
    }, "Choose a file");
    const close = h("button", {
      type: "button",
      class: "ogcw-link",
      onclick: () => this.toggle(false),
    }, "Close");
    this.said = h("div", { class: "ogcw-hint", role: "status" });
    this.element = h(
      "div",
      {
        class: "ogcw-map-import",
        role: "group",
        "aria-label": "Area from text or a file",
        hidden: true,
      },
      this.text,
      h("div", { class: "ogcw-map-import-row" }, this.use, pick, this.picker, close),
      h(
        "div",
        { class: "ogcw-hint" },
        "Files: GeoJSON, GeoPackage, zipped shapefile, KML, KMZ. They can also be dropped on the map.",
      ),
      this.said,
    );
    model.onSilence?.(() => setText(this.said, ""));
    this.text.addEventListener("input", () => {
      this.use.disabled = this.text.value.trim() === "";
    });
    for (const name of ["mousedown", "dblclick", "click", "wheel", "pointerdown"]) {
      this.element.addEventListener(name, (event) => event.stopPropagation());
    }
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.toggle(false);
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.paste();
    });
    this.ending = new AbortController();
    const { signal } = this.ending;
    drop.addEventListener("dragover", (event) => {
      if (!this.takes(event)) return;
      event.preventDefault();
      drop.classList.add("ogcw-map-dropping");
    }, { signal });
    drop.addEventListener("dragleave", (event) => {
      if (!holds(drop, event.relatedTarget)) drop.classList.remove("ogcw-map-dropping");
    }, { signal });
    drop.addEventListener("drop", (event) => {
      if (!this.takes(event)) return;
      event.preventDefault();
      event.stopPropagation();
      drop.classList.remove("ogcw-map-dropping");
      this.upload(event.dataTransfer?.files[0]);
    }, { signal });
  }

  /** @param {DragEvent} event */
  takes(event) {
    return this.model.get("tools").length > 0 &&
      [...(event.dataTransfer?.types ?? [])].includes("Files");
  }

  toggle(open = this.element.hidden) {
    show(this.element, open);
    this.button.setAttribute("aria-expanded", String(open));
    setText(this.said, "");
    if (open) this.text.focus();
    else this.button.focus();
  }

  paste() {
    if (this.text.value.trim() === "") return;
    this.model.send({ type: "paste", text: this.text.value });
  }

  /** @param {File | undefined} file */
  async upload(file) {
    this.picker.value = "";
    if (!file) return;
    if (file.size > MAP_FILE_LIMIT) {
      this.model.set(
        "problem",
        `${file.name} has ${bytes(file.size)}; at most ${
          bytes(MAP_FILE_LIMIT)
        } are read. Keep only the features of the area in it.`,
      );
      this.model.save_changes();
      return;
    }
    setText(this.said, `Reading ${file.name} …`);
    await sendFile(file, (part) => this.model.send({ type: "upload", ...part }));
  }

  /**
   * Python took it (or not, and says so in the line of problems).
   * @param {boolean} isGood
   */
  answered(isGood) {
    setText(this.said, "");
    if (!isGood || this.element.hidden) return;
    this.text.value = "";
    this.use.disabled = true;
    this.toggle(false);
  }

  remove() {
    this.ending.abort();
  }
}
