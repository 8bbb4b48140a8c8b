import assert from "node:assert/strict";
import { Drawing, partOf } from "./outline_drawing.js";
import { packed } from "./packed_outlines.js";
import { worldX, worldY } from "./outlines.js";

const WORLD = 3600; // pixels of the world: ten to a degree at the equator
const CORNER = { x: 1800, y: 1800 - 200 }; // 20 degrees north of zero, zero
const [RED, GREEN, GREY] = [[200, 10, 10], [10, 200, 10], [128, 128, 128]];
const PAINT = { lineWidth: 2, opacity: 0.2, ramp: [RED, GREEN], none: GREY };
const SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]];
const HOLE = [[4, 4], [6, 4], [6, 6], [4, 6]];

/**
 * Draw, and give a function: degrees to red, green, blue, and opacity from 0 to 1.
 * @param {import("./outlines.js").Outlines} outlines
 * @param {Partial<import("./outline_drawing.js").Paint>} paint
 */
function drawn(outlines, paint = {}, size = WORLD, corner = CORNER) {
  const [width, height] = [300, 220];
  const drawing = new Drawing(outlines, width, height, { ...PAINT, ...paint });
  for (const _ of drawing.draw(size, corner));
  const { inView, pixels } = drawing;
  /**
   * @param {number} longitude
   * @param {number} latitude
   */
  const at = (longitude, latitude) => {
    const column = Math.floor(worldX(longitude) * size - corner.x);
    const row = Math.floor(worldY(latitude) * size - corner.y);
    const first = 4 * (row * width + column);
    const [red, green, blue, alpha] = pixels.subarray(first, first + 4);
    return { colour: [red, green, blue], opacity: alpha / 255 };
  };
  return { at, inView };
}

/**
 * @param {{ colour: number[], opacity: number }} pixel
 * @param {number[]} colour
 * @param {number} opacity
 */
function looks(pixel, colour, opacity) {
  assert(Math.abs(pixel.opacity - opacity) < 0.01, `${pixel.opacity} for ${opacity}`);
  if (opacity) assert.deepEqual(pixel.colour, colour);
}

Deno.test("a shape is filled inside, opaque on its outline, and nothing around it", async () => {
  for (const ring of [SQUARE, SQUARE.toReversed()]) {
    const { at, inView } = drawn(await packed([[ring]]));
    assert.equal(inView, 1);
    looks(at(5, 5), RED, 0.2);
    for (const side of [[0, 5], [10, 5], [5, 0], [5, 10]]) looks(at(side[0], side[1]), RED, 1);
    for (const beside of [[-0.4, 5], [10.4, 5], [5, -0.4], [5, 10.4]]) {
      looks(at(beside[0], beside[1]), RED, 0);
    }
  }
  looks(drawn(await packed([[SQUARE]]), { opacity: 0 }).at(5, 5), RED, 0);
});

Deno.test("a hole is left out, whichever way it runs", async () => {
  for (const hole of [HOLE, HOLE.toReversed()]) {
    const { at } = drawn(await packed([[SQUARE, hole]], { holes: [1] }));
    looks(at(5, 5), RED, 0);
    looks(at(4, 5), RED, 1);
    looks(at(3, 5), RED, 0.2);
    looks(at(8, 5), RED, 0.2);
  }
});

Deno.test("shapes on each other are darker, but lines are seen through very many", async () => {
  /** @param {number} count */
  const opacity = async (count) => {
    const outlines = await packed(Array.from({ length: count }, () => [SQUARE]));
    return drawn(outlines).at(5, 5).opacity;
  };
  const [one, three, many] = [await opacity(1), await opacity(3), await opacity(900)];
  assert(one < three && three < many && many < 0.7, `${one} ${three} ${many}`);
});

Deno.test("what reaches out of the picture is cut, and its other sides are where they are", async () => {
  const outlines = await packed([[[[-60, -60], [100, -60], [100, 70], [-60, 12]]]]);
  const { at } = drawn(outlines);
  looks(at(0.2, -0.2), RED, 0.2);
  looks(at(29, -1), RED, 0.2);
  // Its northern side is straight on the map of the page.
  const part = (20 - -60) / 160;
  const y = worldY(12) + (worldY(70) - worldY(12)) * part;
  const latitude = (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI;
  assert(latitude > 20, "it passes above the picture");
  looks(at(20, 19), RED, 0.2);
  const far = await packed([[[[-1, -1], [1, -1], [1, 1], [-1, 1]]]]);
  const size = 256 * 2 ** 24;
  const near = drawn(far, {}, size, { x: size / 2 - 10, y: size / 2 - 10 });
  looks(near.at(0, 0), RED, 0.2);
});

Deno.test("every copy of the world is drawn", async () => {
  const outlines = await packed([[[[170, 0], [190, 0], [190, 10], [170, 10]]]]);
  const { at, inView } = drawn(outlines, {}, 100, { x: -50, y: 0 });
  assert.equal(inView, 3);
  for (const longitude of [-180, 180, 540]) assert(at(longitude, 5).opacity > 0.1);
  assert.equal(at(0, 5).opacity, 0);
});

Deno.test("points, lines and specks are seen", async () => {
  const speck = [[20, 5], [20.01, 5], [20, 5.01]];
  const outlines = await packed([[[[15, 5]]], [[[1, 1], [1, 9], [9, 9]]], [speck]], {
    open: [0, 1],
  });
  const { at } = drawn(outlines);
  looks(at(15, 5), RED, 0.2);
  looks(at(15.5, 5), RED, at(15.5, 5).opacity);
  assert(at(15.5, 5).opacity > 0.5, "a point is a ring of five pixels");
  looks(at(1, 5), RED, 1);
  looks(at(5, 5), RED, 0);
  assert(at(20.05, 4.95).opacity > 0.5);
});

Deno.test("colours are those of the steps, the highest above, none below all", async () => {
  const outlines = await packed([
    [[[10, 0], [20, 0], [20, 10], [10, 10]]],
    [SQUARE],
    [[[0, 10], [10, 10], [10, 18], [0, 18]]],
  ]);
  outlines.steps = Uint8Array.from([0, 1, 255]);
  const { at } = drawn(outlines);
  looks(at(15, 5), RED, 0.2);
  looks(at(5, 5), GREEN, 0.2);
  looks(at(10, 5), GREEN, 1);
  looks(at(5, 10), GREEN, 1);
  looks(at(5, 18), GREY, 1);
  outlines.kept = Uint8Array.from([1, 0, 1]);
  const fewer = drawn(outlines);
  assert.equal(fewer.inView, 2);
  looks(fewer.at(5, 5), GREEN, 0);
  looks(fewer.at(10, 5), RED, 1);
});

Deno.test("a picture is made of the part that has something on it, and of all of that", async () => {
  const picture = { width: 300, height: 220 };
  /** @type {[ring: number[][], size: number, corner: { x: number, y: number }][]} */
  const cases = [
    [SQUARE, WORLD, CORNER],
    [[[-60, -60], [100, -60], [100, 70], [-60, 12]], WORLD, CORNER],
    [[[170, 0], [190, 0], [190, 10], [170, 10]], 100, { x: -50, y: 0 }],
    [[[-50, -50], [-40, -50], [-40, -40]], WORLD, CORNER],
  ];
  for (const [ring, size, corner] of cases) {
    const outlines = await packed([[ring]]);
    const whole = new Drawing(outlines, picture.width, picture.height, PAINT);
    for (const _ of whole.draw(size, corner));
    const box = /** @type {import("../geo.js").Box} */ (outlines.extent());
    const part = partOf(box, size, corner, picture, PAINT.lineWidth);
    const inside = new Drawing(outlines, part.width, part.height, PAINT);
    for (const _ of inside.draw(size, { x: corner.x + part.left, y: corner.y + part.top }));
    assert.equal(inside.inView, whole.inView);
    const again = new Uint8ClampedArray(whole.pixels.length);
    for (let row = 0; row < part.height; row += 1) {
      const from = 4 * row * part.width;
      const line = inside.pixels.subarray(from, from + 4 * part.width);
      again.set(line, 4 * ((row + part.top) * picture.width + part.left));
    }
    assert.deepEqual(again, whole.pixels);
  }
  const small = partOf([0, 0, 10, 10], WORLD, CORNER, picture, 2);
  assert(small.width < 120 && small.height < 120, "ten degrees are a hundred pixels");
});
