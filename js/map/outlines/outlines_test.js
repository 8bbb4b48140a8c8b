import assert from "node:assert/strict";
import { Outlines, worldX, worldY } from "./outlines.js";
import { packed } from "./packed_outlines.js";

const WORLD = 256 * 2 ** 4; // pixels at zoom 4

const SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]];
const HOLE = [[4, 4], [6, 4], [6, 6], [4, 6]];

Deno.test("shapes under the mouse are all found, holes are not theirs", async () => {
  const outlines = await packed([[SQUARE, HOLE], [[[1, 1], [8, 1], [8, 8]]]], { holes: [1] });
  assert.deepEqual(outlines.under([7, 2], WORLD), [0, 1]);
  assert.deepEqual(outlines.under([2, 7], WORLD), [0]);
  assert.deepEqual(outlines.under([4.5, 5.5], WORLD), []);
  assert.deepEqual(outlines.under([20, 5], WORLD), []);
});

Deno.test("a shape is found in every copy of the world and past 180 degrees", async () => {
  const outlines = await packed([[[[170, 0], [190, 0], [190, 10], [170, 10]]]]);
  for (const turn of [-720, -360, 0, 360]) {
    assert.deepEqual(outlines.under([175 + turn, 5], WORLD), [0]);
    assert.deepEqual(outlines.under([-175 + turn, 5], WORLD), [0]);
    assert.deepEqual(outlines.under([-165 + turn, 5], WORLD), []);
  }
});

Deno.test("points, lines and very small shapes are found nearby", async () => {
  const speck = [[50, 0], [50.0001, 0], [50, 0.0001]];
  const outlines = await packed([[[[30, 5]]], [[[0, 0], [0, 20], [20, 20]]], [speck]], {
    open: [0, 1],
  });
  assert.deepEqual(outlines.under([30.3, 5.3], WORLD), [0]);
  assert.deepEqual(outlines.under([0.2, 10], WORLD), [1]);
  assert.deepEqual(outlines.under([5, 10], WORLD), [], "a line has no inside");
  assert.deepEqual(outlines.under([50.1, 0], WORLD), [2]);
  assert.deepEqual(outlines.under([50.1, 0], WORLD * 1000), []);
});

Deno.test("shapes that are not kept are not found", async () => {
  const box = [[0, 0], [4, 0], [4, 4], [0, 4]];
  const outlines = await packed([[box], [box], [box]]);
  outlines.keep(new DataView(Uint8Array.of(0b101).buffer));
  assert.deepEqual(outlines.under([1, 1], WORLD), [0, 2]);
  assert.deepEqual(outlines.within(0, 0, 1, 1), [0, 2]);
  outlines.keep(new DataView(new ArrayBuffer(0)));
  assert.deepEqual(outlines.under([1, 1], WORLD), [0, 1, 2]);
});

Deno.test("colours count for the shapes that they were made for", async () => {
  const outlines = await packed([[[[0, 0], [4, 0], [4, 4]]], [[[0, 0], [4, 0], [4, 4]]]]);
  outlines.colour({ steps: new DataView(Uint8Array.of(7, 255).buffer), ramp: ["red"] });
  assert.deepEqual([...outlines.steps ?? []], [7, 255]);
  outlines.colour({ steps: new DataView(Uint8Array.of(7).buffer), ramp: ["red"] });
  assert.equal(outlines.steps, null);
});

Deno.test("outlines go to the page and back", async () => {
  const outlines = await packed([[SQUARE, HOLE], [[[30, 5]]]], {
    open: [2],
    holes: [1],
    labels: { 1: "shown" },
  });
  assert.deepEqual(outlines.extent(), [0, 0, 30, 10]);
  assert.deepEqual([0, 1].map((i) => outlines.label(i)), ["i0", "shown"]);
  const [polygon, ...others] = outlines.geometry(0).geometries ?? [];
  assert.deepEqual(polygon.coordinates, [[...SQUARE, SQUARE[0]], [...HOLE, HOLE[0]]]);
  assert.deepEqual(others, []);
  assert.deepEqual(outlines.geometry(1).geometries?.[1].coordinates, [[30, 5]]);
  assert.equal(new Outlines({}).extent(), null);
});

Deno.test("rings are projected once and run the same way round", async () => {
  /** @param {Outlines} outlines */
  const area = ({ world }) => {
    let twice = 0;
    for (let i = 0, j = world.length - 2; i < world.length; j = i, i += 2) {
      twice += (world[j] - world[i]) * (world[j + 1] + world[i + 1]);
    }
    return twice;
  };
  const [one, other] = [await packed([[SQUARE]]), await packed([[SQUARE.toReversed()]])];
  assert(area(one) > 0);
  assert.equal(area(one), area(other));
  assert.equal(worldX(180), 1);
  assert(Math.abs(worldY(90)) < 1e-9);
  assert.equal(worldY(0), 0.5);
});
