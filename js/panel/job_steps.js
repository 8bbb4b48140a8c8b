// The steps of a job as chips: how far each is, and a way to its log.

import { elementsOf, focusedElement, h } from "../view/dom.js";
import { keepRows } from "../view/rows.js";

/** @type {Record<string, string>} */
const STEP_MARKS = { done: "✓", active: "●", bad: "✕", ended: "■" };

/** @type {Record<string, string>} */
const STEP_TONES = { done: "good", active: "active", bad: "bad" };
/** @type {Record<string, string>} */
const STEP_WORDS = {
  done: "done",
  active: "running",
  bad: "failed",
  ended: "ended",
  whole: "all steps",
};

/**
 * @param {() => any} openedLog What is open of the logs, or null.
 * @param {(type: string) => void} press
 * @param {(step: string, number: number | null) => void} openLog
 * @param {() => boolean} seesBoth Whether what happened is seen beside the log.
 */
export function stepChips(openedLog, press, openLog, seesBoth) {
  const chips = h("div", { class: "ogcw-job-chips", role: "group", "aria-label": "Logs by step" });
  chips.addEventListener("scroll", fadeChips);
  /** @type {string | null} */
  let drawn = null;

  /** @param {Record<string, any>} s */
  function draw(s) {
    const opened = openedLog();
    const key = JSON.stringify([
      s.steps,
      s.failure !== null && s.kind === "failed",
      opened?.step ?? null,
      seesBoth(),
    ]);
    if (drawn === key) return;
    const atEnd = chips.scrollLeft + chips.clientWidth >= chips.scrollWidth - 4;
    /** @type {HTMLElement | null | undefined} */
    const focusedChip = focusedElement()?.closest(".ogcw-chip");
    const focused = focusedChip?.dataset.step;
    const wasInside = chips.contains(focusedElement());
    drawn = key;
    const made = (s.steps ?? []).map((/** @type {Record<string, any>} */ step) => {
      const isOpen = opened?.step === step.step;
      return { key: JSON.stringify([step, isOpen]), make: () => chip(step, isOpen) };
    });
    if (s.kind === "failed" && !seesBoth()) {
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

  /**
   * @param {Record<string, any>} step
   * @param {boolean} pressed
   */
  function chip(step, pressed) {
    const count = step.logs.length;
    const tone = STEP_TONES[step.state];
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

  /** @param {boolean} pressed */
  function whatHappened(pressed) {
    return h("button", {
      type: "button",
      class: "ogcw-chip ogcw-job-chip ogcw-chip-bad",
      "data-step": "",
      "aria-pressed": pressed ? "true" : "false",
      onclick: () => press("close_log"),
    }, "What happened");
  }

  return { node: chips, draw };
}
