// Lists from what was pasted.

/** @import { Spec } from "./controls.js" */

export const SIMPLE = new Set([
  "text",
  "number",
  "integer",
  "date",
  "time",
  "datetime",
  "duration",
  "choice",
  "boolean",
  "stac",
]);

/**
 * Drafts from pasted text: one per line, or with commas, or a JSON array.
 * @param {Partial<Spec>} spec
 * @param {string} text
 */
export function pastedDrafts(spec, text) {
  const item = spec.item ?? { kind: "json" };
  const numeric = item.kind === "number" || item.kind === "integer";
  const trimmed = text.trim();
  let parts = null;
  if (trimmed.startsWith("[") && !(numeric && !/["{]/.test(trimmed))) {
    try {
      parts = JSON.parse(trimmed);
    } catch {
      parts = null;
    }
    if (Array.isArray(parts)) return parts.map((part) => pastedDraft(item, part));
  }
  // Numbers are cut out of the text, never read as JavaScript numbers: they stay exact.
  const bare = numeric ? trimmed.replace(/^\[|\]$/g, "") : trimmed;
  const lines = bare.split(/\r\n|\r|\n/).map((/** @type {string} */ line) => line.trim()).filter((
    /** @type {string} */ line,
  ) => line !== "");
  if (numeric) {
    parts = lines.flatMap((/** @type {string} */ line) => line.split(/[\s,;]+/)).filter((
      /** @type {any} */ part,
    ) => part !== "");
  } else if (lines.length > 1) {
    parts = lines.map((/** @type {string} */ line) => line.replace(/,$/, ""));
  } else {parts = (lines[0] ?? "").split(/\t|,\s*|;\s*/).filter((/** @type {any} */ part) =>
      part !== ""
    );}
  return parts.map((/** @type {any} */ part) =>
    pastedDraft(item, /^".*"$/.test(part) ? part.slice(1, -1) : part)
  );
}

/**
 * @param {any} item
 * @param {any} value
 */
function pastedDraft(item, value) {
  if (item.kind === "choice") {
    const at = (item.options ?? []).findIndex((/** @type {string} */ label) =>
      String(label) === String(value)
    );
    return at >= 0 ? at : { json: JSON.stringify(value) };
  }
  if (item.kind === "boolean" && /^(true|false)$/i.test(String(value))) {
    return String(value).toLowerCase();
  }
  if (item.kind === "stac" && item.documents && value !== null && typeof value === "object") {
    return JSON.stringify(value, null, 2);
  }
  if (typeof value === "string") {
    return SIMPLE.has(item.kind) && item.kind !== "boolean"
      ? value
      : { json: JSON.stringify(value) };
  }
  if (typeof value === "number" && (item.kind === "number" || item.kind === "integer")) {
    return String(value);
  }
  return { json: JSON.stringify(value) };
}
