// What all controls of the form share: drafts, paths, names for screen readers.
//
// A control is {node, write(draft), read(), focus(), mark({invalid, describedBy})} and,
// where it has parts, children() -> [[segment, place], ...]. A draft is exactly what
// stands on the screen, as JSON. A control calls host.changed(draft) when the user
// changed it and never when write() did.

/** Text longer than this is not put into an editable box without being asked for. */
const LARGE_TEXT = 100_000;
/** Browsers take seconds for every key in a box with more than this. */
const EDITABLE_TEXT = 300_000;
const ROWS_AT_ONCE = 25;
/** Where the draft of an object keeps members that its schema does not name. */
const OTHERS = "";

/** Our words as a sentence: "sent as text" -> "Sent as text." */
function sentence(words, limit = 400) {
  const text = plain(words, limit).trim();
  if (text === "") return "";
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;
}

/** "a~1b/2" -> ["a/b", "2"] */
function splitPath(path) {
  return String(path).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function joinPath(parts) {
  return parts.map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
}

function sameDraft(a, b) {
  if (a === b) return true;
  if (typeof a === "string" || typeof b === "string") return false;
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/** A draft that the user writes as JSON, whatever the kind of the field. */
function isRaw(draft) {
  return draft !== null && typeof draft === "object" && !Array.isArray(draft) && typeof draft.json === "string";
}

/** Attributes that give a control its name: the label's id, or the name itself. */
function naming(host) {
  if (host.id) return { id: host.id };
  return { "aria-label": plain(host.name, 300) };
}

/** The same for a group of controls: its fieldset has a legend, else it gets a name. */
function groupNaming(host, role = "group") {
  return host.grouped ? {} : { role, "aria-label": plain(host.name, 300) };
}

/** Whether a field consists of several controls and so needs a fieldset. */
function isGroup(spec) {
  if (Number.isInteger(spec.slot)) return true;
  return ["list", "tuple", "object", "map", "union", "multichoice", "file"].includes(spec.kind)
    || usesRadios(spec);
}

function usesRadios(spec) {
  if (Number.isInteger(spec.slot)) return false;
  if (spec.kind === "boolean" || spec.kind === "null") return !usesCheckbox(spec);
  if (spec.kind !== "choice" || spec.searchable || spec.widget === "select") return false;
  const labels = spec.options ?? [];
  if (spec.widget === "radio") return labels.length <= 8;
  const length = labels.reduce((sum, label) => sum + String(label).length + 4, spec.required ? 0 : 10);
  return labels.length > 0 && labels.length <= 4 && length <= 52;
}

/** A tick box can only say yes or no; a field that may be left out needs a third state. */
function usesCheckbox(spec) {
  return spec.kind === "boolean" && Boolean(spec.required) && Boolean(spec.has_default);
}

/** aria-invalid and aria-describedby of one element. */
function tie(element, { invalid, describedBy }, canBeInvalid = true) {
  if (canBeInvalid && invalid) element.setAttribute("aria-invalid", "true");
  else element.removeAttribute("aria-invalid");
  if (describedBy) element.setAttribute("aria-describedby", describedBy);
  else element.removeAttribute("aria-describedby");
}

function linkButton(label, onclick, attributes = {}) {
  return h("button", { type: "button", class: "ogcw-link", onclick, ...attributes }, label);
}

/** Links in one line with quiet dots between them; hidden ones take their dot along. */
function linkRow(...links) {
  return h("div", { class: "ogcw-f-links" }, links);
}

/** Radio buttons that look like one segmented control. */
function segmented(items, onpick, attributes = {}) {
  const name = uniqueId("radio");
  const inputs = [];
  const node = h("div", { class: "ogcw-f-segments", ...attributes },
    items.map(({ value, label, ours }) => {
      const input = h("input", { type: "radio", name, class: "ogcw-f-segment-input", onchange: () => onpick(value) });
      inputs.push([value, input]);
      return h("label", { class: ours ? "ogcw-f-segment ogcw-f-segment-ours" : "ogcw-f-segment" },
        input, h("span", { dir: "auto" }, plain(label, 60)));
    }));
  return {
    node,
    set(value) { inputs.forEach(([own, input]) => { input.checked = own === value; }); },
    focus() { (inputs.find(([, input]) => input.checked) ?? inputs[0])?.[1].focus(); },
  };
}

/** text + step, exactly, for numbers of any size: no JavaScript number in between. */
function stepText(text, step, direction, bounds = {}) {
  const parse = (value) => {
    const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(String(value));
    if (!match || (match[2] === "" && !match[3])) return null;
    return { digits: BigInt(`${match[2]}${match[3] ?? ""}` || "0") * (match[1] === "-" ? -1n : 1n), scale: (match[3] ?? "").length };
  };
  const from = parse(text === "" || text === null ? "0" : text);
  const by = parse(step);
  if (!from || !by || by.digits === 0n) return null;
  const scale = Math.max(from.scale, by.scale);
  const raise = (number) => number.digits * 10n ** BigInt(scale - number.scale);
  const low = parse(bounds.min ?? "");
  const high = parse(bounds.max ?? "");
  let next = raise(from) + BigInt(direction) * raise(by);
  if (text === "" || text === null) next = low && low.scale <= scale ? raise(low) : next;
  if (low && low.scale <= scale && next < raise(low)) next = raise(low);
  if (high && high.scale <= scale && next > raise(high)) next = raise(high);
  const sign = next < 0n ? "-" : "";
  const digits = String(next < 0n ? -next : next).padStart(scale + 1, "0");
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** A draft in JSON as far as the page can say it; values of options only Python knows. */
function draftAsJson(spec, draft) {
  if (draft === null || draft === undefined) return null;
  if (isRaw(draft)) return draft.json;
  const quote = (text) => JSON.stringify(text);
  const all = (specs, drafts) => drafts.map((part, i) => draftAsJson(specs(i) ?? {}, part) ?? "null");
  switch (spec.kind) {
    case "number": case "integer": return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(draft.trim()) ? draft.trim() : quote(draft);
    case "boolean": case "null": return String(draft);
    case "json": return draft;
    case "const": return spec.value_text ?? draft;
    case "choice": return spec.option_values?.[draft] ?? quote(spec.options?.[draft] ?? "");
    case "multichoice": return `[${draft.map((i) => spec.option_values?.[i] ?? quote(spec.options?.[i] ?? "")).join(", ")}]`;
    case "list": return `[${all(() => spec.item, draft).join(", ")}]`;
    case "tuple": return `[${all((i) => spec.fields?.[i] ?? spec.item, draft).join(", ")}]`;
    case "object": {
      const fields = new Map((spec.fields ?? []).map((field) => [field.key, field]));
      const named = Object.entries(draft).filter(([key]) => key !== OTHERS).map(([key, part]) => [key, draftAsJson(fields.get(key) ?? {}, part)]);
      const members = [...named, ...(draft[OTHERS] ?? []).map(([key, part]) => [key, draftAsJson(spec.item ?? {}, part)])];
      return `{${members.filter(([, text]) => text !== null).map(([key, text]) => `${quote(key)}: ${text}`).join(", ")}}`;
    }
    case "map": return `{${draft.map(([key, part]) => `${quote(key)}: ${draftAsJson(spec.item ?? {}, part) ?? "null"}`).join(", ")}}`;
    case "union": return draftAsJson(spec.branches?.[draft.branch] ?? {}, draft.draft);
    case "stac": return spec.documents && draft.trim().startsWith("{") ? draft : spec.by_link ? `{"href": ${quote(draft.trim())}}` : quote(draft);
    case "area": case "file": return /^\s*[[{]/.test(draft.text ?? "") ? draft.text : quote(draft.text ?? draft.href ?? "");
    default: return typeof draft === "string" ? quote(draft) : JSON.stringify(draft);
  }
}

function pretty(jsonText) {
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

const CONTROLS = {};

function makeControl(spec, host) {
  if (Number.isInteger(spec.slot)) return slotControl(spec, host);
  return (CONTROLS[spec.kind] ?? CONTROLS.json)(spec, host);
}
