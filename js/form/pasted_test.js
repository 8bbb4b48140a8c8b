import assert from "node:assert/strict";
import { pastedDrafts } from "./pasted.js";

/**
 * @param {string} kind
 * @param {string} text
 */
const drafts = (kind, text, more = {}) => pastedDrafts({ item: { kind, ...more } }, text);

Deno.test("lines, commas and tabs part texts", () => {
  assert.deepEqual(drafts("text", "a\r\nb,\n\n c "), ["a", "b", "c"]);
  assert.deepEqual(drafts("text", "a, b;c\td"), ["a", "b", "c", "d"]);
});

Deno.test("a comma inside of lines stays", () => {
  assert.deepEqual(drafts("text", "Bonn, Rhein\nUlm, Donau"), ["Bonn, Rhein", "Ulm, Donau"]);
});

Deno.test("quotes around a text go", () => {
  assert.deepEqual(drafts("text", '"a", "b"'), ["a", "b"]);
});

Deno.test("a JSON array is read as one", () => {
  assert.deepEqual(drafts("text", '["a, b", "c"]'), ["a, b", "c"]);
  assert.deepEqual(drafts("text", '["a", 1]'), ["a", { json: "1" }]);
});

Deno.test("numbers stay as they were written", () => {
  const long = "12345678901234567890.10";
  assert.deepEqual(drafts("number", `[${long}, 1e400]`), [long, "1e400"]);
  assert.deepEqual(drafts("integer", "1 2;3\n4"), ["1", "2", "3", "4"]);
});

Deno.test("a choice is found by its label, else kept as JSON", () => {
  const options = { options: ["red", "green"] };
  assert.deepEqual(drafts("choice", "green\nblue", options), [1, { json: '"blue"' }]);
});

Deno.test("yes and no are read in any case of letters", () => {
  assert.deepEqual(drafts("boolean", "True, FALSE, maybe"), ["true", "false", {
    json: '"maybe"',
  }]);
});

Deno.test("nothing gives no rows", () => {
  assert.deepEqual(drafts("text", "  \n "), []);
  assert.deepEqual(drafts("number", "[]"), []);
});
