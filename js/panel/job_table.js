// The jobs of a server. Python sends the rows of one page; asking before a job is
// stopped or deleted happens here.

import { elementsOf, enable, h, linkButton, question, setText, show } from "../view/dom.js";
import { LinesTable } from "../view/lines_table.js";
import { listen } from "../view/model.js";
import { refill } from "../view/rows.js";
import { clock, localTime } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import { Filters, linksOf, noteLine, stateOf, whileVisible } from "./job_lists.js";
import shared from "./job_lists.css" with { type: "text" };
import style from "./job_table.css" with { type: "text" };

const STATUSES = ["accepted", "running", "successful", "failed", "dismissed"];

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-list", "ogcw-jobs");
  const now = () => performance.now() / 1000;
  /**
   * @type {{
   *   received: number,
   *   live: boolean,
   *   asking: { job: string, about: string } | null,
   * }}
   */
  const page = { received: now(), live: false, asking: null };
  const state = () => model.get("state") ?? {};
  /** @param {string} type */
  const press = (type, members = {}) => model.send({ type, ...members });

  const filters = new Filters("Jobs", "Process, id or message", (filter) => {
    press("filter", filter);
  });
  filters.add("process_id", "process");
  filters.add("status", "status");
  filters.add("hours", "time");
  const loading = h("span", { class: "ogcw-hint ogcw-jobs-loading" });
  const refresh = h("button", {
    type: "button",
    class: "ogcw-btn ogcw-jobs-refresh",
    onclick: () => press("refresh"),
  }, "Refresh");
  filters.bar.append(loading, refresh);

  /** @type {LinesTable<Record<string, any>>} */
  const table = new LinesTable({
    name: "jobs",
    label: "Jobs of the server, newest first",
    keyOf: ({ id }) => id,
    fill: fillRow,
    actions: (row, does) => [page.asking?.job === row ? "yes" : does, "remove"],
  });
  let hasOwners = false;
  /** Say whose jobs they are, where the server says it. @param {boolean} withOwners */
  function setColumns(withOwners) {
    hasOwners = withOwners;
    const columns = ["status", "process", "job", "created", "duration", "message", "actions"].map(
      (title, i) => ({
        title,
        name: `ogcw-jobs-c${i}`,
        hint: title === "created" ? "In the time zone of this computer" : null,
        isHeard: title === "actions",
      }),
    );
    const owner = { title: "owner", name: "ogcw-jobs-owner", hint: null, isHeard: false };
    if (withOwners) columns.splice(3, 0, owner);
    table.setColumns(columns);
  }
  setColumns(false);
  const empty = h("div", { class: "ogcw-hint ogcw-jobs-empty" });
  const list = h("div", { class: "ogcw-jobs-list" }, table.table, empty);

  const newer = linkButton("‹ newer", () => press("page", { to: state().page - 1 }));
  const older = linkButton("older ›", () => press("page", { to: state().page + 1 }));
  const where = h("span", {});
  const note = noteLine();
  const count = h("span", { class: "ogcw-list-count" });
  const foot = h("div", { class: "ogcw-list-foot" }, newer, where, older, count);

  el.append(filters.bar, list, foot, note.line, problemLine(model));

  function draw() {
    const s = state();
    list.style.height = `${34 + 33 * (s.page_size ?? 10)}px`;
    const filter = s.filter ?? { text: "", status: "", process_id: "", hours: 0 };
    filters.draw(filter);
    const named = (/** @type {string} */ one) => /** @type {[string, string]} */ ([one, one]);
    filters.offer("process_id", "all processes", (s.processes ?? []).map(named), filter.process_id);
    filters.offer("status", "all states", STATUSES.map(named), filter.status);
    setColumns((s.rows ?? []).some((/** @type {any} */ row) => row.owner));
    table.draw(s.rows ?? []);
    const none = (s.rows ?? []).length === 0;
    show(empty, none);
    setText(empty, none ? emptyText(s) : "");
    enable(newer, s.page > 1);
    enable(older, s.page < s.pages || s.more);
    setText(where, s.is_loaded ? `page ${s.page}${s.more ? "" : ` of ${s.pages}`}` : "");
    setText(count, countText(s));
    note.draw(s.note);
    tick();
  }

  /** @param {Record<string, any>} s */
  function countText(s) {
    /** @param {number} n */
    const jobs = (n) => (n === 1 ? "1 job" : `${n} jobs`);
    if (!s.is_loaded || !s.found) return "";
    if (s.filtered) return s.more ? "" : `${jobs(s.found)} found`;
    return s.more ? (s.total ? jobs(s.total) : "") : jobs(s.found);
  }

  /** @param {Record<string, any>} s */
  function emptyText(s) {
    if (!s.is_loaded) {
      return s.loading_for === null ? "The list could not be loaded." : "Loading the list of jobs…";
    }
    if (s.loading_for !== null || s.more) return "Looking through the jobs…";
    if (s.filtered) return "No job matches.";
    return "There are no jobs on this server yet.";
  }

  /**
   * @param {HTMLElement} line
   * @param {Record<string, any>} row
   */
  function fillRow(line, row) {
    const s = state();
    line.dataset.row = row.id;
    line.setAttribute("aria-selected", String(row.id === model.get("selected_job_id")));
    const [at, process, job, ...others] = elementsOf(line);
    const owner = hasOwners ? others.shift() : null;
    const [created, duration, message, does] = others;
    /**
     * @param {HTMLElement} cell
     * @param {string} words
     * @param {string} title
     * @param {string | null} [name]
     */
    const text = (cell, words, title, name = null) =>
      refill(cell, [words, title], () => [h("span", { title, class: name }, words)]);
    refill(at, [row.tone, row.kind, row.word, row.percent], () => [
      stateOf(/** @type {{ tone: string, kind: string, word: string }} */ (row)),
      row.percent === null ? null : h("span", { class: "ogcw-jobs-percent" }, `${row.percent} %`),
    ]);
    text(process, row.process, row.process);
    text(job, row.short, row.id, "ogcw-id");
    if (owner) text(owner, row.owner, row.owner);
    text(created, localTime(row.created), row.created.replace("Z", " UTC"));
    setText(duration, Number.isFinite(row.duration) ? clock(row.duration) : "");
    text(message, row.message, row.message);
    const asking = page.asking?.job === row.id ? page.asking?.about ?? null : null;
    const { busy, final, results, again, kind, cannot } = row;
    refill(
      does,
      [row.process, row.short, busy, final, results, again, kind, cannot, asking, s.with_results],
      () => [h("span", { class: "ogcw-list-actions" }, ...actions(row, s))],
    );
  }

  /**
   * @param {Record<string, any>} row
   * @param {Record<string, any>} s
   */
  function actions(row, s) {
    const name = `${row.process} ${row.short}`.trim();
    const link = linksOf(name);
    if (row.busy) return [h("span", { class: "ogcw-hint" }, `${row.busy}…`)];
    const removes = row.final ? "delete" : "stop";
    if (page.asking?.job === row.id) {
      return [sure(row, link, page.asking?.about === "again" ? "run again" : removes)];
    }
    return [
      link("attach", "open", () => press("attach", { job_id: row.id })),
      s.with_results && row.results
        ? link("results", "results", () => press("results", { job_id: row.id }))
        : null,
      row.again
        ? link("again", "run again", () => ask({ job: row.id, about: "again" }), {
          title: "Start a job with the same inputs",
        })
        : null,
      row.kind === "lost"
        ? null
        : link("remove", removes, () => ask({ job: row.id, about: "remove" }), {
          disabled: Boolean(row.cannot),
          title: row.cannot || "",
        }),
    ].filter(Boolean);
  }

  /**
   * Nothing is started, stopped or deleted by one press.
   * @param {Record<string, any>} row
   * @param {(does: string, label: string, onclick: () => void, more?: object) => Node} link
   * @param {string} what
   */
  function sure(row, link, what) {
    /** @type {Record<string, string[]>} */
    const words = {
      "run again": ["Same inputs?", "run it", "no", "run_again"],
      delete: ["Delete?", "delete it", "keep", "remove"],
      stop: ["Stop?", "stop it", "keep", "remove"],
    };
    const [asked, yes, no, type] = words[what];
    const tone = type === "remove" ? "ogcw-link ogcw-danger" : "ogcw-link";
    return question(
      `${what} ${row.process} ${row.short}?`,
      () => ask(null),
      "ogcw-list-actions",
      h("b", {}, asked),
      link("yes", yes, () => {
        page.asking = null;
        press(type, { job_id: row.id });
        draw();
      }, { class: tone }),
      link("no", no, () => ask(null)),
    );
  }

  /** @param {{ job: string, about: string } | null} about */
  function ask(about) {
    page.asking = about;
    table.draw(state().rows ?? []);
  }

  function tick() {
    const s = state();
    const waiting = s.loading_for !== null && s.loading_for !== undefined;
    const seconds = waiting ? s.loading_for + (page.live ? now() - page.received : 0) : 0;
    setText(loading, !waiting || seconds < 1 ? "" : `still loading, ${Math.floor(seconds)} s`);
  }

  function received() {
    page.received = now();
    page.live = true;
    draw();
  }

  const stops = [
    listen(model, ["state"], received),
    listen(model, ["selected_job_id"], draw),
    whileVisible(el, (on) => press("visible", { on })),
  ];
  const timer = setInterval(tick, 250);
  draw();
  press("hello");
  return () => {
    clearInterval(timer);
    filters.stop();
    stops.forEach((stop) => stop());
  };
}

export default view(render, { name: "job-table", style: shared + style });
