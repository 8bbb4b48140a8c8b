import { elementsOf, h, setText, show } from "../view/dom.js";
import { WindowedTable } from "../view/lines_table.js";
import { listen, setTrait } from "../view/model.js";
import { refill } from "../view/rows.js";
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
    /** @type {WindowedTable<Row>} */
    this.table = new WindowedTable(model, {
      name: "rows",
      label: model.get("title"),
      rowHeight: ROW_PX,
      keyOf: ({ n }) => String(n),
      begin: (line) => {
        for (const cell of elementsOf(line)) cell.append(h("bdi", {}));
      },
      fill: (line, row) => this.fill(line, row),
      select: ({ n }) => model.get("selects") && this.select(n),
      sort: ({ by, descending }) =>
        model.send({ type: "sort", column: by === "" ? -1 : Number(by), descending }),
      place: () => model.get("selects") ? this.at : undefined,
      drawn: () => this.drawPlace(),
    });
    this.rows = this.table.window;
    const frameOf = { tabindex: "0", role: "group", "aria-label": "Rows" };
    for (const [name, value] of Object.entries(frameOf)) {
      this.table.element.setAttribute(name, value);
    }
    this.place = h("span", { class: "ogcw-hint" });
    this.about = h("span", { class: "ogcw-hint" });
    const foot = h("div", { class: "ogcw-rows-foot" }, this.place, this.about);
    this.box = h("div", { class: "ogcw-rows" }, this.table.element, foot);
    /** @param {Record<string, any>} content */
    this.told = (content) => {
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
    this.table.remove();
    this.model.off("msg:custom", this.told);
  }

  build() {
    const { model } = this;
    /** @type {Column[]} */
    const columns = model.get("columns");
    const total = model.get("total");
    const signs = columns.reduce((sum, { width }) => sum + width, 0);
    this.table.table.style.minWidth = `calc(${signs}ch + ${16 * columns.length + 12}px)`;
    this.table.table.classList.toggle("ogcw-lines-pick", model.get("selects"));
    this.table.setColumns(columns.map(({ name, kind, width }, at) => ({
      by: String(at),
      title: name,
      name: `ogcw-rows-${kind}`,
      hint: name,
      width: `calc(${width}ch + 16px)`,
    })));
    const { column, descending } = model.get("order");
    this.table.setOrder({ by: String(column), descending });
    setText(this.about, model.get("about"));
    show(this.table.element, columns.length > 0);
    this.table.reset(total);
  }

  /**
   * @param {HTMLElement} line
   * @param {Row} row
   */
  fill(line, { n, cells }) {
    const { model } = this;
    line.dataset.row = String(n);
    if (model.get("selects")) {
      line.setAttribute("aria-selected", String(n === model.get("selected")));
    }
    /** @type {Column[]} */
    const columns = model.get("columns");
    elementsOf(line).forEach((cell, at) => {
      setText(elementsOf(cell)[0], cells[at]);
      cell.title = cells[at].length > columns[at].width - 2 ? cells[at] : "";
    });
  }

  drawPlace() {
    const { first, last } = this.rows.seen;
    const { total } = this.rows;
    const words = `${count(first + 1)} to ${count(last)} of ${count(total)}`;
    setText(this.place, total === 0 ? "no rows" : words);
  }

  /** @param {number} number */
  select(number) {
    setTrait(this.model, "selected", number);
    this.rows.draw();
  }

  /** Where the selected row is seen, or -1. */
  get at() {
    const line = elementsOf(this.table.body, "tr[aria-selected='true']")[0];
    return line ? this.table.indexOf(line) : -1;
  }
}

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  const view = new TableView(model, el);
  return () => view.remove();
}

export default view(render, { name: "table-viewer", style });
