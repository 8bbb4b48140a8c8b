// Outlines drawn into plain arrays of pixels: of a hundred thousand small shapes a canvas
// draws each as if it were alone, which takes seconds. Here a shape costs as much as its
// outline is long: its inside is noted at its edges only, and summed up once for all.

import { worldX, worldY } from "./outlines.js";

/** @import { Box } from "../geo.js" */
/** @import { Outlines } from "./outlines.js" */

const TINY = 3; // pixels of a shape that is drawn as a spot
const SPOT = 153; // how much of a pixel it covers, of 255
const POINT = 5; // radius of a point in pixels
const CORNERS = 16; // of the polygon that is drawn for one
const SINGLY = 4_000; // shapes in view up to which lines are as wide as they should be
const MOST = 0.6; // opacity where very many lie on each other: lines are seen through it
const DEEPEST = 64; // shapes on each other; more of them look the same
const SHAPES_AT_ONCE = 500;
const ROWS_AT_ONCE = 50;
const NEAR = 0.5; // pixels; a corner that is nearer to the one before is left out

/**
 * Colours of shapes: what lies at `steps` is a number of `ramp`, or of none.
 * @typedef {object} Paint
 * @property {number} lineWidth Pixels.
 * @property {number} opacity Of the inside of one shape; 0 for none.
 * @property {number[][]} ramp Red, green and blue from 0 to 255 of each colour; of shapes
 *   without steps the first one.
 * @property {number[]} none The same where there is no value.
 */

/**
 * The part of a picture in which there may be something of a box, in any copy of the world:
 * a picture is larger than the map, and what it shows is often smaller.
 * @param {Box} box West, south, east and north in degrees.
 * @param {number} size Pixels of the world.
 * @param {{ x: number, y: number }} corner Of the picture, in pixels of the world.
 * @param {{ width: number, height: number }} picture
 * @param {number} lineWidth Pixels.
 */
export function partOf([west, south, east, north], size, corner, picture, lineWidth) {
  const margin = POINT + lineWidth + 1;
  const [w, e] = [worldX(west) * size - corner.x, worldX(east) * size - corner.x];
  let [left, right] = [picture.width, 0];
  for (let turn = -3; turn <= 3; turn += 1) {
    const from = Math.max(0, Math.floor(w + turn * size - margin));
    const to = Math.min(picture.width, Math.ceil(e + turn * size + margin));
    if (from < to) [left, right] = [Math.min(left, from), Math.max(right, to)];
  }
  const top = Math.max(0, Math.floor(worldY(north) * size - corner.y - margin));
  const bottom = Math.min(
    picture.height,
    Math.ceil(worldY(south) * size - corner.y + margin),
  );
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/** One time that outlines are drawn. */
export class Drawing {
  /**
   * @param {Outlines} outlines
   * @param {number} width Pixels.
   * @param {number} height
   * @param {Paint} paint
   */
  constructor(outlines, width, height, paint) {
    this.outlines = outlines;
    this.width = width;
    this.height = height;
    this.paint = paint;
    /** Of each pixel how much of it lines cover, 0 to 255, and below it their rank. */
    this.lines = new Uint16Array(width * height);
    const cells = paint.opacity ? (width + 1) * height : 0;
    /** How many shapes begin at a pixel, less those that end there. */
    this.insides = new Int32Array(cells);
    /** The same of the numbers of their colours. */
    this.steps = new Int32Array(outlines.steps ? cells : 0);
    /** Of the shape that is being drawn; a higher one lies above. */
    this.rank = 1;
    this.half = paint.lineWidth / 2;
    /** Pixels of the world; and where the drawing begins, for one copy of the world. */
    this.size = 0;
    this.x = 0;
    this.y = 0;
    this.corners = new Float64Array(64);
    /** How many shapes are in view. */
    this.inView = 0;
    /** Red, green, blue and opacity of each pixel. */
    this.pixels = new Uint8ClampedArray(4 * width * height);
    this.colours = [paint.none, ...paint.ramp]; // by rank
    // By how many lie on each other, and of each rank.
    this.opacities = Float64Array.from(
      { length: DEEPEST },
      (_, count) => MOST * (1 - (1 - Math.min(1, paint.opacity / MOST)) ** count),
    );
    this.filled = Uint32Array.from(
      { length: DEEPEST * this.colours.length },
      (_, at) => packed(this.colours[Math.floor(at / DEEPEST)], this.opacities[at % DEEPEST]),
    );
  }

  /**
   * Draw all copies of the world that are in view, in steps of about a millisecond.
   * @param {number} size Pixels of the world.
   * @param {{ x: number, y: number }} corner Of the drawing, in pixels of the world.
   * @returns {Generator<void, void>}
   */
  *draw(size, corner) {
    const margin = (POINT + 1) / size; // points are drawn larger than they are
    const top = corner.y / size - margin;
    const bottom = (corner.y + this.height) / size + margin;
    /** @type {[turn: number, shapes: number[]][]} */
    const views = [];
    for (let turn = -3; turn <= 3; turn += 1) {
      const left = corner.x / size - turn - margin;
      const right = left + this.width / size + 2 * margin;
      const shapes = this.outlines.within(left, top, right, bottom);
      views.push([turn, shapes]);
      this.inView += shapes.length;
      if (shapes.length) yield;
    }
    const isMany = this.inView > SINGLY;
    if (isMany) this.half = Math.min(this.half, Math.max(0.5, this.half * 0.7));
    this.size = size;
    this.y = corner.y;
    for (const [turn, shapes] of views) {
      this.x = corner.x - turn * size;
      for (let i = 0; i < shapes.length; i += 1) {
        this.shape(shapes[i], isMany);
        if (i % SHAPES_AT_ONCE === SHAPES_AT_ONCE - 1) yield;
      }
    }
    for (let row = 0; row < this.height; row += ROWS_AT_ONCE) {
      yield;
      this.rows(row, Math.min(this.height, row + ROWS_AT_ONCE));
    }
  }

  /**
   * @param {number} shape
   * @param {boolean} isMany
   */
  shape(shape, isMany) {
    const { outlines, size, x, y } = this;
    const { bounds, lines, shapes, isOpen, steps } = outlines;
    const step = steps ? steps[shape] : 0;
    // What has no value (255) lies lowest.
    this.rank = (step + 1) & 255;
    const b = 4 * shape;
    const w = bounds[b] * size - x;
    const n = bounds[b + 1] * size - y;
    const e = bounds[b + 2] * size - x;
    const s = bounds[b + 3] * size - y;
    if (e - w < TINY && s - n < TINY && (isMany || w !== e || n !== s)) {
      this.spot(w, n, Math.max(e - w, 1.5), Math.max(s - n, 1.5));
      return;
    }
    for (let line = shapes[shape]; line < shapes[shape + 1]; line += 1) {
      const count = lines[line + 1] - lines[line];
      const found = count === 1 ? this.circle(lines[line]) : this.project(lines[line], count);
      const isRing = !isOpen[line] || count === 1;
      if (found === 2) this.spot(this.corners[0], this.corners[1], 1.5, 1.5);
      if (isRing && this.paint.opacity) this.inside(found, step);
      this.outline(found, isRing);
    }
  }

  /**
   * Corners of a line in pixels, without those that are next to the one before.
   * @param {number} first
   * @param {number} count
   * @returns {number} How many numbers of `corners` are used.
   */
  project(first, count) {
    const { size, x, y } = this;
    const { world } = this.outlines;
    if (this.corners.length < 2 * count) this.corners = new Float64Array(4 * count);
    const { corners } = this;
    let used = 0;
    for (let i = 2 * first, end = i + 2 * count; i < end; i += 2) {
      const px = world[i] * size - x;
      const py = world[i + 1] * size - y;
      if (
        used > 0 && Math.abs(px - corners[used - 2]) < NEAR &&
        Math.abs(py - corners[used - 1]) < NEAR
      ) continue;
      corners[used] = px;
      corners[used + 1] = py;
      used += 2;
    }
    return used;
  }

  /** @param {number} point */
  circle(point) {
    const { world } = this.outlines;
    const x = world[2 * point] * this.size - this.x;
    const y = world[2 * point + 1] * this.size - this.y;
    for (let i = 0; i < CORNERS; i += 1) {
      const angle = (2 * Math.PI * i) / CORNERS;
      this.corners[2 * i] = x + POINT * Math.cos(angle);
      this.corners[2 * i + 1] = y + POINT * Math.sin(angle);
    }
    return 2 * CORNERS;
  }

  /**
   * Note where in each row of pixels a ring begins and ends.
   * @param {number} used
   * @param {number} step
   */
  inside(used, step) {
    const { corners, width, height, insides, steps } = this;
    const hasSteps = steps.length > 0;
    if (hasSteps && step === 255) return;
    for (let i = 0, j = used - 2; i < used; j = i, i += 2) {
      const y1 = corners[j + 1];
      const y2 = corners[i + 1];
      if (y1 === y2) continue;
      const x1 = corners[j];
      const isDown = y1 < y2;
      const sign = isDown ? -1 : 1;
      // Rows whose middle is between the two ends.
      const from = Math.max(0, Math.ceil((isDown ? y1 : y2) - 0.5));
      const to = Math.min(height, Math.ceil((isDown ? y2 : y1) - 0.5));
      const slope = (corners[i] - x1) / (y2 - y1);
      let at = x1 + (from + 0.5 - y1) * slope - 0.5;
      for (let row = from; row < to; row += 1, at += slope) {
        const column = at <= 0 ? 0 : at >= width ? width : Math.ceil(at);
        const cell = row * (width + 1) + column;
        insides[cell] += sign;
        if (hasSteps) steps[cell] += sign * step;
      }
    }
  }

  /**
   * @param {number} used
   * @param {boolean} isRing
   */
  outline(used, isRing) {
    const { corners } = this;
    const last = used - 2;
    if (isRing && used > 4) this.side(corners[last], corners[last + 1], corners[0], corners[1]);
    for (let i = 2; i < used; i += 2) {
      this.side(corners[i - 2], corners[i - 1], corners[i], corners[i + 1]);
    }
  }

  /**
   * A straight line, with soft edges.
   * @param {number} x1
   * @param {number} y1
   * @param {number} x2
   * @param {number} y2
   */
  side(x1, y1, x2, y2) {
    // This is where the time goes, so no list and no call is made for a pixel.
    const { width, height, lines, half, rank } = this;
    const dx = x2 - x1;
    const dy = y2 - y1;
    const isFlat = Math.abs(dx) >= Math.abs(dy);
    // Along the longer way, `a`, a pixel at a time; across it, `c`, as wide as the line.
    const a1 = isFlat ? x1 : y1;
    const c1 = isFlat ? y1 : x1;
    const da = isFlat ? dx : dy;
    const most = isFlat ? width : height;
    const mostAcross = isFlat ? height : width;
    const next = isFlat ? 1 : width;
    const nextAcross = isFlat ? width : 1;
    const slope = da === 0 ? 0 : (isFlat ? dy : dx) / da;
    const reach = half * Math.sqrt(1 + slope * slope);
    const start = Math.min(a1, a1 + da) - half;
    const end = Math.max(a1, a1 + da) + half;
    const from = Math.max(0, Math.floor(start));
    const to = Math.min(most, Math.ceil(end));
    for (let a = from; a < to; a += 1) {
      const along = 255 * ((a + 1 < end ? a + 1 : end) - (a > start ? a : start));
      const low = c1 + (a + 0.5 - a1) * slope - reach;
      const high = low + 2 * reach;
      const first = low > 0 ? Math.floor(low) : 0;
      const last = high < mostAcross ? high : mostAcross;
      let pixel = a * next + first * nextAcross;
      for (let c = first; c < last; c += 1, pixel += nextAcross) {
        const across = (c + 1 < high ? c + 1 : high) - (c > low ? c : low);
        const key = ((across * along + 0.5) << 8) | rank;
        if (key > lines[pixel]) lines[pixel] = key;
      }
    }
  }

  /**
   * A shape that is too small for its form to be seen.
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   */
  spot(x, y, width, height) {
    const { lines, rank } = this;
    const key = (SPOT << 8) | rank;
    const right = Math.min(this.width, Math.round(x + width));
    const bottom = Math.min(this.height, Math.round(y + height));
    for (let row = Math.max(0, Math.round(y)); row < bottom; row += 1) {
      for (let column = Math.max(0, Math.round(x)); column < right; column += 1) {
        const pixel = row * this.width + column;
        if (key > lines[pixel]) lines[pixel] = key;
      }
    }
  }

  /**
   * Make the picture of some rows of pixels, of what has been drawn.
   * @param {number} from
   * @param {number} to
   */
  rows(from, to) {
    const { width, lines, insides, steps, colours, opacities, filled, pixels } = this;
    const whole = new Uint32Array(pixels.buffer);
    const opaque = Uint32Array.from(colours, (colour) => packed(colour, 1));
    const hasInsides = insides.length > 0;
    const hasSteps = steps.length > 0;
    let pixel = from * width;
    let cell = from * (width + 1);
    for (let row = from; row < to; row += 1, cell += 1) {
      let count = 0;
      let sum = 0;
      for (let column = 0; column < width; column += 1, pixel += 1, cell += 1) {
        if (hasInsides) {
          count += insides[cell];
          if (hasSteps) sum += steps[cell];
        }
        const key = lines[pixel];
        if (key >= 0xff00) {
          whole[pixel] = opaque[key & 255];
          continue;
        }
        const depth = count < DEEPEST ? count : DEEPEST - 1;
        const rank = hasSteps && count > 0 ? Math.round(sum / count) + 1 : 1;
        if (key < 0x100) {
          if (depth > 0) whole[pixel] = filled[rank * DEEPEST + depth];
          continue;
        }
        const over = (key >> 8) / 255;
        const under = depth > 0 ? opacities[depth] * (1 - over) : 0;
        const top = colours[key & 255];
        const below = colours[rank];
        const alpha = over + under;
        pixels[4 * pixel] = (top[0] * over + below[0] * under) / alpha;
        pixels[4 * pixel + 1] = (top[1] * over + below[1] * under) / alpha;
        pixels[4 * pixel + 2] = (top[2] * over + below[2] * under) / alpha;
        pixels[4 * pixel + 3] = 255 * alpha;
      }
    }
  }
}

/**
 * A pixel as one number, in the order of this machine.
 * @param {number[]} colour
 * @param {number} opacity
 */
function packed([red, green, blue], opacity) {
  const pixel = new Uint8ClampedArray([red, green, blue, 255 * opacity]);
  return new Uint32Array(pixel.buffer)[0];
}
