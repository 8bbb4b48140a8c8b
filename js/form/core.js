// What all controls of the form share: names for screen readers, marks, small parts.

import { h, uniqueId } from "../view/dom.js";
import { plain } from "../view/text.js";

/** @import { Host, Mark, Spec } from "./controls.js" */

/** Text longer than this is not put into an editable box without being asked for. */
export const LARGE_TEXT = 100_000;

/** Browsers take seconds for every key in a box with more than this. */
export const EDITABLE_TEXT = 300_000;

export const ROWS_AT_ONCE = 25;

/**
 * Our words as a sentence: "sent as text" -> "Sent as text."
 * @param {string} words
 */
export function sentence(words, limit = 400) {
  const text = plain(words, limit).trim();
  if (text === "") return "";
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;
}

/**
 * Attributes that give a control its name: the label's id, or the name itself.
 * @param {Host} host
 */
export function naming(host) {
  if (host.id) return { id: host.id };
  return { "aria-label": plain(host.name, 300) };
}

/**
 * The same for a group of controls: its fieldset has a legend, else it gets a name.
 * @param {Host} host
 */
export function groupNaming(host, role = "group") {
  return host.grouped ? {} : { role, "aria-label": plain(host.name, 300) };
}

/**
 * Whether a field consists of several controls and so needs a fieldset.
 * @param {Spec} spec
 */
export function isGroup(spec) {
  if (Number.isInteger(spec.slot)) return true;
  return ["list", "tuple", "object", "map", "union", "multichoice", "file"].includes(spec.kind) ||
    usesRadios(spec);
}

/** @param {Spec} spec */
export function usesRadios(spec) {
  if (Number.isInteger(spec.slot)) return false;
  if (spec.kind === "boolean" || spec.kind === "null") return !usesCheckbox(spec);
  if (spec.kind !== "choice" || spec.searchable || spec.widget === "select") return false;
  const labels = spec.options ?? [];
  if (spec.widget === "radio") return labels.length <= 8;
  const length = labels.reduce(
    (/** @type {number} */ sum, /** @type {string} */ label) => sum + String(label).length + 4,
    spec.required ? 0 : 10,
  );
  return labels.length > 0 && labels.length <= 4 && length <= 52;
}

/**
 * A tick box can only say yes or no; a field that may be left out needs a third state.
 * @param {Spec} spec
 */
export function usesCheckbox(spec) {
  return spec.kind === "boolean" && Boolean(spec.required) && Boolean(spec.has_default);
}

/**
 * aria-invalid and aria-describedby of one element.
 * @param {HTMLElement} element
 */
export function tie(
  element,
  /** @type {Mark} */ { invalid, describedBy },
  canBeInvalid = true,
) {
  if (canBeInvalid && invalid) element.setAttribute("aria-invalid", "true");
  else element.removeAttribute("aria-invalid");
  if (describedBy) element.setAttribute("aria-describedby", describedBy);
  else element.removeAttribute("aria-describedby");
}

/**
 * Links in one line with quiet dots between them; hidden ones take their dot along.
 * @param {...any} links
 */
export function linkRow(...links) {
  return h("div", { class: "ogcw-f-links" }, links);
}

/**
 * Radio buttons that look like one segmented control.
 * @param {{ value: any, label: string, ours?: boolean }[]} items
 * @param {(value: any) => void} onpick
 */
export function segmented(items, onpick, attributes = {}) {
  const name = uniqueId("radio");
  /** @type {[any, HTMLInputElement][]} */
  const inputs = [];
  const node = h(
    "div",
    { class: "ogcw-f-segments", ...attributes },
    items.map(({ value, label, ours }) => {
      const input = h("input", {
        type: "radio",
        name,
        class: "ogcw-f-segment-input",
        onchange: () => onpick(value),
      });
      inputs.push([value, input]);
      return h(
        "label",
        { class: ours ? "ogcw-f-segment ogcw-f-segment-ours" : "ogcw-f-segment" },
        input,
        h("span", { dir: "auto" }, plain(label, 60)),
      );
    }),
  );
  return {
    node,
    /** @param {any} value */
    set(value) {
      inputs.forEach(([own, input]) => {
        input.checked = own === value;
      });
    },
    focus() {
      (inputs.find(([, input]) => input.checked) ?? inputs[0])?.[1].focus();
    },
  };
}
