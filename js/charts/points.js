// The points of a chart, as the page got them: columns of numbers, in the order of their x.

/**
 * @typedef {object} Axis
 * @property {"time" | "number" | "category"} kind
 * @property {string} title
 * @property {string} unit
 */

/**
 * @typedef {object} About
 * @property {Axis} x
 * @property {Axis} y
 * @property {"line" | "points" | "bars"} mark
 * @property {string[]} series Their names; one without a name where there is only one.
 * @property {number} width Of a bar, as x has it.
 * @property {boolean} times Whether days alone do not tell the points apart.
 * @property {boolean} named Whether points have names.
 * @property {string[]} lines Names of the lines, where one series has several.
 */

/**
 * A copy, which begins where numbers may begin.
 * @param {DataView | null | undefined} view
 */
function bytesOf(view) {
  if (!view) return new Uint8Array(0);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}

/** @param {DataView | null | undefined} view */
function numbersOf(view) {
  return new Float64Array(bytesOf(view).buffer);
}

export class Points {
  /**
   * @param {About} about
   * @param {Partial<Record<"x" | "y" | "kept" | "colours" | "line_of", DataView>>} buffers
   * @param {string[]} palette
   */
  constructor(about, { x, y, kept, colours, line_of }, palette) {
    this.about = about;
    this.x = numbersOf(x);
    const all = numbersOf(y);
    const { length } = this.x;
    this.series = about.series.map((_, at) => all.subarray(at * length, (at + 1) * length));
    const lines = new Uint16Array(bytesOf(line_of).buffer);
    /** Number of the line of each point, where there are several. */
    this.lineOf = lines.length === length && length > 0 ? lines : null;
    const mask = bytesOf(kept);
    const paint = bytesOf(colours);
    this.palette = palette;
    this.colours = paint.length === length && palette.length ? paint : null;
    const isKept = (/** @type {number} */ row) => mask.length !== length || mask[row] > 0;
    let last = -Infinity;
    let isSorted = true;
    /** @type {number[]} */
    const rows = [];
    for (let row = 0; row < length; row += 1) {
      const place = this.x[row];
      if (!Number.isFinite(place) || !isKept(row)) continue;
      isSorted &&= place >= last;
      last = place;
      rows.push(row);
    }
    if (!isSorted) rows.sort((one, other) => this.x[one] - this.x[other] || one - other);
    /** Rows that are shown, from left to right. */
    this.rows = rows;
    this.xs = rows.map((row) => this.x[row]);
    this.ys = this.series.map((values) =>
      rows.map((row) => Number.isFinite(values[row]) ? values[row] : null)
    );
    /** How many of them have a value. */
    this.count = rows.reduce((sum, row) => sum + (this.hasValue(row) ? 1 : 0), 0);
  }

  /** @param {number} row */
  hasValue(row) {
    return this.series.some((values) => Number.isFinite(values[row]));
  }

  /** @param {number} row */
  colour(row) {
    const { colours, palette } = this;
    return colours && palette[Math.min(colours[row], palette.length - 1)];
  }

  /** Number of the line that a point is on, or -1. @param {number} row */
  line(row) {
    return this.lineOf?.[row] ?? -1;
  }

  /** The name of that line. @param {number} row */
  lineName(row) {
    return this.about.lines[this.line(row)] ?? "";
  }

  /** Smallest and largest value, of all series. @returns {[number, number] | null} */
  get range() {
    let [low, high] = [Infinity, -Infinity];
    for (const values of this.ys) {
      for (const value of values) {
        if (value === null) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    return low <= high ? [low, high] : null;
  }

  /**
   * Where in the order of x a value would stand.
   * @param {number} value
   */
  after(value) {
    let [low, high] = [0, this.xs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.xs[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The next row with a value to one side, of several lines on the same one; or the
   * outermost where there is no row yet.
   * @param {number} row
   * @param {number} step 1 or -1.
   */
  step(row, step) {
    const from = this.rows.indexOf(row);
    const isNext = (/** @type {number} */ other) =>
      this.hasValue(other) && (from < 0 || this.line(other) === this.line(row));
    let at = from < 0 ? (step > 0 ? 0 : this.rows.length - 1) : from + step;
    while (this.rows[at] !== undefined && !isNext(this.rows[at])) at += step;
    return this.rows[at] ?? (from < 0 ? -1 : row);
  }

  /**
   * The nearest point of another line: the next higher one of those around, or lower.
   * @param {number} row
   * @param {number} step 1 for up.
   */
  across(row, step) {
    const values = this.series[0];
    const others = this.rows.filter((other) =>
      this.x[other] === this.x[row] && this.line(other) !== this.line(row) &&
      (values[other] - values[row]) * step > 0
    );
    return others.reduce(
      (best, other) => best < 0 || (values[other] - values[best]) * step < 0 ? other : best,
      -1,
    );
  }

  /** The first row with a value, or with -1 the last. @param {number} step */
  outermost(step) {
    return this.step(-1, step);
  }

  /**
   * The point nearest to a place on the screen. What is above or below is nearer than what is
   * beside: who points at a date means that date.
   * @param {object} place
   * @param {number} place.left
   * @param {number} place.top
   * @param {(value: number) => number} place.toLeft
   * @param {(value: number) => number} place.toTop
   * @param {[number, number]} place.around Values of x between which is looked first.
   */
  nearest({ left, top, toLeft, toTop, around }) {
    let [from, to] = around.map((value) => this.after(value));
    if (from === to) {
      // Nothing is near: the neighbours to the left and the right.
      while (from > 0 && !this.hasValue(this.rows[from - 1])) from -= 1;
      while (to < this.rows.length && !this.hasValue(this.rows[to])) to += 1;
      [from, to] = [Math.max(0, from - 1), Math.min(this.rows.length, to + 1)];
    }
    let found = { row: -1, series: 0, far: Infinity };
    for (let at = from; at < to; at += 1) {
      const across = (toLeft(this.xs[at]) - left) ** 2;
      if (across > found.far) continue;
      this.ys.forEach((values, series) => {
        const value = values[at];
        if (value === null) return;
        const far = across + ((toTop(value) - top) / 4) ** 2;
        if (far < found.far) found = { row: this.rows[at], series, far };
      });
    }
    return found;
  }
}
