import { elementsOf, h, setText, show } from "../view/dom.js";
import { listen, setTrait } from "../view/model.js";
import { refill } from "../view/rows.js";
import { RowsWindow } from "../view/rows_window.js";
import { count } from "../view/text.js";
import { view } from "../view/view.js";
import { frame } from "./head.js";
import style from "./table_viewer.css" with { type: "text" };

const ROW_PX = 28;

/** @typedef {{ name: string, kind: string, width: number }} Column */
/** @typedef {{ n: number, cells: string[] }} Row */

class TableView {
  constructor(
    /** @type {import("../view/model.js").Model} */ model,
    /** @type {HTMLElement} */ el,
  ) {
    this.model = model;
    /** The order that was asked for last. @type {{ column?: number, descending?: boolean }} */
    this.wanted = {};
    this.widths = h("colgroup", {});
    this.head = h("tr", {});
    this.before = h("tr", { class: "ogcw-rows-space", "aria-hidden": "true" }, h("td", {}));
    this.after = h("tr", { class: "ogcw-rows-space", "aria-hidden": "true" }, h("td", {}));
    this.body = h("tbody", {});
    this.table = h(
      "table",
      { class: "ogcw-table ogcw-rows-table", "aria-label": model.get("title") },
      this.widths,
      h("thead", {}, this.head),
      this.body,
    );
    this.scroll = h(
      "div",
      { class: "ogcw-rows-scroll", tabindex: "0", role: "group", "aria-label": "Rows" },
      this.table,
    );
    this.place = h("span", { class: "ogcw-hint" });
    this.about = h("span", { class: "ogcw-hint" });
    const foot = h("div", { class: "ogcw-rows-foot" }, this.place, this.about);
    this.box = h("div", { class: "ogcw-rows" }, this.scroll, foot);
    /** @type {RowsWindow<Row>} */
    this.rows = new RowsWindow(this.scroll, {
      rowHeight: ROW_PX,
      headHeight: ROW_PX,
      ask: (first, count) => model.send({ type: "rows", first, count }),
      paint: (first, rows, before, after) => this.paint(first, rows, before, after),
    });
    this.body.addEventListener("click", (event) => {
      const line = /** @type {Element} */ (event.target).closest("tr[data-row]");
      const number = Number(/** @type {HTMLElement | null} */ (line)?.dataset.row);
      if (line && model.get("selects")) this.select(number);
    });
    this.scroll.addEventListener("keydown", (event) => this.key(event));
    /** @param {Record<string, any>} content */
    this.told = (content) => {
      if (content.type === "rows") this.rows.put(content.first, content.rows);
      if (content.type === "reveal") this.rows.reveal(content.row);
    };
    model.on("msg:custom", this.told);
    this.layers = h("select", { class: "ogcw-input ogcw-rows-layers", "aria-label": "Layer" });
    this.layers.addEventListener(
      "change",
      () => setTrait(model, "layer", Number(this.layers.value)),
    );
    const drawLayers = () => {
      /** @type {string[]} */
      const names = model.get("layers") ?? [];
      refill(
        this.layers,
        names,
        () => names.map((name, at) => h("option", { value: String(at) }, name)),
      );
      this.layers.value = String(model.get("layer") ?? 0);
      show(this.layers, names.length > 0);
    };
    drawLayers();
    const stop = frame(model, el, this.box, this.layers);
    this.stops = [
      stop,
      // Other rows, or others in their place: what was sent before is old.
      listen(model, ["columns", "total", "order"], () => this.build()),
      listen(model, ["selected"], () => this.rows.draw()),
      listen(model, ["layers", "layer"], drawLayers),
      listen(model, ["about"], () => setText(this.about, model.get("about"))),
    ];
    this.build();
  }

  remove() {
    for (const stop of this.stops) stop();
    this.rows.remove();
    this.model.off("msg:custom", this.told);
  }

  build() {
    const { model } = this;
    /** @type {Column[]} */
    const columns = model.get("columns");
    const total = model.get("total");
    const signs = columns.reduce((sum, { width }) => sum + width, 0);
    this.table.style.minWidth = `calc(${signs}ch + ${16 * columns.length + 12}px)`;
    this.table.setAttribute("aria-rowcount", String(total + 1));
    refill(
      this.widths,
      columns,
      () => columns.map(({ width }) => h("col", { style: `width: calc(${width}ch + 16px)` })),
    );
    refill(this.head, columns, () => columns.map((column, at) => this.title(column, at)));
    const { column, descending } = this.wanted = model.get("order");
    elementsOf(this.head).forEach((cell, at) => {
      const isOrder = at === column;
      const word = descending ? "descending" : "ascending";
      cell.setAttribute("aria-sort", isOrder ? word : "none");
      const mark = elementsOf(cell, ".ogcw-rows-mark")[0];
      setText(mark, isOrder ? (descending ? "↓" : "↑") : "");
      show(mark, isOrder);
    });
    for (const space of [this.before, this.after]) {
      elementsOf(space)[0].setAttribute("colspan", String(Math.max(1, columns.length)));
    }
    setText(this.about, model.get("about"));
    show(this.scroll, columns.length > 0);
    this.rows.reset(total);
  }

  /**
   * @param {Column} column
   * @param {number} at
   */
  title({ name, kind }, at) {
    const press = () => {
      const { column, descending } = this.wanted;
      // Up, down, as they came; a second press may come before the first is answered.
      const isEnd = column === at && descending;
      this.wanted = { column: isEnd ? -1 : at, descending: column === at && !descending };
      this.model.send({ type: "sort", ...this.wanted });
    };
    return h(
      "th",
      { scope: "col", class: `ogcw-rows-${kind}`, title: name },
      h(
        "button",
        { type: "button", class: "ogcw-rows-sort", onclick: press },
        h("bdi", {}, name),
        h("span", { class: "ogcw-rows-mark", "aria-hidden": "true" }),
      ),
    );
  }

  /**
   * @param {number} first
   * @param {(Row | undefined)[]} rows
   * @param {number} before
   * @param {number} after
   */
  paint(first, rows, before, after) {
    /** @type {Column[]} */
    const columns = this.model.get("columns");
    const selected = this.model.get("selected");
    elementsOf(this.before)[0].style.height = `${before}px`;
    elementsOf(this.after)[0].style.height = `${after}px`;
    const selects = this.model.get("selects");
    this.table.classList.toggle("ogcw-rows-selects", selects);
    this.body.replaceChildren(
      this.before,
      ...rows.map((row, i) =>
        h(
          "tr",
          {
            "aria-rowindex": first + i + 2,
            "data-row": row?.n,
            "aria-selected": selects ? String(row?.n === selected) : null,
          },
          columns.map(({ kind, width }, at) => {
            const text = row ? row.cells[at] : "…";
            const title = text.length > width - 2 ? text : null;
            return h("td", { class: `ogcw-rows-${kind}`, title }, h("bdi", {}, text));
          }),
        )
      ),
      this.after,
    );
    const seen = this.rows?.seen;
    const total = this.model.get("total");
    setText(
      this.place,
      total === 0
        ? "no rows"
        : seen
        ? `${count(seen.first + 1)} to ${count(seen.last)} of ${count(total)}`
        : "",
    );
  }

  /** @param {number} number */
  select(number) {
    setTrait(this.model, "selected", number);
    this.rows.draw();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { rows, model } = this;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target !== this.scroll || !model.get("selects")) return;
    event.preventDefault();
    event.stopPropagation();
    const { first, last } = rows.seen;
    const lines = elementsOf(this.body, "tr[aria-selected='true']");
    const at = lines.length ? Number(lines[0].getAttribute("aria-rowindex")) - 2 : -1;
    const next = at < 0 ? (step > 0 ? first : last - 1) : at + step;
    if (next < 0 || next >= rows.total) return;
    rows.reveal(next);
    const row = rows.row(next);
    if (row) this.select(row.n);
  }
}

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  const view = new TableView(model, el);
  return () => view.remove();
}

export default view(render, { name: "table-viewer", style });
