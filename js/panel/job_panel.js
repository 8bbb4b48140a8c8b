// The live job. Python sends plain state; this page draws it and lets the clocks tick.

import { elementsOf, focusedElement, h, setText, show } from "../view/dom.js";
import { copyButton, copyText } from "../view/files.js";
import { followKernel, listen } from "../view/model.js";
import { keepRows } from "../view/rows.js";
import { signInBox } from "../view/sign_in_box.js";
import { clock } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import { notice, span } from "./durations.js";
import { stateIcon } from "./icons.js";
import style from "./job_panel.css" with { type: "text" };

// After this long without a word from the kernel the page says so.
const DESERTED_S = 5;

const STEP_MARKS = { done: "✓", active: "●", bad: "✕", ended: "■" };

const STEP_WORDS = {
  done: "done",
  active: "running",
  bad: "failed",
  ended: "ended",
  whole: "all steps",
};

export function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-job");
  const now = () => performance.now() / 1000;
  const page = {
    received: now(),
    // A saved notebook without a kernel must not count on: wait for a sign of life.
    live: false,
    // The kernel was restarted: nothing that is pressed here arrives any more.
    gone: false,
    stoodAt: 0,
    asking: false,
    // What was pressed and not answered yet: the kernel may be busy with a cell.
    pressed: null,
    openKey: null,
    logText: null,
    steps: null,
    failure: undefined,
    ticket: null,
  };
  const state = () => model.get("state") ?? {};
  const openedLog =
    () => (model.get("log_view")?.step === undefined ? null : model.get("log_view"));
  const passed = () => (page.gone ? page.stoodAt : page.live ? now() - page.received : 0);

  // -- first line: state, progress, what the server says or what matters more, times, stop
  const mark = h("span", { class: "ogcw-job-mark" });
  const word = h("span", { class: "ogcw-job-word" });
  const percent = h("span", { class: "ogcw-job-percent" });
  const fill = h("span", { class: "ogcw-job-fill" });
  const bar = h("span", {
    class: "ogcw-job-bar",
    role: "progressbar",
    "aria-label": "Progress of the job",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
  }, fill);
  const elapsed = h("span", { class: "ogcw-job-time", title: "Time since the job was submitted" });
  const checked = h("span", { class: "ogcw-job-checked" });
  const idButton = copyButton("", () => state().job?.id ?? "", { class: "ogcw-link ogcw-job-id" });
  const jobName = h("span", { class: "ogcw-job-name" }, "job ", idButton);
  const facts = h("span", { class: "ogcw-job-facts" }, elapsed, checked, jobName);
  const act = h("span", { class: "ogcw-job-act" });
  const said = h("span", { class: "ogcw-job-said" });
  const check = h("button", { type: "button", class: "ogcw-link", onclick: () => press("check") });
  const again = copyButton("copy the line to watch it again", () => state().job?.again ?? "");
  const line = h("span", { class: "ogcw-job-line" }, said, check, again);
  const head = h(
    "div",
    { class: "ogcw-job-head" },
    mark,
    h("span", { class: "ogcw-job-title" }, word, percent),
    bar,
    line,
    facts,
    act,
  );
  const spoken = h("span", {
    class: "ogcw-visually-hidden",
    role: "status",
    "aria-live": "polite",
  });

  // -- second line: steps and what can be done with logs
  const chips = h("div", { class: "ogcw-job-chips", role: "group", "aria-label": "Logs by step" });
  chips.addEventListener("scroll", fadeChips);
  const which = h("select", { class: "ogcw-job-which", "aria-label": "Execution of the step" });
  which.addEventListener("change", () => openLog(page.openKey?.step, Number(which.value)));
  const logName = h("span", { class: "ogcw-job-logname" });
  const firstError = h(
    "button",
    { type: "button", class: "ogcw-link", onclick: jumpToError },
    "first error",
  );
  const copyLog = copyButton("copy log", () => openedLog()?.text ?? "");
  const copyAddress = copyButton("copy address", () => state().job?.url ?? "", {
    title: "Address of the job's status document",
  });
  const copyReport = h("button", {
    type: "button",
    class: "ogcw-link",
    onclick: askReport,
    title: "Request, state and the end of the log, without secrets",
  }, "copy report");
  const tools = h(
    "div",
    { class: "ogcw-job-tools" },
    logName,
    which,
    firstError,
    copyLog,
    copyAddress,
    copyReport,
  );
  const middle = h("div", { class: "ogcw-job-middle" }, chips, tools);

  // -- the rest: one region of fixed height
  const log = h("pre", { class: "ogcw-job-log", tabindex: 0, role: "region" });
  const note = h("div", { class: "ogcw-job-note" });
  const failure = h("div", {
    class: "ogcw-job-failure",
    tabindex: 0,
    role: "region",
    "aria-label": "What happened",
  });
  const signIn = signInBox(model);
  const guest = h("div", { class: "ogcw-job-guest" }, signIn.element);
  const body = h("div", { class: "ogcw-job-body" }, log, failure, note, guest);

  el.append(head, spoken, middle, body, problemLine(model));

  function press(type, members = {}) {
    if (page.gone) return;
    model.send({ type, ...members });
  }

  function drawState() {
    const s = state();
    el.dataset.kind = s.kind;
    el.dataset.tone = page.gone ? "idle" : s.tone;
    if (mark.dataset.kind !== s.kind) {
      mark.replaceChildren(stateIcon(s.kind, "ogcw-job-icon"));
      mark.dataset.kind = s.kind;
    }
    setText(word, s.word ?? "");
    drawBar(s);
    drawAct(s);
    show(jobName, Boolean(s.job?.id));
    if (s.job && !idButton.dataset.busy) setText(idButton, s.job.short);
    idButton.title = s.job ? `Copy the full id: ${s.job.id}` : "";
    idButton.setAttribute("aria-label", s.job ? `Copy job id ${s.job.id}` : "");
    show(check, Boolean(s.notice?.action) && !page.gone);
    show(again, page.gone && Boolean(s.job?.again));
    again.title = s.job?.again ?? "";
    setText(check, s.notice?.action ?? "");
    line.dataset.tone = s.notice?.tone ?? "plain";
    el.toggleAttribute("data-notice", Boolean(s.notice) || page.gone);
    setText(spoken, s.announce ?? "");
    drawSteps(s);
    drawFailure(s);
    drawBody();
    tick();
  }

  function drawBar(s) {
    bar.dataset.bar = s.bar;
    const known = s.bar === "known" || s.bar === "full";
    const value = s.bar === "full" ? 100 : s.percent;
    fill.style.width = known ? `${value}%` : "";
    if (known) bar.setAttribute("aria-valuenow", value);
    else bar.removeAttribute("aria-valuenow");
    bar.setAttribute("aria-valuetext", known ? `${value} %` : s.word ?? "");
    setText(percent, s.percent === null || s.percent === undefined ? "" : `${s.percent} %`);
  }

  function drawAct(s) {
    const stop = page.gone ? null : s.stop;
    if (!stop || stop.does !== "stop" || stop.busy) page.asking = false;
    if (page.pressed && (page.pressed.sequence !== s.sequence)) page.pressed = null;
    const look = JSON.stringify([stop, page.asking, page.pressed]);
    if (act.dataset.look === look) return;
    const hadFocus = act.contains(focusedElement());
    act.dataset.look = look;
    act.replaceChildren(...actParts(stop));
    facts.hidden = page.asking;
    if (hadFocus) {
      (act.querySelector("[data-first]") ?? el.querySelector(".ogcw-job-log:not([hidden])") ?? el)
        .focus?.();
    }
  }

  function actParts(stop) {
    if (!stop) return [];
    const button = (label, attributes) =>
      h("button", { type: "button", class: "ogcw-btn ogcw-job-btn", ...attributes }, label);
    if (page.pressed) {
      return [button(page.pressed.label, { "aria-disabled": "true", "data-first": true })];
    }
    if (stop.does !== "stop") {
      return [
        button(stop.label, {
          "data-first": true,
          title: stop.hint,
          "aria-label": stop.hint ?? stop.label,
          onclick: () => send(stop.does, stop.label),
        }),
      ];
    }
    if (stop.busy) return [button("Stopping", { "aria-disabled": "true", "data-first": true })];
    if (!page.asking) return [button(stop.label, { "data-first": true, onclick: () => ask(true) })];
    const asked = h("span", { class: "ogcw-job-ask" }, stop.ask);
    const group = h(
      "span",
      { class: "ogcw-job-confirm", role: "group", "aria-label": stop.ask },
      asked,
      button(stop.yes, {
        class: "ogcw-btn ogcw-job-btn ogcw-job-yes",
        "data-first": true,
        onclick: () => send("stop", "Stopping"),
      }),
      button(stop.no, { onclick: () => ask(false) }),
    );
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      ask(false);
    });
    return [group];
  }

  function ask(asking) {
    page.asking = asking;
    drawAct(state());
  }

  function send(type, label) {
    page.asking = false;
    page.pressed = { label, sequence: state().sequence };
    press(type);
    drawAct(state());
  }

  function drawSteps(s) {
    const opened = openedLog();
    const key = JSON.stringify([
      s.steps,
      s.failure !== null && s.kind === "failed",
      opened?.step ?? null,
    ]);
    if (page.steps === key) return;
    const atEnd = chips.scrollLeft + chips.clientWidth >= chips.scrollWidth - 4;
    /** @type {HTMLElement | null | undefined} */
    const focusedChip = focusedElement()?.closest(".ogcw-chip");
    const focused = focusedChip?.dataset.step;
    const wasInside = chips.contains(focusedElement());
    page.steps = key;
    const made = (s.steps ?? []).map((step) => {
      const isOpen = opened?.step === step.step;
      return { key: JSON.stringify([step, isOpen]), make: () => chip(step, isOpen) };
    });
    if (s.kind === "failed") {
      made.unshift({ key: `what happened ${!opened}`, make: () => whatHappened(!opened) });
    }
    keepRows(chips, made);
    if (chips.contains(focusedElement())) { /* it stayed */ }
    else if (wasInside) {
      elementsOf(chips).find((c) => c.dataset.step === focused)?.focus({ preventScroll: true });
    } else if (atEnd) chips.scrollLeft = chips.scrollWidth;
    fadeChips();
  }

  /** A soft edge says that there is more at that side. */
  function fadeChips() {
    chips.dataset.before = String(chips.scrollLeft > 4);
    chips.dataset.after = String(chips.scrollLeft + chips.clientWidth < chips.scrollWidth - 4);
  }

  function chip(step, pressed) {
    const count = step.logs.length;
    const tone = { done: "good", active: "active", bad: "bad" }[step.state];
    return h(
      "button",
      {
        type: "button",
        "data-step": step.step,
        "aria-pressed": pressed ? "true" : "false",
        class: `ogcw-chip ogcw-job-chip ${tone ? `ogcw-chip-${tone}` : ""}`,
        "aria-label": `Log of ${step.label}, ${STEP_WORDS[step.state] ?? step.state}${
          count > 1 ? `, ${count} executions` : ""
        }`,
        onclick:
          () => (openedLog()?.step === step.step ? press("close_log") : openLog(step.step, null)),
      },
      STEP_MARKS[step.state] ? h("span", { "aria-hidden": "true" }, STEP_MARKS[step.state]) : null,
      step.label,
      count > 1 ? h("span", { class: "ogcw-job-count" }, `${count}×`) : null,
    );
  }

  function whatHappened(pressed) {
    return h("button", {
      type: "button",
      class: "ogcw-chip ogcw-job-chip ogcw-chip-bad",
      "data-step": "",
      "aria-pressed": pressed ? "true" : "false",
      onclick: () => press("close_log"),
    }, "What happened");
  }

  function openLog(step, number) {
    press("open_log", { step, number });
  }

  function drawFailure(s) {
    const key = JSON.stringify(s.failure ?? null);
    if (page.failure === key) return;
    page.failure = key;
    failure.replaceChildren();
    if (!s.failure) return;
    failure.append(
      h("div", { class: "ogcw-job-lead" }, s.failure.lead),
      h("div", { class: "ogcw-job-advice" }, s.failure.advice),
    );
    if (s.failure.details) {
      failure.append(
        h(
          "details",
          {},
          h("summary", {}, "Details"),
          h("pre", { class: "ogcw-job-trace" }, s.failure.details),
        ),
      );
    }
  }

  function drawBody() {
    const s = state();
    const opened = openedLog();
    // Whoever has to sign in cannot read logs, and needs to know nothing else.
    const asks = Boolean(model.get("sign_in")?.server);
    const failed = !opened && !asks && Boolean(s.failure);
    const hasText = Boolean(opened?.text) && !asks;
    show(guest, asks);
    show(log, hasText);
    show(failure, failed);
    show(note, !hasText && !failed && !asks);
    const hint = page.gone && s.job?.id ? returning(s.job.again) : s.logs_note ?? "";
    setText(note, opened ? opened.note : hint);
    note.dataset.tone = opened?.bad ? "bad" : "soft";
    drawTools(s, opened);
    if (opened) drawLog(opened);
    else {
      page.openKey = null;
      page.logText = null;
    }
  }

  function returning(line) {
    return line
      ? `To watch this job again, run in a cell:\n${line}`
      : "The lab server ends with its kernel, and its jobs with it.";
  }

  function drawTools(s, opened) {
    const step = (s.steps ?? []).find((one) => one.step === opened?.step);
    const numbers = step?.logs ?? [];
    const stale = opened?.bad && opened.text
      ? h("span", { class: "ogcw-job-stale", title: opened.note }, " (not up to date)")
      : "";
    logName.replaceChildren(...(opened ? ["log of ", h("b", {}, opened.label), stale] : []));
    show(logName, Boolean(opened));
    show(which, numbers.length > 1);
    const options = JSON.stringify([opened?.step, numbers.map((one) => one.number)]);
    if (which.dataset.options !== options) {
      which.dataset.options = options;
      which.replaceChildren(
        ...numbers.map((one, i) =>
          h("option", { value: one.number }, `${i + 1} of ${numbers.length}`)
        ),
      );
    }
    if (opened && focusedElement() !== which) which.value = String(opened.number);
    show(firstError, Number.isInteger(opened?.first_error));
    show(copyLog, Boolean(opened?.text));
    show(copyAddress, Boolean(s.job?.url) && !opened);
    show(copyReport, Boolean(s.job));
  }

  /** New text without a jump: stay at the end if there, else keep the lines in view. */
  function drawLog(opened) {
    const sameLog = page.openKey && page.openKey.step === opened.step &&
      page.openKey.number === opened.number;
    log.setAttribute(
      "aria-label",
      `Log of ${opened.label}${opened.title ? `, ${opened.title}` : ""}`,
    );
    if (sameLog && page.logText === opened.text) return;
    const atEnd = !sameLog || page.logText === null || page.logText === "" ||
      log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    const top = log.scrollTop;
    const left = sameLog ? log.scrollLeft : 0;
    page.openKey = { step: opened.step, number: opened.number };
    page.logText = opened.text;
    writeLog(opened);
    log.scrollLeft = left;
    log.scrollTop = atEnd ? log.scrollHeight : top;
  }

  function writeLog(opened) {
    if (!Number.isInteger(opened.first_error)) {
      log.replaceChildren(opened.text);
      return;
    }
    const lines = opened.text.split("\n");
    const before = lines.slice(0, opened.first_error).join("\n");
    const after = lines.slice(opened.first_error + 1).join("\n");
    log.replaceChildren(
      before + (opened.first_error > 0 ? "\n" : ""),
      h("mark", { class: "ogcw-job-error" }, lines[opened.first_error] ?? ""),
      opened.first_error + 1 < lines.length ? `\n${after}` : "",
    );
  }

  function jumpToError() {
    const line = log.querySelector("mark");
    if (!line) return;
    log.scrollTop = Math.max(0, line.offsetTop - log.offsetTop - log.clientHeight / 3);
    log.scrollLeft = 0;
    log.focus({ preventScroll: true });
  }

  function askReport() {
    page.ticket = `${Date.now()}-${Math.random()}`;
    setText(copyReport, "collecting…");
    press("report", { ticket: page.ticket });
  }

  async function reportArrived() {
    const report = model.get("report_view");
    if (!report || report.ticket !== page.ticket) return;
    page.ticket = null;
    setText(copyReport, (await copyText(report.text)) ? "copied" : "could not copy");
    setTimeout(() => setText(copyReport, "copy report"), 1500);
  }

  /** Nobody has heard what was pressed: nothing is "Stopping" or being collected. */
  function unanswered() {
    page.pressed = null;
    if (page.ticket) setText(copyReport, "copy report");
    page.ticket = null;
    drawAct(state());
  }
  model.onSilence((silent) => {
    if (silent) unanswered();
  });

  function tick() {
    const s = state();
    const p = passed();
    const ticks = s.ticking ? p : 0;
    setText(elapsed, s.elapsed === null || s.elapsed === undefined ? "" : clock(s.elapsed + ticks));
    show(elapsed, elapsed.textContent !== "");
    const ago = s.checked_ago;
    const checkedText = ago === null || ago === undefined || s.notice || page.gone
      ? ""
      : `checked ${span(ago + ticks)} ago`;
    setText(checked, checkedText);
    show(checked, checkedText !== "");
    const silent = !page.live && s.ticking && s.job?.id && now() - page.received > DESERTED_S;
    if (silent && !page.gone) lose(true);
    const told = page.gone
      ? "Last known state: the kernel does not answer."
      : s.notice
      ? notice(s.notice.parts, ticks)
      : s.message ?? "";
    setText(said, told);
    said.title = told;
  }

  function lose(gone) {
    if (page.gone === gone) return;
    page.stoodAt = passed();
    page.gone = gone;
    drawState();
  }

  function received() {
    page.received = now();
    page.live = true;
    page.gone = false;
    drawState();
  }

  const stops = [
    followKernel(model, lose),
    listen(model, ["state"], received),
    listen(model, ["log_view"], () => {
      drawSteps(state());
      drawBody();
    }),
    listen(model, ["report_view"], reportArrived),
    listen(model, ["sign_in"], drawBody),
    signIn.stop,
  ];
  const timer = setInterval(tick, 250);
  drawState();
  press("hello");
  return () => {
    clearInterval(timer);
    stops.forEach((stop) => stop());
  };
}

export default view(render, { name: "job-panel", style });
