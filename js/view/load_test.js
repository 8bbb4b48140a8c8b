import assert from "node:assert/strict";
import view from "./load.js";

/** @param {string[]} there Ids of the models that the page has. */
function loaded(there) {
  /** @type {Record<string, any>} */
  const traits = { _id: "own", _scripts: ["IPY_MODEL_shared", "IPY_MODEL_its"] };
  const model = /** @type {any} */ ({
    get: (/** @type {string} */ name) => traits[name],
    widget_manager: {
      get_model: (/** @type {string} */ id) =>
        there.includes(id)
          ? Promise.resolve({ get: () => "" })
          : Promise.reject(new Error("widget model not found")),
    },
  });
  return view.render({ model, el: /** @type {any} */ (null) });
}

Deno.test("a view that is closed while it is loaded draws nothing, and says nothing", async () => {
  assert.equal(await loaded([]), undefined);
});

Deno.test("a script that is missing is told of", async () => {
  await assert.rejects(loaded(["own", "shared"]), /not found/);
});
