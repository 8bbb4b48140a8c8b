// Result items as rows, of which the page has those that are seen. A row is selected by a
// click or with the arrow keys; what can be done with an item stands in the row and below.

import { elementsOf, h, linkButton, setText, show, uniqueId } from "../../view/dom.js";
import { copyButton } from "../../view/files.js";
import { WindowedTable } from "../../view/lines_table.js";
import { listen, setTrait } from "../../view/model.js";
import { insertButton } from "../../view/next_cell.js";
import { refill } from "../../view/rows.js";
import { count } from "../../view/text.js";
import { problemLine, view } from "../../view/view.js";
import { ItemDetails } from "./item_details.js";
import { ItemFilter } from "./item_filter.js";
import style from "./items_table.css" with { type: "text" };

/** @import { Model } from "../../view/model.js" */

const ROW_PX = 28;
const CELL_PX = 12; // left and right of what is in a cell
const DOT_PX = 14;
const TICK_PX = 30;
const ACTIONS_PX = 58;
const LEAST_ID_PX = 190;
const MOST_ID_PX = 300;
const FILES_PX = 190;
const SHORT_TITLE = 6; // signs; a longer one is cut where there is little room

/** @typedef {{ by: string, title: string, width: number, text?: boolean }} Column */

/**
 * @typedef {object} Row
 * @property {number} n Its number among all items.
 * @property {string} id
 * @property {string} label
 * @property {string} date
 * @property {string[]} numbers
 * @property {string[]} files
 * @property {string} kind
 * @property {boolean} preview
 * @property {string} colour
 */

/** A column that is seen; `number` is its place among the numbers of a row.
 * @typedef {{ by: string, title: string, px: number, number: number, text?: boolean }} Seen */

class ItemsTableView {
  constructor(
    /** @type {Model} */ model,
    /** @type {HTMLElement} */ el,
  ) {
    this.model = model;
    /** Row of the selected item, which may be ahead of what Python knows. */
    this.at = -1;
    /** The row that was ticked last, from which a press with Shift goes on. */
    this.lastTick = -1;
    /** @type {Seen[]} */
    this.seen = [];
    /** What waits for code. @type {(text: string) => void} */
    this.codeCame = () => {};
    this.ids = uniqueId("item");
    this.filter = new ItemFilter(model);
    this.details = new ItemDetails(model, () => this.rows.draw());
    this.details.element.id = `${this.ids}-details`;
    /** @type {WindowedTable<Row>} */
    this.table = new WindowedTable(model, {
      name: "items",
      label: "Result items",
      isGrid: true,
      rowHeight: ROW_PX,
      read: ({ revision, rows }) => revision === model.get("revision") ? rows : null,
      keyOf: ({ id }) => id,
      begin: (line) => this.begin(line),
      fill: (line, row) => this.fill(line, row),
      select: ({ id }, index) => this.select(index, id),
      sort: (order) => model.send({ type: "sort", ...order }),
      place: () => this.at,
      missing: (index) => {
        this.at = index;
        model.send({ type: "step", row: index });
      },
      keys: (key) => this.key(key),
    });
    this.table.table.setAttribute("aria-multiselectable", "false");
    this.rows = this.table.window;
    this.tickAll = h("input", { type: "checkbox", "aria-label": "tick all listed items" });
    this.tickAll.addEventListener("change", () => {
      this.tick(0, model.get("count") - 1, this.tickAll.checked);
    });
    this.ticked = h("span", { class: "ogcw-hint" });
    const copy = copyButton("copy code", () => this.code(), {
      title: "Copy the Python that gives these items",
    });
    const insert = insertButton(model, () => this.code());
    this.untick = linkButton("clear", () => model.send({ type: "untick" }), {
      "aria-label": "clear the selection",
    });
    this.foot = h("div", { class: "ogcw-items-foot" }, this.ticked, copy, insert, this.untick);
    this.empty = h("p", { class: "ogcw-hint ogcw-items-empty" });
    el.append(
      this.filter.element,
      this.table.element,
      this.empty,
      this.details.element,
      this.foot,
      problemLine(model),
    );
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.table.element);
    this.told = (/** @type {Record<string, any>} */ content) => {
      if (content.type === "code") this.codeCame(content.text);
    };
    model.on("msg:custom", this.told);
    this.stops = [
      listen(model, ["columns", "colour_by"], () => this.fit()),
      listen(model, ["revision"], () => this.build()),
      listen(model, ["empty", "total"], () => this.drawEmpty()),
      listen(model, ["selected", "place"], () => this.selectedElsewhere()),
      listen(model, ["previewed", "busy", "can", "ticked"], () => this.rows.draw()),
      listen(model, ["ticks"], () => this.drawTicks()),
    ];
    this.fit();
    this.build();
    this.drawEmpty();
    this.drawTicks();
  }

  remove() {
    for (const stop of this.stops) stop();
    this.filter.remove();
    this.details.remove();
    this.sizes.disconnect();
    this.table.remove();
    this.model.off("msg:custom", this.told);
  }

  // -- what is seen --------------------------------------------------------------------

  /** Take as many columns as there is room for. */
  fit() {
    const { model } = this;
    const width = this.table.element.clientWidth || 450;
    const sign = signWidth(this.table.element);
    const colour = model.get("colour_by");
    /** @type {Column[]} */
    const columns = model.get("columns");
    const numbers = columns.findIndex((one) => one.by !== "id" && one.by !== "date");
    const [name, ...others] = columns.map(({ by, title, width, text }, at) => {
      const needed = Math.max(width, Math.min(title.length, SHORT_TITLE));
      const px = Math.ceil(needed * sign) + CELL_PX + (by === colour ? DOT_PX : 0);
      return { by, title, number: at - numbers, px, text };
    });
    let room = width - TICK_PX - ACTIONS_PX;
    /** @type {Seen[]} */
    const seen = [];
    if (name) {
      const least = Math.max(70, Math.min(name.px, LEAST_ID_PX));
      room -= least;
      // What comes first is more telling; a long period is cut rather than left out.
      for (const one of others) {
        const px = one.by === "date" && width < 620
          ? Math.min(one.px, Math.ceil(10 * sign) + CELL_PX + 2)
          : one.px;
        if (px > room && one.text) continue; // what was asked for stands in the id as well
        if (px > room) break;
        room -= px;
        seen.push({ ...one, px });
      }
      room -= Math.max(0, Math.min(name.px, MOST_ID_PX) - least);
      for (const one of seen) {
        const more = Math.ceil((one.title.length + 2) * sign) + CELL_PX - one.px;
        if (more <= 0 || more > room) continue;
        one.px += more;
        room -= more;
      }
      const hasFiles = model.get("first").some((/** @type {Row} */ row) => row.files.length > 0);
      if (seen.length === others.length && room > FILES_PX && hasFiles) {
        seen.push({ by: "files", title: "files", px: FILES_PX, number: -1 });
      }
      seen.unshift({ ...name, px: 0 });
    }
    this.seen = seen;
    this.drawHead();
    this.rows.draw();
  }

  drawHead() {
    const columns = this.seen.map(({ by, title, text, px }) => ({
      by: by === "files" ? undefined : by,
      title,
      name: this.kind(by, text),
      hint: by === "files" ? null : title,
      width: px ? `${px}px` : undefined,
      control: by === "id" ? this.filter.find : null,
    }));
    this.table.setColumns([
      { title: "", name: "ogcw-items-tick", width: `${TICK_PX}px`, control: this.tickAll },
      ...columns,
      { title: "actions", isHeard: true, name: "ogcw-items-actions", width: `${ACTIONS_PX}px` },
    ]);
    this.table.setOrder(this.model.get("order"));
  }

  /**
   * @param {string} by
   * @param {boolean} [isText]
   */
  kind(by, isText) {
    if (isText) return "ogcw-items-text";
    const known = { id: "ogcw-items-name", date: "ogcw-items-date", files: "ogcw-items-files" };
    return known[/** @type {"id"} */ (by)] ?? "ogcw-items-number";
  }

  /** Other rows, or others in their place. */
  build() {
    const { model } = this;
    this.drawHead();
    this.lastTick = -1;
    this.at = model.get("place");
    this.table.reset(model.get("count"), true, model.get("first"));
    if (this.at >= 0) this.rows.reveal(this.at);
  }

  drawEmpty() {
    const { model } = this;
    const total = model.get("total");
    const isEmpty = total === 0;
    setText(this.empty, model.get("empty"));
    show(this.empty, isEmpty && model.get("empty") !== "");
    // Between two jobs the place of the rows stays, so that nothing below it jumps.
    const { element, table } = this.table;
    element.style.minHeight = isEmpty && !model.get("empty") ? `${element.offsetHeight}px` : "";
    show(table, !isEmpty);
  }

  /** @param {HTMLElement} line */
  begin(line) {
    const tick = h("input", { type: "checkbox" });
    const [first, ...cells] = elementsOf(line);
    first.append(tick);
    for (const cell of cells.slice(0, -1)) cell.append(h("bdi", {}));
    tick.addEventListener("click", (event) => {
      const at = this.table.indexOf(line);
      const from = event.shiftKey && this.lastTick >= 0 ? this.lastTick : at;
      this.tick(from, at, tick.checked);
      this.lastTick = at;
    });
  }

  /**
   * @param {HTMLElement} line
   * @param {Row} row
   */
  fill(line, row) {
    const { model, seen } = this;
    line.dataset.id = row.id;
    line.id = `${this.ids}-${row.n}`;
    const isSelected = row.id === model.get("selected");
    line.setAttribute("aria-selected", String(isSelected));
    const cells = elementsOf(line);
    const tick = /** @type {HTMLInputElement} */ (elementsOf(cells[0])[0]);
    tick.checked = this.isTicked(row.n);
    tick.tabIndex = isSelected ? 0 : -1;
    tick.setAttribute("aria-label", `tick ${row.label}`);
    // The colour stands at its value, or at the name where there is no room for that.
    const colourBy = model.get("colour_by");
    const dotted = seen.some(({ by }) => by === colourBy) ? colourBy : "id";
    seen.forEach(({ by, number }, i) => {
      const cell = cells[i + 1];
      const text = this.text(row, by, number);
      setText(elementsOf(cell, "bdi")[0], text);
      cell.title = text;
      const colour = by === dotted ? row.colour : "";
      const dot = elementsOf(cell, ".ogcw-items-dot")[0];
      if (!colour) dot?.remove();
      else {
        const drawn = dot ?? h("span", { class: "ogcw-items-dot", "aria-hidden": "true" });
        drawn.style.background = colour;
        if (!dot) cell.prepend(drawn);
      }
    });
    const isShown = model.get("previewed").includes(row.id);
    const isOpen = isSelected && this.details.isOpen;
    const facts = [row.id, row.preview, model.get("can"), model.get("busy")[row.id], isShown];
    refill(cells[cells.length - 1], [...facts, isOpen], () => this.actions(row, isShown, isOpen));
    for (const button of elementsOf(cells[cells.length - 1], "button")) {
      button.tabIndex = isSelected ? 0 : -1;
    }
  }

  /**
   * @param {Row} row
   * @param {string} by
   * @param {number} number
   */
  text(row, by, number) {
    if (by === "id") return row.label;
    if (by === "date") return row.date;
    if (by !== "files") return row.numbers[number];
    const [first, ...others] = row.files;
    if (!first) return "none";
    const more = others.length ? ` + ${others.length} more` : "";
    return `${first}${row.kind ? ` (${row.kind})` : ""}${more}`;
  }

  /**
   * @param {Row} row
   * @param {boolean} isShown
   * @param {boolean} isOpen
   */
  actions(row, isShown, isOpen) {
    const { model } = this;
    const words = model.get("busy")[row.id];
    const nodes = [];
    if (words) {
      const said = h("span", { class: "ogcw-visually-hidden" }, words);
      nodes.push(h("span", { class: "ogcw-items-busy", role: "status", title: words }, said));
    } else if (row.preview && model.get("can").includes("preview")) {
      const look = () => {
        setTrait(model, "selected", row.id);
        model.send({ type: "preview", id: row.id });
      };
      const label = isShown ? `hide preview of ${row.id}` : `preview of ${row.id}`;
      nodes.push(
        h(
          "button",
          {
            type: "button",
            class: "ogcw-items-eye",
            "aria-label": label,
            "aria-pressed": String(isShown),
            title: isShown ? "Take it off the map" : "Show it on the map",
            onclick: look,
          },
          eye(),
        ),
      );
    }
    const unfold = () => {
      const wasOpen = this.details.isOpen && model.get("selected") === row.id;
      setTrait(model, "selected", row.id);
      this.details.open(!wasOpen);
    };
    nodes.push(
      h("button", {
        type: "button",
        class: "ogcw-items-unfold",
        "aria-label": `files of ${row.id}`,
        "aria-expanded": String(isOpen),
        "aria-controls": this.details.element.id,
        title: "Its files",
        onclick: unfold,
      }, "⋯"),
    );
    return nodes;
  }

  // -- ticks ---------------------------------------------------------------------------

  /** @param {number} n */
  isTicked(n) {
    /** @type {DataView | undefined} */
    const bits = this.model.get("ticked");
    return Boolean(bits && bits.byteLength > n >> 3 && (bits.getUint8(n >> 3) >> (n & 7)) & 1);
  }

  /**
   * @param {number} first
   * @param {number} last
   * @param {boolean} on
   */
  tick(first, last, on) {
    this.model.send({ type: "tick", first, last, on });
  }

  drawTicks() {
    const { count: some = 0, listed = "none" } = this.model.get("ticks");
    this.tickAll.checked = listed === "all";
    this.tickAll.indeterminate = listed === "some";
    setText(this.ticked, `${count(some)} selected`);
    show(this.foot, some > 0);
  }

  /** Ask for the Python that gives the ticked items. @returns {Promise<string>} */
  code() {
    this.model.send({ type: "code" });
    return new Promise((resolve) => {
      this.codeCame = resolve;
    });
  }

  // -- selection and keyboard ----------------------------------------------------------

  /**
   * @param {number} index
   * @param {string} id
   */
  select(index, id) {
    this.at = index;
    setTrait(this.model, "selected", id);
    this.rows.draw();
  }

  /** Somebody else selected, as a click on the map does. */
  selectedElsewhere() {
    const place = this.model.get("place");
    const row = this.rows.row(this.at);
    if (row?.id !== this.model.get("selected")) this.at = place;
    if (this.at >= 0 && this.at === place) this.rows.reveal(place);
    else this.rows.draw();
  }

  /** @param {string} key */
  key(key) {
    const row = this.rows.row(this.at);
    if (key === "Enter") this.details.open(!this.details.isOpen);
    else if (key === "Escape" && this.details.isOpen) this.details.open(false);
    else if (key === " " && row) this.tick(this.at, this.at, !this.isTicked(row.n));
    else return false;
    return true;
  }
}

/**
 * Pixels of a digit, in the font of an element.
 * @param {Element} element
 */
function signWidth(element) {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return 7.5;
  const { fontSize, fontFamily } = getComputedStyle(element);
  context.font = `${fontSize} ${fontFamily}`;
  return context.measureText("0000000000").width / 10 || 7.5;
}

function eye() {
  return h(
    "svg",
    { viewBox: "0 0 16 16", width: "16", height: "16", "aria-hidden": "true" },
    h("path", {
      d: "M1.5 8C3.5 4.8 5.6 3.5 8 3.5S12.5 4.8 14.5 8C12.5 11.2 10.400 12.5 8 12.5S3.5 11.2 1.5 8Z",
    }),
    h("circle", { cx: 8, cy: 8, r: 2.1 }),
  );
}

/** @param {import("../../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-items-view");
  const view = new ItemsTableView(model, el);
  return () => view.remove();
}

export default view(render, { name: "items-table", style });
