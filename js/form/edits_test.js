import assert from "node:assert/strict";
import { editQueue } from "./edits.js";

Deno.test("what Python says is news once it has echoed the last edit", () => {
  /** @type {string[]} */
  const sent = [];
  const edits = editQueue((_id, draft) => sent.push(draft), () => null);
  edits.edit("a", "1");
  edits.edit("a", "12");
  assert.deepEqual(sent, ["1", "12"]);
  assert.ok(edits.isOnItsWay("a", "1"));
  assert.ok(!edits.isOnItsWay("a", "12"));
  assert.ok(!edits.isOnItsWay("a", "news"));
  assert.ok(!edits.isOnItsWay("b", "news"));
});

Deno.test("a large text is sent as it stands on the screen when the field is left", () => {
  /** @type {string[]} */
  const sent = [];
  const text = "x".repeat(70_000);
  const edits = editQueue((_id, draft) => sent.push(draft), () => `${text}y`);
  edits.edit("a", text);
  assert.deepEqual(sent, []);
  assert.ok(edits.isOnItsWay("a", ""));
  edits.flushAll();
  assert.deepEqual(sent, [`${text}y`]);
});
