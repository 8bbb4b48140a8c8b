// What items are filtered by: a histogram of the date or of a number, and a text.

import { h, linkButton, setText, show } from "../../view/dom.js";
import { listen } from "../../view/model.js";
import { refill } from "../../view/rows.js";
import { count } from "../../view/text.js";
import { Histogram } from "./histogram.js";
import { rangeWords } from "./range_words.js";

/** @import { Model } from "../../view/model.js" */
/** @typedef {{ by: string, title: string, unit: string }} Choice */

/**
 * The trait `filter`.
 * @typedef {object} Filter
 * @property {string} by
 * @property {Choice[]} choices
 * @property {number[]} bars
 * @property {number} low
 * @property {number} high
 * @property {Record<string, [number, number]>} ranges
 * @property {string} text
 * @property {boolean} is_masked
 * @property {number} answer
 */

const PATIENCE_MS = 1500;
const FEWEST_TO_SEARCH = 12;

export class ItemFilter {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.number = 0;
    /** What was changed and not sent yet. @type {Record<string, any>} */
    this.waiting = {};
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.patience = undefined;
    this.histogram = new Histogram(
      (from, to) => this.range(from, to),
      () => this.clear(this.by),
    );
    this.select = h("select", { class: "ogcw-filter-by", "aria-label": "Filter by" });
    this.select.addEventListener("change", () => {
      model.send({ type: "histogram", by: this.select.value });
    });
    this.words = h("strong", { class: "ogcw-filter-words" });
    this.count = h("span", { class: "ogcw-hint ogcw-filter-count", role: "status" });
    this.all = linkButton("all", () => this.ask({ type: "all" }), {
      "aria-label": "show all items again",
    });
    this.others = h("div", { class: "ogcw-filter-others" });
    this.element = h(
      "div",
      { class: "ogcw-filter", role: "group", "aria-label": "Filter" },
      h(
        "div",
        { class: "ogcw-filter-line" },
        this.select,
        this.words,
        h("span", { class: "ogcw-filter-end" }, this.count, this.all),
      ),
      this.others,
      this.histogram.element,
    );
    this.find = h("input", {
      type: "search",
      class: "ogcw-items-find",
      placeholder: "find",
      "aria-label": "Find items by their id",
    });
    this.find.addEventListener("input", () => this.ask({ text: this.find.value }));
    this.stops = [listen(model, ["filter", "count", "total"], () => this.draw())];
    this.draw();
  }

  remove() {
    clearTimeout(this.patience);
    for (const stop of this.stops) stop();
  }

  /** @returns {Filter} */
  get state() {
    return {
      by: "",
      choices: [],
      bars: [],
      low: 0,
      high: 0,
      ranges: {},
      text: "",
      is_masked: false,
      answer: 0,
      ...this.model.get("filter"),
    };
  }

  get by() {
    return this.state.by;
  }

  draw() {
    const { state, model, histogram } = this;
    if (this.patience !== undefined && state.answer === this.number) this.answered();
    const isBusy = this.patience !== undefined || histogram.isDragged;
    const { choices, by, bars, low, high, ranges } = state;
    refill(
      this.select,
      choices,
      () => choices.map(({ by, title }) => h("option", { value: by }, capital(title))),
    );
    this.select.value = by;
    const chosen = choices.find((one) => one.by === by);
    if (chosen && !isBusy) {
      const axis = { low, high, isDate: by === "date", unit: chosen.unit, title: chosen.title };
      histogram.set({ bars, ...axis }, ranges[by]);
    }
    histogram.say(this.words);
    show(histogram.element, chosen);
    show(this.select, chosen);
    show(this.words, chosen);
    const [some, total] = [model.get("count"), model.get("total")];
    const noun = total === 1 ? "item" : "items";
    setText(this.count, `${some < total ? `${count(some)} of ` : ""}${count(total)} ${noun}`);
    show(this.all, some < total);
    show(this.element, chosen || some < total);
    show(this.find, total >= FEWEST_TO_SEARCH);
    if (!isBusy && this.find.value !== state.text) this.find.value = state.text;
    this.drawOthers();
  }

  /** Conditions that the histogram does not show. */
  drawOthers() {
    const { ranges, choices, by, is_masked: isMasked } = this.state;
    const others = choices.filter((one) => one.by !== by && ranges[one.by]);
    const facts = [others, ranges, isMasked];
    refill(this.others, facts, () => [
      ...others.map((one) => {
        const [low, high] = ranges[one.by];
        const axis = { low, high, isDate: one.by === "date", unit: one.unit };
        const words = `${one.title} ${rangeWords(low, high, axis)}`;
        return h(
          "button",
          {
            type: "button",
            class: "ogcw-chip",
            "aria-label": `${words}: take this condition away`,
            onclick: () => this.clear(one.by),
          },
          words,
          h("span", { "aria-hidden": "true" }, "×"),
        );
      }),
      isMasked ? h("span", { class: "ogcw-hint" }, "chosen in Python") : null,
    ]);
    show(this.others, others.length > 0 || isMasked);
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  range(from, to) {
    const { low, high } = this.histogram.axis;
    this.histogram.say(this.words);
    const isAll = from <= low && to >= high;
    this.ask({ by: this.by, low: isAll ? null : from, high: isAll ? null : to });
  }

  /** @param {string} by */
  clear(by) {
    this.ask({ by, low: null, high: null });
  }

  /**
   * Send a change, or keep it until the one before has been answered.
   * @param {Record<string, any>} change
   */
  ask(change) {
    this.waiting = change.type ? change : { ...this.waiting, ...change };
    if (this.patience === undefined) this.flush();
  }

  flush() {
    this.number += 1;
    const message = { type: "filter", ...this.waiting, number: this.number };
    this.waiting = {};
    this.patience = setTimeout(() => this.answered(), PATIENCE_MS);
    this.model.send(message);
  }

  answered() {
    clearTimeout(this.patience);
    this.patience = undefined;
    if (Object.keys(this.waiting).length) this.flush();
  }
}

/** @param {string} text */
const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
