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
import { listen } from "../view/model.js";
import { keepAction, refill } from "../view/rows.js";
import { paintRows, RowsWindow } from "../view/rows_window.js";
import { signInBox } from "../view/sign_in_box.js";
import { clock, count, localTime } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import { stateIcon } from "./icons.js";
import { TIMES, whileVisible } from "./job_lists.js";
import style from "./history_table.css" with { type: "text" };

const ROW_PX = 33;
const TYPING_MS = 250;
/** @type {[by: string, title: string, hint: string][]} */
const COLUMNS = [
  ["state", "status", "What was heard of the job last on this machine"],
  ["process", "process", ""],
  ["server", "server", ""],
  ["submitted", "submitted", "In the time zone of this computer"],
  ["took", "took", ""],
  ["note", "note", "Your own words"],
];

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
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.typing = undefined;
    /** @type {{ revision?: number, refreshed?: number }} */
    this.seen = {};
    /** @type {{ by: string, ascending: boolean }} */
    this.wanted = { by: "submitted", ascending: false };
    el.classList.add("ogcw", "ogcw-history");

    this.text = h("input", {
      class: "ogcw-input ogcw-history-text",
      type: "search",
      placeholder: "Process, server, id or note",
      "aria-label": "Filter by process, server, id or note",
      oninput: () => {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.sendFilter(), TYPING_MS);
      },
    });
    const chosen = () => this.sendFilter();
    this.process = h("select", {
      class: "ogcw-input",
      "aria-label": "Filter by process",
      onchange: chosen,
    });
    this.server = h("select", {
      class: "ogcw-input",
      "aria-label": "Filter by server",
      onchange: chosen,
    });
    this.hours = h(
      "select",
      { class: "ogcw-input", "aria-label": "Filter by time", onchange: chosen },
      TIMES.map(([value, label]) => h("option", { value }, label)),
    );
    const bar = h(
      "div",
      { class: "ogcw-history-bar" },
      h("span", { class: "ogcw-label" }, "Submitted from this machine"),
      this.text,
      this.process,
      this.server,
      this.hours,
    );

    this.head = h("tr", {}, COLUMNS.map((column) => this.title(...column)));
    this.head.append(
      h(
        "th",
        { scope: "col", class: "ogcw-history-actions" },
        h("span", { class: "ogcw-visually-hidden" }, "actions"),
      ),
    );
    this.body = h("tbody");
    this.table = h(
      "table",
      {
        class: "ogcw-table ogcw-lines ogcw-history-table",
        "aria-label": "Jobs submitted from this machine",
      },
      h("thead", {}, this.head),
      this.body,
    );
    this.empty = h("div", { class: "ogcw-hint ogcw-history-empty" });
    this.scroll = h("div", { class: "ogcw-history-scroll" }, this.table, this.empty);

    const keeps = uniqueId("keeps");
    this.keep = h("input", {
      type: "checkbox",
      id: keeps,
      onchange: () => this.keepInputs(this.keep.checked),
    });
    this.kept = h("span", { class: "ogcw-history-kept" });
    this.count = h("span", { class: "ogcw-history-count" });
    const foot = h(
      "div",
      { class: "ogcw-history-foot" },
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
    this.note = h("div", { class: "ogcw-note ogcw-history-note", role: "status" });
    this.signIn = signInBox(model);
    el.append(bar, this.scroll, foot, this.note, this.signIn.element, problemLine(model));

    /** @type {RowsWindow<Row>} */
    this.rows = new RowsWindow(this.scroll, {
      rowHeight: ROW_PX,
      headHeight: ROW_PX,
      ask: (first, number) => model.send({ type: "rows", first, count: number }),
      paint: (first, rows, before, after) => this.paint(first, rows, before, after),
    });
    this.told = (/** @type {Row} */ content) => {
      if (content.type === "rows" && content.revision === this.state.revision) {
        this.rows.put(content.first, content.rows);
      }
    };
    model.on("msg:custom", this.told);
    const stop = whileVisible(el, (on) => this.press("visible", { on }));
    this.stops = [listen(model, ["state"], () => this.draw()), stop];
    this.draw();
    this.press("hello");
  }

  remove() {
    clearTimeout(this.typing);
    for (const stop of this.stops) stop();
    this.model.off("msg:custom", this.told);
    this.rows.remove();
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

  sendFilter() {
    clearTimeout(this.typing);
    this.press("filter", {
      text: this.text.value,
      process: this.process.value,
      server: this.server.value,
      hours: Number(this.hours.value),
    });
  }

  // -- what is seen --------------------------------------------------------------------

  /**
   * @param {string} by
   * @param {string} name
   * @param {string} hint
   */
  title(by, name, hint) {
    const press = () => {
      const isSame = this.wanted.by === by;
      // The newest, but the first letter of the alphabet, is what is looked for.
      const ascending = isSame ? !this.wanted.ascending : by !== "submitted" && by !== "took";
      this.wanted = { by, ascending };
      this.press("sort", this.wanted);
    };
    return h(
      "th",
      { scope: "col", class: `ogcw-history-${by}`, "data-by": by, title: hint || null },
      h(
        "button",
        { type: "button", class: "ogcw-history-sort", onclick: press },
        name,
        h("span", { class: "ogcw-history-mark", "aria-hidden": "true" }),
      ),
    );
  }

  draw() {
    const s = this.state;
    const { filter, order } = s;
    this.wanted = order;
    const ends = { ascending: "↑", descending: "↓" };
    elementsOf(this.head, "th[data-by]").forEach((cell) => {
      const way = order.ascending ? "ascending" : "descending";
      const isOrder = cell.dataset.by === order.by;
      cell.setAttribute("aria-sort", isOrder ? way : "none");
      setText(elementsOf(cell, ".ogcw-history-mark")[0], isOrder ? ends[way] : "");
    });
    this.options(
      this.process,
      "all processes",
      s.processes.map((/** @type {string} */ one) => [
        one,
        one,
      ]),
      filter.process,
    );
    this.options(this.server, "all servers", s.servers, filter.server);
    // One server stands in every row alike.
    const isOne = s.servers.length < 2;
    show(this.server, !isOne || filter.server !== "");
    this.table.classList.toggle("ogcw-history-one-server", isOne);
    if (focusedElement() !== this.text) this.text.value = filter.text;
    this.hours.value = String(filter.hours);
    if (this.seen.revision !== s.revision) {
      this.rows.reset(s.count, false, s.rows);
    } else if (this.seen.refreshed !== s.refreshed) {
      this.rows.renew(s.count, s.rows);
    }
    this.seen = { revision: s.revision, refreshed: s.refreshed };
    this.rows.draw();
    this.table.setAttribute("aria-rowcount", String(s.count + 1));
    show(this.table, s.count > 0);
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
    setText(this.note, s.note?.text ?? "");
    this.note.title = s.note?.text ?? "";
    this.note.dataset.tone = s.note?.tone ?? "soft";
  }

  /**
   * @param {HTMLElement} select
   * @param {string} all
   * @param {[string, string][]} known
   * @param {string} chosen
   */
  options(select, all, known, chosen) {
    // What Python looks for may be a part of a name.
    const isKnown = !chosen || known.some(([value]) => value === chosen);
    const offered = isKnown ? known : [...known, [chosen, chosen]];
    refill(select, offered, () => [
      h("option", { value: "" }, all),
      ...offered.map(([value, label]) => h("option", { value }, label)),
    ]);
    /** @type {HTMLSelectElement} */ (select).value = chosen;
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
          "ogcw-history-ask",
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
   * @param {number} first
   * @param {(Row | undefined)[]} rows
   * @param {number} before
   * @param {number} after
   */
  paint(first, rows, before, after) {
    const paint = () =>
      paintRows(this.body, { first, rows, before, after }, {
        space: "ogcw-history-space",
        keyOf: ({ id }) => id,
        make: ({ id }) => this.emptyLine(id),
        fill: (line, row) => this.fill(line, row),
      });
    keepAction(this.body, paint, (row, does) => [
      this.asking?.id === row ? "yes" : does,
      this.askedLast,
      "busy",
      "attach",
      "forget",
    ]);
  }

  /** @param {string} id */
  emptyLine(id) {
    const cells = COLUMNS.map(([by]) => h("td", { class: `ogcw-history-${by}` }));
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
    cells[5].append(words);
    return h("tr", { "data-row": id }, cells, h("td", { class: "ogcw-history-actions" }));
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
      h(
        "span",
        { class: "ogcw-history-at", "data-tone": row.tone },
        stateIcon(row.kind, "ogcw-history-icon"),
        h("span", { class: "ogcw-history-word" }, row.word),
      ),
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
      h("span", { class: "ogcw-history-does" }, ...this.actions(row, busy, asked ?? "")),
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
    /**
     * @param {string} does
     * @param {string} label
     * @param {() => void} onclick
     */
    const link = (does, label, onclick, more = {}) =>
      linkButton(label, onclick, { "data-does": does, "aria-label": `${label} ${name}`, ...more });
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
          "ogcw-history-ask",
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

export default view(render, { name: "history-table", style });
