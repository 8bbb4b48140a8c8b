import assert from "node:assert/strict";
import { notice, span } from "./durations.js";

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

Deno.test("a notice counts on, and says when the time has come", () => {
  const parts = ["No answer", { since: 3, before: " for " }, ".", {
    until: 5,
    before: " Next in ",
    due: " Asking.",
  }];
  assert.equal(notice(parts, 0), "No answer for 3 s. Next in 5 s");
  assert.equal(notice(parts, 6), "No answer for 9 s. Asking.");
});
