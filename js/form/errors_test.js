import assert from "node:assert/strict";
import { errorTree, spread } from "./errors.js";

/** @param {[string, any][]} parts */
function place(parts = []) {
  return {
    message: "",
    /** @type {string[]} */
    faulty: [],
    children: () => parts,
    /** @param {string} text */
    setError(text) {
      this.message = text;
    },
    /** @param {Set<string>} faulty */
    markParts(faulty) {
      this.faulty = [...faulty];
    },
  };
}

Deno.test("an error stands at the part that it is about", () => {
  const part = place();
  const whole = place([["b/c", part]]);
  spread(whole, errorTree({ "a/b~1c": "too long" }).parts.get("a"));
  assert.equal(part.message, "Too long.");
  assert.equal(whole.message, "");
});

Deno.test("a part without a place lets the field around it speak", () => {
  const whole = place();
  spread(whole, errorTree({ "a/0/day": "not a date", a: "too few" }).parts.get("a"));
  assert.equal(whole.message, "Too few.\n1 / day: Not a date.");
  assert.deepEqual(whole.faulty, ["0"]);
});
