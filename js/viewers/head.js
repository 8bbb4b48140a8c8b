// The line above every viewer: what it shows, how much of it there is, and what can be
// done with it.

import { h, linkButton, setText, show } from "../view/dom.js";
import { copyButton } from "../view/files.js";
import { listen } from "../view/model.js";
import { insertButton } from "../view/next_cell.js";
import { bytes } from "../view/text.js";
import { problemLine, useStyle } from "../view/view.js";
import style from "./viewer.css" with { type: "text" };

/** @import { Model } from "../view/model.js" */

/**
 * Put the head and the body of a viewer into its element.
 * @param {Model} model
 * @param {HTMLElement} el
 * @param {HTMLElement} body
 * @param {...HTMLElement} tools What stands before "copy code".
 * @returns {() => void} What ends it.
 */
export function frame(model, el, body, ...tools) {
  useStyle("viewer", style);
  el.classList.add("ogcw", "ogcw-viewer");
  body.classList.add("ogcw-viewer-body");
  const title = h("bdi", { class: "ogcw-label" });
  const facts = h("bdi", { class: "ogcw-hint" });
  const name = () => model.get("title");
  const code = copyButton("copy code", () => model.get("code"));
  const insert = insertButton(model, () => model.get("code"));
  const address = copyButton("copy link", () => model.get("href"));
  const download = linkButton("download", () => model.send({ type: "download" }));
  const ask = h(
    "button",
    { type: "button", class: "ogcw-btn", onclick: () => model.send({ type: "ask" }) },
    "Ask for the results again",
  );
  const came = h("pre", { class: "ogcw-viewer-came", hidden: true });
  const open = linkButton("show what came", () => {
    show(came, came.hidden);
    open.setAttribute("aria-expanded", String(!came.hidden));
    setText(open, came.hidden ? "show what came" : "hide what came");
  }, { "aria-expanded": "false" });
  const after = h("div", { class: "ogcw-viewer-after" }, ask, open);
  const waiting = h("p", { class: "ogcw-hint ogcw-viewer-wait", role: "status" }, "reading…");
  el.append(
    h(
      "div",
      { class: "ogcw-viewer-head" },
      h("span", { class: "ogcw-viewer-name" }, title, " ", facts),
      h("span", { class: "ogcw-viewer-tools" }, ...tools, address, code, insert, download),
    ),
    problemLine(model),
    after,
    came,
    waiting,
    body,
  );
  const draw = () => {
    setText(title, name());
    const known = [model.get("kind"), ...model.get("facts"), bytes(model.get("size") ?? NaN)];
    setText(facts, known.filter(Boolean).join(", "));
    show(address, model.get("href") !== "");
    show(download, model.get("has_file"));
    show(waiting, model.get("is_loading"));
    const failed = Boolean(model.get("problem"));
    const canAsk = failed && model.get("can_ask");
    const isThere = failed && Boolean(model.get("came"));
    show(ask, canAsk);
    show(open, isThere);
    show(after, canAsk || isThere);
    setText(came, model.get("came") ?? "");
    if (!isThere) show(came, false);
    // Rows or lines that were not read are not none.
    const isEmpty = failed && model.get("total") === 0;
    show(body, !model.get("is_loading") && !isEmpty);
    for (
      const [button, does] of /** @type {[HTMLElement | null, string][]} */ ([
        [code, "copy code for"],
        [insert, "insert as a cell: code for"],
        [address, "copy link of"],
        [download, "download"],
      ])
    ) button?.setAttribute("aria-label", `${does} ${name()}`);
  };
  draw();
  return listen(
    model,
    [
      "title",
      "kind",
      "facts",
      "size",
      "href",
      "has_file",
      "is_loading",
      "problem",
      "came",
      "can_ask",
    ],
    draw,
  );
}
