// A batch: one bar, its counts, and a row for each job. Python sends the rows that are seen,
// and of those the ones that have changed; seconds count here.

import {
  elementsOf,
  enable,
  h,
  linkButton,
  question,
  setText,
  show,
  uniqueId,
} from "../view/dom.js";
import { copyButton, saveBlob, takeFile } from "../view/files.js";
import { listen, setTrait } from "../view/model.js";
import { insertButton } from "../view/next_cell.js";
import { keepRows, refill } from "../view/rows.js";
import { count } from "../view/text.js";
import { tellWhenDone } from "../view/told.js";
import { problemLine, view } from "../view/view.js";
import { BatchRows } from "./batch_rows.js";
import style from "./batch_view.css" with { type: "text" };

/** @typedef {[group: string, word: string, number: number]} Count */

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-batch");
  const state = () => model.get("state") ?? {};
  /** @param {string} type */
  const press = (type, members = {}) => model.send({ type, ...members });
  /** What is asked before it is done: "stop", or "send" for a job. @type {string} */
  let asking = "";

  const title = h("span", { class: "ogcw-label ogcw-batch-title", dir: "auto" });
  const sum = h("span", { class: "ogcw-batch-soft" });
  const left = h("span", { class: "ogcw-batch-soft", role: "status" });
  const pause = h("button", {
    type: "button",
    class: "ogcw-btn",
    onclick: () => press(state().paused ? "resume" : "pause"),
  });
  const stop = h("button", {
    type: "button",
    class: "ogcw-btn",
    onclick: () => ask("stop"),
  }, "Stop all");
  const toldWhenDone = tellWhenDone();
  const sure = h("span", { class: "ogcw-batch-sure" });
  const bar = h("div", { class: "ogcw-batch-bar", role: "img" });
  const counts = h("div", { class: "ogcw-batch-counts", role: "group", "aria-label": "Filter" });
  const safe = h("span", { class: "ogcw-batch-soft ogcw-batch-safe" });
  const failure = h("div", { class: "ogcw-batch-line", "data-tone": "bad" });
  const unknown = h("div", { class: "ogcw-batch-line", "data-tone": "warn" });
  const note = h("div", { class: "ogcw-note ogcw-batch-note", role: "status" });
  const head = h(
    "div",
    { class: "ogcw-batch-head" },
    h(
      "div",
      { class: "ogcw-batch-row ogcw-batch-top" },
      h("span", { class: "ogcw-batch-names" }, title, sum),
      h("span", { class: "ogcw-batch-does" }, left, toldWhenDone.bell, sure, pause, stop),
    ),
    bar,
    h("div", { class: "ogcw-batch-row" }, counts, safe),
    failure,
    unknown,
    note,
    problemLine(model),
  );

  const rows = new BatchRows(model, uniqueId("batch"));
  const details = h("div", { class: "ogcw-batch-details" });
  const where = h("span", {});
  const groups = h("select", {
    class: "ogcw-input ogcw-batch-groups",
    "aria-label": "Filter by state",
    onchange: () => press("group", { state: groups.value }),
  });
  const save = fileButton("csv", "table as CSV", "The listed jobs, with their inputs that differ");
  const report = fileButton(
    "report",
    "report",
    "What was asked and what came out, as a page to print",
  );
  /** What waits for code. @type {(text: string) => void} */
  let codeCame = () => {};
  /** @returns {Promise<string>} */
  const code = () => {
    press("code");
    return new Promise((resolve) => {
      codeCame = resolve;
    });
  };
  const copy = copyButton("copy code", code, {
    title: "Copy the Python that asks for the same again",
  });
  const insert = insertButton(model, code);
  const list = h(
    "div",
    { class: "ogcw-batch-list" },
    rows.element,
    details,
    h(
      "div",
      { class: "ogcw-batch-foot" },
      where,
      h("span", { class: "ogcw-batch-does" }, groups, save, report, copy, insert),
    ),
  );
  el.append(head, list);
  rows.onSeen = ({ first, last, total }) => {
    setText(where, total ? `${count(first + 1)} to ${count(last)} of ${count(total)}` : "");
  };

  function draw() {
    const s = state();
    const isThere = s.total > 0;
    show(head, isThere);
    show(list, isThere);
    if (!isThere) return;
    setText(title, s.title);
    setText(sum, s.sum);
    setText(left, s.busy ? `${s.busy} …` : s.paused && !s.ended ? "paused" : s.left);
    setText(pause, s.paused ? "Resume" : "Pause");
    show(pause, !s.ended);
    show(stop, !s.ended && asking !== "stop");
    enable(stop, !s.busy);
    if (s.ended && asking === "stop") asking = "";
    drawSure();
    drawCounts(s);
    setText(safe, s.ended ? "" : "safe to close: the list is kept on this machine");
    drawFailure(s);
    drawUnknown(s);
    const said = s.note ?? (s.trouble ? { tone: "warn", text: `Paused: ${s.trouble}` } : null);
    setText(note, said?.text ?? "");
    note.dataset.tone = said?.tone ?? "soft";
    show(note, Boolean(said));
    drawGroups(s);
    drawDetails(s);
  }

  function drawSure() {
    refill(sure, asking === "stop", () =>
      asking === "stop"
        ? [question(
          "Stop all jobs?",
          () => ask(""),
          "ogcw-batch-ask",
          h("b", {}, "Stop what runs and send no more?"),
          linkButton("stop all", () => {
            ask("");
            press("stop");
          }, { class: "ogcw-link ogcw-danger" }),
          linkButton("keep on", () => ask("")),
        )]
        : []);
  }

  /** @param {string} about */
  function ask(about) {
    asking = about;
    draw();
    const yes = elementsOf(about === "stop" ? sure : details, ".ogcw-batch-ask button")[0];
    if (about) yes?.focus({ preventScroll: true });
  }

  /** @param {Record<string, any>} s */
  function drawCounts(s) {
    /** @type {Count[]} */
    const all = s.counts;
    const segments = keepRows(
      bar,
      all.map(([group]) => ({ key: group, make: () => h("span", { "data-group": group }) })),
    );
    all.forEach(([, , number], i) => {
      segments[i].style.flexGrow = String(number);
    });
    const said = all.map(([, word, number]) => `${count(number)} ${word}`);
    bar.setAttribute("aria-label", `Of ${count(s.total)} jobs: ${said.join(", ")}`);
    const buttons = keepRows(
      counts,
      all.map(([group]) => ({
        key: group,
        make: () =>
          h(
            "button",
            {
              type: "button",
              class: "ogcw-batch-count",
              onclick: () => press("group", { state: state().group === group ? "" : group }),
            },
            h("span", { class: "ogcw-batch-dot", "data-group": group, "aria-hidden": "true" }),
            h("span", {}),
          ),
      })),
    );
    all.forEach(([group], i) => {
      setText(elementsOf(buttons[i])[1], said[i]);
      buttons[i].setAttribute("aria-pressed", String(s.group === group));
      buttons[i].title = s.group === group ? "List all again" : "List these only";
    });
  }

  /** @param {Record<string, any>} s */
  function drawFailure(s) {
    show(failure, s.failed > 0);
    refill(failure, [s.failed, s.first_error, s.first_failed, s.can_change], () => {
      if (!s.failed) return [];
      const many = s.failed === 1 ? "the failed one" : `the ${count(s.failed)} failed`;
      return [
        h("span", { class: "ogcw-batch-said", dir: "auto" }, `First failure: ${s.first_error}`),
        h(
          "span",
          { class: "ogcw-batch-does" },
          linkButton("show", () => {
            setTrait(model, "selected", s.first_failed);
            rows.reveal();
          }, { "aria-label": "show the first failure" }),
          linkButton(`try ${many} again`, () => press("retry")),
          s.can_change
            ? linkButton("with other inputs…", () => press("other_inputs", { index: -1 }))
            : null,
        ),
      ];
    });
  }

  /** @param {Record<string, any>} s */
  function drawUnknown(s) {
    show(unknown, s.unknown > 0);
    refill(unknown, s.unknown, () => {
      if (!s.unknown) return [];
      const many = s.unknown === 1
        ? "1 request was sent and no answer came: it may have started a job."
        : `${count(s.unknown)} requests were sent and no answer came: they may have started jobs.`;
      return [
        h("span", { class: "ogcw-batch-said" }, many),
        h(
          "span",
          { class: "ogcw-batch-does" },
          linkButton("look", () => press("look"), {
            title: "Look for jobs with exactly these inputs in the list of the server",
          }),
          linkButton("show", () => press("group", { state: "unknown" }), {
            "aria-label": "show those that are not known",
          }),
        ),
      ];
    });
  }

  /** @param {Record<string, any>} s */
  function drawGroups(s) {
    /** @type {Count[]} */
    const all = s.counts;
    const isListed = !s.group || all.some(([group]) => group === s.group);
    const options = isListed ? all : [...all, [s.group, s.group, 0]];
    refill(groups, [options.map(([group]) => group), s.group], () => [
      h("option", { value: "" }, "all states"),
      ...options.map(([group, word]) => h("option", { value: group }, word)),
    ]);
    groups.value = s.group;
  }

  /** @param {Record<string, any>} s */
  function drawDetails(s) {
    const d = s.details;
    show(details, Boolean(d));
    if (!asking.startsWith("send") || asking !== `send ${d?.index}`) {
      if (asking.startsWith("send")) asking = "";
    }
    refill(details, [d, s.can_open, s.can_change, asking], () => {
      if (!d) return [];
      const { index } = d;
      return [
        h(
          "div",
          { class: "ogcw-batch-row" },
          h("b", { dir: "auto" }, d.name),
          h("span", { class: "ogcw-batch-soft ogcw-batch-facts" }, d.facts.join(" · ")),
          h("button", {
            type: "button",
            class: "ogcw-batch-close",
            "aria-label": "close",
            onclick: () => setTrait(model, "selected", -1),
          }, "×"),
        ),
        d.text ? h("div", { class: "ogcw-batch-text", dir: "auto" }, d.text) : null,
        h("div", { class: "ogcw-batch-does" }, ...can(s, d, index)),
      ];
    });
  }

  /**
   * What can be done with the request that is looked at.
   * @param {Record<string, any>} s
   * @param {Record<string, any>} d
   * @param {number} index
   */
  function can(s, d, index) {
    if (asking === `send ${index}`) {
      return [question(
        "Send it again?",
        () => ask(""),
        "ogcw-batch-ask",
        h("b", {}, "It may then run twice."),
        linkButton("send it again", () => {
          ask("");
          press("send_again", { index });
        }, { class: "ogcw-link ogcw-danger" }),
        linkButton("no", () => ask("")),
      )];
    }
    return [
      d.has_job && s.can_open ? linkButton("open the job", () => press("open", { index })) : null,
      d.undone ? linkButton("try again", () => press("retry", { indexes: [index] })) : null,
      d.undone && s.can_change
        ? linkButton("with other inputs…", () => press("other_inputs", { index }))
        : null,
      d.group === "unknown" ? linkButton("look", () => press("look")) : null,
      d.group === "unknown" ? linkButton("send again…", () => ask(`send ${index}`)) : null,
    ].filter(Boolean);
  }

  /**
   * A button that saves what Python makes of the batch.
   * @param {string} type
   * @param {string} label
   * @param {string} words
   */
  function fileButton(type, label, words) {
    const button = linkButton(label, async () => {
      setText(button, "writing…");
      try {
        const { facts, blob } = await takeFile(model, { type });
        saveBlob(blob, facts.name);
        setText(button, label);
      } catch (error) {
        setText(button, /** @type {Error} */ (error).message);
      }
    }, { title: words });
    return button;
  }

  /** A kernel answers: what was drawn before may be of an earlier time. */
  let isLive = false;
  function tell() {
    const { told: said, title: of } = state();
    if (isLive) toldWhenDone.say(said ? { ...said, title: of } : null);
  }

  const heard = (/** @type {Record<string, any>} */ content) => {
    if (content.type === "code") codeCame(content.text);
    if (isLive) return;
    isLive = true;
    tell();
  };
  model.on("msg:custom", heard);

  const stops = [
    listen(model, ["state"], () => {
      draw();
      tell();
      rows.draw();
    }),
    toldWhenDone.stop,
  ];
  draw();
  rows.start();
  press("hello");
  return () => {
    model.off("msg:custom", heard);
    rows.remove();
    stops.forEach((one) => one());
  };
}

export default view(render, { name: "batch-view", style });
