// Elements of the page. Everything is made by h(): children that are strings become text
// nodes, so nothing that a server says is ever parsed as HTML.

import { fewMarks, plain } from "./text.js";

const SVG_TAGS = new Set([
  ...["svg", "path", "circle", "rect", "g", "line", "text", "image", "clipPath"],
]);

/**
 * Make an element: h("button", {class: "x", onclick: f}, "text", child, ...).
 * @template {string} K
 * @param {K} tag
 * @param {Record<string, unknown> | null} [attributes] Left out where null or false;
 *   "on..." are listeners.
 * @param {...unknown} children Strings, nodes, and lists of both; null and false are left out.
 * @returns {K extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[K] : any}
 */
export function h(tag, attributes = {}, ...children) {
  /** @type {any} */
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

/**
 * Words of others next to ours: <bdi> keeps their writing direction to themselves.
 * @param {unknown} text
 * @param {number} [limit]
 */
export function foreign(text, limit) {
  return h("bdi", {}, plain(text, limit));
}

/**
 * Elements inside of another; without a selector its children.
 * @returns {HTMLElement[]}
 */
export function elementsOf(/** @type {Element} */ parent, selector = ":scope > *") {
  return [...parent.querySelectorAll(/** @type {any} */ (selector))];
}

/**
 * What has the focus on the page, or in the shadow that an element stands in.
 * @param {Element} [near]
 * @returns {HTMLElement | null}
 */
export function focusedElement(near) {
  /** @type {any} */
  const root = near?.getRootNode() ?? document;
  return root.activeElement ?? null;
}

/**
 * Whether an event concerns an element or something in it.
 * @param {Element} element
 * @param {EventTarget | null} target
 */
export function holds(element, target) {
  return element.contains(/** @type {Node | null} */ (target));
}

/**
 * Show an element or hide it without removing it.
 * @param {HTMLElement} element
 * @param {unknown} visible
 */
export function show(element, visible) {
  // What is set is a change for whoever watches, also where it is the same.
  if (element.hidden === Boolean(visible)) element.hidden = !visible;
}

/**
 * Change the text only where it differs, so that screen readers do not repeat it. The node
 * stays: where some style sheet of the page asks what an element holds (":has"), to remove
 * one costs ten times as much in a long form.
 * @param {Element} element
 * @param {unknown} text
 */
export function setText(element, text) {
  const shown = fewMarks(String(text ?? ""));
  if (element.textContent === shown) return;
  const [node, ...others] = element.childNodes;
  if (node instanceof Text && others.length === 0) node.data = shown;
  else element.textContent = shown;
}

let lastId = 0;

/**
 * An id that no other element of the page has.
 * @param {string} stem
 */
export function uniqueId(stem) {
  lastId += 1;
  return `ogcw-${stem}-${Date.now().toString(36)}-${lastId}`;
}

/**
 * A button that can be pressed or not, and keeps the focus in either case: a disabled
 * one would lose it. view() stops what is pressed here.
 * @param {HTMLElement} button
 * @param {boolean} isOn
 */
export function enable(button, isOn) {
  if (isOn) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
}

/**
 * A button that looks like a link.
 * @param {string} label
 * @param {() => void} onclick
 */
export function linkButton(label, onclick, attributes = {}) {
  return h("button", { type: "button", class: "ogcw-link", onclick, ...attributes }, label);
}

/**
 * What is asked before something is done, in the place of what asked for it.
 * @param {string} label What a screen reader says of it.
 * @param {() => void} takeBack Escape does this too.
 * @param {string} name Its class.
 * @param {...unknown} parts The question and its buttons.
 */
export function question(label, takeBack, name, ...parts) {
  /** @param {KeyboardEvent} event */
  const onkeydown = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    takeBack();
  };
  return h("span", { role: "group", "aria-label": label, class: name, onkeydown }, ...parts);
}
