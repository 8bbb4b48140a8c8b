// The text of a log, and what can be done with it.

import { focusedElement, h, show } from "../view/dom.js";
import { copyButton } from "../view/files.js";

/**
 * @param {() => any} opened What is open of the logs, or null.
 * @param {(step: string, number: number | null) => void} openLog
 */
export function logView(opened, openLog) {
  /** @type {{ step: string, number: number, text: string } | null} */
  let shown = null;
  const log = h("pre", { class: "ogcw-job-log", tabindex: 0, role: "region" });
  const which = h("select", { class: "ogcw-job-which", "aria-label": "Execution of the step" });
  which.addEventListener("change", () => openLog(shown?.step ?? "", Number(which.value)));
  const logName = h("span", { class: "ogcw-job-logname" });
  const firstError = h(
    "button",
    { type: "button", class: "ogcw-link", onclick: jumpToError },
    "first error",
  );
  const copyLog = copyButton("copy log", () => opened()?.text ?? "");

  /**
   * @param {Record<string, any>} s
   * @param {Record<string, any>} opened
   * @param {boolean} hasText
   */
  function draw(s, opened, hasText) {
    show(log, hasText);
    drawTools(s, opened);
    if (opened) drawLog(opened);
    else shown = null;
  }

  /**
   * @param {Record<string, any>} s
   * @param {Record<string, any>} opened
   */
  function drawTools(s, opened) {
    const step = (s.steps ?? []).find((/** @type {any} */ one) => one.step === opened?.step);
    const numbers = step?.logs ?? [];
    const stale = opened?.bad && opened.text
      ? h("span", { class: "ogcw-job-stale", title: opened.note }, " (not up to date)")
      : "";
    logName.replaceChildren(...(opened ? ["log of ", h("b", {}, opened.label), stale] : []));
    show(logName, Boolean(opened));
    show(which, numbers.length > 1);
    const options = JSON.stringify([
      opened?.step,
      numbers.map((/** @type {any} */ one) => one.number),
    ]);
    if (which.dataset.options !== options) {
      which.dataset.options = options;
      which.replaceChildren(
        ...numbers.map((/** @type {any} */ one, /** @type {number} */ i) =>
          h("option", { value: one.number }, `${i + 1} of ${numbers.length}`)
        ),
      );
    }
    if (opened && focusedElement() !== which) which.value = String(opened.number);
    show(firstError, Number.isInteger(opened?.first_error));
    show(copyLog, Boolean(opened?.text));
  }

  /**
   * New text without a jump: stay at the end if there, else keep the lines in view.
   * @param {Record<string, any>} opened
   */
  function drawLog(opened) {
    const sameLog = shown && shown.step === opened.step &&
      shown.number === opened.number;
    log.setAttribute(
      "aria-label",
      `Log of ${opened.label}${opened.title ? `, ${opened.title}` : ""}`,
    );
    if (sameLog && shown?.text === opened.text) return;
    const atEnd = !sameLog || !shown?.text ||
      log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    const top = log.scrollTop;
    const left = sameLog ? log.scrollLeft : 0;
    shown = { step: opened.step, number: opened.number, text: opened.text };
    writeLog(opened);
    log.scrollLeft = left;
    log.scrollTop = atEnd ? log.scrollHeight : top;
  }

  /** @param {Record<string, any>} opened */
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

  return { node: log, tools: [logName, which, firstError, copyLog], draw };
}
