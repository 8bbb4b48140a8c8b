// What can be done with the selected item, below the rows: all its files, and notes.

import { h, linkButton, setText, show } from "../../view/dom.js";
import { copyButton } from "../../view/files.js";
import { listen } from "../../view/model.js";
import { openFile } from "../../view/opening.js";
import { refill } from "../../view/rows.js";
import { bytes } from "../../view/text.js";

/** @import { Model } from "../../view/model.js" */

/**
 * A file of an item; `path` is what is copied, `href` its address on the web.
 * @typedef {object} Asset
 * @property {string} key
 * @property {string} label
 * @property {string} title
 * @property {string} kind
 * @property {number | null} size
 * @property {string} href
 * @property {boolean} opens Whether a browser shows such files.
 * @property {string} path
 * @property {boolean} reachable
 * @property {string} why_not Why it is not reachable.
 */

/** @typedef {{ text: string, bad: boolean }} Note */

export class ItemDetails {
  /**
   * @param {Model} model
   * @param {() => void} onChange Called when it is opened or closed.
   */
  constructor(model, onChange) {
    this.model = model;
    this.onChange = onChange;
    this.isOpen = false;
    this.name = h("strong", { class: "ogcw-items-detail-name" });
    this.files = h("ul", { class: "ogcw-items-list" });
    this.note = h("div", { class: "ogcw-items-note" });
    const close = h("button", {
      type: "button",
      class: "ogcw-link ogcw-items-close",
      "aria-label": "close details",
      onclick: () => this.open(false),
    }, "×");
    this.body = h("div", {}, h("div", { class: "ogcw-items-detail-head" }, this.name, close));
    this.missing = h("p", { class: "ogcw-hint ogcw-items-missing" });
    this.body.append(this.files, this.missing);
    this.element = h(
      "section",
      { class: "ogcw-items-details", "aria-label": "Selected item" },
      this.body,
      this.note,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.isOpen) return;
      event.stopPropagation();
      this.open(false);
    });
    this.stops = [listen(model, ["details", "notes", "busy", "can"], () => this.draw())];
    this.draw();
  }

  remove() {
    for (const stop of this.stops) stop();
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.isOpen = isOpen;
    this.draw();
    this.onChange();
  }

  draw() {
    const { model } = this;
    const details = model.get("details");
    /** @type {Note | undefined} */
    const note = model.get("notes")[details.id];
    setText(this.name, details.label);
    setText(this.missing, details.note);
    show(this.missing, details.note);
    const can = model.get("can");
    const files = details.files ?? [];
    refill(
      this.files,
      [details.id, files, can],
      () =>
        files.length
          ? files.map((/** @type {Asset} */ asset) => this.file(details.id, asset))
          : [h("li", { class: "ogcw-hint" }, "no files")],
    );
    setText(this.note, note?.text);
    this.note.className = `ogcw-items-note ${note?.bad ? "ogcw-error" : "ogcw-hint"}`;
    this.note.setAttribute("role", note?.bad ? "alert" : "status");
    show(this.body, this.isOpen && details.id);
    show(this.note, note);
    show(this.element, (this.isOpen && details.id) || note);
  }

  /**
   * @param {string} id
   * @param {Asset} asset
   */
  file(id, asset) {
    const facts = [asset.title, asset.kind, bytes(asset.size ?? NaN)].filter(Boolean);
    return h(
      "li",
      {},
      h("span", { class: "ogcw-items-asset" }, asset.label),
      h("span", { class: "ogcw-hint" }, facts.join(", ")),
      h("span", { class: "ogcw-items-links" }, this.links(id, asset)),
    );
  }

  /**
   * @param {string} id
   * @param {Asset} asset
   */
  links(id, asset) {
    const { model } = this;
    const nodes = [];
    if (asset.reachable && model.get("can").includes("download")) {
      const download = () => model.send({ type: "download", id, key: asset.key });
      nodes.push(
        linkButton("download", download, { "aria-label": `download ${asset.key} of ${id}` }),
      );
    }
    if (model.get("can").includes("open")) {
      const open = () =>
        void openFile(model, { type: "open", id, key: asset.key }, name, asset.href);
      const name = asset.title || asset.label;
      const label = { "aria-label": `open ${asset.key} of ${id}` };
      if (asset.opens) nodes.push(linkButton("open", open, label));
    } else if (asset.href) {
      const target = { target: "_blank", rel: "noopener noreferrer" };
      nodes.push(h("a", { class: "ogcw-link", href: asset.href, ...target }, "open"));
    }
    if (asset.path) {
      const what = asset.href ? "copy link" : "copy path";
      const label = `${what} of ${asset.key} of ${id}`;
      nodes.push(copyButton(what, () => asset.path, { "aria-label": label }));
    }
    if (!asset.reachable && asset.why_not) {
      nodes.push(h("span", { class: "ogcw-items-why" }, asset.why_not));
    }
    return nodes;
  }
}
