// What a control of the form is, and which one a kind of field has. Each module of controls
// puts its own in here.

/**
 * What Python says of a field; `form/page/` writes it.
 * @typedef {{ kind: string, key?: string, label?: string, required?: boolean } &
 *   Record<string, any>} Spec
 */

/** @typedef {{ id: string, label: string }} Named One of several to choose from. */

/**
 * Exactly what stands on the screen, as JSON; null where nothing was entered.
 * @typedef {any} Draft
 */

/**
 * What a control stands in.
 * @typedef {object} Host
 * @property {string} [id] Id of its label; without one it is named by `name`.
 * @property {string} name For screen readers.
 * @property {boolean} [grouped] Whether a fieldset with a legend stands around it.
 * @property {boolean} [inside] Whether it is a part of another field.
 * @property {boolean} [inList] Whether it is an element of a list.
 * @property {string} inputId The input that it belongs to.
 * @property {() => string} path Where its draft stands, from the input on.
 * @property {(draft: Draft) => void} changed Called when the user changed it, never by write().
 * @property {() => void} [redraw] Draw again what is said beside it.
 * @property {(event: ClipboardEvent) => void} [onpaste]
 * @property {(drafts: Draft[]) => void} [rewrite] Show values that do not fit into chips any more.
 * @property {Record<string, any>} form What the form does for its fields; see form.js.
 */

/**
 * How a control is marked: as wrong, and by what it is explained.
 * @typedef {{ invalid?: boolean, describedBy?: string }} Mark
 */

/**
 * Where one part of a draft stands, by its segment of the path; see place.js.
 * @typedef {[segment: string, place: any]} Part
 */

/**
 * @typedef {object} Control
 * @property {HTMLElement} node
 * @property {(draft: Draft) => void} write
 * @property {() => Draft} read
 * @property {() => void} focus
 * @property {(state: Mark) => void} mark
 * @property {() => Part[]} [children]
 * @property {() => [label: string, run: () => void][]} [actions] More entries of the field's menu.
 * @property {() => any} [hint] What to say below it.
 * @property {() => string} [count] What to say beside its label.
 * @property {(segment: string) => void} [reveal] Unfold what holds a part.
 * @property {(parts: Set<string>) => void} [markParts]
 * @property {{ open: boolean, set: (open: boolean) => void, summary: string } | null} [fold]
 * @property {() => void} [focusSearch]
 * @property {boolean} [hidesHint]
 */

/** @type {Record<string, (spec: Spec, host: Host) => Control>} */
export const CONTROLS = {};

/**
 * The control of a field; a kind that nobody knows is written as JSON.
 * @param {Spec} spec
 * @param {Host} host
 */
export function makeControl(spec, host) {
  if (Number.isInteger(spec.slot)) return CONTROLS.slot(spec, host);
  return (CONTROLS[spec.kind] ?? CONTROLS.json)(spec, host);
}
