import assert from "node:assert/strict";
import { Points } from "./points.js";
import { tsvOf } from "./table.js";

const view = (/** @type {number[]} */ numbers) => new DataView(new Float64Array(numbers).buffer);
const bytes = (/** @type {number[]} */ numbers) => new DataView(new Uint8Array(numbers).buffer);
const DAY = 86_400_000;

/** @type {import("./points.js").About} */
const ABOUT = {
  x: { kind: "time", title: "date", unit: "" },
  y: { kind: "number", title: "water", unit: "%" },
  mark: "line",
  series: [""],
  width: 1,
  times: false,
  named: true,
  lines: ["Davis", "Butt"],
};

/** Days 3, 1, none, 2, 4, of which day 4 has no value. */
const made = (/** @type {number[]} */ kept = []) =>
  new Points(ABOUT, {
    x: view([3 * DAY, DAY, NaN, 2 * DAY, 4 * DAY]),
    y: view([30, 10, 99, 20, NaN]),
    kept: bytes(kept),
  }, []);

Deno.test("points stand in the order of their x; what is not kept is left out", () => {
  assert.deepEqual(made().rows, [1, 3, 0, 4]);
  assert.deepEqual(made().ys[0], [10, 20, 30, null]);
  assert.deepEqual(made([1, 0, 1, 1, 1]).rows, [3, 0, 4]);
  assert.deepEqual(made([0, 0, 0, 0, 0]).range, null);
  assert.deepEqual(made().range, [10, 30]);
});

Deno.test("arrow keys go along x, over what has no value, and stop at the ends", () => {
  const points = made();
  assert.equal(points.step(-1, 1), 1);
  assert.equal(points.step(-1, -1), 0);
  assert.equal(points.step(1, 1), 3);
  assert.equal(points.step(3, 1), 0);
  assert.equal(points.step(0, 1), 0);
  assert.equal(made([0, 0, 0, 0, 1]).step(-1, 1), -1);
});

Deno.test("the nearest point is that of the date pointed at, then that of the height", () => {
  const points = new Points(ABOUT, {
    x: view([DAY, DAY, 2 * DAY]),
    y: view([10, 90, 50]),
  }, []);
  const at = (/** @type {number} */ left, /** @type {number} */ top) =>
    points.nearest({
      left,
      top,
      toLeft: (x) => x / DAY * 100,
      toTop: (y) => y,
      around: [(left - 28) / 100 * DAY, (left + 28) / 100 * DAY],
    }).row;
  assert.equal(at(104, 80), 1);
  assert.equal(at(104, 20), 0);
  assert.equal(at(190, 10), 2);
  // Far from all of them.
  assert.equal(at(160, 50), 2);
});

Deno.test("what is copied is what is shown, with names, dates and exact numbers", () => {
  const points = made([1, 0, 1, 1, 1]);
  assert.equal(
    tsvOf(points, ["c", "a\tb", "x", "b", "d"]),
    "item\tdate\twater (%)\nb\t1970-01-03\t20\nc\t1970-01-04\t30\nd\t1970-01-05\t",
  );
});

Deno.test("of several lines the arrows follow one, and go over to the next", () => {
  const points = new Points(ABOUT, {
    x: view([1, 1, 2, 2, 3]),
    y: view([5, 6, 7, 4, 9]),
    line_of: new DataView(new Uint16Array([0, 1, 0, 1, 1]).buffer),
  }, []);
  assert.deepEqual(points.lineName(3), "Butt");
  assert.deepEqual(points.step(0, 1), 2);
  assert.deepEqual(points.step(2, 1), 2, "the line has ended");
  assert.deepEqual(points.step(1, 1), 3);
  assert.deepEqual([points.across(0, 1), points.across(1, 1), points.across(1, -1)], [1, -1, 0]);
});
