import { h, linkButton, setText, show } from "../view/dom.js";
import { copyButton, saveFile } from "../view/files.js";
import { listen } from "../view/model.js";
import { keepRows, refill } from "../view/rows.js";
import { bytes } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import style from "./outputs_view.css" with { type: "text" };

/**
 * An output; `size` is that of bytes which cannot be shown, or not whole.
 * @typedef {{ id: string, text: string, href: string, type: string, size: number | null }} Row
 */

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-outputs");
  const summary = h("span", { class: "ogcw-hint" });
  const body = h("tbody");
  const table = h("table", { class: "ogcw-table" }, body);
  el.append(
    h(
      "div",
      { class: "ogcw-outputs-head" },
      h("span", { class: "ogcw-label" }, "Results"),
      summary,
    ),
    table,
    problemLine(model),
  );

  /**
   * @param {Row} row
   * @param {number} number
   */
  function value(row, number) {
    if (row.href) {
      return h(
        "a",
        { href: row.href, target: "_blank", rel: "noopener noreferrer", dir: "auto" },
        row.text,
      );
    }
    return [row.text ? text(row) : null, row.size === null ? null : file(row, number)];
  }
  /**
   * What cannot be shown, or not whole: its kind, its size, and a way to save it.
   * @param {Row} row
   * @param {number} number
   */
  function file(row, number) {
    return h(
      "div",
      { class: "ogcw-outputs-file" },
      h("bdi", { class: "ogcw-hint" }, [row.type || "binary", bytes(row.size ?? 0)].join(" · ")),
      linkButton("download", () => model.send({ type: "save", row: number }), {
        "aria-label": `download ${row.id}`,
      }),
    );
  }
  /** @param {Row} row */
  function text(row) {
    const isLong = row.text.includes("\n") || row.text.length > 120;
    return isLong
      ? h("pre", { class: "ogcw-code", tabindex: "0", "aria-label": row.id, dir: "auto" }, row.text)
      : h("bdi", {}, row.text);
  }

  function draw() {
    setText(summary, model.get("summary") || "appear here, and as footprints on the map");
    /** @type {Row[]} */
    const rows = model.get("rows");
    show(table, rows.length > 0);
    const lines = keepRows(body, rows.map(({ id }) => ({ key: id, make: () => h("tr") })));
    rows.forEach((row, i) => refill(lines[i], [row, i], () => cells(row, i)));
  }
  /**
   * @param {Row} row
   * @param {number} number
   */
  function cells(row, number) {
    const copies = row.text !== "" && row.size === null;
    const name = { "aria-label": `copy ${row.id}` };
    return [
      h("th", { scope: "row", dir: "auto" }, row.id),
      h("td", {}, value(row, number)),
      h(
        "td",
        { class: "ogcw-outputs-copy" },
        copies ? copyButton("copy", () => row.href || row.text, name) : null,
      ),
    ];
  }
  draw();
  /**
   * @param {Record<string, any>} content
   * @param {ArrayBuffer[]} buffers
   */
  const save = (content, buffers) => saveFile(content, buffers);
  model.on("msg:custom", save);
  const stop = listen(model, ["summary", "rows"], draw);
  return () => {
    stop();
    model.off("msg:custom", save);
  };
}
export default view(render, { name: "outputs-view", style });
