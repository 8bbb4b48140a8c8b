// Run for each, in place of the form: which inputs differ above, the jobs that makes below.

import { elementsOf, enable, focusedElement, h, linkButton, setText, show } from "../view/dom.js";
import { focusWhenShown, keepLetters } from "../view/focus.js";
import { WindowedTable } from "../view/lines_table.js";
import { listen, setTrait } from "../view/model.js";
import { keepRows, refill } from "../view/rows.js";
import { NO_HELP } from "../view/search_box.js";
import { count, plain } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import { fileButton, keepText, onTyping, sourceBox, useSelect } from "./for_each_source.js";
import style from "./for_each.css" with { type: "text" };

/** @import { Model } from "../view/model.js" */
/** @typedef {{ cells: string[], faults: Record<string, string> }} Row */

const ROW_PX = 26;
const WAYS = [["each", "Each with each"], ["table", "A table"]];

class ForEach {
  /**
   * @param {Model} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    this.model = model;
    this.el = el;
    /** The boxes of the inputs that differ, by id. @type {Map<string, any>} */
    this.boxes = new Map();
    this.next = 0; // of the problems
    this.ways = h(
      "div",
      { class: "ogcw-segments", role: "group", "aria-label": "How the jobs are made" },
      WAYS.map(([way, label]) =>
        h("button", {
          type: "button",
          "data-way": way,
          onclick: () => model.send({ type: "way", way }),
        }, label)
      ),
    );
    const close = linkButton("Back to the form", () => model.send({ type: "hide" }));
    this.hint = h("p", { class: "ogcw-hint ogcw-each-hint" });
    this.sources = h("div", { class: "ogcw-each-sources" });
    this.adds = h("div", { class: "ogcw-each-adds" });
    this.table = this.tableBox();
    this.setup = h(
      "div",
      { class: "ogcw-each-setup" },
      this.ways,
      this.hint,
      this.sources,
      this.adds,
      this.table.node,
    );
    this.sentence = h("span", { class: "ogcw-each-sentence", role: "status" });
    this.problems = h("button", {
      type: "button",
      class: "ogcw-link ogcw-each-problems",
      onclick: () => this.toNext(),
    });
    this.said = h("div", { class: "ogcw-error ogcw-each-said", dir: "auto" });
    this.notes = h("div", { class: "ogcw-hint ogcw-each-notes", dir: "auto" });
    /** @type {WindowedTable<Row>} */
    this.jobs = new WindowedTable(model, {
      name: "each",
      label: "Jobs",
      rowHeight: ROW_PX,
      keyOf: (_row, index) => String(index),
      begin: (line) => {
        line.addEventListener("mouseenter", () => {
          setTrait(model, "marked", this.jobs.indexOf(line));
        });
      },
      fill: (line, row, index) => this.fill(line, row, index),
    });
    this.rows = this.jobs.window;
    this.scroll = this.jobs.element;
    const frame = { tabindex: "0", role: "group", "aria-label": "Jobs" };
    for (const [name, value] of Object.entries(frame)) this.scroll.setAttribute(name, value);
    this.run = h("button", {
      type: "button",
      class: "ogcw-btn ogcw-btn-primary",
      // Traits may come after a message that was sent later.
      onclick: () => {
        this.keepAtOnce();
        model.send({ type: "run", at_once: model.get("at_once"), title: this.title.value });
      },
    });
    this.atOnce = h("input", {
      type: "number",
      class: "ogcw-input ogcw-each-number",
      min: "1",
      max: "100",
      onchange: () => this.keepAtOnce(),
    });
    this.title = h("input", {
      type: "text",
      class: "ogcw-input ogcw-each-title",
      placeholder: "Title of the batch",
      "aria-label": "Title of the batch",
      dir: "auto",
      onchange: () => setTrait(model, "title", this.title.value),
      ...NO_HELP,
    });
    el.append(
      h("div", { class: "ogcw-each-head" }, h("h3", {}, "Run for each …"), close),
      this.setup,
      h("div", { class: "ogcw-each-sum" }, this.sentence, this.problems),
      this.said,
      this.notes,
      this.scroll,
      h(
        "div",
        { class: "ogcw-each-foot" },
        this.run,
        h("label", { class: "ogcw-each-once" }, this.atOnce, "at once"),
        this.title,
      ),
      problemLine(model),
    );
    el.setAttribute("role", "region");
    el.setAttribute("aria-label", "Run for each");
    el.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      model.send({ type: "hide" });
    });
    this.scroll.addEventListener("mouseleave", () => setTrait(model, "marked", -1));
    keepLetters(el);
    this.stops = [
      listen(model, ["state"], () => this.draw()),
      listen(model, ["is_open", "opened"], () => this.opened()),
      listen(model, ["busy", "at_once", "title"], () => this.drawFoot()),
    ];
    model.send({ type: "hello" });
    this.draw();
    this.opened();
  }

  remove() {
    for (const stop of this.stops) stop();
    this.jobs.remove();
  }

  get state() {
    return this.model.get("state");
  }

  keepAtOnce() {
    const wanted = Math.round(Number(this.atOnce.value));
    setTrait(this.model, "at_once", Math.min(100, Math.max(1, wanted || 4)));
    this.atOnce.value = this.model.get("at_once");
  }

  opened() {
    const opened = this.model.get("opened");
    // Made when it is opened, or drawn anew with the page, which is no opening.
    if (!this.model.get("is_open") || opened === this.model.get("focused")) return;
    setTrait(this.model, "focused", opened);
    focusWhenShown(this.ways, () => {
      if (!this.model.get("is_open")) return;
      const last = [...this.boxes.values()].at(-1);
      const isTable = this.state.way === "table";
      if (isTable) this.table.area.focus({ preventScroll: true });
      else if (last) last.focus();
      else elementsOf(this.adds, "button")[0]?.focus({ preventScroll: true });
    });
  }

  draw() {
    const { state } = this;
    if (!state.inputs) return;
    const isTable = state.way === "table";
    for (const button of elementsOf(this.ways)) {
      button.setAttribute("aria-pressed", String(button.dataset.way === state.way));
    }
    setText(
      this.hint,
      isTable
        ? "Each row of a table is a job; its columns are inputs. The other inputs are those of the form."
        : "Each value is a job; the values of two inputs meet each with each. The other inputs are those of the form.",
    );
    show(this.sources, !isTable);
    show(this.adds, !isTable);
    show(this.table.node, isTable);
    this.drawSources();
    this.drawAdds();
    this.table.draw(state.table, state.inputs);
    this.drawSum();
    this.drawFoot();
  }

  drawSources() {
    /** @type {any[]} */
    const sources = this.state.sources;
    keepRows(
      this.sources,
      sources.map((source) => ({
        key: source.id,
        make: () => {
          const box = sourceBox(this.model, source);
          this.boxes.set(source.id, box);
          return box.node;
        },
      })),
    );
    for (const id of [...this.boxes.keys()]) {
      if (!sources.some((source) => source.id === id)) this.boxes.delete(id);
    }
    for (const source of sources) this.boxes.get(source.id)?.draw(source);
  }

  drawAdds() {
    const taken = new Set(this.state.sources.map((/** @type {any} */ one) => one.id));
    /** @type {{ id: string, label: string }[]} */
    const free = this.state.inputs.filter((/** @type {any} */ one) => !taken.has(one.id));
    refill(this.adds, [free, taken.size > 0], () => [
      free.length === 0 ? null : h(
        "span",
        { class: "ogcw-hint" },
        taken.size > 0 ? "And for each:" : "Which input differs?",
      ),
      ...free.map(({ id, label }) =>
        linkButton(plain(label, 60), () => this.add(id), { dir: "auto" })
      ),
    ]);
  }

  /** @param {string} id */
  add(id) {
    this.model.send({ type: "add", key: id });
    this.wanted = id;
  }

  drawSum() {
    const { sentence, problem_count, problems, columns, notes } = this.state;
    setText(this.sentence, sentence);
    const first = problems[0];
    this.next = 0;
    setText(
      this.problems,
      first
        ? problem_count === 1 ? "Show the problem" : `Show the ${count(problem_count)} problems`
        : "",
    );
    show(this.problems, first);
    this.say(first);
    setText(this.notes, notes.join(" "));
    show(this.notes, notes.length > 0);
    this.jobs.setColumns([
      { title: "#", name: "ogcw-each-n", width: "52px" },
      ...columns.map((/** @type {any} */ one) => ({
        title: plain(one.label, 60),
        hint: plain(one.label, 200),
      })),
    ]);
    show(this.scroll, columns.length > 0);
    this.jobs.table.style.minWidth = `${52 + 116 * columns.length}px`;
    this.sentence.classList.toggle("ogcw-each-none", columns.length === 0);
    this.jobs.reset(this.state.count, true);
    if (this.wanted && this.boxes.has(this.wanted)) {
      this.boxes.get(this.wanted).focus();
      this.wanted = "";
    }
  }

  drawFoot() {
    const { model } = this;
    const { count: jobs = 0, problem_count = 0 } = this.state;
    const isBusy = model.get("busy");
    enable(this.run, jobs > 0 && problem_count === 0 && !isBusy);
    setText(
      this.run,
      isBusy
        ? "Starting …"
        : jobs === 0
        ? "Run"
        : `Run ${count(jobs)} ${jobs === 1 ? "job" : "jobs"}`,
    );
    const focused = focusedElement();
    if (focused !== this.atOnce) this.atOnce.value = model.get("at_once");
    if (focused !== this.title) this.title.value = model.get("title");
  }

  /** @param {{ where: string, message: string } | undefined} problem */
  say(problem) {
    setText(
      this.said,
      problem ? `${plain(problem.where, 80)}: ${plain(problem.message, 600)}` : "",
    );
    show(this.said, problem !== undefined);
  }

  /** To the row of a problem, each time the next one, or to the field that has it. */
  toNext() {
    const { problems } = this.state;
    const { row, key } = problems[this.next % problems.length];
    this.say(problems[this.next % problems.length]);
    this.next += 1;
    if (row === null) {
      if (key) this.model.send({ type: "hide", path: key });
      return;
    }
    this.rows.reveal(row);
    this.scroll.focus({ preventScroll: true });
  }

  /**
   * @param {HTMLElement} line
   * @param {Row} row
   * @param {number} index
   */
  fill(line, row, index) {
    const [number, ...cells] = elementsOf(line);
    setText(number, count(index + 1));
    cells.forEach((cell, at) => {
      const text = row.cells[at] ?? "";
      const fault = row.faults[at];
      cell.classList.toggle("ogcw-each-bad", fault !== undefined);
      cell.title = plain(fault ?? text, 300);
      refill(cell, [text, fault], () => [
        h("bdi", {}, plain(text, 120)),
        fault ? h("span", { class: "ogcw-each-fault" }, `: ${plain(fault, 200)}`) : null,
      ]);
    });
  }

  /** The box of a table: what was pasted or read, and which column is which input. */
  tableBox() {
    const { model } = this;
    const area = h("textarea", {
      class: "ogcw-input ogcw-f-mono",
      rows: 4,
      dir: "auto",
      "aria-label": "Table",
      placeholder: "Paste cells of a spreadsheet or CSV; the first line has the names",
      ...NO_HELP,
    });
    onTyping(model, area, (text) => model.send({ type: "table", text }));
    const file = fileButton(model, "", ".csv,.tsv,.txt,.json,.geojson,.gpkg,.zip,.parquet");
    const about = h("span", { class: "ogcw-hint", role: "status" });
    const problem = h("div", { class: "ogcw-error" });
    const uses = h("div", { class: "ogcw-each-uses" });
    const node = h(
      "div",
      { class: "ogcw-each-source" },
      area,
      h("div", { class: "ogcw-each-line" }, file, about),
      problem,
      uses,
    );
    /**
     * @param {any} table
     * @param {any[]} inputs
     */
    const draw = (table, inputs) => {
      keepText(area, table.text);
      const rows = `${count(table.rows)} ${table.rows === 1 ? "row" : "rows"}`;
      setText(
        about,
        table.reading
          ? `Reading ${plain(table.reading, 80)} …`
          : table.rows
          ? [plain(table.name, 80), rows].filter(Boolean).join(": ")
          : "or CSV, GeoPackage, GeoJSON",
      );
      setText(problem, plain(table.problem, 600));
      show(problem, table.problem !== "");
      refill(
        uses,
        [table.columns, inputs],
        () =>
          table.columns.map((/** @type {any} */ column) =>
            useSelect(
              column,
              inputs,
              (use) => model.send({ type: "column", column: column.name, use }),
            )
          ),
      );
    };
    return { node, area, draw };
  }
}

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-each");
  const made = new ForEach(model, el);
  return () => made.remove();
}

export default view(render, { name: "for-each", style });
