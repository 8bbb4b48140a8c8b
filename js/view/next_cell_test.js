import assert from "node:assert/strict";
import { insertBelow, notebookOf } from "./next_cell.js";

const sharedModel = () => {
  /** @type {{ at: number, cell: any }[]} */
  const made = [];
  const insertCell = (/** @type {number} */ at, /** @type {any} */ cell) => made.push({ at, cell });
  return { made, insertCell };
};
/** @param {unknown} widget_manager */
const model = (widget_manager) => /** @type {any} */ ({ widget_manager });
/** @param {string} [index] */
const inCell = (index) => /** @type {any} */ ({
  closest: () => index === undefined ? null : { dataset: { windowedListIndex: index } },
});

Deno.test("only a front end that gives its notebook, to be written, can have new cells", () => {
  for (
    const manager of [
      undefined,
      { get_model() {} },
      { context: { model: {} } },
      { context: { model: { sharedModel: sharedModel(), readOnly: true } } },
    ]
  ) assert.equal(notebookOf(model(manager)), null);
  const notebook = { sharedModel: sharedModel(), readOnly: false };
  assert.equal(notebookOf(model({ context: { model: notebook } })), notebook);
});

Deno.test("code comes below the cell that shows the view, and nowhere from outside of cells", () => {
  const shared = sharedModel();
  assert.equal(insertBelow({ sharedModel: shared }, inCell(), "1"), false);
  assert.equal(insertBelow(null, inCell("3"), "1"), false);
  assert.deepEqual(shared.made, []);
  assert.equal(insertBelow({ sharedModel: shared }, inCell("3"), "1"), true);
  const cell = { cell_type: "code", source: "1", metadata: { trusted: true } };
  assert.deepEqual(shared.made, [{ at: 4, cell }]);
});
