import assert from "node:assert/strict";
import {
  boxAround,
  covers,
  decimalsAt,
  degreeLabel,
  extentOf,
  graticuleStep,
  pathsOf,
  rectangleGeometry,
  scaleLength,
} from "./geo.js";

const RING = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]];
const HOLE = [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]];

Deno.test("every kind of geometry has its paths", () => {
  const parts = [
    { type: "Point", coordinates: [1, 2] },
    { type: "MultiPoint", coordinates: [[1, 2], [3, 4]] },
    { type: "LineString", coordinates: [[1, 2], [3, 4]] },
    { type: "MultiLineString", coordinates: [[[1, 2], [3, 4]]] },
    { type: "Polygon", coordinates: [RING, HOLE] },
    { type: "MultiPolygon", coordinates: [[RING], [HOLE]] },
  ];
  assert.deepEqual(parts.map((one) => pathsOf(one).length), [1, 2, 1, 1, 2, 2]);
  const all = { type: "GeometryCollection", geometries: parts };
  assert.equal(pathsOf(all).filter(({ closed }) => closed).length, 4);
  assert.deepEqual(pathsOf(null), []);
});

Deno.test("extents hold everything; nothing has none", () => {
  const point = { type: "Point", coordinates: [200, -5] };
  assert.deepEqual(extentOf([rectangleGeometry([0, 0, 10, 10]), point]), [0, -5, 200, 10]);
  assert.equal(extentOf([null]), null);
});

Deno.test("a hole is not covered", () => {
  const polygon = { type: "Polygon", coordinates: [RING, HOLE] };
  assert(covers(polygon, [1, 1]));
  assert(!covers(polygon, [5, 5]));
  assert(!covers(polygon, [11, 5]));
});

Deno.test("a box has its corners in order, whichever came first", () => {
  assert.deepEqual(boxAround([[5, -1], [2, 3]]), [2, -1, 5, 3]);
});

Deno.test("meridians are at least so far apart, at round degrees", () => {
  for (let zoom = 0; zoom <= 18; zoom += 1) {
    const step = graticuleStep(zoom, 96);
    const pixels = (step * 256 * 2 ** zoom) / 360;
    assert(pixels >= 96 || step === 45, `zoom ${zoom}: ${step}`);
    const digit = Number(step.toExponential(0)[0]);
    assert([1, 2, 3, 5].includes(digit) || step === 45, `zoom ${zoom}: ${step}`);
  }
});

Deno.test("degrees are labelled within the world", () => {
  assert.equal(degreeLabel(40.5, 0.5, "lat"), "40.5° N");
  assert.equal(degreeLabel(-0.01, 1, "lng"), "0°");
  assert.equal(degreeLabel(190, 10, "lng"), "170° W");
  assert.equal(degreeLabel(-180, 10, "lng"), "180°");
});

Deno.test("the scale bar is a round length that fits", () => {
  for (const metresPerPixel of [0.3, 1, 7.7, 152.9, 9783.9]) {
    const { metres, pixels } = scaleLength(metresPerPixel, 90);
    assert(pixels <= 90 && pixels > 90 / 2.6);
    assert.match(String(metres), /^[125]0*$/);
  }
});

Deno.test("corners are kept to a tenth of a pixel", () => {
  assert.deepEqual([0, 10, 20].map(decimalsAt), [1, 4, 6]);
});
