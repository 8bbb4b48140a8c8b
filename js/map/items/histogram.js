// How many items lie where in a range, and a window over it that is dragged: by its two
// ends, by its middle, or anew beside it; and with the arrow keys.

import { h, setText } from "../../view/dom.js";
import { refill } from "../../view/rows.js";
import { rangeWords, ticksOf } from "./range_words.js";

/** @import { Axis } from "./range_words.js" */

const NEAR_PX = 8; // from an end, so that it is taken
const HEIGHT = 100; // of the drawing, in its own units
const LOWEST = 6; // bar, so that few beside very many are seen

export class Histogram {
  /**
   * @param {(from: number, to: number) => void} onChange Called while it is dragged.
   * @param {() => void} onClear Called when the window is to go.
   */
  constructor(onChange, onClear) {
    this.onChange = onChange;
    this.onClear = onClear;
    /** @type {Axis} */
    this.axis = { low: 0, high: 1, isDate: false };
    this.from = 0;
    this.to = 1;
    this.isDragged = false;
    /** All bars, and over them those in the window. */
    this.bars = ["all", "kept"].map((name) =>
      h("svg", {
        class: `ogcw-histogram-bars ogcw-histogram-${name}`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      })
    );
    this.window = h("div", { class: "ogcw-histogram-window" });
    this.ends = { from: this.end("from"), to: this.end("to") };
    this.field = h(
      "div",
      { class: "ogcw-histogram-field" },
      this.bars,
      this.window,
      this.ends.from,
      this.ends.to,
    );
    this.labels = h("div", { class: "ogcw-histogram-axis", "aria-hidden": "true" });
    this.element = h("div", { class: "ogcw-histogram" }, this.field, this.labels);
    this.field.addEventListener("pointerdown", (event) => this.press(event));
  }

  /** @param {"from" | "to"} name */
  end(name) {
    const element = h("div", { class: "ogcw-histogram-end", role: "slider", tabindex: "0" });
    element.addEventListener("keydown", (event) => this.key(event, name));
    return element;
  }

  /**
   * @param {{ bars: number[], title: string } & Axis} shown
   * @param {[number, number] | undefined} range What is kept; everything if left out.
   */
  set({ bars, title, ...axis }, range) {
    this.axis = axis;
    const { low, high } = axis;
    [this.from, this.to] = range ?? [low, high];
    const words = axis.isDate ? ["earliest", "latest"] : ["lowest", "highest"];
    this.ends.from.setAttribute("aria-label", `${words[0]} ${title}`);
    this.ends.to.setAttribute("aria-label", `${words[1]} ${title}`);
    const most = Math.max(...bars, 1);
    for (const drawing of this.bars) {
      drawing.setAttribute("viewBox", `0 0 ${bars.length} ${HEIGHT}`);
      refill(drawing, bars, () =>
        bars.map((count, at) => {
          const height = count && Math.max(LOWEST, count / most * HEIGHT);
          return h("rect", { x: at + .08, width: .84, y: HEIGHT - height, height });
        }));
    }
    refill(
      this.labels,
      [axis, "labels"],
      () =>
        ticksOf(axis, 5).filter(({ at }) => at < .94).map(({ at, text }) =>
          h("span", { style: `left: ${at * 100}%` }, text)
        ),
    );
    this.paint();
  }

  get words() {
    return rangeWords(this.from, this.to, this.axis);
  }

  paint() {
    const { low, high } = this.axis;
    /** @param {number} value */
    const part = (value) =>
      high > low ? Math.max(0, Math.min(100, (value - low) / (high - low) * 100)) : 0;
    const [left, right] = [part(this.from), part(this.to)];
    this.window.style.left = `${left}%`;
    this.window.style.width = `${right - left}%`;
    this.ends.from.style.left = `${left}%`;
    this.ends.to.style.left = `${right}%`;
    for (const [name, element] of Object.entries(this.ends)) {
      const value = name === "from" ? this.from : this.to;
      element.setAttribute("aria-valuemin", String(low));
      element.setAttribute("aria-valuemax", String(high));
      element.setAttribute("aria-valuenow", String(value));
      element.setAttribute("aria-valuetext", rangeWords(value, value, this.axis));
    }
    // Bars in the window have the accent, the ends of it may cut through one.
    this.bars[1].style.clipPath = `inset(0 ${100 - right}% 0 ${left}%)`;
  }

  /**
   * Take another window.
   * @param {number} from
   * @param {number} to
   */
  move(from, to) {
    this.from = Math.max(this.axis.low, Math.min(from, to));
    this.to = Math.min(this.axis.high, Math.max(from, to));
    this.paint();
    this.onChange(this.from, this.to);
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button) return;
    const { low, high } = this.axis;
    const box = this.field.getBoundingClientRect();
    /** @param {PointerEvent} one */
    const value = (one) =>
      low + Math.max(0, Math.min(1, (one.clientX - box.left) / box.width)) * (high - low);
    const near = NEAR_PX / box.width * (high - low);
    const [start, { from, to }] = [value(event), this];
    const isFirst = Math.abs(start - from) <= Math.abs(start - to);
    const isAll = from <= low && to >= high;
    /** @param {number} at */
    let drag = (at) => this.move(start, at); // a new window
    if (Math.abs(start - (isFirst ? from : to)) <= near) {
      drag = (at) => isFirst ? this.move(at, to) : this.move(from, at);
    } else if (!isAll && start > from && start < to) {
      drag = (at) => {
        const by = Math.max(low - from, Math.min(high - to, at - start));
        this.move(from + by, to + by);
      };
    }
    this.isDragged = true;
    this.field.setPointerCapture(event.pointerId);
    /** @param {PointerEvent} one */
    const follow = (one) => drag(value(one));
    const stop = () => {
      this.isDragged = false;
      this.field.removeEventListener("pointermove", follow);
      for (const name of ["pointerup", "pointercancel"]) {
        this.field.removeEventListener(name, stop);
      }
    };
    this.field.addEventListener("pointermove", follow);
    for (const name of ["pointerup", "pointercancel"]) this.field.addEventListener(name, stop);
    event.preventDefault();
    this.ends[isFirst ? "from" : "to"].focus({ preventScroll: true });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {"from" | "to"} name
   */
  key(event, name) {
    const { low, high } = this.axis;
    const step = (high - low) / (event.shiftKey ? 10 : 50);
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step }[event.key];
    const end = { Home: low, End: high }[event.key];
    const other = name === "from" ? this.to : this.from;
    const value = end ?? (by === undefined ? undefined : this[name] + by);
    if (value !== undefined) {
      // An end stops at the other one.
      const at = name === "from" ? Math.min(value, other) : Math.max(value, other);
      if (name === "from") this.move(at, this.to);
      else this.move(this.from, at);
    } else if (event.key === "Escape") this.onClear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {HTMLElement} element What gets the words. */
  say(element) {
    setText(element, this.words);
  }
}
