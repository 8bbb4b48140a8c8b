import assert from "node:assert/strict";
import { bytes, clock, fewMarks, plain } from "./text.js";

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
