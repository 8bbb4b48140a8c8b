// Elements of the page. Everything is made by h(): children that are strings become text
// nodes, so nothing that a server says is ever parsed as HTML.

import { fewMarks, plain } from "./text.js";

const SVG_TAGS = new Set(["svg", "path", "circle", "rect", "g", "line", "text", "image"]);

/** Make an element: h("button", {class: "x", onclick: f}, "text", child, ...). */
export function h(tag, attributes = {}, ...children) {
  const element = SVG_TAGS.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (name === "checked" || name === "disabled" || name === "hidden") element[name] = true;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false)
      .map((c) => (typeof c === "string" ? fewMarks(c) : c)),
  );
  return element;
}

/** Words of others next to ours: <bdi> keeps their writing direction to themselves. */
export function foreign(text, limit) {
  return h("bdi", {}, plain(text, limit));
}

/** What has the focus on the page. */
export function focusedElement() {
  return /** @type {HTMLElement | null} */ (document.activeElement);
}

/** Show an element or hide it without removing it. */
export function show(element, visible) {
  element.hidden = !visible;
}

/** Change the text only where it differs, so that screen readers do not repeat it. */
export function setText(element, text) {
  const shown = fewMarks(String(text ?? ""));
  if (element.textContent !== shown) element.textContent = shown;
}

let lastId = 0;

/** An id that no other element of the page has. */
export function uniqueId(stem) {
  lastId += 1;
  return `ogcw-${stem}-${Date.now().toString(36)}-${lastId}`;
}

/** A button that can be pressed or not, and keeps the focus in either case: a disabled
    one would lose it. view() stops what is pressed here. */
export function enable(button, isOn) {
  if (isOn) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
}
