// Rows that stay: what is under the pointer or has the focus is not drawn anew when
// something else changes.

import { elementsOf, focusedElement } from "./dom.js";

/** Nodes of each element by key. @type {WeakMap<Element, Map<string, Element>>} */
const nodesOf = new WeakMap();
/** What was last drawn into each element. @type {WeakMap<Element, string>} */
const factsOf = new WeakMap();

/**
 * Make the children of an element those of some keys, in their order. A key that was there
 * before keeps its node; two equal keys are told apart by their order.
 * @template {HTMLElement} T
 * @param {Element} parent
 * @param {{ key: string, make: () => T }[]} wanted
 * @returns {T[]} The nodes.
 */
export function keepRows(parent, wanted) {
  const before = nodesOf.get(parent) ?? new Map();
  const after = new Map();
  const nodes = wanted.map(({ key, make }) => {
    let own = key;
    while (after.has(own)) own += "+";
    const node = before.get(own) ?? make();
    after.set(own, node);
    return node;
  });
  for (const [key, node] of before) if (!after.has(key)) node.remove();
  // A node is only moved where another stands in its place: moving takes the focus away.
  let next = parent.firstElementChild;
  for (const node of nodes) {
    if (node === next) next = node.nextElementSibling;
    else parent.insertBefore(node, next);
  }
  nodesOf.set(parent, after);
  return nodes;
}

/**
 * Draw rows anew, and give the focus back to the button of the same row (`data-row`) that
 * does the same (`data-does`).
 * @param {HTMLElement} rows
 * @param {() => void} redraw
 * @param {(row: string | undefined, does: string | undefined) => (string | undefined)[]}
 *   [wanted] What the button may do, the best first; else it is the first one.
 */
export function keepAction(rows, redraw, wanted = (_row, does) => [does]) {
  const before = rows.contains(focusedElement()) ? focusedElement() : null;
  const row = before?.closest("tr")?.dataset.row;
  const does = before?.dataset.does;
  redraw();
  if (!before || rows.contains(focusedElement())) return;
  const line = elementsOf(rows).find((one) => one.dataset.row === row);
  const buttons = line ? elementsOf(line, "button") : [];
  const found = wanted(row, does).map((what) => buttons.find((one) => one.dataset.does === what));
  (found.find(Boolean) ?? buttons[0])?.focus({ preventScroll: true });
}

/**
 * Fill an element anew if what it shows has changed.
 * @param {Element} element
 * @param {unknown} facts Everything that `make` draws from, as JSON.
 * @param {() => (Node | null)[]} make Nulls are left out.
 */
export function refill(element, facts, make) {
  const key = JSON.stringify(facts);
  if (factsOf.get(element) === key) return;
  factsOf.set(element, key);
  element.replaceChildren(...make().filter((one) => one !== null));
}
