// What a view carries itself. Its script, and the one that all views share, are models of
// their own, so that a page loads each once and a saved notebook holds each once.

import { unzipped } from "./unzipped.js";

/** Addresses of the scripts that this page has, by their text. */
/** @type {Map<string, string>} */
const addresses = (/** @type {any} */ (globalThis).ogcwScripts ??= new Map());

/** @param {string} code */
function addressOf(code) {
  if (!addresses.has(code)) {
    addresses.set(code, URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  }
  return /** @type {string} */ (addresses.get(code));
}

/**
 * @param {any} manager
 * @param {string} reference
 */
async function codeOf(manager, reference) {
  const script = await manager.get_model(reference.replace("IPY_MODEL_", ""));
  return unzipped(script.get("packed"));
}

/** @param {{ model: import("./model.js").Model, el: HTMLElement }} context */
async function draw({ model, el }) {
  const references = model.get("_scripts");
  const [shared, own] = await Promise.all(
    references.map((/** @type {string} */ one) => codeOf(model.widget_manager, one)),
  );
  const { hearAgain } = await import(addressOf(shared));
  await hearAgain(model);
  const code = own.replaceAll('"ogc_widgets/view"', JSON.stringify(addressOf(shared)));
  const { default: view } = await import(addressOf(code));
  return view.render({ model, el });
}

export default {
  /** @param {{ model: import("./model.js").Model, el: HTMLElement }} context */
  async render(context) {
    try {
      return await draw(context);
    } catch (error) {
      const { model } = context;
      try {
        await model.widget_manager.get_model(model.get("_id"));
      } catch {
        return; // it, or its notebook, was closed while it was loaded
      }
      throw error;
    }
  },
};
