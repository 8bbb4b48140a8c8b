// Very many outlines in typed arrays, as map/footprints.py packs them; projected once.

/** @import { Box, Geometry, Position } from "../geo.js" */

const MILLIARCSECONDS = 3_600_000; // in a degree
const POLAR = 85.0511287798; // where the square world of the tiles ends
const DRAWN_WIDTH = 6; // pixels around lines and points that count as theirs
const SMALLEST = 4; // pixels of a shape that the mouse can find

/**
 * Bytes of a trait, which comes as a view into a message.
 * @typedef {DataView | undefined} Bytes
 */

/** Longitude as a part of the world from west to east. */
export const worldX = (/** @type {number} */ longitude) => (longitude + 180) / 360;

/** Latitude as a part of the world from north to south. */
export function worldY(/** @type {number} */ latitude) {
  const angle = (Math.max(-POLAR, Math.min(POLAR, latitude)) * Math.PI) / 180;
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + angle / 2)) / (2 * Math.PI);
}

export class Outlines {
  /** @param {Record<string, Bytes>} buffers The trait `footprints`. */
  constructor(buffers) {
    /** There when `named` is done. @type {string[]} */
    this.ids = [];
    /** @type {Record<string, string>} */
    this.labels = {};
    this.named = this.name(buffers.names);
    this.points = new Int32Array(alone(buffers.points));
    /** Where each line begins among the points, and where the last one ends. */
    this.lines = offsets(buffers.lines, this.points.length / 2);
    /** Where each shape begins among the lines, and where the last one ends. */
    this.shapes = offsets(buffers.shapes, this.lines.length - 1);
    this.isOpen = new Uint8Array(Math.max(0, this.lines.length - 1));
    for (const line of new Uint32Array(alone(buffers.open))) this.isOpen[line] = 1;
    this.isHole = new Uint8Array(this.isOpen.length);
    for (const line of new Uint32Array(alone(buffers.holes))) this.isHole[line] = 1;
    /** Positions as parts of the world; rings run one way round, holes the other way. */
    this.world = new Float64Array(this.points.length);
    /** West, north, east and south of each shape, as parts of the world. */
    this.bounds = new Float64Array(4 * this.count);
    /** Whether a shape has points or lines, which have no inside. */
    this.isThin = new Uint8Array(this.count);
    /** A byte for each shape: whether it is drawn; null for all. @type {Uint8Array | null} */
    this.kept = null;
    /** Number of the colour of each shape; null for one colour. @type {Uint8Array | null} */
    this.steps = null;
    /** @type {string[]} */
    this.ramp = [];
    /** @type {number[] | null} */
    this.box = null;
    this.project();
  }

  get count() {
    return this.shapes.length - 1;
  }

  /**
   * Read the names, which shapes are drawn without.
   * @param {Bytes} bytes
   */
  async name(bytes) {
    if (!bytes?.byteLength) return;
    const whole = new Blob([alone(bytes)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const { ids, labels } = await new Response(whole).json();
    this.ids = ids;
    this.labels = labels;
  }

  /**
   * Draw some of the shapes only.
   * @param {Bytes} bits One for each, the lowest first; none at all for all shapes.
   */
  keep(bits) {
    const found = new Uint8Array(alone(bits));
    this.kept = found.length === 0
      ? null
      : Uint8Array.from({ length: this.count }, (_, shape) =>
        (found[shape >> 3] >> (shape & 7)) & 1);
  }

  /**
   * Give each shape a colour.
   * @param {{ steps?: Bytes, ramp?: string[] }} colours Of the trait; empty for none.
   */
  colour({ steps, ramp = [] }) {
    const found = new Uint8Array(alone(steps));
    this.steps = found.length === this.count && found.length > 0 ? found : null;
    this.ramp = ramp;
  }

  /** @param {number} shape */
  isKept(shape) {
    return !this.kept || this.kept[shape] === 1;
  }

  /** @param {number} shape */
  label(shape) {
    return this.labels[shape] ?? this.ids[shape];
  }

  project() {
    const { points, lines, shapes, isOpen, isHole, world, bounds, isThin } = this;
    for (let i = 0; i < points.length; i += 2) {
      world[i] = worldX(points[i] / MILLIARCSECONDS);
      world[i + 1] = worldY(points[i + 1] / MILLIARCSECONDS);
    }
    for (let shape = 0; shape < this.count; shape += 1) {
      let w = Infinity;
      let n = Infinity;
      let e = -Infinity;
      let s = -Infinity;
      for (let line = shapes[shape]; line < shapes[shape + 1]; line += 1) {
        const start = 2 * lines[line];
        const end = 2 * lines[line + 1];
        if (isOpen[line]) isThin[shape] = 1;
        let area = 0;
        for (let i = start, j = end - 2; i < end; j = i, i += 2) {
          const x = world[i]; // no list is made: there may be a million
          const y = world[i + 1];
          area += (world[j] - x) * (world[j + 1] + y);
          if (x < w) w = x;
          if (x > e) e = x;
          if (y < n) n = y;
          if (y > s) s = y;
        }
        if (!isOpen[line] && area !== 0 && area < 0 === !isHole[line]) reverse(world, start, end);
      }
      bounds[4 * shape] = w;
      bounds[4 * shape + 1] = n;
      bounds[4 * shape + 2] = e;
      bounds[4 * shape + 3] = s;
    }
  }

  /**
   * Box in degrees around everything, or null.
   * @returns {Box | null}
   */
  extent() {
    if (!this.count) return null;
    this.box ??= this.findBox();
    return /** @type {Box} */ ([...this.box]);
  }

  findBox() {
    let [w, s, e, n] = [Infinity, Infinity, -Infinity, -Infinity];
    const { points } = this;
    for (let i = 0; i < points.length; i += 2) {
      const x = points[i];
      const y = points[i + 1];
      if (x < w) w = x;
      if (x > e) e = x;
      if (y < s) s = y;
      if (y > n) n = y;
    }
    return [w, s, e, n].map((side) => side / MILLIARCSECONDS);
  }

  /**
   * The south-western corner of a shape in degrees.
   * @param {number} shape
   */
  corner(shape) {
    const { points, lines, shapes } = this;
    let [west, south] = [Infinity, Infinity];
    for (let i = 2 * lines[shapes[shape]]; i < 2 * lines[shapes[shape + 1]]; i += 2) {
      if (points[i] < west) west = points[i];
      if (points[i + 1] < south) south = points[i + 1];
    }
    return { west: west / MILLIARCSECONDS, south: south / MILLIARCSECONDS };
  }

  /**
   * A shape as GeoJSON that `pathsOf` reads.
   * @param {number} shape
   * @returns {Geometry}
   */
  geometry(shape) {
    const { points, lines, shapes, isOpen } = this;
    /** @type {Position[][]} */
    const rings = [];
    /** @type {Geometry[]} */
    const geometries = [{ type: "Polygon", coordinates: rings }];
    for (let line = shapes[shape]; line < shapes[shape + 1]; line += 1) {
      /** @type {Position[]} */
      const positions = [];
      for (let i = 2 * lines[line]; i < 2 * lines[line + 1]; i += 2) {
        positions.push([points[i] / MILLIARCSECONDS, points[i + 1] / MILLIARCSECONDS]);
      }
      if (isOpen[line]) geometries.push({ type: "LineString", coordinates: positions });
      else rings.push([...positions, positions[0]]);
    }
    return { type: "GeometryCollection", geometries };
  }

  /**
   * Shapes that are drawn and may lie within some sides, as parts of the world.
   * @param {number} west
   * @param {number} north
   * @param {number} east
   * @param {number} south
   */
  within(west, north, east, south) {
    const { bounds, count, kept } = this;
    /** @type {number[]} */
    const found = [];
    for (let shape = 0, b = 0; shape < count; shape += 1, b += 4) {
      if (
        bounds[b] <= east && bounds[b + 2] >= west && bounds[b + 1] <= south &&
        bounds[b + 3] >= north && (kept === null || kept[shape] === 1)
      ) found.push(shape);
    }
    return found;
  }

  /**
   * Shapes at a position, in any copy of the world, in the order of the items.
   * @param {Position} position
   * @param {number} pixels Of the whole world at the present zoom.
   */
  under([longitude, latitude], pixels) {
    const { bounds, isThin } = this;
    const [x, y] = [worldX(longitude), worldY(latitude)];
    /** @type {number[]} */
    const found = [];
    for (let shape = 0, b = 0; shape < this.count; shape += 1, b += 4) {
      if (!this.isKept(shape)) continue;
      const [w, n, e, s] = [bounds[b], bounds[b + 1], bounds[b + 2], bounds[b + 3]];
      const isSmall = Math.max(e - w, s - n) * pixels < SMALLEST;
      const around = (isThin[shape] ? DRAWN_WIDTH : isSmall ? SMALLEST / 2 : 0) / pixels;
      if (y < n - around || y > s + around) continue;
      // The first copy of the world in which it is not east of the shape's western side.
      const here = x + Math.ceil(w - around - x);
      for (let at = here; at <= e + around; at += 1) {
        if (isSmall || this.holds(shape, at, y, around)) {
          found.push(shape);
          break;
        }
      }
    }
    return found;
  }

  /**
   * Whether a position is inside of a shape (even and odd, so holes count), or near to
   * one of its lines that have no inside.
   * @param {number} shape
   * @param {number} x
   * @param {number} y
   * @param {number} around
   */
  holds(shape, x, y, around) {
    const { world, lines, shapes, isOpen } = this;
    let inside = false;
    for (let line = shapes[shape]; line < shapes[shape + 1]; line += 1) {
      const [start, end] = [2 * lines[line], 2 * lines[line + 1]];
      if (isOpen[line]) {
        for (let i = start; i < end; i += 2) {
          const j = Math.min(i + 2, end - 2);
          if (distance(world, i, j, x, y) <= around) return true;
        }
        continue;
      }
      for (let i = start, j = end - 2; i < end; j = i, i += 2) {
        const [xi, yi, xj, yj] = [world[i], world[i + 1], world[j], world[j + 1]];
        if ((yi > y) !== (yj > y) && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
      }
    }
    return inside;
  }
}

/**
 * Where lists begin among what is in them, from how long each is.
 * @param {Bytes} bytes One number for each; or one for all.
 * @param {number} total How many are in all of them.
 */
function offsets(bytes, total) {
  const sizes = new Uint32Array(alone(bytes));
  const isRegular = sizes.length === 1;
  const found = new Uint32Array((isRegular ? total / sizes[0] : sizes.length) + 1);
  for (let i = 1; i < found.length; i += 1) {
    found[i] = found[i - 1] + sizes[isRegular ? 0 : i - 1];
  }
  return found;
}

/**
 * The bytes alone: in a message they may begin anywhere, which a typed array may not.
 * @param {Bytes} bytes
 */
function alone(bytes) {
  return bytes
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice().buffer
    : new ArrayBuffer(0);
}

/**
 * Let a ring run the other way round.
 * @param {Float64Array} world
 * @param {number} start
 * @param {number} end
 */
function reverse(world, start, end) {
  for (let i = start, j = end - 2; i < j; i += 2, j -= 2) {
    for (const axis of [0, 1]) {
      [world[i + axis], world[j + axis]] = [world[j + axis], world[i + axis]];
    }
  }
}

/**
 * From a position to the side between two points.
 * @param {Float64Array} world
 * @param {number} i
 * @param {number} j
 * @param {number} x
 * @param {number} y
 */
function distance(world, i, j, x, y) {
  const [dx, dy] = [world[j] - world[i], world[j + 1] - world[i + 1]];
  const [px, py] = [x - world[i], y - world[i + 1]];
  const part = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(px - part * dx, py - part * dy);
}
