import assert from "node:assert/strict";
import { notice } from "./durations.js";

Deno.test("a notice counts on, and says when the time has come", () => {
  const parts = ["No answer", { since: 3, before: " for " }, ".", {
    until: 5,
    before: " Next in ",
    due: " Asking.",
  }];
  assert.equal(notice(parts, 0), "No answer for 3 s. Next in 5 s");
  assert.equal(notice(parts, 6), "No answer for 9 s. Asking.");
});
