// What the server wants but does not describe.

import { h, linkButton, setText, show } from "../view/dom.js";
import { listen } from "../view/model.js";
import { NO_HELP } from "../view/search_box.js";
import { plain } from "../view/text.js";

/** @typedef {[key: string, text: string, where: string]} Extra An input, or a member beside them. */

/** @import { Model } from "../view/model.js" */

/**
 * What the server wants but does not describe: inputs, and members beside them.
 * @param {Model} model
 */
export function extraInputs(model) {
  /** @type {{ key: HTMLInputElement, text: HTMLTextAreaElement, place: HTMLSelectElement }[]} */
  let rows = [];
  const body = h("div", { class: "ogcw-f-rows" });
  const words = h(
    "div",
    { class: "ogcw-hint" },
    "Sent as JSON; words that are not JSON are sent as text. Some servers read names such as queue or tag beside the inputs.",
  );
  const error = h("div", { class: "ogcw-error" });
  const FIRST = "Add what the server forgot";
  const add = linkButton(FIRST, () => {
    insert(["", "", rows.at(-1)?.place.value ?? "input"]);
    rows.at(-1)?.key.focus();
  });
  const node = h(
    "div",
    { class: "ogcw-f-extra", role: "group", "aria-label": "What the server forgot" },
    body,
    error,
    words,
  );
  /** @type {string[]} */
  let waiting = [];
  /** @type {() => Extra[]} */
  const value = () => rows.map((row) => [row.key.value, row.text.value, row.place.value]);
  /**
   * A row that was only added is known to the page alone; other news leave it there.
   * @param {Extra[]} list
   */
  const filled = (list) => JSON.stringify(list.filter(([key, text]) => key || text));
  function changed() {
    const now = value();
    waiting.push(JSON.stringify(now));
    model.send({ type: "extra", rows: now });
  }
  /** @param {Extra} extra */
  function insert([key, text, where]) {
    const row = {
      key: h("input", {
        type: "text",
        class: "ogcw-input ogcw-f-key",
        dir: "auto",
        placeholder: "id",
        "aria-label": "Id of the extra input",
        value: key,
        oninput: changed,
        ...NO_HELP,
      }),
      text: h("textarea", {
        class: "ogcw-input",
        rows: 1,
        dir: "auto",
        placeholder: "value",
        "aria-label": "Value of the extra input",
        oninput: () => {
          grow(row.text);
          changed();
        },
        ...NO_HELP,
      }),
      place: h(
        "select",
        { class: "ogcw-input ogcw-f-where", "aria-label": "Where it goes", onchange: changed },
        h("option", { value: "input" }, "an input"),
        h("option", { value: "beside" }, "beside inputs"),
      ),
      remove: h("button", {
        type: "button",
        class: "ogcw-icon",
        "aria-label": "Remove this input",
        onclick: () => {
          rows = rows.filter((other) => other !== row);
          node.remove();
          draw();
          changed();
          add.focus();
        },
      }, "×"),
    };
    row.text.value = text;
    row.place.value = where;
    const node = h(
      "div",
      { class: "ogcw-f-listrow ogcw-f-maprow" },
      row.key,
      row.text,
      row.place,
      h("div", { class: "ogcw-f-rowbuttons" }, row.remove),
    );
    rows.push(row);
    body.append(node);
    grow(row.text);
    draw();
  }
  /** @param {HTMLTextAreaElement} text */
  function grow(text) {
    text.rows = Math.min(Math.max(text.value.split("\n").length, 1), 10);
  }
  function draw() {
    show(body, rows.length > 0);
    show(words, rows.length > 0);
    show(node, rows.length > 0);
    setText(add, rows.length > 0 ? "Add another" : FIRST);
  }
  function take() {
    /** @type {Extra[]} */
    const rowsOfPython = model.get("extra_rows") ?? [];
    const next = rowsOfPython.map((
      [key, text, where],
    ) => /** @type {Extra} */ ([String(key), String(text), String(where)]));
    const json = JSON.stringify(next);
    const at = waiting.lastIndexOf(json);
    if (at >= 0) waiting = waiting.slice(at + 1);
    if (waiting.length > 0 || filled(next) === filled(value())) return;
    rows = [];
    body.replaceChildren();
    next.forEach(insert);
    draw();
  }
  draw();
  take();
  const stopListening = listen(model, ["extra_rows", "drafts_revision"], take);
  return {
    node,
    add,
    stop: stopListening,
    /** @param {string} text */
    setError(text) {
      setText(error, plain(text, 4000));
      show(node, rows.length > 0 || text !== "");
    },
    /** @param {string} key */
    reach(key) {
      const row = rows.find((other) => other.key.value === key);
      row?.text.scrollIntoView({ block: "center" });
      row?.text.focus();
      return Boolean(row);
    },
  };
}
