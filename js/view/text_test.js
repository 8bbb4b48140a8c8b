import assert from "node:assert/strict";
import { bytes, clock, fewMarks, plain, span } from "./text.js";

Deno.test("control characters are made visible, long texts cut", () => {
  assert.equal(plain("a\u0000\u001b\u007f\n"), "a␀␛␡\n");
  assert.equal(plain("abcdef", 3), "abc… (3 more)");
  assert.equal(plain(null), "");
});

Deno.test("a letter keeps the marks that people write", () => {
  assert.equal(fewMarks("e\u0301"), "e\u0301");
  assert.equal(fewMarks(`e${"\u0301".repeat(1000)}`), `e${"\u0301".repeat(3)}`);
});

Deno.test("clocks and sizes", () => {
  assert.deepEqual([46, 3723, -5].map(clock), ["0:46", "1:02:03", "0:00"]);
  assert.deepEqual([999, 1234567, 123456, NaN].map(bytes), ["999 B", "1.2 MB", "123 kB", ""]);
});

Deno.test("spans get coarser as they get longer", () => {
  assert.deepEqual([-1, 20.9, 119, 120, 7199, 7260].map(span), [
    "0 s",
    "20 s",
    "119 s",
    "2 min",
    "119 min",
    "2 h 1 min",
  ]);
});
