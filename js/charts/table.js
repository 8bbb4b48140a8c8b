// The points as rows: what a screen reader reads in place of the picture, and everybody with
// "as table". Only those that are seen are on the page.

import { elementsOf, h, setText } from "../view/dom.js";
import { RowsWindow } from "../view/rows_window.js";
import { count } from "../view/text.js";
import { amount, isoMoment, moment, number } from "./words.js";

/** @import { Points } from "./points.js" */

const ROW_PX = 24;
const HEARD = 100; // rows that stand behind the picture

export class Table {
  /** @param {(row: number) => void} select */
  constructor(select) {
    this.caption = h("caption", { class: "ogcw-visually-hidden" });
    this.head = h("tr", {});
    this.before = h("tr", { class: "ogcw-rows-space", "aria-hidden": "true" }, h("td", {}));
    this.after = h("tr", { class: "ogcw-rows-space", "aria-hidden": "true" }, h("td", {}));
    this.body = h("tbody", {});
    this.table = h(
      "table",
      { class: "ogcw-table ogcw-chart-table" },
      this.caption,
      h("thead", {}, this.head),
      this.body,
    );
    this.element = h("div", { class: "ogcw-chart-rows" }, this.table);
    /** @type {Points | null} */
    this.points = null;
    /** @type {string[]} */
    this.names = [];
    this.isSeen = false;
    this.selected = -1;
    /** @type {RowsWindow<number>} */
    this.window = new RowsWindow(this.element, {
      rowHeight: ROW_PX,
      headHeight: ROW_PX,
      ask: (first, count) => {
        const rows = this.points?.rows.slice(first, first + count) ?? [];
        queueMicrotask(() => this.window.put(first, rows));
      },
      paint: (first, rows, before, after) => this.paint(first, rows, before, after),
    });
    this.body.addEventListener("click", (event) => {
      const line = /** @type {Element} */ (event.target).closest("tr[data-row]");
      if (line) select(Number(/** @type {HTMLElement} */ (line).dataset.row));
    });
    this.see(false);
  }

  remove() {
    this.window.remove();
  }

  /**
   * @param {Points} points
   * @param {string[]} names
   */
  draw(points, names) {
    [this.points, this.names] = [points, names];
    const { length } = points.rows;
    this.head.replaceChildren(
      ...headOf(points).map((title, at) =>
        h("th", { scope: "col", class: classOf(points, at) }, title)
      ),
    );
    const isCut = !this.isSeen && length > HEARD;
    setText(
      this.caption,
      isCut
        ? `The first ${HEARD} of ${count(length)} rows; "as table" has all of them.`
        : `${count(length)} rows`,
    );
    this.table.setAttribute("aria-rowcount", String(length + 1));
    if (this.isSeen) this.window.reset(length, true);
    else this.paint(0, points.rows.slice(0, HEARD), 0, 0);
  }

  /** @param {boolean} isSeen As a table, or behind the picture. */
  see(isSeen) {
    this.isSeen = isSeen;
    this.element.classList.toggle("ogcw-visually-hidden", !isSeen);
    if (isSeen) {
      this.element.setAttribute("tabindex", "0");
      this.element.setAttribute("role", "group");
      this.element.setAttribute("aria-label", "Values as a table");
    } else {for (const name of ["tabindex", "role", "aria-label"]) {
        this.element.removeAttribute(name);
      }}
    if (this.points) this.draw(this.points, this.names);
  }

  /** @param {number} row */
  select(row) {
    this.selected = row;
    if (!this.isSeen) return;
    for (const line of elementsOf(this.body, "tr[data-row]")) {
      line.setAttribute("aria-selected", String(Number(line.dataset.row) === row));
    }
    const at = this.points?.rows.indexOf(row) ?? -1;
    if (at >= 0) this.window.reveal(at);
  }

  /**
   * @param {number} first
   * @param {(number | undefined)[]} rows
   * @param {number} before
   * @param {number} after
   */
  paint(first, rows, before, after) {
    const { points } = this;
    if (!points) return;
    for (
      const [space, height] of /** @type {const} */ ([[this.before, before], [this.after, after]])
    ) {
      elementsOf(space)[0].style.height = `${height}px`;
      elementsOf(space)[0].setAttribute("colspan", "9");
    }
    this.body.replaceChildren(
      ...(before ? [this.before] : []),
      ...rows.map((row, at) =>
        h(
          "tr",
          {
            "data-row": row,
            "aria-rowindex": first + at + 2,
            // Behind the picture nothing is selected: the picture is.
            "aria-selected": this.isSeen ? String(row === this.selected) : null,
          },
          (row === undefined ? ["…"] : cellsOf(points, this.names, row)).map((text, column) =>
            h("td", { class: classOf(points, column) }, h("bdi", {}, text))
          ),
        )
      ),
      ...(after ? [this.after] : []),
    );
  }
}

/**
 * Numbers stand to the right, names and dates to the left.
 * @param {Points} points
 * @param {number} column
 */
function classOf({ about }, column) {
  const places = { time: 1, category: 0, number: 0 }[about.x.kind];
  return column < Number(about.named) + places ? null : "ogcw-chart-number";
}

/** @param {Points} points */
function headOf({ about }) {
  const { x, y, series, named } = about;
  const values = series.map((name) => name || y.title);
  const place = x.kind === "category" ? [] : [x.title];
  return [...(named ? ["item"] : []), ...place, ...values];
}

/**
 * @param {Points} points
 * @param {string[]} names
 * @param {number} row
 */
function cellsOf(points, names, row) {
  const { about } = points;
  const name = about.named ? [names[row] ?? `${count(row + 1)}`] : [];
  const place = about.x.kind === "category" ? [] : [placeText(points, row)];
  const values = points.series.map((one) => amount(one[row], about.y.unit));
  return [...name, ...place, ...values];
}

/**
 * Where a point stands, in words: a date, a number, the reach of a bar.
 * @param {Points} points
 * @param {number} row
 */
export function placeText({ about, x }, row) {
  const { kind, unit } = about.x;
  if (kind === "time") return moment(x[row], about.times);
  if (kind === "category") return `item ${count(x[row])}`;
  if (about.mark !== "bars") return amount(x[row], unit);
  const [low, high] = [x[row] - about.width / 2, x[row] + about.width / 2].map(tidy);
  return `${number(low)} to ${amount(high, unit)}`;
}

/** Of 0.30000000000000004: sides of bars are computed. */
function tidy(/** @type {number} */ value) {
  return Number(value.toPrecision(12));
}

/**
 * Everything that is shown as lines with tabs, which spreadsheets and pandas read.
 * @param {Points} points
 * @param {string[]} names
 */
export function tsvOf(points, names) {
  const { about, x, series } = points;
  const unit = (/** @type {string} */ title, /** @type {string} */ said) =>
    said ? `${title} (${said})` : title;
  const isBars = about.mark === "bars" && about.x.kind === "number";
  const place = {
    time: [about.x.title],
    category: [],
    number: isBars ? ["from", "to"] : [about.x.title],
  }[about.x.kind].map((title) => unit(title, about.x.unit));
  const head = [
    ...(about.named ? ["item"] : []),
    ...place,
    ...about.series.map((name) => unit(name || about.y.title, about.y.unit)),
  ];
  const half = about.width / 2;
  const lines = points.rows.map((row) => {
    const places = {
      time: () => [isoMoment(x[row])],
      category: () => [],
      number: () => isBars ? [tidy(x[row] - half), tidy(x[row] + half)] : [x[row]],
    }[about.x.kind]();
    const values = series.map((one) => Number.isFinite(one[row]) ? one[row] : "");
    return [...(about.named ? [names[row] ?? ""] : []), ...places, ...values];
  });
  return [head, ...lines]
    .map((cells) => cells.map((one) => String(one).replace(/[\t\r\n]+/g, " ")).join("\t"))
    .join("\n");
}
