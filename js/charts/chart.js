import { h, linkButton, setText, show } from "../view/dom.js";
import { copyButton } from "../view/files.js";
import { afterFirst } from "../view/first.js";
import { keepLetters } from "../view/focus.js";
import { listen, setTrait } from "../view/model.js";
import { refill } from "../view/rows.js";
import { count } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import uPlotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import style from "./chart.css" with { type: "text" };
import { Plot } from "./plot.js";
import { Points } from "./points.js";
import { placeText, Table, tsvOf } from "./table.js";
import { amount } from "./words.js";

/**
 * One of the lists in the head: what is shown, and by what.
 * @typedef {object} Choice
 * @property {string} name
 * @property {string} label For screen readers.
 * @property {string} before A word before it.
 * @property {string} value
 * @property {{ value: string, text: string, why: string }[]} options Why it cannot be chosen.
 */

/** @typedef {{ text: string, working: boolean }} Note */

const MANY = 5_000; // points, of which some may fall on one pixel

class ChartView {
  constructor(
    /** @type {import("../view/model.js").Model} */ model,
    /** @type {HTMLElement} */ el,
  ) {
    this.model = model;
    this.el = el;
    /** @type {string[]} */
    this.names = [];
    /** @type {((names: string[]) => void)[]} */
    this.waiting = [];
    this.points = new Points(EMPTY, {}, []);
    this.title = h("div", { class: "ogcw-chart-title" });
    this.hint = h("span", { class: "ogcw-hint ogcw-chart-hint" });
    this.legend = h("span", { class: "ogcw-hint ogcw-chart-legend" });
    this.note = h("span", { class: "ogcw-hint ogcw-chart-note", role: "status" });
    this.stop = linkButton("stop", () => model.send({ type: "stop" }));
    this.copy = copyButton("copy data", async () => tsvOf(this.points, await this.allNames()));
    this.swap = linkButton("as table", () => this.asTable(!this.table.isSeen));
    const head = h(
      "div",
      { class: "ogcw-chart-head" },
      this.title,
      this.legend,
      this.hint,
      this.note,
      this.stop,
      h("span", { class: "ogcw-chart-actions" }, this.copy, this.swap),
    );
    const select = (/** @type {number} */ row) => this.select(row);
    this.plot = new Plot({ say: (row, series) => this.say(row, series), select });
    this.table = new Table(select);
    this.empty = h("p", { class: "ogcw-hint ogcw-chart-empty" });
    this.picture = h(
      "div",
      { class: "ogcw-chart-picture", tabindex: "0", role: "application" },
      this.plot.element,
      this.empty,
    );
    this.told = h("span", { class: "ogcw-visually-hidden", "aria-live": "polite" });
    this.body = h("div", { class: "ogcw-chart-body" }, this.picture, this.table.element);
    el.append(head, this.body, this.told, problemLine(model));
    this.picture.addEventListener("keydown", (event) => this.key(event));
    this.picture.addEventListener("pointerenter", () => this.askNames());
    this.picture.addEventListener("focus", () => this.askNames());
    /** @param {any} content @param {DataView[]} buffers */
    this.heard = (content, buffers) => {
      if (content.type !== "names") return;
      this.names = new TextDecoder().decode(buffers[0]).split("\n");
      this.waiting.splice(0).forEach((tell) => tell(this.names));
      this.table.draw(this.points, this.names);
      this.plot.mark();
    };
    model.on("msg:custom", this.heard);
    this.stops = [
      listen(
        model,
        ["about", "x", "y", "line_of", "kept", "colours", "palette"],
        () => this.later(),
      ),
      listen(model, ["selected"], () => this.mark()),
      listen(model, ["title", "choices"], () => this.drawHead()),
      listen(model, ["note", "is_empty", "empty"], () => this.drawNotes()),
    ];
    this.drawHead();
    this.showWhole();
    if (model.get("x")?.byteLength > 8 * MANY) {
      void afterFirst().then(() => this.el.isConnected && this.draw());
    } else this.draw();
  }

  remove() {
    clearTimeout(this.timer);
    for (const stop of this.stops) stop();
    this.model.off("msg:custom", this.heard);
    this.plot.remove();
    this.table.remove();
  }

  // -- what there is ---------------------------------------------------------------------

  /** Several traits that change together are one change. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw());
  }

  draw() {
    const { model } = this;
    const before = this.points.about;
    /** @type {import("./points.js").About} */
    const about = model.get("about");
    const [x, y, line_of, kept, colours] = ["x", "y", "line_of", "kept", "colours"]
      .map((name) => model.get(name));
    this.points = new Points(
      about.x ? about : EMPTY,
      { x, y, line_of, kept, colours },
      model.get("palette"),
    );
    if (before !== this.points.about) this.names = [];
    this.plot.draw(this.points);
    this.table.draw(this.points, this.names);
    if (this.table.isSeen) this.askNames();
    this.drawNotes();
    this.mark();
  }

  drawHead() {
    const { model } = this;
    const title = model.get("title");
    /** @type {Choice[]} */
    const choices = model.get("choices");
    refill(this.title, [title, choices], () => [
      ...(title ? [h("strong", {}, h("bdi", {}, title))] : []),
      ...choices.flatMap((one) => this.choice(one)),
    ]);
  }

  /** @param {Choice} choice */
  choice({ name, label, before, value, options }) {
    const word = before ? [h("span", { class: "ogcw-hint" }, before)] : [];
    // One thing to choose from is said, not offered.
    if (options.length === 1) return [...word, h("strong", {}, h("bdi", {}, options[0].text))];
    const list = h(
      "select",
      { class: "ogcw-input ogcw-chart-choice", "aria-label": label },
      options.map((one) =>
        h("option", {
          value: one.value,
          disabled: one.why !== "",
          selected: one.value === value,
        }, one.why ? `${one.text} (${one.why})` : one.text)
      ),
    );
    list.addEventListener("change", () => {
      this.model.send({ type: "choose", name, value: list.value });
    });
    return [...word, list];
  }

  /** Nothing of it where there is nothing to choose from. */
  showWhole() {
    const isEmpty = this.model.get("is_empty");
    this.el.hidden = isEmpty;
    this.el.classList.toggle("ogcw-chart-shown", !isEmpty);
  }

  drawNotes() {
    const { model, points } = this;
    /** @type {Note} */
    const note = model.get("note");
    setText(this.note, note.text);
    show(this.note, note.text !== "");
    show(this.stop, note.working);
    const isMany = points.count > MANY && points.about.mark !== "bars";
    setText(this.hint, isMany ? `${count(points.count)} points` : "");
    this.hint.title = isMany ? "Points that fall on one pixel are drawn once." : "";
    show(this.hint, isMany);
    const nothing = points.count === 0;
    const said = model.get("empty") || "There are no values to draw.";
    setText(this.empty, nothing ? said : "");
    show(this.empty, nothing);
    show(this.plot.element, !nothing);
    for (const one of [this.copy, this.swap]) show(one, !nothing);
    const { series } = points.about;
    refill(
      this.legend,
      series,
      () =>
        series.map((name, at) =>
          h("span", {}, h("i", { class: `ogcw-chart-series-${at}` }), h("bdi", {}, name))
        ),
    );
    show(this.legend, !nothing && series.length > 1);
    this.showWhole();
    this.picture.setAttribute("aria-label", this.summary());
  }

  /** What the picture shows, in words. */
  summary() {
    const { points } = this;
    const { x, y, series } = points.about;
    const range = points.range;
    if (!range) return "Chart without values";
    const [low, high] = range.map((one) => amount(one, y.unit));
    const [first, last] = [points.outermost(1), points.outermost(-1)].map((row) =>
      placeText(points, row)
    );
    const by = x.kind === "category" ? "by item" : `by ${x.title}, ${first} to ${last}`;
    const { lines } = points.about;
    const of = lines.length ? [`${count(lines.length)} lines`] : series.length > 1 ? series : [];
    const names = of.length ? ` of ${of.join(", ")}` : "";
    const more = lines.length ? ", up and down to other lines" : "";
    return `Chart of ${y.title}${names} ${by}: ${count(points.count)} values, ` +
      `${low} to ${high}. Arrow keys step through them${more}.`;
  }

  /**
   * @param {number} row
   * @param {number} series
   */
  say(row, series) {
    const { points, names } = this;
    const { about } = points;
    const value = amount(points.series[series]?.[row], about.y.unit);
    const line = points.lineName(row);
    const name = about.series.length > 1 ? `${about.series[series]} ` : line && `${line} `;
    const isItem = about.x.kind === "category";
    const place = isItem ? names[row] ?? placeText(points, row) : placeText(points, row);
    return `${place}  ${name}${value}`;
  }

  // -- names, which are asked for when somebody looks ---------------------------------------

  askNames() {
    const { about, rows } = this.points;
    if (!about.named || !rows.length || this.names.length || this.waiting.length) return;
    this.waiting.push(() => {});
    this.model.send({ type: "names" });
  }

  /** All names, or none where nobody answers. @returns {Promise<string[]>} */
  allNames() {
    if (!this.points.about.named || this.names.length) return Promise.resolve(this.names);
    this.askNames();
    return new Promise((tell) => {
      this.waiting.push(tell);
      setTimeout(() => tell([]), 1500);
    });
  }

  // -- what is chosen ----------------------------------------------------------------------

  /** @param {number} row */
  select(row) {
    setTrait(this.model, "selected", row);
    this.mark();
  }

  mark() {
    const selected = this.model.get("selected");
    this.plot.select(selected);
    this.table.select(selected);
  }

  /** @param {boolean} isTable */
  asTable(isTable) {
    setText(this.swap, isTable ? "as chart" : "as table");
    show(this.picture, !isTable);
    this.table.see(isTable);
    this.mark();
    if (isTable) this.askNames();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { points, model } = this;
    const row = model.get("selected");
    /** @type {Record<string, () => number>} */
    const steps = {
      ArrowRight: () => points.step(row, 1),
      ArrowLeft: () => points.step(row, -1),
      ...(points.lineOf && row >= 0
        ? {
          ArrowUp: () => points.across(row, 1),
          ArrowDown: () => points.across(row, -1),
        }
        : {}),
      Home: () => points.outermost(1),
      End: () => points.outermost(-1),
    };
    const next = steps[event.key]?.();
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (next < 0) return;
    this.select(next);
    const { series } = points.about;
    const said = series.map((_, at) => at)
      .filter((at) => Number.isFinite(points.series[at][next]))
      .map((at) => this.say(next, at));
    setText(this.told, said.join(", "));
  }
}

/** @type {import("./points.js").About} */
const EMPTY = {
  x: { kind: "number", title: "", unit: "" },
  y: { kind: "number", title: "", unit: "" },
  mark: "line",
  series: [""],
  width: 1,
  times: false,
  named: false,
  lines: [],
};

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-chart-view");
  keepLetters(el);
  const chart = new ChartView(model, el);
  return () => chart.remove();
}

export default view(render, { name: "chart", style: `${uPlotStyle}\n${style}` });
