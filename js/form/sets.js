// Whole sets of inputs: saved to a file, loaded, compared, or pasted from a tutorial.

import { h, linkButton, setText } from "../view/dom.js";
import { PART_BYTES } from "../view/files.js";
import { listen } from "../view/model.js";
import { count, plain } from "../view/text.js";
import { linkRow } from "./core.js";
import { pasteBox } from "./paste_box.js";

/** @typedef {{ label: string, here: string, there: string, id: string }} Difference Of one input. */

/** @import { Model } from "../view/model.js" */

/**
 * The links at the foot of the form, and what they open.
 * @param {Model} model
 * @param {...any} others
 */
export function inputSets(model, ...others) {
  /** @param {string} type */
  const pick = (type) => () => {
    const picker = h("input", {
      type: "file",
      accept: ".json,application/json,text/plain",
      onchange: () => read(picker.files?.[0], type),
    });
    picker.click();
  };
  const paste = pasteBox(
    "Paste a request",
    "Fill the form",
    {
      class: "ogcw-input ogcw-f-mono",
      rows: 6,
      dir: "ltr",
      "aria-label": "Execute request",
      placeholder: 'JSON such as {"inputs": {…}}, or a whole cURL command',
    },
    (text) => model.send({ type: "request", secret: text }),
  );
  const words = h("div", { class: "ogcw-hint", role: "status", dir: "auto" });
  const table = h("div", { class: "ogcw-f-compare" });
  const node = h(
    "div",
    { class: "ogcw-f-sets" },
    linkRow(
      ...others,
      paste.open,
      linkButton("Save", () => model.send({ type: "save_inputs" }), {
        "aria-label": "Save the inputs as a file",
      }),
      linkButton("Load", pick("request"), { "aria-label": "Load inputs from a file" }),
      linkButton("Compare", pick("compare"), { "aria-label": "Compare with the inputs in a file" }),
    ),
    paste.node,
    words,
    table,
  );

  /**
   * @param {File | undefined} file
   * @param {string} type
   */
  async function read(file, type) {
    if (!file) return;
    if (file.size > PART_BYTES) {
      setText(words, `${plain(file.name, 80)} is too large for a set of inputs.`);
      return;
    }
    // A request may hold a password.
    model.send({
      type,
      secret: await file.text(),
      ...(type === "compare" ? { name: file.name } : {}),
    });
  }
  let saved = model.get("set_file")?.n ?? 0;
  function save() {
    const { n = 0, name, text } = model.get("set_file") ?? {};
    if (n <= saved) return;
    saved = n;
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = h("a", { href: url, download: name, hidden: true });
    node.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    setText(words, `Saved as ${plain(name, 100)}; passwords are not in it.`);
  }
  function compare() {
    const { name, rows } = model.get("comparison") ?? {};
    if (!rows) {
      table.replaceChildren();
      return;
    }
    const done = linkButton("Close the comparison", () => model.send({ type: "compare" }));
    const head = rows.length === 0
      ? `The same inputs as ${plain(name, 100)}.`
      : `${count(rows.length)} ${rows.length === 1 ? "input differs" : "inputs differ"} from ${
        plain(name, 100)
      }.`;
    table.replaceChildren(
      h("div", { class: "ogcw-hint", role: "status" }, head, " ", done),
      rows.length === 0 ? "" : h(
        "table",
        { class: "ogcw-table" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["Input", "Here", name, ""].map((text) =>
              h("th", { scope: "col", dir: "auto" }, plain(text, 60))
            ),
          ),
        ),
        h(
          "tbody",
          {},
          rows.map((/** @type {Difference} */ row) =>
            h(
              "tr",
              {},
              h("th", { scope: "row", dir: "auto" }, plain(row.label, 100)),
              h("td", { dir: "auto" }, plain(row.here, 300)),
              h("td", { dir: "auto" }, plain(row.there, 300)),
              h(
                "td",
                {},
                linkButton("take", () => model.send({ type: "take", id: row.id }), {
                  "aria-label": `Take ${plain(row.label, 100)} from ${plain(name, 60)}`,
                }),
              ),
            )
          ),
        ),
      ),
    );
  }
  const say = () => setText(words, plain(model.get("set_words"), 600));
  say();
  compare();
  return {
    node,
    stop: stopAll(
      listen(model, ["set_file"], save),
      listen(model, ["comparison"], compare),
      listen(model, ["set_words"], say),
    ),
  };
}

/** @param {...any} stops */
const stopAll = (...stops) => () => stops.forEach((stop) => stop());
