// Controls that hold one text: numbers and dates too, so that nothing typed is lost.

import { h, linkButton, setText, show } from "../../view/dom.js";
import { NO_HELP } from "../../view/search_box.js";
import { count, plain } from "../../view/text.js";
import { CONTROLS } from "../controls.js";
import { EDITABLE_TEXT, LARGE_TEXT, naming, tie } from "../core.js";
import { stepText } from "./numbers.js";

/** @import { Draft, Host, Mark, Spec } from "../controls.js" */

/** @type {Record<string, { inputmode: string }>} */
const MODES = {
  number: { inputmode: "decimal" },
  integer: { inputmode: "numeric" },
  url: { inputmode: "url" },
  email: { inputmode: "email" },
};

/**
 * @typedef {object} BoxOptions
 * @property {boolean} [lines] Always several lines.
 * @property {number} [rows] At least so many.
 * @property {number} [most] At most so many; then the box scrolls.
 * @property {boolean} [mono]
 * @property {boolean} [nowrap]
 * @property {boolean} [password]
 * @property {(draft: Draft) => void} [onedit]
 * @property {(event: ClipboardEvent) => void} [onpaste]
 * @property {() => HTMLElement} [side] What stands beside the box.
 */

/**
 * One box of text: a line, or several where the text or the field wants it.
 * @param {Spec} spec
 * @param {Host} host
 * @param {BoxOptions} [options]
 */
export function textBox(spec, host, options = {}) {
  const holder = h("div", { class: "ogcw-f-box" });
  /** @type {Draft} */
  let draft = null;
  /** @type {any} */
  let box = null;
  /** @type {Mark} */
  let state = {};

  /** @param {string | null} text */
  const wantsLines = (text) =>
    options.lines || spec.rows > 1 || spec.kind === "multiline" || /[\n\r]/.test(text ?? "");

  function changed() {
    draft = box.value === "" ? null : box.value;
    if (box.tagName === "TEXTAREA") grow();
    options.onedit?.(draft);
    host.changed(draft);
  }
  function grow() {
    const lines = box.value.length > LARGE_TEXT ? 12 : box.value.split("\n").length;
    box.rows = Math.min(
      Math.max(lines, spec.rows || (spec.kind === "multiline" ? 3 : 1), options.rows ?? 1),
      options.most ?? 14,
    );
  }
  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    if (
      (spec.kind !== "number" && spec.kind !== "integer") || event.altKey || event.ctrlKey ||
      event.metaKey
    ) return;
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    const next = stepText(box.value, spec.step ?? 1, event.key === "ArrowUp" ? 1 : -1, {
      min: spec.min,
      max: spec.max,
    });
    if (next === null) return;
    event.preventDefault();
    box.value = next;
    changed();
  }
  /** @param {boolean} lines */
  function build(lines) {
    const attributes = {
      class: options.mono ? "ogcw-input ogcw-f-mono" : "ogcw-input",
      dir: options.mono ? "ltr" : "auto",
      placeholder: plain(spec.placeholder, 120),
      "aria-required": spec.required ? "true" : null,
      ...naming(host),
      ...NO_HELP,
      ...(MODES[spec.kind] ?? MODES[spec.input_mode] ?? {}),
      oninput: changed,
      onkeydown,
      onpaste: options.onpaste,
    };
    box = lines
      ? h("textarea", { ...attributes, rows: 1, wrap: options.nowrap ? "off" : null })
      : h("input", { ...attributes, type: options.password ? "password" : "text" });
    if (spec.kind === "multiline" && !options.mono) box.classList.add("ogcw-f-prose");
    const side = options.side?.() ?? null;
    const unit = spec.unit
      ? h("span", { class: "ogcw-f-unit", "aria-hidden": "true" }, plain(spec.unit, 20))
      : null;
    holder.replaceChildren(box, ...[unit, side].filter((one) => one !== null));
    holder.classList.toggle("ogcw-f-box-side", Boolean(side || unit));
    tie(box, state);
  }
  /** A very long text is shown by its beginning: the page stays quick, the value whole. */
  function buildLarge() {
    box = h("textarea", {
      class: "ogcw-input ogcw-f-mono",
      rows: 4,
      readonly: true,
      dir: "auto",
      ...naming(host),
    });
    box.value = plain(draft, 1500);
    holder.replaceChildren(
      box,
      h(
        "div",
        { class: "ogcw-hint" },
        `${count(draft.length)} characters are kept and sent; the beginning is shown. `,
        draft.length <= EDITABLE_TEXT
          ? [
            linkButton("Edit all", () => {
              build(true);
              box.value = draft;
              box.rows = 12;
              box.focus();
            }),
            " · ",
          ]
          : null,
        linkButton("Clear", () => {
          draft = null;
          build(wantsLines(null));
          host.changed(null);
          box.focus();
        }),
      ),
    );
    tie(box, state);
  }
  /** @param {Draft} next */
  function write(next) {
    const text = typeof next === "string" ? next : null;
    if (box !== null && text === draft) return;
    draft = text;
    const lines = wantsLines(text);
    if (text !== null && text.length > LARGE_TEXT) {
      buildLarge();
      return;
    }
    if (box === null || box.readOnly || lines !== (box.tagName === "TEXTAREA")) build(lines);
    if (box.value !== (text ?? "")) box.value = text ?? "";
    box.placeholder = text === "" ? "empty text" : plain(spec.placeholder, 120);
    if (lines) grow();
  }
  holder.addEventListener("focusout", () => {
    if (!box.readOnly && box.value.length > LARGE_TEXT) buildLarge();
  });
  write(null);
  return {
    node: holder,
    get box() {
      return box;
    },
    write,
    read: () => draft,
    focus: () => box.focus(),
    /** @param {Draft} next */
    mark(next) {
      state = next;
      tie(box, state);
    },
    /**
     * Put text in as if it had been typed.
     * @param {string} text
     */
    type(text) {
      if (box.readOnly) build(wantsLines(text));
      box.value = text;
      changed();
    },
  };
}

CONTROLS.text = (spec, host) => textBox(spec, host, { onpaste: host.onpaste, mono: spec.mono });

CONTROLS.number = (
  spec,
  host,
) => (spec.widget === "slider" && spec.min && spec.max
  ? sliderControl(spec, host)
  : textBox(spec, host, { onpaste: host.onpaste }));

CONTROLS.integer = CONTROLS.number;

/**
 * A slider types into the box beside it; faint while there is no value.
 * @param {Spec} spec
 * @param {Host} host
 */
function sliderControl(spec, host) {
  const range = h("input", {
    type: "range",
    class: "ogcw-f-slider",
    min: spec.min,
    max: spec.max,
    step: spec.step ?? (spec.kind === "integer" ? "1" : "any"),
    "aria-label": `Slider of ${plain(host.name, 120)}`,
    oninput: () => text.type(range.value),
  });
  const text = textBox(spec, host, { onedit: () => follow() });
  function follow() {
    const now = text.read();
    range.classList.toggle("ogcw-f-slider-unset", now === null);
    if (now !== null && now !== range.value) range.value = now;
  }
  follow();
  return {
    ...text,
    node: h("div", { class: "ogcw-f-line" }, range, text.node),
    /** @param {Draft} draft */
    write(draft) {
      text.write(draft);
      follow();
    },
  };
}

/** Kept in Python once typed: the page only knows that there is one. */
CONTROLS.secret = (spec, host) => {
  /** @type {Draft} */
  let draft = null;
  let isSet = false;
  let typed = "";
  const box = h("input", {
    type: "password",
    class: "ogcw-input",
    ...naming(host),
    ...NO_HELP,
    autocomplete: "new-password",
    "aria-required": spec.required ? "true" : null,
    oninput: () => {
      typed = box.value;
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter") hand();
    },
  });
  const clear = linkButton("clear", () => {
    typed = "";
    host.form.send({ type: "secret", id: host.inputId, path: host.path(), secret: "" });
    draw({ set: false });
    box.focus();
  }, { class: "ogcw-link ogcw-f-side", "aria-label": `Clear ${plain(host.name, 100)}` });
  function hand() {
    if (typed === "") return;
    host.form.send({ type: "secret", id: host.inputId, path: host.path(), secret: typed });
    draw({ set: true });
  }
  /** @param {Draft} next */
  function draw(next) {
    draft = next?.set ? next : null;
    isSet = draft !== null;
    typed = "";
    box.value = "";
    box.placeholder = isSet ? "••••••••" : plain(spec.placeholder, 120);
    show(clear, isSet);
  }
  const node = h("div", { class: "ogcw-f-box ogcw-f-box-side", onfocusout: hand }, box, clear);
  draw(null);
  return {
    node,
    write(draft) {
      if (typed === "") draw(draft);
    },
    read: () => draft,
    focus: () => box.focus(),
    mark: (state) => tie(box, state),
  };
};

/** Exactly one value: there is nothing to choose but whether to send it. */
CONTROLS.const = (spec, host) => {
  const value = plain(spec.value_text, 400);
  /** @type {Draft} */
  let draft = null;
  const box = h("input", {
    type: "checkbox",
    ...naming(host),
    onchange: () => {
      draft = box.checked ? own() : null;
      host.changed(draft);
    },
  });
  const text = h("code", { class: "ogcw-f-const", dir: "auto" }, value);
  const own = () => spec.value_text ?? "";
  const node = h("label", { class: "ogcw-f-check" }, box, h("span", {}, "send ", text));
  // What must be sent and is needs no tick.
  const draw = () => {
    box.checked = draft !== null;
    node.classList.toggle("ogcw-f-fixed", Boolean(spec.required) && draft !== null);
  };
  return {
    node,
    write(next) {
      draft = typeof next === "string" ? next : null;
      draw();
      if (draft !== null && value === "") setText(text, plain(draft, 400));
    },
    read: () => draft,
    focus: () => box.focus(),
    mark: (state) => tie(box, state),
  };
};
