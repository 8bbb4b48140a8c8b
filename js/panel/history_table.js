// What was submitted from this machine. Python sends the rows that are seen; what is asked
// before something is started, forgotten or deleted is asked here.

import {
  elementsOf,
  focusedElement,
  h,
  linkButton,
  question,
  setText,
  show,
  uniqueId,
} from "../view/dom.js";
import { WindowedTable } from "../view/lines_table.js";
import { listen } from "../view/model.js";
import { refill } from "../view/rows.js";
import { signInBox } from "../view/sign_in_box.js";
import { clock, count, localTime } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import { Filters, linksOf, noteLine, stateOf, whileVisible } from "./job_lists.js";
import shared from "./job_lists.css" with { type: "text" };
import style from "./history_table.css" with { type: "text" };

const ROW_PX = 33;
/** @type {import("../view/lines_table.js").Column[]} */
const COLUMNS = [
  { by: "state", title: "status", hint: "What was heard of the job last on this machine" },
  { by: "process", title: "process" },
  { by: "server", title: "server" },
  { by: "submitted", title: "submitted", hint: "In the time zone of this computer" },
  { by: "took", title: "took" },
  { by: "note", title: "note", hint: "Your own words" },
  { title: "actions", isHeard: true, name: "ogcw-history-actions" },
];
COLUMNS.forEach((one) => one.name ??= `ogcw-history-${one.by}`);

/** @typedef {Record<string, any>} Row */

class HistoryTableView {
  constructor(
    /** @type {import("../view/model.js").Model} */ model,
    /** @type {HTMLElement} */ el,
  ) {
    this.model = model;
    /** What is asked in the row of an entry. @type {{ id: string, about: string } | null} */
    this.asking = null;
    /** What has the focus again after a question. @type {string | undefined} */
    this.askedLast = undefined;
    /** @type {{ revision?: number, refreshed?: number }} */
    this.seen = {};
    el.classList.add("ogcw", "ogcw-list", "ogcw-history");

    const places = "Process, server, id or note";
    this.filters = new Filters("Submitted from this machine", places, (filter) => {
      this.press("filter", filter);
    });
    this.filters.add("process", "process");
    this.server = this.filters.add("server", "server");
    this.filters.add("hours", "time");

    /** @type {WindowedTable<Row>} */
    this.table = new WindowedTable(model, {
      name: "history",
      label: "Jobs submitted from this machine",
      rowHeight: ROW_PX,
      read: ({ revision, rows }) => revision === this.state.revision ? rows : null,
      keyOf: ({ id }) => id,
      begin: (line, row) => this.begin(line, row),
      fill: (line, row) => this.fill(line, row),
      actions: (row, does) => [
        this.asking?.id === row ? "yes" : does,
        this.askedLast,
        "busy",
        "attach",
        "forget",
      ],
      sort: ({ by, descending }) => this.press("sort", { by, ascending: !descending }),
      // The newest, but the first letter of the alphabet, is what is looked for.
      next: (order, by) => {
        const isLast = by === "submitted" || by === "took";
        return { by, descending: order.by === by ? !order.descending : isLast };
      },
    });
    this.table.setColumns(COLUMNS);
    this.rows = this.table.window;
    this.empty = h("div", { class: "ogcw-hint ogcw-history-empty" });
    this.table.element.append(this.empty);

    const keeps = uniqueId("keeps");
    this.keep = h("input", {
      type: "checkbox",
      id: keeps,
      onchange: () => this.keepInputs(this.keep.checked),
    });
    this.kept = h("span", { class: "ogcw-history-kept" });
    this.count = h("span", { class: "ogcw-list-count" });
    const foot = h(
      "div",
      { class: "ogcw-list-foot ogcw-history-foot" },
      h(
        "label",
        {
          for: keeps,
          title: "On this machine, for you only; never those that hold secrets",
        },
        this.keep,
        " keep the inputs of jobs from now on",
      ),
      this.kept,
      this.count,
    );
    this.note = noteLine();
    this.signIn = signInBox(model);
    el.append(
      this.filters.bar,
      this.table.element,
      foot,
      this.note.line,
      this.signIn.element,
      problemLine(model),
    );

    const stop = whileVisible(el, (on) => this.press("visible", { on }));
    this.stops = [listen(model, ["state"], () => this.draw()), stop];
    this.draw();
    this.press("hello");
  }

  remove() {
    this.filters.stop();
    for (const stop of this.stops) stop();
    this.table.remove();
    this.signIn.stop();
  }

  /** @returns {Row} */
  get state() {
    return this.model.get("state") ?? {};
  }

  /** @param {string} type */
  press(type, members = {}) {
    this.model.send({ type, ...members });
  }

  // -- what is seen --------------------------------------------------------------------

  draw() {
    const s = this.state;
    const { filter, order } = s;
    this.table.setOrder({ by: order.by, descending: !order.ascending });
    this.filters.draw(filter);
    const processes = s.processes.map((/** @type {string} */ one) => [one, one]);
    this.filters.offer("process", "all processes", processes, filter.process);
    this.filters.offer("server", "all servers", s.servers, filter.server);
    // One server stands in every row alike.
    const isOne = s.servers.length < 2;
    show(this.server, !isOne || filter.server !== "");
    this.table.table.classList.toggle("ogcw-history-one-server", isOne);
    if (this.seen.revision !== s.revision) {
      this.table.reset(s.count, false, s.rows);
    } else if (this.seen.refreshed !== s.refreshed) {
      this.rows.renew(s.count, s.rows);
    }
    this.seen = { revision: s.revision, refreshed: s.refreshed };
    this.rows.draw();
    show(this.table.table, s.count > 0);
    show(this.empty, s.count === 0);
    setText(
      this.empty,
      s.total
        ? "Nothing matches."
        : "Nothing was submitted from this machine yet. What you run will be listed here.",
    );
    const found = s.count === s.total ? "" : `${count(s.count)} of `;
    setText(
      this.count,
      s.total ? `${found}${count(s.total)} ${s.total === 1 ? "job" : "jobs"}` : "",
    );
    this.keep.checked = s.keep_inputs;
    this.drawKept(s);
    this.note.draw(s.note);
  }

  /** @param {boolean} on */
  keepInputs(on) {
    this.press("keep_inputs", { on });
    if (!on && this.state.kept) this.asking = { id: "", about: "kept" };
    else if (this.asking?.about === "kept") this.asking = null;
    this.drawKept(this.state);
  }

  /** Turning it off offers to delete what is there. @param {Row} s */
  drawKept(s) {
    const isAsking = this.asking?.about === "kept" && s.kept > 0;
    const of = s.kept === 1 ? "1 job" : `${count(s.kept)} jobs`;
    refill(this.kept, [isAsking, s.kept], () => {
      if (!s.kept) return [];
      if (!isAsking) {
        const ask = () => {
          this.asking = { id: "", about: "kept" };
          this.drawKept(this.state);
        };
        return [h("span", {}, `kept of ${of} `), linkButton("delete them", ask)];
      }
      return [
        question(
          "delete the kept inputs?",
          () => this.ask(null),
          "ogcw-list-actions",
          h("b", {}, `Delete the inputs of ${of}?`),
          linkButton("delete them", () => {
            this.press("delete_inputs");
            this.ask(null);
          }, { class: "ogcw-link ogcw-danger" }),
          linkButton("keep", () => this.ask(null)),
        ),
      ];
    });
  }

  /**
   * @param {HTMLElement} line
   * @param {Row} row
   */
  begin(line, { id }) {
    line.dataset.row = id;
    const words = h("input", {
      class: "ogcw-history-words",
      type: "text",
      maxlength: 500,
      placeholder: "add a note",
      onchange: () => this.press("note", { entry_id: id, words: words.value }),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter") words.blur();
      },
    });
    elementsOf(line)[5].append(words);
  }

  /**
   * @param {HTMLElement} line
   * @param {Row} row
   */
  fill(line, row) {
    const [state, process, server, submitted, took, note, does] = elementsOf(line);
    /**
     * @param {HTMLElement} cell
     * @param {string} words
     * @param {string} title
     */
    const text = (cell, words, title) => {
      setText(cell, words);
      cell.title = title;
    };
    refill(state, [row.tone, row.kind, row.word], () => [
      stateOf(/** @type {{ tone: string, kind: string, word: string }} */ (row)),
    ]);
    state.title = [row.word, row.heard].filter(Boolean).join(". ");
    text(process, row.process, row.job ? `${row.process}, job ${row.job}` : row.process);
    text(server, row.server, row.address);
    text(submitted, localTime(row.submitted), row.submitted.replace("Z", " UTC"));
    text(took, row.took_s === null ? "" : clock(row.took_s), "");
    const words = /** @type {HTMLInputElement} */ (elementsOf(note)[0]);
    words.setAttribute("aria-label", `Note on ${row.process} ${row.short}`);
    if (focusedElement() !== words) words.value = row.note;
    words.title = row.note;
    const busy = this.state.busy[row.id] ?? "";
    const asked = this.asking?.id === row.id ? this.asking?.about : "";
    refill(does, [busy, asked, row.attach, row.results, row.again, row.process, row.short], () => [
      h("span", { class: "ogcw-list-actions" }, ...this.actions(row, busy, asked ?? "")),
    ]);
  }

  /**
   * @param {Row} row
   * @param {string} busy
   * @param {string} asked
   */
  actions(row, busy, asked) {
    const { id } = row;
    const name = `${row.process} ${row.short}`.trim();
    const link = linksOf(name);
    // What was pressed keeps the focus meanwhile.
    if (busy) {
      const more = { "data-does": "busy", "aria-disabled": "true", class: "ogcw-history-busy" };
      return [linkButton(`${busy}…`, () => {}, more)];
    }
    if (asked) {
      const isAgain = asked === "run_again";
      return [
        question(
          `${isAgain ? "run again" : "forget"} ${name}?`,
          () => this.ask(null),
          "ogcw-list-actions",
          h("b", {}, isAgain ? "Same inputs?" : "Forget it here?"),
          link("yes", isAgain ? "run it" : "forget it", () => {
            this.press(asked, { entry_id: id });
            this.ask(null);
          }, { class: isAgain ? "ogcw-link" : "ogcw-link ogcw-danger" }),
          link("no", isAgain ? "no" : "keep", () => this.ask(null)),
        ),
      ];
    }
    return [
      row.attach
        ? link("attach", "open", () => this.press("attach", { entry_id: id }), {
          title: "Show the job below",
        })
        : null,
      row.results
        ? link("results", "results", () => this.press("results", { entry_id: id }), {
          title: "Show its results below",
        })
        : null,
      row.again
        ? link("run_again", "run again", () => this.ask({ id, about: "run_again" }), {
          title: "Start a job with the same inputs",
        })
        : null,
      link("forget", "forget", () => this.ask({ id, about: "forget" }), {
        title: "Take it off this list; the job on the server is not touched",
      }),
    ].filter(Boolean);
  }

  /** @param {{ id: string, about: string } | null} about */
  ask(about) {
    this.askedLast = this.asking?.about;
    this.asking = about;
    this.drawKept(this.state);
    this.rows.draw();
  }
}

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  const table = new HistoryTableView(model, el);
  return () => table.remove();
}

export default view(render, { name: "history-table", style: shared + style });
