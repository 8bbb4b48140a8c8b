// Tables whose rows have one height: titles that sort, lines that stay when what they say
// changes, a selection, and keys. Of very many rows the page has those that are seen.

import { elementsOf, focusedElement, h, setText } from "./dom.js";
import { keepAction, keepRows, refill } from "./rows.js";
import { RowsWindow } from "./rows_window.js";

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {string} [by] What a press on the title sorts by; without it the title is none.
 * @property {string | null} [name] Class of its cells.
 * @property {string | null} [hint] Of its title.
 * @property {string} [width] As in style sheets.
 * @property {boolean} [isHeard] The title is heard, but not seen.
 * @property {Node | null} [control] Stands beside the title, or in its place if it is "".
 */

/** @typedef {{ by: string, descending: boolean }} Order */

/**
 * What a table does; `ask` and those after it only that of very many rows.
 * @template T
 * @typedef {object} Does
 * @property {string} name Its classes begin with `ogcw-` and this.
 * @property {string} label
 * @property {boolean} [isGrid] Its rows are selected with the arrow keys.
 * @property {(row: T, index: number) => string} keyOf
 * @property {(line: HTMLElement, row: T) => void} [begin] Puts into a new line what stays.
 * @property {(line: HTMLElement, row: T, index: number) => void} fill
 * @property {(row: T, index: number) => void} [select] A line was pressed, or a key led to it.
 * @property {Parameters<typeof keepAction>[2]} [actions] What gets the focus back.
 * @property {(order: Order) => void} [sort] A title was pressed.
 * @property {(order: Order, by: string) => Order} [next] The order after that.
 * @property {number} [rowHeight] In pixels.
 * @property {number} [chunk] How many rows are asked for at once.
 * @property {(first: number, count: number) => void} [ask] Asks Python for rows.
 * @property {(content: Record<string, any>) => T[] | null} [read] The rows of a message,
 *   unless it is old.
 * @property {() => number | undefined} [place] Where the selected row is, from which keys
 *   lead; -1 for nowhere, undefined where keys do not select.
 * @property {(index: number) => void} [missing] A key led to a row that is still to come.
 * @property {() => void} [drawn] Called when rows were drawn.
 * @property {(key: string) => boolean} [keys] Takes other keys; whether it did.
 */

/**
 * The order after a press on the title of a column: up, down, as they came.
 * @param {Order} order
 * @param {string} by
 * @returns {Order}
 */
function nextOrder(order, by) {
  const isSame = order.by === by;
  const isEnd = isSame && order.descending;
  return { by: isEnd ? "" : by, descending: isSame && !isEnd };
}

/** A table of all its rows. @template T */
export class LinesTable {
  /** @param {Does<T>} does */
  constructor(does) {
    const { name, label, isGrid, select } = this.does = does;
    /** @type {Column[]} */
    this.columns = [];
    this.signature = "";
    /** The order that was asked for last. @type {Order} */
    this.wanted = { by: "", descending: false };
    this.widths = h("colgroup");
    this.head = h("tr");
    this.body = h("tbody");
    this.table = h(
      "table",
      {
        class: `ogcw-table ogcw-lines ogcw-${name}-table${select ? " ogcw-lines-pick" : ""}`,
        role: isGrid ? "grid" : null,
        tabindex: isGrid ? "0" : null,
        "aria-label": label,
      },
      this.widths,
      h("thead", {}, this.head),
      this.body,
    );
  }

  // -- the head ------------------------------------------------------------------------

  /** @param {Column[]} columns */
  setColumns(columns) {
    this.columns = columns;
    const titles = columns.map(({ by, title, name }) => [by, title, name]);
    this.signature = JSON.stringify(titles);
    // Where style sheets say how wide columns are, they may hide some as well.
    const has = columns.some(({ width }) => width);
    const widths = has ? columns.map(({ width }) => width ?? "") : [];
    refill(
      this.widths,
      widths,
      () => widths.map((width) => h("col", { style: width ? `width: ${width}` : null })),
    );
    refill(this.head, titles, () => columns.map((column) => this.title(column)));
  }

  /** @param {Column} column */
  title({ title, by, name, hint, isHeard, control }) {
    const attributes = { scope: "col", class: name, title: hint };
    if (by === undefined) {
      const words = isHeard ? h("span", { class: "ogcw-visually-hidden" }, title) : title;
      return h("th", attributes, words || control);
    }
    const press = () => {
      // A second press may come before the first is answered.
      this.wanted = (this.does.next ?? nextOrder)(this.wanted, by);
      this.does.sort?.(this.wanted);
    };
    const button = h(
      "button",
      { type: "button", class: "ogcw-lines-sort", onclick: press },
      h("bdi", {}, title),
      h("span", { class: "ogcw-lines-mark", "aria-hidden": "true" }),
    );
    const cell = control ? h("div", { class: "ogcw-lines-title" }, button, control) : button;
    return h("th", { ...attributes, "data-by": by }, cell);
  }

  /** @param {{ by?: string, descending?: boolean }} order */
  setOrder({ by = "", descending = false }) {
    this.wanted = { by, descending };
    for (const cell of elementsOf(this.head, "th[data-by]")) {
      const isOrder = cell.dataset.by === by;
      const word = descending ? "descending" : "ascending";
      cell.setAttribute("aria-sort", isOrder ? word : "none");
      const mark = isOrder ? (descending ? "↓" : "↑") : "";
      setText(elementsOf(cell, ".ogcw-lines-mark")[0], mark);
    }
  }

  // -- the rows ------------------------------------------------------------------------

  /**
   * Draw rows, each into the line that it had before.
   * @param {(T | undefined)[]} rows Those that are still to come are undefined.
   * @param {number} [first] The place of the first of them.
   * @param {[before: number, after: number] | null} [spaces] Pixels of others.
   */
  draw(rows, first = 0, spaces = null) {
    const { does, body, table, columns, signature } = this;
    // Over as many columns as there are they would make room for those that are hidden.
    const space = () => h("tr", { class: "ogcw-lines-space", "aria-hidden": "true" }, h("td"));
    const waiting = () => h("tr", {}, columns.map(({ name }) => h("td", { class: name }, "…")));
    const wanted = rows.map((row, i) => ({
      key: `${row ? does.keyOf(row, first + i) : `#${first + i}`} ${signature}`,
      make: () => row ? this.line(row) : waiting(),
    }));
    if (spaces) {
      wanted.unshift({ key: "before", make: space });
      wanted.push({ key: "after", make: space });
    }
    const had = body.contains(focusedElement(body));
    keepAction(body, () => {
      const nodes = keepRows(body, wanted);
      if (spaces) {
        elementsOf(/** @type {Element} */ (nodes.shift()))[0].style.height = `${spaces[0]}px`;
        elementsOf(/** @type {Element} */ (nodes.pop()))[0].style.height = `${spaces[1]}px`;
      }
      rows.forEach((row, i) => {
        if (spaces) nodes[i].setAttribute("aria-rowindex", String(first + i + 2));
        if (row) does.fill(nodes[i], row, first + i);
      });
    }, does.actions);
    if (!does.isGrid) return;
    // A grid names its selected row, and takes the focus of what was scrolled away.
    const selected = elementsOf(body, "tr[aria-selected=true]")[0];
    if (selected) table.setAttribute("aria-activedescendant", selected.id);
    else table.removeAttribute("aria-activedescendant");
    if (had && !body.contains(focusedElement(body))) table.focus({ preventScroll: true });
  }

  /** @param {T} row */
  line(row) {
    const line = h("tr", {}, this.columns.map(({ name }) => h("td", { class: name })));
    this.does.begin?.(line, row);
    return line;
  }
}

/** A table of very many rows. @template T @extends {LinesTable<T>} */
export class WindowedTable extends LinesTable {
  /**
   * @param {import("./model.js").Model} model
   * @param {Does<T>} does
   */
  constructor(model, does) {
    super(does);
    const { name, rowHeight = 28, chunk, ask } = does;
    this.model = model;
    this.head.setAttribute("aria-rowindex", "1");
    this.table.style.setProperty("--ogcw-row", `${rowHeight}px`);
    /** What scrolls. */
    this.element = h("div", { class: `ogcw-lines-scroll ogcw-${name}-scroll` }, this.table);
    /** Whether other rows are on their way; the old ones stay until they come. */
    this.isWaiting = false;
    /** @type {RowsWindow<T>} */
    this.window = new RowsWindow(this.element, {
      rowHeight,
      headHeight: rowHeight,
      chunk,
      ask: ask ?? ((first, count) => model.send({ type: "rows", first, count })),
      paint: (first, rows, before, after) => {
        const isNone = rows.length > 0 && rows.every((row) => row === undefined);
        if (this.isWaiting && isNone && this.body.childElementCount > 2) return;
        this.isWaiting = false;
        this.table.setAttribute("aria-rowcount", String(this.window.total + 1));
        this.draw(rows, first, [before, after]);
        does.drawn?.();
      },
    });
    this.heard = (/** @type {Record<string, any>} */ content) => {
      if (content.type !== "rows") return;
      const rows = does.read ? does.read(content) : content.rows;
      if (rows) this.window.put(content.first, rows);
    };
    model.on("msg:custom", this.heard);
    this.body.addEventListener("click", (event) => {
      const on = /** @type {Element} */ (event.target);
      const line = on.closest("tr");
      const row = line && this.rowOf(line);
      if (!row || !does.select || on.closest("button, a, input")) return;
      does.select(row, this.indexOf(line));
      if (does.isGrid) this.table.focus({ preventScroll: true });
    });
    const focused = does.isGrid ? this.table : this.element;
    focused.addEventListener("keydown", (event) => {
      if (event.target === focused) this.key(event);
    });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { does, window } = this;
    const at = does.place?.();
    if (at === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = window.stepOf(event.key, at);
    if (to !== undefined && window.total) {
      window.reveal(to, true);
      const row = window.row(to);
      if (row) does.select?.(row, to);
      else does.missing?.(to);
    } else if (!does.keys?.(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  remove() {
    this.model.off("msg:custom", this.heard);
    this.window.remove();
  }

  /**
   * Other rows, as RowsWindow.reset has it.
   * @param {number} total
   * @param {boolean} [staysThere]
   * @param {T[]} [first]
   */
  reset(total, staysThere = false, first = []) {
    this.isWaiting = total > 0;
    this.window.reset(total, staysThere, first);
  }

  /** @param {Element} line */
  indexOf(line) {
    return Number(line.getAttribute("aria-rowindex")) - 2;
  }

  /** @param {Element} line */
  rowOf(line) {
    return line.hasAttribute("aria-rowindex") ? this.window.row(this.indexOf(line)) : undefined;
  }
}
