import assert from "node:assert/strict";
import { durationWords, stepText } from "./numbers.js";

Deno.test("steps are exact for numbers of any size", () => {
  assert.equal(stepText("0.1", "0.2", 1), "0.3");
  assert.equal(stepText("99999999999999999999", 1, 1), "100000000000000000000");
  assert.equal(stepText("0.5", "1", -1), "-0.5");
});

Deno.test("steps stop at the bounds and begin at the lower one", () => {
  assert.equal(stepText("9", 5, 1, { max: "10" }), "10");
  assert.equal(stepText("1", 5, -1, { min: "0" }), "0");
  assert.equal(stepText("", 1, 1, { min: "3" }), "3");
});

Deno.test("what is no number is left alone", () => {
  assert.equal(stepText("abc", 1, 1), null);
  assert.equal(stepText("1", 0, 1), null);
});

Deno.test("durations are said in words, M by where it stands", () => {
  assert.equal(durationWords("P1DT12H"), "1 day 12 hours");
  assert.equal(durationWords("P2MT1M"), "2 months 1 minute");
  assert.equal(durationWords("PT0.5S"), "0.5 seconds");
  assert.equal(durationWords("tomorrow"), "");
});
