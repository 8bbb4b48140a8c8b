// What a saved run was: one title, a list of facts, and what could not be kept.

import { h, setText, show } from "../view/dom.js";
import { listen } from "../view/model.js";
import { problemLine, view } from "../view/view.js";
import style from "./run_head.css" with { type: "text" };

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-run-head");
  const title = h("h3", { class: "ogcw-title ogcw-run-title", dir: "auto" });
  const kind = h("span", { class: "ogcw-run-kind" }, "Saved run");
  const facts = h("dl", { class: "ogcw-run-facts" });
  const notes = h("ul", { class: "ogcw-run-notes", "aria-label": "What is not in the file" });
  el.append(h("div", { class: "ogcw-run-name" }, kind, title), facts, notes, problemLine(model));

  function draw() {
    const s = model.get("state") ?? {};
    setText(title, s.title ?? "");
    facts.replaceChildren(
      ...(s.facts ?? []).map((/** @type {[string, string]} */ [name, text]) =>
        h("div", {}, h("dt", {}, name), h("dd", { dir: "auto", title: text }, text))
      ),
    );
    notes.replaceChildren(
      ...(s.notes ?? []).map((/** @type {string} */ one) => h("li", { dir: "auto" }, one)),
    );
    show(notes, notes.childElementCount > 0);
  }

  draw();
  return listen(model, ["state"], draw);
}
export default view(render, { name: "run-head", style });
