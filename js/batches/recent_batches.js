// The batches of this machine: opened, taken up again, forgotten.

import { elementsOf, h, linkButton, question, setText, show } from "../view/dom.js";
import { LinesTable } from "../view/lines_table.js";
import { listen } from "../view/model.js";
import { refill } from "../view/rows.js";
import { count, localTime } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import style from "./recent_batches.css" with { type: "text" };

const HEADS = ["created", "batch", "server", "jobs", "state", "actions"];

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-recent");
  /** The batch that is to be forgotten, after a question. */
  let asking = "";
  /** @type {LinesTable<Record<string, any>>} */
  const table = new LinesTable({
    name: "recent",
    label: "Batches on this machine",
    keyOf: ({ id }) => id,
    fill,
    actions: (_row, does) => [asking ? "yes" : does, "forget"],
  });
  table.setColumns(HEADS.map((title, i) => ({
    title,
    name: `ogcw-recent-c${i}`,
    isHeard: title === "actions",
  })));
  const none = h("p", { class: "ogcw-hint" }, "There are no batches on this machine.");
  const more = h("span", { class: "ogcw-hint" });
  const note = h("div", { class: "ogcw-note", role: "status" });
  el.append(
    h("div", { class: "ogcw-recent-scroll" }, table.table),
    none,
    h(
      "div",
      { class: "ogcw-recent-foot" },
      linkButton("look again", () => model.send({ type: "refresh" })),
      more,
    ),
    note,
    problemLine(model),
  );

  function draw() {
    const { rows: batches = [], more: others = 0, note: told = null } = model.get("state");
    show(table.table, batches.length > 0);
    show(none, batches.length === 0);
    setText(more, others ? `and ${count(others)} older ones` : "");
    setText(note, told?.text ?? "");
    note.dataset.tone = told?.tone ?? "soft";
    table.draw(batches);
  }

  /**
   * @param {HTMLElement} line
   * @param {Record<string, any>} row
   */
  function fill(line, row) {
    line.dataset.row = row.id;
    const [created, title, server, jobs, state, does] = elementsOf(line);
    /**
     * @param {HTMLElement} cell
     * @param {string} words
     */
    const text = (cell, words) =>
      refill(cell, words, () => [h("span", { title: words, dir: "auto" }, words)]);
    setText(created, localTime(row.created));
    text(title, row.title);
    text(server, row.server);
    refill(jobs, row.counts, () => [h("span", {
      class: "ogcw-recent-bar",
      role: "img",
      title: said(row),
      "aria-label": said(row),
    }, row.counts.map(segment))]);
    const { total, counts } = row;
    const done = counts.find((/** @type {any} */ one) => one[0] === "successful")?.[2] ?? 0;
    setText(state, `${row.state}, ${count(done)} of ${count(total)} done`);
    line.dataset.state = row.state;
    refill(does, [row.state, asking === row.id], () => actions(row));
  }

  /** @param {Record<string, any>} row */
  function said(row) {
    return row.counts.map((/** @type {any} */ [, word, n]) => `${count(n)} ${word}`).join(", ");
  }

  /** @param {Record<string, any>} row */
  function actions(row) {
    const { id } = row;
    /**
     * @param {string} does
     * @param {string} label
     */
    const link = (does, label, onclick = () => model.send({ type: does, id }), more = {}) =>
      linkButton(label, onclick, {
        "data-does": does,
        "aria-label": `${label} ${row.title}`,
        ...more,
      });
    /** @param {string} about */
    const ask = (about) => {
      asking = about;
      draw();
    };
    if (asking === id) {
      return [question(
        `Forget ${row.title}?`,
        () => ask(""),
        "ogcw-recent-actions",
        h("b", {}, "Its jobs stay."),
        link("yes", "forget it", () => {
          asking = "";
          model.send({ type: "forget", id });
          draw();
        }, { class: "ogcw-link ogcw-danger" }),
        link("no", "keep", () => ask("")),
      )];
    }
    return [h(
      "span",
      { class: "ogcw-recent-actions" },
      row.state === "interrupted" ? link("resume", "take up again") : null,
      link("open", "open"),
      row.state === "runs" ? null : link("forget", "forget", () => ask(id)),
    )];
  }

  draw();
  const stop = listen(model, ["state"], draw);
  model.send({ type: "hello" });
  return stop;
}

/** @param {[group: string, word: string, number: number]} count */
function segment([group, , number]) {
  return h("span", { "data-group": group, style: `flex-grow: ${number}` });
}

export default view(render, { name: "recent-batches", style });
