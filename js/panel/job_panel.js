// The live job. Python sends plain state; this page draws it and lets the clocks tick.

import { focusedElement, h, linkButton, question, setText, show } from "../view/dom.js";
import { copyButton, copyText, saveBlob, takeFile } from "../view/files.js";
import { followKernel, listen, setTrait } from "../view/model.js";
import { signInBox } from "../view/sign_in_box.js";
import { clock, span } from "../view/text.js";
import { tellWhenDone } from "../view/told.js";
import { problemLine, view } from "../view/view.js";
import { notice } from "./durations.js";
import { stateIcon } from "./icons.js";
import { logView } from "./job_log.js";
import { stepChips } from "./job_steps.js";
import { stopButton } from "./job_stop.js";
import style from "./job_panel.css" with { type: "text" };

// After this long without a word from the kernel the page says so.
const DESERTED_S = 5;

/** @param {import("../view/view.js").Context} context */
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
    failure: "",
    /** @type {string | null} */
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
  const told = tellWhenDone();
  const unfold = h("button", { type: "button", class: "ogcw-link", onclick: toggle }, "log");
  const ways = h("span", { class: "ogcw-job-ways" }, unfold);
  const stop = stopButton(
    state,
    () => page.gone,
    press,
    (asking) => show(facts, !asking),
    () => (log.node.hidden ? el : log.node),
  );
  const rerun = h("button", {
    type: "button",
    class: "ogcw-btn ogcw-job-btn ogcw-job-rerun",
    title: "Run what the form shows",
    onclick: () => press("run"),
  }, "Run again");
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
    ways,
    facts,
    told.bell,
    stop.node,
    rerun,
  );
  const spoken = h("span", {
    class: "ogcw-visually-hidden",
    role: "status",
    "aria-live": "polite",
  });

  // -- second line: steps and what can be done with logs
  const folds = () => Boolean(model.get("folds"));
  const steps = stepChips(openedLog, press, openLog, folds);
  const log = logView(openedLog, openLog);
  const copyAddress = copyButton("copy address", () => state().job?.url ?? "", {
    title: "Address of the job's status document",
  });
  const copyReport = h("button", {
    type: "button",
    class: "ogcw-link",
    onclick: askReport,
    title: "Request, state and the end of the log, without secrets",
  }, "copy report");
  const saveRun = fileButton("run", "Request, process, logs and results as one file");
  const saveReport = fileButton("report", "What was asked and what came out, as a page to print");
  const save = linkButton("save…", () => choose(true), {
    class: "ogcw-link ogcw-job-save",
    title: "The job as a file: a report to read, or the run to look at without its server",
  });
  const choices = question(
    "Save the job",
    () => choose(false),
    "ogcw-job-choices",
    saveReport,
    saveRun,
    linkButton("×", () => choose(false), { "aria-label": "close" }),
  );
  show(choices, false);
  const tools = h(
    "div",
    { class: "ogcw-job-tools" },
    ...log.tools,
    copyAddress,
    copyReport,
    save,
    choices,
  );
  const middle = h("div", { class: "ogcw-job-middle" }, steps.node, tools);

  // -- the rest: one region of fixed height
  const note = h("div", { class: "ogcw-job-note" });
  const failure = h("div", {
    class: "ogcw-job-failure",
    tabindex: 0,
    role: "region",
    "aria-label": "What happened",
  });
  const signIn = signInBox(model);
  const guest = h("div", { class: "ogcw-job-guest" }, signIn.element);
  const body = h("div", { class: "ogcw-job-body" }, log.node, failure, note, guest);

  const more = h("div", { class: "ogcw-job-more" }, middle, body);
  const standing = h("div", { class: "ogcw-job-now" }, head, spoken, problemLine(model));
  el.append(standing, more);

  /** @param {string} type */
  function press(type, members = {}) {
    if (page.gone) return;
    model.send({ type, ...members });
  }

  function toggle() {
    setTrait(model, "is_open", !model.get("is_open"));
    drawFold();
  }

  /** Where there is little room, steps and log are seen while they are wanted. */
  function drawFold() {
    const isOpen = !folds() || model.get("is_open");
    const s = state();
    const [home, name] = folds() ? [ways, "report"] : [tools, "copy report"];
    if (copyReport.parentNode !== home) home.append(copyReport, save, choices);
    if (!page.ticket) setText(copyReport, name);
    show(ways, folds());
    show(rerun, folds() && Boolean(s.job) && !s.stop && !page.gone);
    show(unfold, folds() && (isOpen || s.steps?.length > 0 || Boolean(s.failure)));
    unfold.setAttribute("aria-expanded", String(isOpen));
    show(more, isOpen);
    el.toggleAttribute("data-folds", folds());
    tellApp();
  }

  /** What lies below the map makes room for the open job. */
  function tellApp() {
    const isOpen = folds() && model.get("is_open");
    el.closest(".ogcw-app")?.toggleAttribute("data-job-open", isOpen);
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
    stop.draw(s);
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
    tell(s);
    steps.draw(s);
    drawFailure(s);
    drawBody();
    drawFold();
    tick();
  }

  /** What a kernel says now, of a job that its server has told of. @param {Record<string, any>} s */
  function tell(s) {
    show(told.bell, s.job || s.kind === "submitting");
    if (!page.live || page.gone) return;
    const isKnown = s.job?.url && (!s.ticking || s.checked_ago !== null);
    const { url: id, title } = s.job ?? {};
    told.say(isKnown ? { id, title, state: s.kind, percent: s.percent } : null);
  }

  /** @param {Record<string, any>} s */
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

  /**
   * @param {string} step
   * @param {number | null} number
   */
  function openLog(step, number) {
    press("open_log", { step, number });
  }

  /** @param {Record<string, any>} s */
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
    const failed = (!opened || folds()) && !asks && Boolean(s.failure);
    const hasText = Boolean(opened?.text) && !asks;
    show(guest, asks);
    show(failure, failed);
    show(note, !hasText && !asks && !(failed && !opened));
    // Why it failed and the log stand side by side, where both are wanted at once.
    body.toggleAttribute("data-both", failed && Boolean(opened));
    body.toggleAttribute("data-note", !hasText && !asks && !failed);
    const hint = page.gone && s.job?.id ? returning(s.job.again) : s.logs_note ?? "";
    setText(note, opened ? opened.note : hint);
    note.dataset.tone = opened?.bad ? "bad" : "soft";
    log.draw(s, opened, hasText);
    show(copyAddress, Boolean(s.job?.url) && !opened);
    show(copyReport, Boolean(s.job));
    const canSave = Boolean(s.job) && !page.gone;
    show(save, canSave && choices.hidden);
    if (!canSave) show(choices, false);
    // What has not ended is no run yet, and what is lost none any more.
    show(saveRun, ["successful", "failed", "dismissed"].includes(s.kind) && !page.gone);
  }

  /** @param {string} line */
  function returning(line) {
    return line
      ? `To watch this job again, run in a cell:\n${line}`
      : "The lab server ends with its kernel, and its jobs with it.";
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
    setTimeout(drawFold, 1500);
  }

  /**
   * Offer what can be saved, in the place of what offered it.
   * @param {boolean} isOpen
   */
  function choose(isOpen) {
    const goesAlong = isOpen || choices.contains(focusedElement(el));
    show(choices, isOpen);
    show(save, !isOpen && !page.gone);
    if (goesAlong) (isOpen ? saveReport : save).focus();
  }

  /**
   * A button that saves the job as a file on the machine of whoever presses it.
   * @param {"run" | "report"} what
   * @param {string} title
   */
  function fileButton(what, title) {
    const onclick = async () => {
      setText(button, "saving…");
      try {
        const { facts, blob } = await takeFile(model, { type: "save", what });
        saveBlob(blob, facts.name);
        setText(button, "saved");
      } catch {
        setText(button, "not saved"); // why stands below
      }
      setTimeout(() => {
        setText(button, `save ${what}`);
        if (!choices.hidden) choose(false);
      }, 1500);
    };
    const button = linkButton(`save ${what}`, onclick, {
      class: "ogcw-link ogcw-job-save",
      title: `${title}, without secrets`,
    });
    return button;
  }

  /** Nobody has heard what was pressed: nothing is "Stopping" or being collected. */
  function unanswered() {
    page.ticket = null;
    drawFold();
    stop.unanswered();
  }
  model.onSilence?.((/** @type {boolean} */ silent) => {
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
    if (said.title !== told) said.title = told;
  }

  /** @param {boolean} gone */
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
      steps.draw(state());
      drawBody();
    }),
    listen(model, ["report_view"], reportArrived),
    listen(model, ["folds", "is_open"], drawState),
    listen(model, ["sign_in"], drawBody),
    signIn.stop,
    told.stop,
  ];
  const timer = setInterval(tick, 250);
  // It is in the app when its line has a size for the first time.
  const sizes = new ResizeObserver(tellApp);
  sizes.observe(standing);
  drawState();
  press("hello");
  return () => {
    clearInterval(timer);
    sizes.disconnect();
    stops.forEach((stop) => stop());
  };
}

export default view(render, { name: "job-panel", style });
