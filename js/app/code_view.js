import { h, setText, show } from "../view/dom.js";
import { copyButton } from "../view/files.js";
import { listen } from "../view/model.js";
import { insertButton } from "../view/next_cell.js";
import { problemLine, view } from "../view/view.js";
import style from "./code_view.css" with { type: "text" };

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-codeview");
  const chooser = h("div", { class: "ogcw-segments", role: "group", "aria-label": "Language" });
  const note = h("span", { class: "ogcw-hint" });
  const code = h("pre", { class: "ogcw-code", tabindex: "0", "aria-label": "Request" });
  const textOf = () => model.get("blocks")[model.get("chosen")]?.text ?? "";
  const copy = copyButton("copy", textOf);
  const insert = insertButton(model, textOf);
  const does = h("span", { class: "ogcw-codeview-does" }, copy, insert);
  el.append(
    h("div", { class: "ogcw-codeview-head" }, chooser, note, does),
    code,
    problemLine(model),
  );

  function draw() {
    /** @type {{ label: string, note: string, text: string, is_python: boolean }[]} */
    const blocks = model.get("blocks");
    const chosen = Math.min(model.get("chosen"), blocks.length - 1);
    show(chooser, blocks.length > 1);
    chooser.replaceChildren(
      ...blocks.map((block, index) =>
        h("button", {
          type: "button",
          "aria-pressed": String(index === chosen),
          onclick: () => model.send({ type: "choose", index }),
        }, block.label)
      ),
    );
    if (insert) show(insert, blocks[chosen]?.is_python);
    setText(note, blocks[chosen]?.note ?? "");
    setText(code, blocks[chosen]?.text ?? "");
  }
  draw();
  return listen(model, ["blocks", "chosen"], draw);
}
export default view(render, { name: "code-view", style });
