// Which outputs come back and how. Python holds the choice as the request says it; an
// empty one means all of them, in the way that the server likes.

import { foreign, h, setText, show, uniqueId } from "../view/dom.js";
import { listen } from "../view/model.js";
import { count, plain } from "../view/text.js";

/** @import { Named } from "./controls.js" */
/** @import { Model } from "../view/model.js" */

/**
 * An output as the description names it, with what can be asked of it.
 * @typedef {object} Option
 * @property {string} id
 * @property {string} [label]
 * @property {string} [description]
 * @property {Named[]} [media_types]
 * @property {Named[]} [modes]
 */

/**
 * What the request says of one output, as in its `outputs`.
 * @typedef {{ format?: Record<string, any>, transmissionMode?: string }} Want
 */

/**
 * The choice of outputs, folded away; nothing where the description names none.
 * @param {Model} model
 */
export function outputChoice(model) {
  const title = h("span", {});
  const body = h("div", { class: "ogcw-f-outputs" });
  const fold = h(
    "details",
    {
      class: "ogcw-f-optional",
      ontoggle: () => {
        if (fold.open) build();
      },
    },
    h("summary", {}, title),
    body,
  );
  const node = h("div", {});
  const words = h("div", { class: "ogcw-hint", role: "status" });
  /** @type {ReturnType<typeof outputRow>[]} */
  let rows = [];
  let built = "";

  /** @type {HTMLSelectElement | null} */
  let asked = null;

  /** @type {() => Named[]} */
  const ways = () => model.get("response_options") ?? [];
  /** @type {() => Option[]} */
  const options = () => model.get("output_options") ?? [];
  const chosen = () => model.get("outputs") ?? {};

  /** Outputs that were asked for from Python and are not described. */
  const strange = () =>
    Object.keys(chosen()).filter((name) => !options().some(({ id }) => id === name));

  function build() {
    const json = JSON.stringify([options(), ways()]);
    if (json === built) return;
    built = json;
    rows = options().map((option) => outputRow(option, options().length > 1, changed));
    body.replaceChildren(
      ...rows.map((row) => row.node),
      words,
      ...(ways().length > 0 ? [way()] : []),
    );
    draw();
  }
  /** How the outputs come back: one document, or each as it is. */
  function way() {
    const id = uniqueId("response");
    const select = h("select", {
      class: "ogcw-input",
      id,
      onchange: () => model.send({ type: "response", response: select.value }),
    }, ways().map((one) => h("option", { value: one.id }, one.label)));
    asked = select;
    return h(
      "div",
      { class: "ogcw-f-line" },
      h("label", { for: id, class: "ogcw-hint" }, "They come"),
      select,
    );
  }
  /** @param {ReturnType<typeof outputRow>} row */
  function changed(row) {
    if (rows.every(({ isAsked }) => !isAsked())) {
      row.ask();
      setText(words, "At least one output comes back.");
      return;
    }
    setText(words, "");
    const asked = rows.filter(({ isAsked }) => isAsked());
    const isPlain = asked.length === rows.length &&
      asked.every((one) => Object.keys(one.want()).length === 0);
    const strangers = strange().map((name) => [name, chosen()[name]]);
    const all = [...asked.map((one) => [one.id, one.want()]), ...strangers];
    model.send({
      type: "outputs",
      outputs: isPlain && strangers.length === 0 ? {} : Object.fromEntries(all),
    });
  }
  function draw() {
    const now = chosen();
    const names = Object.keys(now);
    const total = options().length;
    const isOffered = total > 0 || names.length > 0 || ways().length > 0;
    if (asked) asked.value = model.get("response");
    if (isOffered !== node.contains(fold)) node.replaceChildren(...(isOffered ? [fold] : []));
    const said = names.length === 0
      ? "all, as the server likes"
      : total > 1
      ? `${count(names.length)} of ${count(Math.max(total, names.length))}`
      : "chosen";
    setText(title, `Outputs (${said})`);
    for (const row of rows) row.write(names.length === 0 ? {} : now[row.id] ?? null);
    if (strange().length > 0) setText(words, `Also asked for: ${plain(strange().join(", "), 200)}`);
  }
  draw();
  const stop = listen(model, ["outputs", "output_options", "response", "response_options"], () => {
    if (fold.open) build();
    draw();
  });
  return { node, stop };
}

/**
 * One output: whether it is asked for, in which media type, by value or by reference.
 * @param {Option} option
 * @param {boolean} canLeaveOut
 * @param {(row: any) => void} onchange
 */
function outputRow(option, canLeaveOut, onchange) {
  const label = plain(option.label || option.id, 120);
  /** @type {Want} */
  let rest = {}; // what Python asked for and has no control here
  const box = h("input", {
    type: "checkbox",
    onchange: () => {
      draw();
      onchange(row);
    },
  });
  box.checked = true;
  /**
   * @param {string} name
   * @param {string} first
   * @param {Named[]} list
   */
  const select = (
    name,
    first,
    list,
  ) => (list.length === 0 ? null : h(
    "select",
    {
      class: "ogcw-input",
      "aria-label": `${name} of ${label}`,
      dir: "auto",
      onchange: () => onchange(row),
    },
    h("option", { value: "" }, first),
    list.map(({ id, label: text }) => h("option", { value: id }, plain(text, 100))),
  ));
  const type = select("Media type", "any media type", option.media_types ?? []);
  const mode = select("Way to get", "any way", option.modes ?? []);
  const said = option.description && option.description !== option.label
    ? h("div", { class: "ogcw-hint", dir: "auto" }, plain(option.description, 300))
    : null;
  const line = type || mode ? h("div", { class: "ogcw-f-line" }, type, mode) : null;
  const node = h(
    "div",
    { class: canLeaveOut ? "ogcw-f-output ogcw-f-output-choice" : "ogcw-f-output" },
    canLeaveOut
      ? h("label", { class: "ogcw-f-check" }, box, foreign(label, 120))
      : h("div", { class: "ogcw-f-outputname" }, foreign(label, 120)),
    line,
    said,
  );
  function draw() {
    for (const one of [line, said]) if (one) show(one, box.checked);
  }
  /**
   * @param {HTMLSelectElement | null} element
   * @param {string} value
   */
  function put(element, value) {
    if (!element) return;
    if (value !== "" && ![...element.options].some((one) => one.value === value)) {
      element.append(h("option", { value }, plain(value, 100)));
    }
    element.value = value;
  }
  const row = {
    id: option.id,
    node,
    isAsked: () => box.checked,
    ask() {
      box.checked = true;
      draw();
    },
    want() {
      const { format, transmissionMode, ...others } = rest;
      const { mediaType, ...formatRest } = format ?? {};
      const nextType = type ? type.value : mediaType ?? "";
      const nextMode = mode ? mode.value : transmissionMode ?? "";
      // Encoding and schema belong to the media type that they came with.
      const nextFormat = nextType === ""
        ? {}
        : { mediaType: nextType, ...(nextType === mediaType ? formatRest : {}) };
      return {
        ...others,
        ...(nextType === "" ? {} : { format: nextFormat }),
        ...(nextMode === "" ? {} : { transmissionMode: nextMode }),
      };
    },
    /** @param {Want | null} want Null: not asked for. */
    write(want) {
      box.checked = want !== null;
      rest = want ?? {};
      put(type, String(rest.format?.mediaType ?? ""));
      put(mode, String(rest.transmissionMode ?? ""));
      draw();
    },
  };
  return row;
}
