// A place is where one field stands: its label, control, hint and error. It is also what
// an error path leads to. Styles: "block" (with a label), "row" (one of a list) and
// "bare" (the control alone; the field around it has the label and shows the error).

import { focusedElement, foreign, h, linkButton, setText, show, uniqueId } from "../view/dom.js";
import { plain } from "../view/text.js";
import { CONTROLS, makeControl } from "./controls.js";
import { isGroup, sentence, tie, usesRadios } from "./core.js";
import { draftAsJson, emptiness, fromJsonText, isRaw, pretty } from "./drafts.js";
import { fieldMenu } from "./menu.js";
import { description, repeats, withoutExample } from "./words.js";

/** @import { Control, Draft, Host, Spec } from "./controls.js" */

/** @type {Record<string, [word: string, draft: Draft]>} */
const EMPTY = {
  text: ["text", ""],
  multiline: ["text", ""],
  list: ["list", []],
  multichoice: ["list", []],
  object: ["object", {}],
  map: ["object", []],
};

/** Kinds of which there is only one value, or none that may be kept. */
const SAME = new Set(["secret", "const", "null"]);

const BESIDE = 36;

/**
 * @param {Spec} spec
 * @param {Host} host
 */
export function makePlace(spec, host, style = "block") {
  const node = h("div", { class: `ogcw-f-${style}` });
  const ids = {
    control: uniqueId("in"),
    label: uniqueId("label"),
    error: uniqueId("error"),
    hint: uniqueId("hint"),
    count: uniqueId("count"),
    text: uniqueId("text"),
  };
  const error = h("div", { id: ids.error, class: "ogcw-error ogcw-f-error", dir: "auto" });
  const hint = h("div", { id: ids.hint, class: "ogcw-hint ogcw-f-hint", dir: "auto" });
  const advice = h("div", { class: "ogcw-hint ogcw-f-advice", dir: "auto" });
  const count_ = h("span", { id: ids.count, class: "ogcw-hint ogcw-f-count" });
  /** @type {HTMLElement | null} */
  let text = null;
  /** The control that stands there now. @type {any} */
  let control = null;
  let raw = false; // written as JSON
  let none = false; // null was chosen: as JSON, but nothing to write
  /** @type {Draft} */
  let kept = null; // what stood there before
  /** @type {HTMLFieldSetElement | null} */
  let group = null;
  /** @type {HTMLElement | null} */
  let star = null;
  let needed = false; // asked for by a condition, at the moment
  let message = "";
  let noteText = "";
  /** @type {Draft} */
  let hidden = null; // a value that Python keeps to itself, because it holds a secret

  const inside = {
    ...host,
    redraw: () => drawHint(),
    id: style === "block" ? ids.control : undefined,
    /** @param {Draft} draft */
    changed(draft) {
      hidden = null;
      const full = raw ? (draft === null ? null : { json: draft }) : draft;
      drawHint();
      host.changed(full);
    },
  };

  function build() {
    group = null;
    const grouped = style === "block" && !raw && isGroup(spec);
    control = none
      ? noValue(inside, () => setNone(false))
      : raw
      ? CONTROLS.json({ ...spec, kind: "json", placeholder: "JSON", unit: "" }, {
        ...inside,
        grouped: false,
      })
      : makeControl(spec, { ...inside, grouped, id: grouped ? undefined : inside.id });
    control.node.classList.add("ogcw-f-control");
    if (style === "bare") {
      node.replaceChildren(control.node);
      return;
    }
    if (style === "row") {
      const leave = noneLink();
      node.replaceChildren(
        leave ? h("div", { class: "ogcw-f-line" }, control.node, leave) : control.node,
        error,
      );
      mark();
      return;
    }
    star = h("span", { class: "ogcw-required", "aria-hidden": "true" }, "\u00a0*");
    show(star, spec.required || needed);
    const title = [
      foreign(spec.label || spec.key || host.name, 160),
      star,
      spec.required && grouped ? h("span", { class: "ogcw-visually-hidden" }, " (required)") : null,
    ];
    const long = String(spec.label || spec.key).length > 160
      ? plain(spec.label || spec.key, 2000)
      : null;
    text = description(spec, ids.text);
    const foot = h("div", { class: "ogcw-f-foot" }, error, hint, advice, text);
    const menu = fieldMenu(host, menuEntries);
    const toggle = control.fold ? foldButton(title) : null;
    if (grouped) {
      group = h(
        "fieldset",
        { class: "ogcw-f-set", role: usesRadios(spec) ? "radiogroup" : null },
        h(
          "legend",
          { id: ids.label, class: "ogcw-label ogcw-f-label", title: long },
          toggle ?? title,
        ),
        h("div", { class: "ogcw-f-beside" }, count_, noneLink()),
        control.node,
        foot,
      );
      node.replaceChildren(group, menu);
    } else {
      const label = h("label", {
        id: ids.label,
        for: ids.control,
        class: "ogcw-label ogcw-f-label",
        title: long,
      }, title);
      node.replaceChildren(
        h("div", { class: "ogcw-f-head" }, label, count_, noneLink()),
        control.node,
        foot,
        menu,
      );
    }
    drawHint();
    mark();
  }

  /** The way to send null, where a value is asked for; else it is in the menu. */
  function noneLink() {
    if (!spec.nullable || none || raw || !(style === "row" || spec.required)) return null;
    return linkButton("no value", () => setNone(true), {
      class: "ogcw-link ogcw-f-none",
      "aria-label": `Send no value for ${plain(host.name, 160)}`,
    });
  }

  /** @param {boolean} wanted */
  function setNone(wanted) {
    if (wanted) kept = raw ? null : control.read();
    raw = none = wanted;
    build();
    if (!wanted) control.write(kept ?? spec.draft ?? null);
    inside.changed(control.read());
    host.form.refresh(host.inputId);
    control.focus();
  }

  /**
   * The label of a group that can be closed, as the button that does it.
   * @param {(Node | null)[]} title
   */
  function foldButton(title) {
    const button = h("button", {
      type: "button",
      class: "ogcw-f-fold",
      onclick: () => {
        control.fold.set(!control.fold.open);
        draw();
        host.form.refresh(host.inputId);
      },
    }, title);
    const draw = () => {
      button.setAttribute("aria-expanded", String(control.fold.open));
      drawHint();
    };
    button.setAttribute("aria-expanded", String(control.fold.open));
    return button;
  }

  function drawHint() {
    if (style !== "block" || control === null) return;
    // A few words fit beside the label; a sentence stands under the control.
    const words = control.hidesHint || repeats(spec.hint, spec)
      ? ""
      : sentence(withoutExample(spec));
    const beside = words !== "" && words.length <= BESIDE && !control.count;
    const own = hidden || none
      ? []
      : raw
      ? ["Written as JSON. ", linkButton("Back to the field", () => swap(false))]
      : [beside ? "" : words, ...(control.hint?.() ?? [])];
    const parts = own.flat().filter(Boolean);
    const empty = raw ? "" : emptiness(control.read(), spec.kind);
    if (empty) {
      if (parts.length > 0) parts.push(" ");
      parts.push(`${empty} is sent. `, linkButton("Leave it out", () => put(null)));
    }
    if (parts.every((part) => typeof part === "string")) setText(hint, parts.join(""));
    else hint.replaceChildren(...parts);
    const closed = !raw && control.fold && !control.fold.open ? control.fold.summary : null;
    setText(
      count_,
      raw ? "" : closed ?? control.count?.() ?? (beside ? words.replace(/\.$/, "") : ""),
    );
    const notes = [noteText, plain(spec.note, 600)].filter(Boolean);
    setText(advice, notes.join(" "));
    show(advice, notes.length > 0);
    // What an empty field means is no warning.
    advice.classList.toggle("ogcw-f-advice-soft", !spec.note && control.read() === null);
    // The way back from JSON is wanted most when something is wrong.
    show(hint, hint.textContent !== "" && (message === "" || raw));
  }

  function mark() {
    if (control === null || style === "bare") return;
    const described = [
      message !== "" ? ids.error : "",
      style === "block" && count_.textContent !== "" ? ids.count : "",
      hint.textContent !== "" && style === "block" ? ids.hint : "",
      text !== null && style === "block" ? ids.text : "",
    ].filter(Boolean).join(" ");
    const state = { invalid: message !== "", describedBy: described };
    control.mark(state);
    if (group) tie(group, state, group.getAttribute("role") === "radiogroup");
    node.classList.toggle("ogcw-f-faulty", message !== "");
  }

  /**
   * Change between the field and its JSON.
   * @param {boolean} toRaw
   */
  function swap(toRaw) {
    const draft = control.read();
    if (toRaw) {
      const text = pretty(draftAsJson(spec, draft));
      raw = true;
      build();
      control.write(text === "" ? null : text);
      inside.changed(control.read());
    } else {
      raw = none = false;
      build();
      control.write(null);
      const known = fromJsonText(spec, draft);
      if (known !== undefined) control.write(known);
      host.changed(known ?? null);
    }
    host.form.refresh(host.inputId);
    control.focus();
  }

  /**
   * Something that was picked from a menu, as if it had been typed.
   * @param {Draft} draft
   */
  function put(draft) {
    if (raw) {
      raw = none = false;
      build();
    }
    control.write(draft);
    inside.changed(control.read());
    host.form.refresh(host.inputId);
    control.focus();
  }

  /** @returns {[label: string, run: () => void][]} */
  function menuEntries() {
    const { kind } = spec;
    /** @type {[label: string, run: () => void][]} */
    const entries = raw ? [] : [...control.actions?.() ?? []];
    if (control.read() !== null && kind !== "secret") entries.push(["Clear", () => put(null)]);
    else if (!raw && EMPTY[kind]) {
      entries.push([`Send an empty ${EMPTY[kind][0]}`, () => put(EMPTY[kind][1])]);
    }
    if (host.form.canForEach?.() && host.path() === host.inputId && !SAME.has(kind)) {
      entries.push(["Run for each …", () => host.form.forEach(host.inputId)]);
    }
    if (spec.nullable && !none) entries.push(["Send no value (null)", () => setNone(true)]);
    if (none) entries.push(["Enter a value", () => setNone(false)]);
    else if (raw) entries.push(["Back to the field", () => swap(false)]);
    else if (!["json", "secret", "const", "null"].includes(kind)) {
      entries.push(["Edit as JSON", () => swap(true)]);
    }
    return entries;
  }

  const place = {
    node,
    spec,
    host,
    get control() {
      return control;
    },
    get raw() {
      return raw;
    },
    /** @param {Draft} draft */
    write(draft) {
      const wanted = isRaw(draft);
      // Who is writing JSON may pass through "null" on the way to something else.
      const isWriting = raw && !none && node.contains(focusedElement(node));
      const wantsNone = wanted && Boolean(spec.nullable) && style !== "bare" && !isWriting &&
        draft.json.trim() === "null";
      if (control === null || wanted !== raw || wantsNone !== none) {
        raw = wanted;
        none = wantsNone;
        build();
      }
      hidden = wanted && draft.json === "" && "ref" in draft ? draft : null;
      control.write(wanted ? draft.json : draft ?? null);
      drawHint();
    },
    read() {
      const draft = control.read();
      if (hidden !== null) return hidden;
      return raw && draft !== null ? { json: draft } : draft;
    },
    focus: () => control.focus(),
    children: () => (raw ? [] : control.children?.() ?? []),
    /** @param {string} text */
    setError(text) {
      if (text === message) return;
      message = text;
      setText(error, plain(text, 6000));
      drawHint();
      mark();
    },
    get message() {
      return message;
    },
    /** @param {boolean} now */
    setRequired(now) {
      needed = now;
      if (star) show(star, spec.required || needed);
    },
    /** @param {string} text */
    setNote(text) {
      if (text === noteText) return;
      noteText = plain(text, 1000);
      drawHint();
    },
    redraw() {
      drawHint();
      mark();
    },
    /** @param {Set<string>} faulty */
    markParts(faulty) {
      if (!raw) control.markParts?.(faulty);
    },
    /** @param {string} segment */
    reveal(segment) {
      if (raw) return;
      control.reveal?.(segment);
      group?.querySelector(":scope > legend > .ogcw-f-fold")?.setAttribute(
        "aria-expanded",
        String(control.fold.open),
      );
      drawHint();
    },
  };
  build();
  return place;
}

/**
 * Null, chosen by hand: nothing to fill in but the way back.
 * @param {Host} host
 * @param {() => void} back
 * @returns {Control}
 */
function noValue(host, back) {
  const button = linkButton("Enter a value", back, {
    "aria-label": `${plain(host.name, 160)}: no value is sent. Enter a value`,
  });
  return {
    node: h("div", { class: "ogcw-f-novalue" }, h("span", {}, "no value (null)"), button),
    write() {},
    read: () => "null",
    focus: () => button.focus(),
    mark: (state) => tie(button, state, false),
  };
}
