// Geometry of the overlay in degrees and pixels. Longitudes of a shape may run past 180,
// so that a shape across the antimeridian is one piece on the screen.

/**
 * @typedef {[number, number]} Position Longitude and latitude.
 * @typedef {[number, number, number, number]} Box West, south, east, north.
 * @typedef {{ type: string, coordinates?: any, geometries?: Geometry[] }} Geometry GeoJSON
 * @typedef {{ points: Position[], closed: boolean }} Path A ring, a line, or one point.
 * @typedef {{ bbox?: Box, geometry?: Geometry | null }} Shape What is drawn: a box or another shape.
 * @typedef {{ id: string, geometry: Geometry, label: string, kind: string }} Feature
 * @typedef {{ id: string, geometry: Geometry | null, label: string, tone: number }} Area
 *   One of several areas of a form.
 * @typedef {any} LeafletMap Leaflet's L.Map, which ships no types.
 */

/**
 * All rings and lines of a geometry.
 * @param {Geometry | null} geometry
 * @returns {Path[]}
 */
export function pathsOf(geometry) {
  if (!geometry) return [];
  const { type, coordinates } = geometry;
  /** @param {import("./geo.js").Position[]} points */
  const ring = (points) => ({ points, closed: true });
  /** @param {import("./geo.js").Position[]} points */
  const line = (points) => ({ points, closed: false });
  if (type === "Polygon") return coordinates.map(ring);
  if (type === "MultiPolygon") return coordinates.flat().map(ring);
  if (type === "LineString") return [line(coordinates)];
  if (type === "MultiLineString") return coordinates.map(line);
  if (type === "Point") return [line([coordinates])];
  if (type === "MultiPoint") {
    return coordinates.map((/** @type {Position} */ point) => line([point]));
  }
  if (type === "GeometryCollection") return (geometry.geometries ?? []).flatMap(pathsOf);
  return [];
}

/**
 * @param {Box} box
 * @returns {Geometry}
 */
export function rectangleGeometry([west, south, east, north]) {
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
  return { type: "Polygon", coordinates: [ring] };
}

/**
 * The box around everything, or null.
 * @param {(Geometry | null)[]} geometries
 * @returns {Box | null}
 */
export function extentOf(geometries) {
  let [w, s, e, n] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const geometry of geometries) {
    for (const { points } of pathsOf(geometry)) {
      for (const [x, y] of points) {
        w = Math.min(w, x);
        e = Math.max(e, x);
        s = Math.min(s, y);
        n = Math.max(n, y);
      }
    }
  }
  return w <= e ? [w, s, e, n] : null;
}

/** @type {WeakMap<Geometry, Box | null>} */
const knownExtents = new WeakMap();

/**
 * Whether a position lies in a geometry (even and odd, so holes count).
 * @param {Geometry} geometry
 * @param {Position} position
 */
export function covers(geometry, [x, y]) {
  // Most shapes are ruled out by their box; the mouse asks this at every move.
  if (!knownExtents.has(geometry)) knownExtents.set(geometry, extentOf([geometry]));
  const [w, s, e, n] = knownExtents.get(geometry) ?? [1, 1, 0, 0];
  if (x < w || x > e || y < s || y > n) return false;
  let inside = false;
  for (const { points, closed } of pathsOf(geometry)) {
    if (!closed) continue;
    for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
      const [xi, yi] = points[i];
      const [xj, yj] = points[j];
      if ((yi > y) !== (yj > y) && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
}

/** Decimals worth keeping at a zoom level: a tenth of a pixel, at most 6. */
export function decimalsAt(/** @type {number} */ zoom) {
  const degreesPerPixel = 360 / (256 * 2 ** zoom);
  return Math.min(6, Math.max(1, Math.ceil(-Math.log10(degreesPerPixel)) + 1));
}

/**
 * @param {number} number
 * @param {number} decimals
 */
export function rounded(number, decimals) {
  return Number(number.toFixed(decimals));
}

const STEPS = [45, 30, 20, 10, 5, 2, 1];

/**
 * Distance of meridians, in degrees, that gives at least `pixels` between two.
 * @param {number} zoom
 * @param {number} pixels
 */
export function graticuleStep(zoom, pixels) {
  const perDegree = (256 * 2 ** zoom) / 360;
  let best = STEPS[0];
  for (let power = 0; power > -6; power -= 1) {
    for (const base of power === 0 ? STEPS : [5, 2, 1]) {
      const step = power === 0 ? base : base * 10 ** power;
      if (step * perDegree >= pixels) best = step;
      else return best;
    }
  }
  return best;
}

/**
 * 40.5 -> "40.5° N"; longitudes of world copies come back to -180..180.
 * @param {number} value
 * @param {number} step Distance to the next label, which decides about decimals.
 * @param {"lng" | "lat"} axis
 */
export function degreeLabel(value, step, axis) {
  let degrees = value;
  if (axis === "lng") degrees = ((((value + 180) % 360) + 360) % 360) - 180;
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const text = Math.abs(degrees).toFixed(decimals);
  if (Number(text) === 0) return "0°";
  if (axis === "lng" && Number(text) === 180) return "180°";
  const letters = axis === "lat" ? ["N", "S"] : ["E", "W"];
  return `${text}° ${letters[degrees >= 0 ? 0 : 1]}`;
}

/**
 * A length for the scale bar, at most `pixels` long.
 * @param {number} metresPerPixel
 * @param {number} pixels
 */
export function scaleLength(metresPerPixel, pixels) {
  const longest = metresPerPixel * pixels;
  const power = 10 ** Math.floor(Math.log10(longest));
  const digit = [5, 2, 1].find((d) => d * power <= longest) ?? 1;
  const metres = digit * power;
  return { metres, pixels: metres / metresPerPixel };
}

/**
 * Of several copies of the world the one nearest to the middle comes first.
 * @param {number[]} turns Multiples of 360 degrees.
 */
export function nearestFirst(turns) {
  return turns.sort((a, b) => Math.abs(a) - Math.abs(b));
}

/**
 * The box of corners in any order.
 * @param {Position[]} corners
 * @returns {Box}
 */
export function boxAround(corners) {
  const xs = corners.map((c) => c[0]);
  const ys = corners.map((c) => c[1]);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
