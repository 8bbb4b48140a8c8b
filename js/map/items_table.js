// Result items as rows. A row is selected by a click or with the arrow keys; what can be
// done with an item stands in the row itself.

import { elementsOf, focusedElement, h, linkButton, setText, show } from "../view/dom.js";
import { copyButton, saveFile } from "../view/files.js";
import { listen, setTrait } from "../view/model.js";
import { keepRows, refill } from "../view/rows.js";
import { bytes } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import style from "./items_table.css" with { type: "text" };

/** @import { Model } from "../view/model.js" */

/**
 * A file of an item; `path` is what is copied, and `href` what can be opened.
 * @typedef {object} Asset
 * @property {string} key
 * @property {string} label
 * @property {string} title
 * @property {string} kind
 * @property {number | null} size
 * @property {string} href
 * @property {string} path
 * @property {boolean} picture
 * @property {boolean} reachable
 * @property {string} why_not Why it is not reachable.
 */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} label
 * @property {string} date
 * @property {string[]} numbers
 * @property {Asset[]} assets
 * @property {boolean} preview
 */

/** @typedef {{ text: string, bad: boolean, files: string[] }} Note */

/**
 * Files besides the main one; pictures are what "preview" shows.
 * @param {Row} row
 */
function otherFiles(row) {
  return row.assets.slice(1).filter((asset) => !asset.picture);
}

/** @param {Row} row */
function itemAssetText(row) {
  const [first] = row.assets;
  const others = otherFiles(row);
  if (!first) return "no files";
  const facts = [first.kind, bytes(first.size ?? NaN)].filter(Boolean).join(", ");
  const more = others.length ? ` + ${others.length} more` : "";
  return `${first.label}${facts ? ` (${facts})` : ""}${more}`;
}

class ItemsTableView {
  constructor(
    /** @type {Model} */ model,
    /** @type {HTMLElement} */ el,
  ) {
    this.model = model;
    this.el = el;
    /** Rows and files that are unfolded. @type {Set<string>} */
    this.open = new Set();
    this.count = h("p", { class: "ogcw-items-count" });
    this.head = h("tr", {});
    this.body = h("tbody", {});
    this.table = h(
      "table",
      { class: "ogcw-table ogcw-items", role: "grid", "aria-label": "Result items" },
      h("thead", {}, this.head),
      this.body,
    );
    this.empty = h("p", { class: "ogcw-hint ogcw-items-empty" });
    this.frame = h("div", { class: "ogcw-items-scroll" }, this.table);
    el.append(
      this.count,
      this.frame,
      this.empty,
      problemLine(model),
    );
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.stops = [
      listen(model, ["rows", "columns", "total", "can", "empty"], () => this.build()),
      listen(model, ["selected"], () => this.markSelected(true)),
      listen(model, ["previewed", "busy", "notes"], () => this.build()),
    ];
    this.onFile = saveFile;
    model.on("msg:custom", this.onFile);
    this.build();
  }

  remove() {
    for (const stop of this.stops) stop();
    this.model.off("msg:custom", this.onFile);
  }

  build() {
    const { model } = this;
    /** @type {Row[]} */
    const rows = model.get("rows");
    const focused = this.focusedPlace();
    const titles = ["item", "date", "assets", ...model.get("columns")];
    const classes = ["", "ogcw-items-date", "ogcw-items-assets"];
    refill(this.head, titles, () => [
      ...titles.map((title, i) =>
        h("th", { scope: "col", class: classes[i] ?? "ogcw-items-number" }, title)
      ),
      h("th", { scope: "col" }, h("span", { class: "ogcw-visually-hidden" }, "actions")),
    ]);
    this.keepHeight(rows.length === 0 && model.get("empty") === "");
    const parts = rows.flatMap((row) => this.rowParts(row, titles.length + 1));
    const nodes = keepRows(this.body, parts);
    parts.forEach((part, i) => part.fill(nodes[i]));
    show(this.table, rows.length > 0);
    setText(this.empty, model.get("empty"));
    show(this.empty, rows.length === 0 && model.get("empty") !== "");
    const total = model.get("total");
    setText(this.count, total > rows.length ? `The first ${rows.length} of ${total} items.` : "");
    show(this.count, total > rows.length);
    this.markSelected(false);
    this.restoreFocus(focused);
  }

  /**
   * Between two jobs the place of the rows stays, so that nothing below it jumps.
   * @param {boolean} waiting
   */
  keepHeight(waiting) {
    const { frame } = this;
    frame.style.minHeight = waiting ? `${frame.offsetHeight}px` : "";
  }

  /**
   * The line of an item, and what stands below it: all its files, a note.
   * @param {Row} row
   * @param {number} width
   */
  rowParts(row, width) {
    const { model } = this;
    /**
     * @param {string} name
     * @param {unknown} facts
     * @param {() => Node} content
     */
    const more = (name, facts, content) => ({
      key: JSON.stringify([row.id, width, name]),
      make: () => h("tr", { class: "ogcw-items-more" }, h("td", { colspan: width })),
      fill: (/** @type {HTMLElement} */ line) =>
        refill(elementsOf(line)[0], facts, () => [content()]),
    });
    const { busy, previewed, can, notes } = Object.fromEntries(
      ["busy", "previewed", "can", "notes"].map((name) => [name, model.get(name)]),
    );
    const unfolded = [...this.open].filter((one) => one === row.id || one.startsWith(`${row.id}/`));
    const state = [row.assets, row.preview, can, unfolded];
    const note = notes[row.id];
    return [
      {
        key: JSON.stringify([row.id, width]),
        make: () => this.emptyLine(row.id, width),
        fill: (/** @type {HTMLElement} */ line) =>
          this.fillLine(line, row, [state, busy[row.id], previewed.includes(row.id)]),
      },
      this.open.has(row.id) ? more("files", state, () => this.assetList(row)) : null,
      note ? more("note", note, () => this.noteLine(row, note)) : null,
    ].filter((part) => part !== null);
  }

  /**
   * @param {string} id
   * @param {number} width
   */
  emptyLine(id, width) {
    const names = ["ogcw-items-name", "ogcw-items-date", "ogcw-items-assets"];
    const cells = Array.from({ length: width - 1 }, (_, i) => names[i] ?? "ogcw-items-number");
    const line = h(
      "tr",
      { "data-id": id, tabindex: "-1", "aria-selected": "false" },
      [...cells, "ogcw-items-actions"].map((name) => h("td", { class: name })),
    );
    line.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).closest("button, a")) return;
      this.select(id);
      line.focus();
    });
    return line;
  }

  /**
   * @param {HTMLElement} line
   * @param {Row} row
   * @param {unknown} state
   */
  fillLine(line, row, state) {
    const cells = elementsOf(line);
    const texts = [row.label, row.date, itemAssetText(row), ...row.numbers];
    cells.slice(0, -1).forEach((cell, i) => setText(cell, texts[i]));
    cells[0].title = row.label;
    cells[2].title = itemAssetText(row);
    refill(cells[cells.length - 1], state, () => [this.actions(row)].flat());
  }

  /**
   * @param {string} label
   * @param {string} place
   * @param {() => void} onclick
   */
  link(label, place, onclick) {
    return linkButton(label, onclick, { "data-place": place });
  }

  /** @param {Row} row */
  actions(row) {
    const { model } = this;
    const words = model.get("busy")[row.id];
    if (words) return h("span", { class: "ogcw-hint", role: "status" }, words);
    const nodes = [];
    if (row.preview && model.get("can").includes("preview")) {
      const shown = model.get("previewed").includes(row.id);
      const toggle = this.link(shown ? "hide" : "preview", `${row.id}/preview`, () => {
        this.select(row.id);
        model.send({ type: "preview", id: row.id });
      });
      toggle.classList.add("ogcw-items-preview");
      toggle.setAttribute("aria-label", `${shown ? "hide preview" : "preview"} of ${row.id}`);
      nodes.push(toggle);
    }
    const [first] = row.assets;
    if (first) nodes.push(...this.assetLinks(row, first));
    if (otherFiles(row).length) {
      const isOpen = this.open.has(row.id);
      const toggle = this.link(
        isOpen ? "fewer" : "all files",
        `${row.id}/more`,
        () => this.toggle(row.id),
      );
      toggle.setAttribute("aria-expanded", String(isOpen));
      toggle.setAttribute("aria-label", `${isOpen ? "fewer" : "all"} files of ${row.id}`);
      nodes.push(toggle);
    }
    return nodes;
  }

  /**
   * @param {Row} row
   * @param {Asset} asset
   */
  assetLinks(row, asset) {
    const { model } = this;
    const nodes = [];
    const place = `${row.id}/${asset.key}`;
    if (asset.reachable && model.get("can").includes("download")) {
      const link = this.link(
        "download",
        `${place}/download`,
        () => model.send({ type: "download", id: row.id, key: asset.key }),
      );
      link.setAttribute("aria-label", `download ${asset.key} of ${row.id}`);
      nodes.push(link);
    }
    if (asset.href) {
      nodes.push(
        h("a", {
          class: "ogcw-link",
          href: asset.href,
          target: "_blank",
          rel: "noopener noreferrer",
          "data-place": `${place}/open`,
        }, "open"),
      );
    }
    if (asset.path) {
      nodes.push(
        copyButton(asset.href ? "copy link" : "copy path", () => asset.path, {
          "data-place": `${place}/copy`,
          "aria-label": `copy ${asset.href ? "link" : "path"} of ${asset.key} of ${row.id}`,
        }),
      );
    }
    if (!asset.reachable && asset.why_not) {
      const isOpen = this.open.has(place);
      const why = this.link("why not open?", `${place}/why`, () => this.toggle(place));
      why.setAttribute("aria-expanded", String(isOpen));
      nodes.push(why);
      if (isOpen) nodes.push(h("span", { class: "ogcw-items-why" }, asset.why_not));
    }
    return nodes;
  }

  /** @param {Row} row */
  assetList(row) {
    return h(
      "ul",
      { class: "ogcw-items-list" },
      row.assets.map((asset) =>
        h(
          "li",
          {},
          h("span", { class: "ogcw-items-asset" }, asset.label),
          h(
            "span",
            { class: "ogcw-hint" },
            [asset.title, asset.kind, bytes(asset.size ?? NaN)].filter(Boolean).join(", "),
          ),
          h("span", { class: "ogcw-items-actions" }, this.assetLinks(row, asset)),
        )
      ),
    );
  }

  /**
   * @param {Row} row
   * @param {Note} note
   */
  noteLine(row, note) {
    const files = note.files.map((/** @type {string} */ name) =>
      this.link(
        "save to this computer",
        `${row.id}/${name}/fetch`,
        () => this.model.send({ type: "fetch", id: row.id, name }),
      )
    );
    return h(
      "div",
      { class: note.bad ? "ogcw-error" : "ogcw-hint", role: note.bad ? "alert" : "status" },
      note.text,
      " ",
      files,
    );
  }

  /** @param {string} place */
  toggle(place) {
    if (!this.open.delete(place)) this.open.add(place);
    this.build();
  }

  // -- selection and keyboard ----------------------------------------------------------

  lines() {
    return elementsOf(this.body, "tr[data-id]");
  }

  /** @param {string} id */
  select(id) {
    setTrait(this.model, "selected", id);
  }

  /** @param {boolean} scroll */
  markSelected(scroll) {
    const selected = this.model.get("selected");
    const lines = this.lines();
    const current = lines.find((line) => line.dataset.id === selected);
    for (const line of lines) {
      line.setAttribute("aria-selected", String(line === current));
      line.tabIndex = line === (current ?? lines[0]) ? 0 : -1;
    }
    if (scroll && current) this.bringIntoView(current);
  }

  /**
   * Scroll inside the table only: the notebook stays where it is.
   * @param {HTMLElement} line
   */
  bringIntoView(line) {
    const { frame } = this;
    const [outer, inner] = [frame.getBoundingClientRect(), line.getBoundingClientRect()];
    if (inner.top < outer.top) frame.scrollTop -= outer.top - inner.top;
    else if (inner.bottom > outer.bottom) frame.scrollTop += inner.bottom - outer.bottom;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    /** @type {HTMLElement | null} */
    const line = /** @type {Element} */ (event.target).closest("tr[data-id]");
    if (!line) return;
    const lines = this.lines();
    const at = lines.indexOf(line);
    const target =
      { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
    if (target !== undefined) {
      const next = lines[Math.max(0, Math.min(lines.length - 1, target))];
      this.select(next.dataset.id ?? "");
      next.focus({ preventScroll: true });
      this.bringIntoView(next);
    } else if (event.target === line && (event.key === "Enter" || event.key === " ")) {
      this.select(line.dataset.id ?? "");
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  focusedPlace() {
    const node = this.body.contains(focusedElement()) ? focusedElement() : null;
    /** @type {HTMLElement | null | undefined} */
    const line = node?.closest("tr[data-id]");
    return node ? { place: node.dataset.place, id: line?.dataset.id } : null;
  }

  /**
   * What had the focus keeps it when it was built anew.
   * @param {{ place?: string, id?: string } | null} focused
   */
  restoreFocus(focused) {
    if (!focused || this.body.contains(focusedElement())) return;
    const places = elementsOf(this.body, "[data-place]");
    const node = places.find((candidate) => candidate.dataset.place === focused.place) ??
      this.lines().find((line) => line.dataset.id === focused.id);
    node?.focus({ preventScroll: true });
  }
}

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-items-view");
  const view = new ItemsTableView(model, el);
  return () => view.remove();
}

export default view(render, { name: "items-table", style });
