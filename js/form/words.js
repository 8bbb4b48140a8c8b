// What a field says about itself.

import { h, setText } from "../view/dom.js";
import { plain } from "../view/text.js";

/** @import { Spec } from "./controls.js" */

/**
 * Whether words only say again what the label says.
 * @param {string} words
 * @param {Spec} spec
 */
export function repeats(words, spec) {
  /** @param {string | undefined} text */
  const bare = (text) => String(text ?? "").trim().toLocaleLowerCase().replace(/[.:]$/, "");
  return bare(words) !== "" && bare(words) === bare(spec.label || spec.key);
}

/**
 * Dates show their example in the box.
 * @param {Spec} spec
 */
export function withoutExample(spec) {
  const hint = String(spec.hint ?? "");
  return ["date", "time", "datetime", "duration"].includes(spec.kind)
    ? hint.replace(/^[^;]*, such as [^;]*(; )?/, "")
    : hint;
}

/**
 * The server's explanation: two lines, the rest on demand.
 * @param {Spec} spec
 * @param {string} id
 */
export function description(spec, id) {
  const whole = String(spec.description ?? "").trim();
  if (whole === "" || repeats(whole, spec)) return null;
  const text = h("div", { id, class: "ogcw-hint ogcw-f-text", dir: "auto" }, plain(whole, 20_000));
  if (whole.length < 150 && whole.split("\n").length < 3) return text;
  text.classList.add("ogcw-f-clamped");
  const more = h("button", {
    type: "button",
    class: "ogcw-link ogcw-f-more",
    "aria-expanded": "false",
    onclick: () => {
      const open = text.classList.toggle("ogcw-f-clamped") === false;
      more.setAttribute("aria-expanded", String(open));
      setText(more, open ? "Less" : "More");
    },
  }, "More");
  return h("div", {}, text, more);
}
