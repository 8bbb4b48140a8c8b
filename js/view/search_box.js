// A box that searches, and the pop-up that it opens: for the form and for the head of the app.

import { foreign, h, holds, uniqueId } from "./dom.js";
import { count } from "./text.js";

export const NO_HELP = {
  autocomplete: "off",
  autocapitalize: "off",
  autocorrect: "off",
  spellcheck: "false",
  "data-form-type": "other",
};

/**
 * A pop-up under an element, in the top layer where the browser has one.
 * @param {HTMLElement} anchor
 * @param {HTMLElement} node
 */
export function popup(anchor, node, onclose = () => {}) {
  const layered = typeof node.showPopover === "function";
  node.classList.add("ogcw-popup");
  if (layered) node.setAttribute("popover", "manual");
  anchor.after(node);
  let open = false;
  function place() {
    if (!layered) return;
    const box = anchor.getBoundingClientRect();
    const below = globalThis.innerHeight - box.bottom - 8;
    const above = box.top - 8;
    const up = below < Math.min(node.scrollHeight, 160) && above > below;
    node.style.maxHeight = `${Math.max(90, Math.min(280, up ? above : below))}px`;
    const width = Math.max(
      node.dataset.match === "anchor" ? box.width : 0,
      Math.min(node.scrollWidth, 320),
    );
    node.style.minWidth = node.dataset.match === "anchor" ? `${box.width}px` : "";
    node.style.left = `${
      Math.max(
        4,
        Math.min(
          node.dataset.align === "end" ? box.right - width : box.left,
          globalThis.innerWidth - width - 4,
        ),
      )
    }px`;
    node.style.top = up ? "" : `${box.bottom + 3}px`;
    node.style.bottom = up ? `${globalThis.innerHeight - box.top + 3}px` : "";
  }
  /** @param {Event} event */
  const outside = (event) => {
    if (!holds(node, event.target) && !holds(anchor, event.target)) close();
  };
  function show() {
    if (open) {
      place();
      return;
    }
    open = true;
    node.classList.add("ogcw-open");
    if (layered) node.showPopover();
    place();
    document.addEventListener("pointerdown", outside, true);
    globalThis.addEventListener("scroll", place, true);
    globalThis.addEventListener("resize", place);
  }
  function close() {
    if (!open) return;
    open = false;
    node.classList.remove("ogcw-open");
    if (layered && node.isConnected) node.hidePopover();
    document.removeEventListener("pointerdown", outside, true);
    globalThis.removeEventListener("scroll", place, true);
    globalThis.removeEventListener("resize", place);
    onclose();
  }
  return {
    show,
    close,
    get open() {
      return open;
    },
  };
}

/**
 * @typedef {object} ComboOptions
 * @property {string[]} labels
 * @property {string[]} [details] Texts beside the labels.
 * @property {object} naming Attributes that give the box its name.
 * @property {string} [placeholder]
 * @property {boolean} [required]
 * @property {(index: number | null) => void} onpick
 * @property {() => void} [onclear] Backspace was pressed in the empty box.
 * @property {(index: number) => boolean} [excluded] Whether an option is not offered.
 */

/** A box that searches in many options (the combobox pattern of WAI-ARIA); details are
    texts beside the labels, which are searched as well. */
export function comboBox(/** @type {ComboOptions} */ options) {
  const { labels, details = [], naming: named, placeholder, required, onpick, onclear } = options;
  const excluded = options.excluded ?? (() => false);
  const listId = uniqueId("options");
  /** @param {string} text */
  const lower = (text) => text.toLocaleLowerCase();
  const names = labels.map((
    label,
    index,
  ) => [lower(label), ...(details[index] ? [lower(details[index])] : [])]);
  const texts = names.map((both) => both.join("\n"));
  /** @type {{ option: HTMLElement, index: number }[]} */
  let shown = [];
  let active = -1;
  const input = h("input", {
    type: "text",
    class: "ogcw-input",
    role: "combobox",
    dir: "auto",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-required": required ? "true" : null,
    placeholder,
    ...named,
    ...NO_HELP,
    oninput: () => {
      draw(input.value);
      open();
    },
    onfocus: () => input.select(),
    onclick: () => {
      if (!pop.open) {
        input.select();
        draw("");
        open();
      }
    },
    onkeydown,
    onblur: () => {
      pop.close();
      settle();
    },
  });
  const list = h("div", {
    id: listId,
    role: "listbox",
    "aria-label": "Options",
    class: "ogcw-options",
    "data-match": "anchor",
    // The box keeps the focus, so that leaving it is one event and not two.
    onpointerdown: (/** @type {PointerEvent} */ event) => event.preventDefault(),
  });
  const node = h("div", { class: "ogcw-combo" }, input);
  const pop = popup(input, list, () => {
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  });
  let settled = "";

  function open() {
    pop.show();
    input.setAttribute("aria-expanded", "true");
  }
  /** @param {string} query */
  function draw(query) {
    const wanted = query.trim().toLocaleLowerCase();
    const words = wanted.split(/\s+/);
    const found = [...labels.keys()].filter((index) =>
      !excluded(index) && words.every((/** @type {string} */ word) => texts[index].includes(word))
    );
    if (wanted !== "") {
      /** @param {number} index */
      const rank = (
        index,
      ) => (names[index].includes(wanted)
        ? 0
        : names[index].some((name) => name.startsWith(wanted))
        ? 1
        : 2);
      found.sort((a, b) => rank(a) - rank(b));
    }
    shown = found.slice(0, 200).map((index) => {
      const option = h(
        "div",
        {
          id: `${listId}-${index}`,
          role: "option",
          class: "ogcw-option",
          "aria-selected": "false",
          onclick: () => pick(index),
        },
        foreign(labels[index], 160),
        details[index]
          ? h("span", { class: "ogcw-option-detail" }, foreign(details[index], 160))
          : null,
      );
      return { option, index };
    });
    list.replaceChildren(...shown.map(({ option }) => option));
    if (found.length > shown.length) {
      list.append(
        h(
          "div",
          { class: "ogcw-option-note" },
          `${count(found.length - shown.length)} more: type to narrow down`,
        ),
      );
    }
    if (found.length === 0) {
      list.append(h("div", { class: "ogcw-option-note" }, "Nothing matches."));
    }
    activate(wanted !== "" && shown.length > 0 ? 0 : -1);
  }
  /** @param {number} next */
  function activate(next) {
    shown[active]?.option.setAttribute("aria-selected", "false");
    active = next;
    const now = shown[active]?.option;
    if (!now) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    now.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", now.id);
    now.scrollIntoView({ block: "nearest" });
  }
  /** @param {number} index */
  function pick(index) {
    pop.close();
    onpick(index);
  }
  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    if (event.isComposing) return;
    const last = shown.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!pop.open) {
        draw("");
        open();
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      activate(
        active < 0
          ? (step > 0 ? 0 : shown.length - 1)
          : Math.min(Math.max(active + step, 0), shown.length - 1),
      );
    } else if (event.key === "Enter" && pop.open) {
      event.preventDefault();
      if (active >= 0 && active <= last) pick(shown[active].index);
    } else if (event.key === "Escape" && pop.open) {
      event.preventDefault();
      event.stopPropagation();
      pop.close();
      input.value = settled;
    } else if (event.key === "Backspace" && input.value === "") onclear?.();
  }
  /** Words that were not picked are not a value: they do not stay on the screen. */
  function settle() {
    if (input.value === settled) return;
    const typed = lower(input.value.trim());
    const exact = names.findIndex((both, index) => both.includes(typed) && !excluded(index));
    if (exact >= 0) onpick(exact);
    else if (input.value.trim() === "" && settled !== "") onpick(null);
    else input.value = settled;
  }
  return {
    node,
    input,
    /** @param {string} text */
    settle(text) {
      settled = text;
      if (!pop.open) input.value = text;
    },
    focus: () => input.focus(),
  };
}
