// Drafts without a page: compared, named by paths, written as JSON.

/** @import { Draft, Spec } from "./controls.js" */

/** Where the draft of an object keeps members that its schema does not name. */
export const OTHERS = "";

/**
 * "a~1b/2" -> ["a/b", "2"]
 * @param {string} path
 */
export function splitPath(path) {
  return String(path).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** @param {(string | number)[]} parts */
export function joinPath(parts) {
  return parts.map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
}

/**
 * @param {Draft} a
 * @param {Draft} b
 */
export function sameDraft(a, b) {
  if (a === b) return true;
  if (typeof a === "string" || typeof b === "string") return false;
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/**
 * A draft that the user writes as JSON, whatever the kind of the field.
 * @param {Draft} draft
 */
export function isRaw(draft) {
  return draft !== null && typeof draft === "object" && !Array.isArray(draft) &&
    typeof draft.json === "string";
}

/**
 * A draft in JSON as far as the page can say it; values of options only Python knows.
 * @param {Partial<Spec>} spec
 * @param {Draft} draft
 * @returns {string | null}
 */
export function draftAsJson(spec, draft) {
  if (draft === null || draft === undefined) return null;
  if (isRaw(draft)) return draft.json;
  /** @param {string} text */
  const quote = (text) => JSON.stringify(text);
  /**
   * @param {(index: number) => Spec | undefined} specs
   * @param {Draft[]} drafts
   */
  const all = (specs, drafts) =>
    drafts.map((part, i) => draftAsJson(specs(i) ?? {}, part) ?? "null");
  switch (spec.kind) {
    case "number":
    case "integer":
      return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(draft.trim())
        ? draft.trim()
        : quote(draft);
    case "boolean":
    case "null":
      return String(draft);
    case "json":
      return draft;
    case "const":
      return spec.value_text ?? draft;
    case "choice":
      return spec.option_values?.[draft] ?? quote(spec.options?.[draft] ?? "");
    case "multichoice":
      return `[${
        draft.map((/** @type {number} */ i) =>
          spec.option_values?.[i] ?? quote(spec.options?.[i] ?? "")
        ).join(", ")
      }]`;
    case "list":
      return `[${all(() => spec.item, draft).join(", ")}]`;
    case "tuple":
      return `[${all((i) => spec.fields?.[i] ?? spec.item, draft).join(", ")}]`;
    case "object": {
      const fields = new Map(
        (spec.fields ?? []).map((/** @type {any} */ field) => [field.key, field]),
      );
      /** @type {[string, string | null][]} */
      const named = Object.entries(draft).filter(([key]) => key !== OTHERS).map((
        [key, part],
      ) => [key, draftAsJson(fields.get(key) ?? {}, part)]);
      /** @type {[string, string | null][]} */
      const members = [
        ...named,
        ...(draft[OTHERS] ?? []).map((
          /** @type {[string, Draft]} */ [key, part],
        ) => [key, draftAsJson(spec.item ?? {}, part)]),
      ];
      return `{${
        members.filter(([, text]) => text !== null).map(([key, text]) => `${quote(key)}: ${text}`)
          .join(", ")
      }}`;
    }
    case "map":
      return `{${
        draft.map((/** @type {[string, Draft]} */ [key, part]) =>
          `${quote(key)}: ${draftAsJson(spec.item ?? {}, part) ?? "null"}`
        )
          .join(", ")
      }}`;
    case "union":
      return draftAsJson(spec.branches?.[draft.branch] ?? {}, draft.draft);
    case "stac":
      return spec.documents && draft.trim().startsWith("{")
        ? draft
        : spec.by_link
        ? `{"href": ${quote(draft.trim())}}`
        : quote(draft);
    case "area":
    case "file":
      return /^\s*[[{]/.test(draft.text ?? "") ? draft.text : quote(draft.text ?? draft.href ?? "");
    default:
      return typeof draft === "string" ? quote(draft) : JSON.stringify(draft);
  }
}

/** @param {string | null} jsonText */
export function pretty(jsonText) {
  if (jsonText === null) return "";
  try {
    const value = JSON.parse(jsonText);
    const again = JSON.stringify(value, null, 2);
    // Re-writing must not round a long number.
    return again.replace(/\s/g, "") === jsonText.replace(/\s/g, "") ? again : jsonText;
  } catch {
    return jsonText;
  }
}

/**
 * Going back from JSON to simple fields keeps the value; others start from Python's.
 * @param {Partial<Spec>} spec
 * @param {string | null} text
 * @returns {Draft | undefined} Undefined where the fields cannot hold it.
 */
export function fromJsonText(spec, text) {
  if (text === null || text.trim() === "") return null;
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  switch (spec.kind) {
    case "text":
    case "multiline":
    case "date":
    case "time":
    case "datetime":
    case "duration":
      return typeof value === "string" ? value : undefined;
    case "stac":
      if (typeof value === "string") return spec.by_link ? undefined : value;
      return spec.documents && value !== null && typeof value === "object" ? text : undefined;
    case "number":
    case "integer":
      return typeof value === "number" ? text.trim() : undefined;
    case "boolean":
      return typeof value === "boolean" ? String(value) : undefined;
    case "list": {
      if (!Array.isArray(value) || !spec.item) return undefined;
      const parts = value.map((part) =>
        fromJsonText(spec.item, JSON.stringify(part)) ?? { json: JSON.stringify(part) }
      );
      return parts;
    }
    default:
      return undefined;
  }
}

/**
 * What a draft is called that is sent although there is nothing in it.
 * @param {Draft} draft
 * @param {string} kind
 */
export function emptiness(draft, kind) {
  if (draft === "") return "An empty text";
  if (Array.isArray(draft) && draft.length === 0) {
    return kind === "map" ? "An empty object" : "An empty list";
  }
  return draft !== null && typeof draft === "object" && Object.keys(draft).length === 0
    ? "An empty object"
    : "";
}
