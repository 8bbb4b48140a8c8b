// The jobs of a server. Python sends the rows of one page; asking before a job is
// stopped or deleted happens here.

import {
  elementsOf,
  enable,
  focusedElement,
  h,
  linkButton,
  question,
  setText,
  show,
} from "../view/dom.js";
import { listen } from "../view/model.js";
import { keepAction, keepRows, refill } from "../view/rows.js";
import { clock, localTime } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import { stateIcon } from "./icons.js";
import { TIMES, whileVisible } from "./job_lists.js";
import style from "./job_table.css" with { type: "text" };

const STATUSES = ["accepted", "running", "successful", "failed", "dismissed"];
const TYPING_MS = 250;

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-jobs");
  const now = () => performance.now() / 1000;
  /**
   * @type {{
   *   received: number,
   *   live: boolean,
   *   asking: { job: string, about: string } | null,
   *   typed?: ReturnType<typeof setTimeout>,
   * }}
   */
  const page = { received: now(), live: false, asking: null };
  const state = () => model.get("state") ?? {};
  /** @param {string} type */
  const press = (type, members = {}) => model.send({ type, ...members });

  const title = h("span", { class: "ogcw-label" }, "Jobs");
  const text = h("input", {
    class: "ogcw-input ogcw-jobs-text",
    type: "search",
    placeholder: "Process, id or message",
    "aria-label": "Filter by process, id or message",
    oninput: typed,
  });
  const status = h(
    "select",
    {
      class: "ogcw-input ogcw-jobs-status",
      "aria-label": "Filter by status",
      onchange: sendFilter,
    },
    h("option", { value: "" }, "all states"),
    STATUSES.map((word) => h("option", { value: word }, word)),
  );
  const process = h("select", {
    class: "ogcw-input ogcw-jobs-process",
    "aria-label": "Filter by process",
    onchange: sendFilter,
  });
  const hours = h("select", {
    class: "ogcw-input ogcw-jobs-hours",
    "aria-label": "Filter by time",
    onchange: sendFilter,
  }, TIMES.map(([value, label]) => h("option", { value }, label)));
  const loading = h("span", { class: "ogcw-hint ogcw-jobs-loading" });
  const refresh = h("button", {
    type: "button",
    class: "ogcw-btn ogcw-jobs-refresh",
    onclick: () => press("refresh"),
  }, "Refresh");
  const bar = h(
    "div",
    { class: "ogcw-jobs-bar" },
    title,
    text,
    process,
    status,
    hours,
    loading,
    refresh,
  );

  const head = h(
    "tr",
    {},
    ["status", "process", "job", "created", "duration", "message", ""].map((name, i) =>
      h("th", {
        scope: "col",
        class: `ogcw-jobs-c${i}`,
        title: name === "created" ? "In the time zone of this computer" : null,
      }, name || h("span", { class: "ogcw-visually-hidden" }, "actions"))
    ),
  );
  const rows = h("tbody");
  const table = h(
    "table",
    {
      class: "ogcw-table ogcw-lines ogcw-jobs-table",
      "aria-label": "Jobs of the server, newest first",
    },
    h("thead", {}, head),
    rows,
  );
  const empty = h("div", { class: "ogcw-hint ogcw-jobs-empty" });
  const list = h("div", { class: "ogcw-jobs-list" }, table, empty);

  const newer = linkButton("‹ newer", () => press("page", { to: state().page - 1 }));
  const older = linkButton("older ›", () => press("page", { to: state().page + 1 }));
  const where = h("span", {});
  const note = h("div", { class: "ogcw-note ogcw-jobs-note", role: "status" });
  const count = h("span", { class: "ogcw-jobs-count" });
  const foot = h("div", { class: "ogcw-jobs-foot" }, newer, where, older, count);

  el.append(bar, list, foot, note, problemLine(model));

  function typed() {
    clearTimeout(page.typed);
    page.typed = setTimeout(sendFilter, TYPING_MS);
  }

  function sendFilter() {
    clearTimeout(page.typed);
    press("filter", {
      text: text.value,
      status: status.value,
      process_id: process.value,
      hours: Number(hours.value),
    });
  }

  function draw() {
    const s = state();
    list.style.height = `${34 + 33 * (s.page_size ?? 10)}px`;
    const filter = s.filter ?? { text: "", status: "", process_id: "", hours: 0 };
    drawProcesses(s.processes ?? [], filter.process_id);
    for (
      const [box, value] of [[text, filter.text], [status, filter.status], [
        process,
        filter.process_id,
      ], [hours, String(filter.hours)]]
    ) {
      if (focusedElement() !== box) box.value = value;
    }
    drawRows(s);
    const none = (s.rows ?? []).length === 0;
    show(empty, none);
    setText(empty, none ? emptyText(s) : "");
    enable(newer, s.page > 1);
    enable(older, s.page < s.pages || s.more);
    setText(where, s.is_loaded ? `page ${s.page}${s.more ? "" : ` of ${s.pages}`}` : "");
    setText(count, countText(s));
    setText(note, s.note?.text ?? "");
    note.title = s.note?.text ?? "";
    note.dataset.tone = s.note?.tone ?? "soft";
    tick();
  }

  /**
   * @param {string[]} names
   * @param {any} chosen
   */
  function drawProcesses(names, chosen) {
    const all = [...new Set([...names, chosen].filter(Boolean))];
    const key = JSON.stringify(all);
    if (process.dataset.names === key) return;
    process.dataset.names = key;
    process.replaceChildren(
      h("option", { value: "" }, "all processes"),
      ...all.map((name) => h("option", { value: name }, name)),
    );
    process.value = chosen;
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

  /** @param {Record<string, any>} s */
  function drawRows(s) {
    const selected = model.get("selected_job_id");
    /** @type {Record<string, any>[]} */
    const jobs = s.rows ?? [];
    keepAction(rows, () => {
      const lines = keepRows(rows, jobs.map(({ id }) => ({ key: id, make: () => emptyRow(id) })));
      jobs.forEach((row, i) => fillRow(lines[i], row, s, row.id === selected));
    }, (row, does) => [page.asking?.job === row ? "yes" : does, "remove"]);
  }

  /** @param {string} id */
  function emptyRow(id) {
    const cells = [0, 1, 2, 3, 4, 5, 6].map((i) => h("td", { class: `ogcw-jobs-c${i}` }));
    return h("tr", { "data-row": id }, cells);
  }

  /**
   * @param {HTMLElement} line
   * @param {Record<string, any>} row
   * @param {Record<string, any>} s
   * @param {boolean} selected
   */
  function fillRow(line, row, s, selected) {
    line.setAttribute("aria-selected", String(selected));
    const [state, process, job, created, duration, message, does] = elementsOf(line);
    /**
     * @param {HTMLElement} cell
     * @param {string} words
     * @param {string} title
     * @param {string | null} [name]
     */
    const text = (cell, words, title, name = null) =>
      refill(cell, [words, title], () => [h("span", { title, class: name }, words)]);
    refill(state, [row.tone, row.kind, row.word, row.percent], () => [stateOf(row)]);
    text(process, row.process, row.process);
    text(job, row.short, row.id, "ogcw-id");
    text(created, localTime(row.created), row.created.replace("Z", " UTC"));
    setText(duration, Number.isFinite(row.duration) ? clock(row.duration) : "");
    text(message, row.message, row.message);
    const asking = page.asking?.job === row.id ? page.asking?.about ?? null : null;
    const { busy, final, results, again, kind, cannot } = row;
    refill(
      does,
      [row.process, row.short, busy, final, results, again, kind, cannot, asking, s.with_results],
      () => [h("span", { class: "ogcw-jobs-actions" }, ...actions(row, s))],
    );
  }

  /** @param {Record<string, any>} row */
  function stateOf({ tone, kind, word, percent }) {
    return h(
      "span",
      { class: "ogcw-jobs-state", "data-tone": tone },
      stateIcon(kind, "ogcw-jobs-icon"),
      h("span", {}, word),
      percent === null ? null : h("span", { class: "ogcw-jobs-percent" }, `${percent} %`),
    );
  }

  /**
   * @param {Record<string, any>} row
   * @param {Record<string, any>} s
   */
  function actions(row, s) {
    const name = `${row.process} ${row.short}`.trim();
    /**
     * @param {string} does
     * @param {string} label
     * @param {() => void} onclick
     */
    const link = (does, label, onclick, more = {}) =>
      linkButton(label, onclick, { "data-does": does, "aria-label": `${label} ${name}`, ...more });
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
      "ogcw-jobs-ask",
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
    drawRows(state());
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
    clearTimeout(page.typed);
    stops.forEach((stop) => stop());
  };
}

export default view(render, { name: "job-table", style });
