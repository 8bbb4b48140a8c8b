// Lists of short plain values: chips in one box, with room for the next.

import { elementsOf, foreign, h } from "../../view/dom.js";
import { NO_HELP } from "../../view/search_box.js";
import { plain } from "../../view/text.js";
import { groupNaming, tie } from "../core.js";
import { sameDraft } from "../drafts.js";
import { listBox } from "../paste_box.js";
import { pastedDrafts } from "../pasted.js";

/** @import { Draft, Host, Mark, Spec } from "../controls.js" */

/**
 * Whether chips can show the values of a list.
 * @param {Spec} spec
 * @param {Draft[]} drafts
 */
export function usesChips(spec, drafts) {
  const item = spec.item ?? {};
  if (!["text", "integer", "number"].includes(item.kind) || item.nullable) return false;
  if (
    item.input_mode || item.rows > 1 || item.unit
  ) return false;
  if (
    /stac|ur[il]s?\b|link|path|file|item/i.test(`${spec.key ?? ""} ${spec.label ?? ""}`) &&
    item.kind === "text"
  ) return false;
  return drafts.length <= 60 &&
    drafts.every((draft) =>
      typeof draft === "string" && draft !== "" && draft.length <= 40 && !/[\n\r]/.test(draft)
    );
}

/**
 * Short plain values: chips in one box, with room for the next.
 * @param {Spec} spec
 * @param {Host} host
 */
export function chipList(spec, host) {
  const numeric = spec.item.kind !== "text";
  const most = spec.max_items ?? Infinity;
  /** @type {string[]} */
  let values = [];
  let sendsEmpty = false;
  let editing = -1;
  const chips = h("span", { class: "ogcw-f-chips" });
  const word = spec.add_label ? plain(spec.add_label, 40) : addWords(spec);
  const input = h("input", {
    type: "text",
    class: "ogcw-f-chipinput",
    dir: "auto",
    placeholder: word,
    "aria-label": `${word}: ${plain(host.name, 160)}`,
    inputmode: numeric ? "decimal" : null,
    ...NO_HELP,
    // Text in the box is on the screen, so it is part of what is sent.
    oninput: () => {
      sendsEmpty = false;
      size();
      changed();
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" || (numeric && (event.key === "," || event.key === " "))) {
        if (input.value.trim() !== "" || event.key !== "Enter") event.preventDefault();
        settle();
      } else if (event.key === "Backspace" && input.value === "" && values.length > 0) {
        event.preventDefault();
        editing = -1;
        input.value = values.at(-1) ?? "";
        values = values.slice(0, -1);
        draw();
        size();
        changed();
      }
    },
    onblur: () => settle(),
    onpaste: (/** @type {ClipboardEvent} */ event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      const several = /[\r\n]/.test(text.trim()) || /^\s*\[/.test(text) ||
        (numeric && /[\s,;]/.test(text.trim()));
      if (!several) return;
      event.preventDefault();
      addAll(pastedDrafts(spec, text));
    },
  });
  const paste = listBox(spec, host, addAll, () => input.focus());
  const box = h(
    "div",
    {
      class: "ogcw-f-chipbox",
      ...groupNaming(host),
      onclick: (/** @type {MouseEvent} */ event) => {
        if (event.target === box || event.target === chips) input.focus();
      },
    },
    chips,
    input,
  );
  const node = h("div", {}, box, paste.node);

  const pending = () => (input.value.trim() === "" ? [] : [input.value.trim()]);
  const value = () => {
    const all = [...values, ...pending()];
    return all.length > 0 ? all : (sendsEmpty ? [] : null);
  };
  function changed() {
    host.changed(value());
  }
  function settle() {
    if (pending().length === 0) {
      input.value = "";
      return;
    }
    values = [...values, ...pending()];
    input.value = "";
    draw();
    size();
    changed();
    host.form.refresh(host.inputId);
  }
  /** @param {Draft[]} drafts */
  function addAll(drafts) {
    const all = [...values, ...pending(), ...drafts];
    input.value = "";
    if (usesChips(spec, all)) {
      values = all;
      draw();
      size();
      changed();
      input.focus();
    } else host.rewrite?.(all);
    host.form.refresh(host.inputId);
  }
  function size() {
    input.style.width = input.value === "" ? "" : `${Math.min(input.value.length + 3, 40)}ch`;
  }
  /** @param {Draft} next */
  function replace(next) {
    values = next;
    draw();
    changed();
    host.form.refresh(host.inputId);
  }
  /**
   * @param {string} text
   * @param {number} at
   */
  function chip(text, at) {
    if (at === editing) {
      const edit = h("input", {
        class: "ogcw-f-chipedit",
        dir: "auto",
        "aria-label": `Change ${plain(text, 80)}`,
        ...NO_HELP,
        style: `width: ${Math.min(text.length + 4, 40)}ch`,
      });
      edit.value = text;
      let done = false;
      /** @param {boolean} keep */
      const finish = (keep) => {
        if (done) return;
        done = true;
        editing = -1;
        const next = keep ? edit.value.trim() : text;
        replace(next === "" ? values.filter((_, i) => i !== at) : values.with(at, next));
      };
      edit.addEventListener("input", () => {
        const next = edit.value.trim();
        host.changed([...values.with(at, next === "" ? text : next), ...pending()]);
      });
      edit.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        finish(event.key === "Enter");
        elementsOf(chips, ".ogcw-f-chip-text")[at]?.focus();
      });
      edit.addEventListener("blur", () => finish(true));
      return h("span", { class: "ogcw-f-chip" }, edit);
    }
    const label = h("button", {
      type: "button",
      class: "ogcw-f-chip-text",
      title: "Change (Alt+arrow keys move it)",
      "aria-label": `Change ${plain(text, 80)}`,
      onclick: () => {
        editing = at;
        draw();
        /** @type {HTMLInputElement} */ (chips.querySelector(".ogcw-f-chipedit")).select();
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (!event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
        const to = at + (event.key === "ArrowLeft" ? -1 : 1);
        event.preventDefault();
        if (to < 0 || to >= values.length) return;
        replace(values.with(at, values[to]).with(to, text));
        elementsOf(chips, ".ogcw-f-chip-text")[to]?.focus();
      },
    }, foreign(text, 60));
    return h(
      "span",
      { class: "ogcw-f-chip", "data-at": at },
      label,
      h("button", {
        type: "button",
        class: "ogcw-f-chip-x",
        "aria-label": `Remove ${plain(text, 80)}`,
        onclick: () => {
          replace(values.filter((_, i) => i !== at));
          input.focus();
        },
      }, "×"),
    );
  }
  function draw() {
    chips.replaceChildren(...values.map(chip));
    const full = values.length >= most;
    input.placeholder = full ? "" : word;
  }
  draw();
  return {
    node,
    /** @param {Draft} draft */
    write(draft) {
      if (sameDraft(draft, value())) return;
      editing = -1;
      sendsEmpty = Array.isArray(draft) && draft.length === 0;
      values = Array.isArray(draft) ? [...draft] : [];
      input.value = "";
      draw();
      size();
    },
    read: value,
    focus: () => input.focus(),
    actions: () => (values.length < most ? [["Paste a list", () => paste.open.click()]] : []),
    /** @param {Mark} state */
    mark(state) {
      tie(input, state);
      box.classList.toggle("ogcw-f-bad", Boolean(state.invalid));
    },
    children: () => [],
    /** @param {Set<string>} faulty */
    markParts(faulty) {
      chips.querySelectorAll(".ogcw-f-chip").forEach((element, i) =>
        element.classList.toggle("ogcw-f-chip-bad", faulty.has(String(i)))
      );
    },
  };
}

/**
 * "Bands" -> "add a band"; anything less certain -> "add …".
 * @param {Spec} spec
 */
function addWords(spec) {
  const match = /^([A-Za-z]{3,15})s$/.exec(String(spec.label || spec.key || "").trim());
  if (!match || /(ss|ies|us|is|xes|ses|ches)$/i.test(`${match[1]}s`)) return "add …";
  const one = match[1].toLowerCase();
  return `add ${/^[aeiou]/.test(one) ? "an" : "a"} ${one}`;
}
