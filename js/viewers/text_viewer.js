import { h, linkButton, setText } from "../view/dom.js";
import { listen } from "../view/model.js";
import { RowsWindow } from "../view/rows_window.js";
import { view } from "../view/view.js";
import { frame } from "./head.js";
import style from "./text_viewer.css" with { type: "text" };

const LINE_PX = 18;
const FIND_PAUSE_MS = 300;

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  const rows = h("pre", { class: "ogcw-text-rows" });
  const tall = h("div", { class: "ogcw-text-tall" }, rows);
  const scroll = h(
    "div",
    { class: "ogcw-text", tabindex: "0", role: "document", "aria-label": model.get("title") },
    tall,
  );
  let found = -1;
  /** @type {RowsWindow<string>} */
  const lines = new RowsWindow(scroll, {
    rowHeight: LINE_PX,
    ask: (first, count) => model.send({ type: "rows", first, count }),
    paint: (first, some, before, after) => {
      tall.style.height = `${before + some.length * LINE_PX + after}px`;
      rows.style.transform = `translateY(${before}px)`;
      rows.replaceChildren(
        ...some.map((line, i) =>
          h("span", {
            class: first + i === found ? "ogcw-text-line ogcw-text-found" : "ogcw-text-line",
            dir: "auto",
          }, `${line ?? "…"}\n`)
        ),
      );
    },
  });
  const result = h("span", { class: "ogcw-hint", role: "status" });
  const find = h("input", {
    type: "search",
    class: "ogcw-input ogcw-text-find",
    placeholder: "find",
    "aria-label": "Find in the text",
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typed;
  /** @param {number} after */
  const seek = (after) => {
    clearTimeout(typed);
    setText(result, "");
    if (find.value) model.send({ type: "find", text: find.value, after });
  };
  find.addEventListener("input", () => {
    clearTimeout(typed);
    typed = setTimeout(() => seek(-1), FIND_PAUSE_MS);
  });
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") seek(found);
  });
  const end = linkButton("end", () => lines.reveal(Math.max(0, lines.total - 1)));
  const stop = frame(model, el, scroll, find, result, end);
  /** @param {Record<string, any>} content */
  const told = (content) => {
    if (content.type === "rows") lines.put(content.first, content.rows);
    if (content.type !== "found") return;
    found = content.line;
    setText(result, found < 0 ? "not found" : `line ${found + 1}`);
    if (found >= 0) lines.reveal(found);
  };
  model.on("msg:custom", told);
  const draw = () => {
    rows.style.minWidth = `${model.get("longest") + 2}ch`;
    lines.reset(model.get("total"));
  };
  draw();
  const others = listen(model, ["total", "longest"], draw);
  return () => {
    clearTimeout(typed);
    stop();
    others();
    lines.remove();
    model.off("msg:custom", told);
  };
}

export default view(render, { name: "text-viewer", style });
