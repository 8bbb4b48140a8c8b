// What Python says of each input. Each is a trait of its own, so that a keystroke sends what
// it changed and not the whole form.

import { listen } from "../view/model.js";

/** @import { Draft } from "./controls.js" */
/** @import { Model } from "../view/model.js" */

/**
 * @typedef {object} InputState See FormPage in form_page.py.
 * @property {Draft} draft
 * @property {number} turn
 * @property {Record<string, string>} errors
 * @property {string} note
 * @property {Record<string, { required: string[], hidden: string[] }>} members
 */

/**
 * @param {Model} model
 * @param {number} number Which one it is in the spec of the form.
 * @returns {InputState}
 */
function stateAt(model, number) {
  return { draft: null, turn: 0, errors: {}, note: "", members: {}, ...model.get(name(number)) };
}

/** @param {number} number */
const name = (number) => `input_${number}`;

/**
 * The states of the inputs that the spec has now.
 * @param {Model} model
 * @param {(id: string, before: InputState, now: InputState) => void} changed One of them did.
 */
export function inputStates(model, changed) {
  /** @type {[id: string, number: number][]} */
  const ids = (model.get("spec") ?? []).map((
    /** @type {{ key: string }} */ { key },
    /** @type {number} */ number,
  ) => [key, number]);
  const states = new Map(ids.map(([id, number]) => [id, stateAt(model, number)]));
  const stops = ids.map(([id, number]) =>
    listen(model, [name(number)], () => {
      const before = states.get(id);
      const now = stateAt(model, number);
      states.set(id, now);
      if (before) changed(id, before, now);
    })
  );
  return {
    /**
     * @param {string} id
     * @returns {InputState | undefined}
     */
    of: (id) => states.get(id),
    stop: () => stops.forEach((stop) => stop()),
  };
}

/**
 * Whether two parts of states are the same JSON.
 * @param {unknown} one
 * @param {unknown} other
 */
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
