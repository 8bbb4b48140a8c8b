// The drawing: uPlot has axes, scales and lines; points, bars and what is pointed at are ours.

import uPlot from "uplot";
import { h, setText, show } from "../view/dom.js";
import { Colours } from "./colours.js";
import { drawBars, drawLines, drawPoints, pixelRatio, radiusFor, sidesOf } from "./marks.js";
import { count } from "../view/text.js";
import { numberTicks, timeTicks } from "./ticks.js";

/** @import { Points } from "./points.js" */

const DAY_MS = 86_400_000;
const NEAR = 28; // pixels
const SIDE = 8; // pixels that points need beside the outermost

export class Plot {
  /**
   * @param {object} does
   * @param {(row: number, series: number) => string} does.say Words for a point.
   * @param {(row: number) => void} does.select
   */
  constructor({ say, select }) {
    this.say = say;
    this.colours = new Colours(() => this.build());
    this.line = h("div", { class: "ogcw-chart-line" });
    this.ring = h("div", { class: "ogcw-chart-ring" });
    this.chosen = h("div", { class: "ogcw-chart-ring ogcw-chart-chosen" });
    this.said = h("div", { class: "ogcw-chart-said" });
    this.over = h("div", { class: "ogcw-chart-over", "aria-hidden": "true" }, [
      this.line,
      this.chosen,
      this.ring,
      this.said,
    ]);
    this.canvas = h("div", { class: "ogcw-chart-canvas", "aria-hidden": "true" });
    this.element = h("div", { class: "ogcw-chart-plot" }, this.canvas, this.over);
    this.element.append(this.colours.element);
    /** @type {Points | null} */
    this.points = null;
    /** @type {uPlot | null} */
    this.plot = null;
    this.selected = -1;
    this.hovered = { row: -1, series: 0 };
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.element);
    this.element.addEventListener("pointermove", (event) => this.hover(this.at(event)));
    this.element.addEventListener("pointerleave", () => this.hover(null));
    // Browsers do not tell of leaving where what was below the pointer has moved.
    /** @param {Event} event */
    this.elsewhere = (event) => {
      if (!event.composedPath().includes(this.element)) this.hover(null);
    };
    document.addEventListener("pointermove", this.elsewhere);
    this.element.addEventListener("click", (event) => {
      const { row } = this.at(event) ?? { row: -1 };
      if (row >= 0) select(row);
    });
  }

  remove() {
    document.removeEventListener("pointermove", this.elsewhere);
    this.sizes.disconnect();
    this.colours.remove();
    this.plot?.destroy();
  }

  /** @param {Points} points */
  draw(points) {
    this.points = points;
    this.hovered = { row: -1, series: 0 };
    this.build();
  }

  /** @param {number} row */
  select(row) {
    const before = this.chosenLine;
    this.selected = row;
    // Which of several lines is looked at is drawn.
    if (this.chosenLine !== before) this.plot?.redraw(false, false);
    this.mark();
  }

  /** Number of the line, of several, with the selected point; -1 if there is none. */
  get chosenLine() {
    const { points, selected } = this;
    return points?.rows.includes(selected) ? points.line(selected) : -1;
  }

  get size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  resize() {
    const { width, height } = this.size;
    if (!width || !height) return;
    if (!this.plot) this.build();
    else this.plot.setSize({ width, height });
  }

  build() {
    this.plot?.destroy();
    this.plot = null;
    const { points, size } = this;
    if (!points || !size.width || !size.height) return;
    const data = /** @type {uPlot.AlignedData} */ ([points.xs, ...points.ys]);
    this.plot = new uPlot(this.options(points, size), data, this.canvas);
  }

  /**
   * @param {Points} points
   * @param {{ width: number, height: number }} size
   * @returns {uPlot.Options}
   */
  options(points, size) {
    const { about } = points;
    const palette = this.colours.now;
    const font = `11px ${getComputedStyle(this.element).fontFamily}`;
    const grid = { stroke: palette.line, width: 1 };
    const common = { stroke: palette.soft, font, ticks: { show: false } };
    const isTime = about.x.kind === "time";
    return {
      ...size,
      ms: 1,
      tzDate: (ms) => uPlot.tzDate(new Date(ms), "Etc/UTC"),
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 20, 0, 0],
      // Where things stand is known when they have been drawn.
      hooks: { draw: [() => this.mark()] },
      scales: {
        x: { time: isTime, range: (u) => xRange(points, u.width) },
        y: { range: () => yRange(points) },
      },
      axes: [
        {
          ...common,
          size: 22,
          gap: 4,
          space: isTime ? 70 : 60,
          grid: { show: false },
          values: (_u, places, _axis, _space, step) => xTicks(points, places, step),
          ...(about.x.kind === "number" ? {} : wholeSteps(about.x.kind)),
        },
        {
          ...common,
          size: (_u, values) => 14 + widest(values ?? [], font),
          gap: 6,
          space: 26,
          grid,
          values: (_u, places, _axis, _space, step) =>
            withUnit(numberTicks(places, step), about.y.unit),
        },
      ],
      series: [{}, ...points.ys.map((_, at) => this.series(points, at, palette))],
    };
  }

  /**
   * @param {Points} points
   * @param {number} at
   * @param {import("./colours.js").Palette} palette
   * @returns {uPlot.Series}
   */
  series(points, at, palette) {
    const { mark } = points.about;
    const stroke = palette.series[at];
    if (mark === "bars") {
      const paths = (/** @type {uPlot} */ u) => {
        drawBars(u, points, palette);
        return null;
      };
      return { stroke, paths, points: { show: false } };
    }
    const several = points.ys.length > 1;
    const lines = (/** @type {uPlot} */ u) => {
      drawLines(u, points, palette, this.chosenLine);
      return null;
    };
    const draws = (/** @type {uPlot} */ u) => {
      // A line that is drawn along very many places shows them all itself.
      const isBand = mark === "line" && several && points.xs.length > u.width / 4;
      if (!isBand) drawPoints(u, points, at, palette, this.chosenLine);
      return false;
    };
    return {
      stroke,
      width: 1.25,
      pxAlign: 0,
      alpha: several ? 1 : 0.7,
      paths: points.lineOf ? lines : mark === "line" ? undefined : () => null,
      points: { show: draws },
    };
  }

  // -- what is pointed at ----------------------------------------------------------------

  /** @param {PointerEvent | MouseEvent} event */
  at(event) {
    const { plot, points } = this;
    if (!plot || !points) return null;
    const frame = plot.over.getBoundingClientRect();
    const [left, top] = [event.clientX - frame.left, event.clientY - frame.top];
    if (left < -NEAR || left > frame.width + NEAR) return null;
    const toLeft = (/** @type {number} */ value) => plot.valToPos(value, "x");
    const toTop = (/** @type {number} */ value) => plot.valToPos(value, "y");
    const reach = points.about.mark === "bars" ? 0 : NEAR;
    const around = [left - reach, left + reach].map((one) => plot.posToVal(one, "x"));
    const half = points.about.mark === "bars" ? points.about.width / 2 : 0;
    return points.nearest({
      left,
      // Beside a bar is beside it at all heights.
      top: half ? 0 : top,
      toLeft,
      toTop: half ? () => 0 : toTop,
      around: [around[0] - half, around[1] + half],
    });
  }

  /** @param {{ row: number, series: number } | null} found */
  hover(found) {
    const { row, series } = found ?? { row: -1, series: 0 };
    if (row === this.hovered.row && series === this.hovered.series) return;
    this.hovered = { row, series };
    this.mark();
  }

  /** Place the marks of the selected point, and of the one that is pointed at. */
  mark() {
    const { points, plot, hovered } = this;
    const shown = points && plot ? points : null;
    const selected = shown?.rows.includes(this.selected) ? this.selected : -1;
    this.put(this.chosen, selected, this.firstSeries(selected));
    const isOther = hovered.row !== selected;
    this.put(this.ring, isOther ? hovered.row : -1, hovered.series);
    const row = hovered.row >= 0 ? hovered.row : selected;
    const series = hovered.row >= 0 ? hovered.series : this.firstSeries(row);
    const place = this.put(this.line, row, series);
    show(this.said, place !== null);
    if (!place || !plot) return;
    setText(this.said, this.say(row, series));
    const [across, down] = [plot.over.offsetLeft, plot.over.offsetTop];
    const isRight = place.left > plot.over.offsetWidth / 2;
    this.said.style.left = `${across + place.left}px`;
    this.said.style.top = `${down}px`;
    this.said.classList.toggle("ogcw-chart-left", isRight);
  }

  /** @param {number} row */
  firstSeries(row) {
    const found = this.points?.series.findIndex((values) => Number.isFinite(values[row])) ?? -1;
    return Math.max(0, found);
  }

  /**
   * @param {HTMLElement} mark
   * @param {number} row
   * @param {number} series
   */
  put(mark, row, series) {
    const { points, plot } = this;
    const value = points?.series[series]?.[row];
    const isThere = plot && points && value !== undefined && Number.isFinite(value);
    show(mark, isThere);
    if (!isThere) return null;
    const { over } = plot;
    const left = plot.valToPos(points.x[row], "x");
    const top = plot.valToPos(value, "y");
    const [across, down] = [over.offsetLeft, over.offsetTop];
    const isBars = points.about.mark === "bars";
    mark.classList.toggle("ogcw-chart-bar", isBars && mark !== this.line);
    let box = { left: left - 5, top: top - 5, width: 10, height: 10 };
    if (mark === this.line) box = { left, top: 0, width: 0, height: over.offsetHeight };
    else if (isBars) {
      const [from, to] = sidesOf(plot, points, points.x[row]).map((one) =>
        one / pixelRatio(plot) - across
      );
      const zero = plot.valToPos(0, "y");
      const high = Math.max(2, Math.abs(zero - top));
      box = { left: from, top: Math.min(top, zero), width: Math.max(2, to - from), height: high };
    } else {
      const size = radiusFor(points.rows.length, over.offsetWidth) + 3;
      box = { left: left - size, top: top - size, width: 2 * size, height: 2 * size };
      mark.style.background = (series === 0 && points.colour(row)) || "";
    }
    mark.style.left = `${across + box.left}px`;
    mark.style.top = `${down + box.top}px`;
    mark.style.width = `${box.width}px`;
    mark.style.height = `${box.height}px`;
    return { left, top };
  }
}

/**
 * @param {Points} points
 * @param {number} pixels
 * @returns {[number, number]}
 */
function xRange({ about, xs }, pixels) {
  if (!xs.length) return [0, 1];
  const [low, high] = [xs[0], xs[xs.length - 1]];
  if (about.mark === "bars") return [low - about.width / 2, high + about.width / 2];
  if (low === high) {
    const aside = about.x.kind === "time" ? 15 * DAY_MS : Math.abs(low) / 10 || 1;
    return [low - aside, high + aside];
  }
  const side = (high - low) * SIDE / Math.max(100, pixels - 60);
  return [low - side, high + side];
}

/**
 * @param {Points} points
 * @returns {[number, number]}
 */
function yRange(points) {
  const range = points.range;
  if (!range) return [0, 1];
  const isBars = points.about.mark === "bars";
  const [low, high] = isBars ? [Math.min(0, range[0]), Math.max(0, range[1])] : range;
  if (low === high) {
    const aside = Math.abs(low) / 10 || 1;
    return [low - aside, high + aside];
  }
  const aside = (high - low) * 0.06;
  return [isBars && low === 0 ? 0 : low - aside, isBars && high === 0 ? 0 : high + aside];
}

/**
 * @param {Points} points
 * @param {number[]} places
 * @param {number} step
 */
function xTicks(points, places, step) {
  const { kind, unit } = points.about.x;
  if (kind === "time") return timeTicks(places, step);
  if (kind === "category") return places.map((one) => count(one));
  return withUnit(numberTicks(places, step), unit);
}

/**
 * The unit stands once, at the last of the numbers.
 * @param {(string | null)[]} texts
 * @param {string} unit
 */
function withUnit(texts, unit) {
  const last = texts.findLastIndex((text) => text !== null);
  return texts.map((text, at) => (at === last && unit ? `${text} ${unit}` : text));
}

/** @param {"time" | "number" | "category"} kind */
function wholeSteps(kind) {
  if (kind !== "category") return {};
  const steps = [1, 2, 5].flatMap((one) => [0, 1, 2, 3, 4, 5, 6].map((power) => one * 10 ** power));
  return { incrs: steps.sort((one, other) => one - other) };
}

/** @type {CanvasRenderingContext2D | null} */
let ruler = null;

/**
 * @param {(string | number | null)[]} texts
 * @param {string} font
 */
function widest(texts, font) {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return 40;
  ruler.font = font;
  const { measureText } = ruler;
  const context = ruler;
  return Math.max(20, ...texts.map((one) => measureText.call(context, String(one ?? "")).width));
}
