// How often each value is, drawn, with two handles: those of the first and the last colour.

import { h, setText } from "../../view/dom.js";
import { follow } from "./drag.js";

/** @typedef {{ counts: number[], colour: string }} Bars */

const WIDTH = 600; // of the drawing, in units that are stretched to its box
const HEIGHT = 100;
const PAUSE_MS = 180; // between two of what is sent while a handle is dragged
const ECHO_MS = 1500; // in which an answer to something sent before may still come

export class Stretch {
  /** @param {(range: [low: number, high: number]) => void} onchange */
  constructor(onchange) {
    this.onchange = onchange;
    /** From where to where values are drawn. @type {number[]} */
    this.axis = [];
    /** @type {[low: number, high: number]} */
    this.range = [0, 1];
    this.isDragged = false;
    /** What was sent last, until Python has it. @type {number[]} */
    this.sent = [];
    this.sentAt = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {Bars[]} */
    this.drawn = [];
    this.bars = h("g", {});
    const svg = h("svg", {
      class: "ogcw-stretch-bars",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    }, this.bars);
    this.between = h("div", { class: "ogcw-stretch-between" });
    this.handles = [
      this.handle("Value of the first colour", 0),
      this.handle("Value of the last colour", 1),
    ];
    this.element = h("div", { class: "ogcw-stretch" }, svg, this.between, ...this.handles);
  }

  /**
   * @param {string} label
   * @param {0 | 1} side
   */
  handle(label, side) {
    const handle = h(
      "div",
      { class: "ogcw-stretch-handle", role: "slider", tabindex: "0", "aria-label": label },
      h("span", { class: "ogcw-stretch-number", "aria-hidden": "true" }),
    );
    handle.addEventListener("pointerdown", (event) => this.grab(event, handle, side));
    handle.addEventListener("keydown", (event) => this.press(event, side));
    return handle;
  }

  /**
   * @param {number[]} axis
   * @param {Bars[]} bars
   * @param {[low: number, high: number]} range
   */
  draw(axis, bars, range) {
    this.axis = axis;
    if (bars !== this.drawn) {
      this.drawn = bars;
      const most = Math.max(1, ...bars.flatMap(({ counts }) => counts));
      this.bars.replaceChildren(...bars.map((one) => barsOf(one, most, bars.length > 1)));
    }
    // What was sent before the last change is no news.
    const isEcho = Date.now() - this.sentAt < ECHO_MS && String(range) !== String(this.sent);
    if (!this.isDragged && !isEcho) this.range = range;
    this.place();
  }

  place() {
    const [first, last] = this.axis;
    this.element.hidden = this.axis.length < 2;
    if (this.element.hidden) return;
    const shares = this.range.map((value) =>
      Math.min(1, Math.max(0, (value - first) / (last - first)))
    );
    this.handles.forEach((handle, side) => {
      handle.style.left = `${shares[side] * 100}%`;
      const text = numberText(this.range[side], last - first);
      setText(handle.children[0], text);
      // Two numbers side by side do not lie on each other.
      handle.classList.toggle(
        "ogcw-stretch-left",
        side === 0 ? shares[0] > 0.15 : shares[1] > 0.85,
      );
      handle.setAttribute("aria-valuemin", String(side ? this.range[0] : first));
      handle.setAttribute("aria-valuemax", String(side ? last : this.range[1]));
      handle.setAttribute("aria-valuenow", String(this.range[side]));
      handle.setAttribute("aria-valuetext", text);
    });
    this.between.style.left = `${shares[0] * 100}%`;
    this.between.style.width = `${(shares[1] - shares[0]) * 100}%`;
  }

  /**
   * @param {0 | 1} side
   * @param {number} value
   */
  move(side, value) {
    const [first, last] = this.axis;
    const least = (last - first) / 1000;
    const [low, high] = this.range;
    this.range = side
      ? [low, Math.min(Math.max(last, high), Math.max(value, low + least))]
      : [Math.max(Math.min(first, low), Math.min(value, high - least)), high];
    this.place();
  }

  /** Say what was chosen, not more often than it can be drawn. */
  send(isLast = true) {
    clearTimeout(this.timer);
    const wait = isLast ? 0 : this.sentAt + PAUSE_MS - Date.now();
    if (wait > 0) {
      this.timer = setTimeout(() => this.send(), wait);
      return;
    }
    this.sentAt = Date.now();
    const digits = digitsOf(this.axis[1] - this.axis[0]);
    const [low, high] = this.range;
    this.sent = [round(low, digits), round(high, digits)];
    this.onchange([this.sent[0], this.sent[1]]);
  }

  /**
   * @param {PointerEvent} event
   * @param {HTMLElement} handle
   * @param {0 | 1} side
   */
  grab(event, handle, side) {
    handle.focus({ preventScroll: true });
    this.isDragged = true;
    follow(event, ({ clientX }) => {
      const box = this.element.getBoundingClientRect();
      const [first, last] = this.axis;
      this.move(side, first + (clientX - box.left) / box.width * (last - first));
      this.send(false);
    }, () => {
      this.isDragged = false;
      this.send();
    });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {0 | 1} side
   */
  press(event, side) {
    const [first, last] = this.axis;
    const step = (last - first) / 100;
    /** @type {Record<string, number>} */
    const to = {
      ArrowLeft: this.range[side] - step,
      ArrowDown: this.range[side] - step,
      ArrowRight: this.range[side] + step,
      ArrowUp: this.range[side] + step,
      PageDown: this.range[side] - 10 * step,
      PageUp: this.range[side] + 10 * step,
      Home: first,
      End: last,
    };
    if (!(event.key in to)) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(side, to[event.key]);
    this.send(false);
  }

  remove() {
    clearTimeout(this.timer);
  }
}

/**
 * @param {Bars} bars
 * @param {number} most
 * @param {boolean} isOneOfThree
 */
function barsOf({ counts, colour }, most, isOneOfThree) {
  const wide = WIDTH / Math.max(1, counts.length);
  let d = `M0,${HEIGHT}`;
  counts.forEach((count, at) => {
    const y = (HEIGHT - count / most * HEIGHT).toFixed(1);
    d += `L${(at * wide).toFixed(1)},${y}L${((at + 1) * wide).toFixed(1)},${y}`;
  });
  const path = h("path", { d: `${d}L${WIDTH},${HEIGHT}Z` });
  if (isOneOfThree) {
    path.style.fill = colour;
    path.style.fillOpacity = "0.35";
  }
  return path;
}

/** @param {number} span */
function digitsOf(span) {
  return Math.max(0, Math.min(12, 3 - Math.ceil(Math.log10(span || 1))));
}

/**
 * @param {number} value
 * @param {number} digits
 */
function round(value, digits) {
  return Number(value.toFixed(digits));
}

/**
 * A number with as many digits as tell something on an axis of this length.
 * @param {number} value
 * @param {number} span
 */
export function numberText(value, span) {
  const digits = digitsOf(span);
  const isFar = Math.abs(value) >= 1e7 || (value !== 0 && Math.abs(value) < 1e-4);
  return isFar ? value.toExponential(2) : String(round(value, digits)).replace("-", "−");
}
