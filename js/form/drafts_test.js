import assert from "node:assert/strict";
import {
  draftAsJson,
  emptiness,
  fromJsonText,
  joinPath,
  pretty,
  sameDraft,
  splitPath,
} from "./drafts.js";

Deno.test("paths survive slashes and tildes in names", () => {
  const parts = ["a/b", "~c", "0", ""];
  assert.deepEqual(splitPath(joinPath(parts)), parts);
});

Deno.test("absent and null are the same draft, texts only if equal", () => {
  assert(sameDraft(undefined, null));
  assert(sameDraft([{ a: 1 }], [{ a: 1 }]));
  assert(!sameDraft("", null));
});

Deno.test("an object is written with its drafts, and without what is not set", () => {
  const spec = {
    kind: "object",
    fields: [{ key: "n", kind: "number" }, { key: "t", kind: "text" }],
  };
  assert.equal(draftAsJson(spec, { n: "1.50", t: null }), '{"n": 1.50}');
});

Deno.test("members that the schema does not name go along", () => {
  const spec = { kind: "object", fields: [], item: { kind: "text" } };
  assert.equal(draftAsJson(spec, { "": [["x", "y"]] }), '{"x": "y"}');
});

Deno.test("a half-typed number is a text", () => {
  assert.equal(draftAsJson({ kind: "number" }, "1."), '"1."');
});

Deno.test("pretty never rounds a number", () => {
  assert.equal(pretty("[12345678901234567890]"), "[12345678901234567890]");
  assert.equal(pretty('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(pretty("{half"), "{half");
});

Deno.test("JSON becomes a simple draft only where that loses nothing", () => {
  assert.equal(fromJsonText({ kind: "text" }, '"a"'), "a");
  assert.equal(fromJsonText({ kind: "text" }, "1"), undefined);
  assert.equal(fromJsonText({ kind: "number" }, " 1.10 "), "1.10");
  assert.deepEqual(fromJsonText({ kind: "list", item: { kind: "text" } }, '["a", 1]'), ["a", {
    json: "1",
  }]);
  assert.equal(fromJsonText({ kind: "text" }, "  "), null);
});

Deno.test("what is sent although nothing is in it has a name", () => {
  assert.equal(emptiness("", "text"), "An empty text");
  assert.equal(emptiness([], "list"), "An empty list");
  assert.equal(emptiness([], "map"), "An empty object");
  assert.equal(emptiness(null, "text"), "");
});
