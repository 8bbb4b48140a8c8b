// Keys and focus stay in a view.

import { elementsOf, focusedElement, holds } from "./dom.js";

/**
 * Keys that JupyterLab and VS Code get from inside our views as well: leave, save, commands.
 * @param {KeyboardEvent} event
 */
function belongsToHost(event) {
  if (event.key === "Escape" || /^F\d+$/.test(event.key)) return true;
  const key = event.key.toLowerCase();
  return (event.ctrlKey || event.metaKey) && !event.altKey &&
    (key === "s" || (key === "c" && event.shiftKey));
}

/**
 * Keep the keys pressed in an element from the notebook around it, which takes Enter,
 * Ctrl+Z and Shift+Enter for itself, in text fields as well. Its listener sits on the
 * document and gets what bubbles there, as that of a webview of VS Code does.
 * @param {HTMLElement} element
 */
export function keepKeys(element) {
  /** @param {KeyboardEvent} event */
  const keep = (event) => {
    if (!belongsToHost(event)) event.stopPropagation();
  };
  element.addEventListener("keydown", keep);
  return () => element.removeEventListener("keydown", keep);
}

/**
 * Give the focus to something in a view that is not on the screen yet: that it is wanted and
 * that its view is shown are two messages, with any time between them.
 * @param {HTMLElement} el What is shown then.
 * @param {() => void} focus
 */
export function focusWhenShown(el, focus) {
  const sizes = new ResizeObserver(() => {
    if (!el.checkVisibility()) return;
    sizes.disconnect();
    focus();
  });
  sizes.observe(el);
}

const FOCUSABLE =
  "button, input, select, textarea, summary, a[href], [tabindex]:not([tabindex='-1'])";

/**
 * What had the focus and was drawn anew or taken away leaves it to its successor: the
 * control of the same name, else the next one where it stood.
 * @param {HTMLElement} el
 */
export function keepFocus(el) {
  /** @param {HTMLElement} node */
  const nameOf = (node) =>
    [node.tagName, node.id || node.getAttribute("aria-label") || node.textContent].join(" ");
  /** @type {{ node: HTMLElement, name: string, around: HTMLElement[] } | null} */
  let last = null;
  /** @param {FocusEvent} event */
  const enter = (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const around = [];
    for (let node = target.parentElement; node && el.contains(node); node = node.parentElement) {
      around.push(node);
    }
    last = { node: target, name: nameOf(target), around };
  };
  // Left by the user: what is left is still there a moment later.
  /** @param {FocusEvent} event */
  const leave = ({ target }) =>
    setTimeout(() => {
      const isLeft = last?.node === target && focusedElement() !== target;
      if (isLeft && last && isThere(last.node)) last = null;
    });
  /** @param {PointerEvent} event */
  const press = ({ target }) => {
    if (last && !holds(last.node, target)) last = null;
  };
  /** @param {MouseEvent} event */
  const click = (event) => {
    const target = /** @type {Element} */ (event.target);
    if (!target.closest?.("[aria-disabled=true]")) return;
    event.preventDefault();
    event.stopPropagation();
  };
  /** @param {HTMLElement} node */
  const isThere = (node) => node.isConnected && node.checkVisibility({ visibilityProperty: true });
  /** A box whose children are laid out in its place is there with them. */
  const isSeen = (/** @type {Element} */ node) =>
    node.checkVisibility() || elementsOf(node, ":scope > *").some((one) => one.checkVisibility());
  let frame = 0;
  const observer = new MutationObserver((records) => {
    if (!last) return;
    const { node } = last;
    const moved = records.some(({ removedNodes }) =>
      [...removedNodes].some((one) => one.contains(node))
    );
    const hides = records.some(({ type, target }) =>
      type === "attributes" && target.contains(node)
    );
    if (moved || hides || focusedElement() === document.body) look(moved);
    // What is seen is only known once everything is laid out, as each frame is anyhow.
    else frame ||= requestAnimationFrame(() => look(false));
  });
  /** @param {boolean} moved */
  const look = (moved) => {
    cancelAnimationFrame(frame);
    frame = 0;
    const now = focusedElement();
    if (!last || (now !== document.body && now !== last.node) || !isSeen(el)) return;
    const { node, name, around } = last;
    if (isThere(node) && !(moved && now !== node)) return;
    if (isThere(node)) {
      node.focus({ preventScroll: true });
      return;
    }
    for (const place of around.filter(isSeen)) {
      const near = elementsOf(place, FOCUSABLE).filter((one) =>
        !one.matches(":disabled") && isThere(one)
      );
      const next = near.find((one) => nameOf(one) === name) ?? near[0];
      if (next) {
        next.focus({ preventScroll: true });
        return;
      }
    }
    last = null;
  };
  observer.observe(el, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["hidden"],
  });
  el.addEventListener("focusin", enter);
  el.addEventListener("focusout", leave);
  el.addEventListener("click", click, true);
  document.addEventListener("pointerdown", press, true);
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    el.removeEventListener("focusin", enter);
    el.removeEventListener("focusout", leave);
    el.removeEventListener("click", click, true);
    document.removeEventListener("pointerdown", press, true);
  };
}

/** JupyterLab takes single letters and arrow keys as its own commands unless a text box has
    the focus; in a view they belong to the button, radio button or list that has it. */
export function keepLetters(/** @type {Element} */ element) {
  element.addEventListener("focusin", ({ target }) => {
    const control = /** @type {Element} */ (target);
    if (!control.matches(":read-write")) {
      control.setAttribute("data-lm-suppress-shortcuts", "true");
    }
  });
}
