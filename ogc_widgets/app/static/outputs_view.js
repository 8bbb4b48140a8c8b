function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-outputs");
  const summary = h("span", { class: "ogcw-hint" });
  const table = h("table", { class: "ogcw-table" });
  el.append(
    h("div", { class: "ogcw-outputs-head" }, h("span", { class: "ogcw-label" }, "Results"), summary),
    table, problemLine(model));

  function value(row) {
    if (row.href) return h("a", { href: row.href, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, row.text);
    const isLong = row.text.includes("\n") || row.text.length > 120;
    return isLong
      ? h("pre", { class: "ogcw-code", tabindex: "0", "aria-label": row.id, dir: "auto" }, row.text)
      : h("bdi", {}, row.text);
  }

  function draw() {
    setText(summary, model.get("summary") || "appear here, and as footprints on the map");
    const rows = model.get("rows");
    show(table, rows.length > 0);
    table.replaceChildren(h("tbody", {}, rows.map((row) => h("tr", {},
      h("th", { scope: "row", dir: "auto" }, row.id),
      h("td", {}, value(row)),
      h("td", { class: "ogcw-outputs-copy" }, copyButton("copy", () => row.href || row.text, { "aria-label": `copy ${row.id}` }))))));
  }
  draw();
  return listen(model, ["summary", "rows"], draw);
}
export default { render };
