// The Leaflet map that ipyleaflet has drawn in the box of a view.

/** @import { LeafletMap } from "./geo.js" */
/** @import { Model } from "../view/model.js" */

/**
 * Wait for the map of the model `map_model` that stands in the same box as an element.
 * @param {Model} model
 * @param {HTMLElement} el
 * @param {AbortSignal} signal Ends the waiting; then there is no map.
 * @returns {Promise<LeafletMap | null>}
 */
export async function leafletMapOf(model, el, signal) {
  const id = model.get("map_model").replace("IPY_MODEL_", "");
  const mapModel = await model.widget_manager.get_model(id);
  for (let wait = 40; !signal.aborted; wait = Math.min(wait * 1.2, 1000)) {
    const box = el.closest(".ogcw-map");
    if (box) {
      const views = await Promise.all(Object.values(mapModel.views ?? {}));
      const view = views.find((candidate) => candidate.obj && box.contains(candidate.el));
      if (view) {
        withoutVainReports(model, view);
        return view.obj;
      }
    }
    await new Promise((done) => setTimeout(done, wait));
  }
  return null;
}

/**
 * ipyleaflet reports every move of the mouse to the kernel, also where nobody listens.
 * @param {Model} model
 * @param {any} view ipyleaflet's view of the map.
 */
function withoutVainReports(model, view) {
  const vain = new Set(["mousemove", "mouseover", "mouseout", "mousedown", "mouseup", "preclick"]);
  const send = view.send.bind(view);
  view.send = (/** @type {any} */ message, /** @type {any[]} */ ...rest) => {
    const isVain = message?.event === "interaction" && vain.has(message.type);
    if (!isVain || model.get("reports_mouse")) send(message, ...rest);
  };
}
