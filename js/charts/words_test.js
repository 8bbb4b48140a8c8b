import assert from "node:assert/strict";
import cases from "../../tests/charts/number_words.json" with { type: "json" };
import { isoMoment, moment, number } from "./words.js";
import { numberTicks, timeTicks } from "./ticks.js";

Deno.test("numbers are written as Python writes them in the table", () => {
  for (const [value, text] of cases) assert.equal(number(Number(value)), text, String(value));
  assert.equal(number(NaN), "");
});

Deno.test("moments are days in UTC, with times where they are wanted", () => {
  const ms = Date.UTC(2022, 4, 12, 23, 59);
  assert.equal(moment(ms), "2022-05-12");
  assert.equal(moment(ms, true), "2022-05-12 23:59");
  assert.equal(isoMoment(Date.UTC(2022, 4, 12)), "2022-05-12");
  assert.equal(isoMoment(ms), "2022-05-12T23:59:00.000Z");
  assert.equal(isoMoment(NaN), "");
});

Deno.test("the first tick says the year, the next ones what changes", () => {
  const months = [0, 6, 12, 18].map((month) => Date.UTC(2021, month, 1));
  assert.deepEqual(timeTicks(months, 180 * 86_400_000), ["Jan 2021", "Jul", "Jan 2022", "Jul"]);
  const hours = [20, 28].map((hour) => Date.UTC(2021, 11, 31, hour));
  assert.deepEqual(timeTicks(hours, 8 * 3_600_000), ["31 Dec 2021", "1 Jan 2022"]);
});

Deno.test("ticks have as many digits as tell them apart", () => {
  assert.deepEqual(numberTicks([0, 0.25, 0.5], 0.25), ["0", "0.25", "0.5"]);
  assert.deepEqual(numberTicks([5, 10], 5), ["5", "10"]);
  assert.deepEqual(numberTicks([0, 4e12, 1e13], 2e12), ["0", "4e12", "1e13"]);
  assert.deepEqual(numberTicks([4e-7, 1e-6], 2e-7), ["4e-7", "1e-6"]);
  const apart = numberTicks([100000000, 100000001], 1);
  assert.notEqual(apart[0], apart[1]);
});
