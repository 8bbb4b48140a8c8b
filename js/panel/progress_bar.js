// How far something is that a cell waits for, in one line.

import { makeBar } from "../view/bar.js";
import { h, setText, show } from "../view/dom.js";
import { listen } from "../view/model.js";
import { clock } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import style from "./progress_bar.css" with { type: "text" };

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-progress");
  const state = () => model.get("state") ?? {};
  const title = h("bdi", { class: "ogcw-progress-title" });
  const { bar, set } = makeBar("Progress");
  const percent = h("span", { class: "ogcw-progress-number" });
  const time = h("span", { class: "ogcw-progress-number", role: "timer", "aria-live": "off" });
  const word = h("span", { class: "ogcw-progress-state" });
  const message = h("bdi", { class: "ogcw-progress-message" });
  // Said aloud when it has ended, not on the way.
  const ended = h("span", { class: "ogcw-visually-hidden", role: "status" });
  el.append(title, bar, percent, time, word, message, ended, problemLine(model));
  let came = performance.now();

  function tick() {
    const { elapsed, ticking } = state();
    const known = elapsed !== null && elapsed !== undefined;
    const since = ticking ? (performance.now() - came) / 1000 : 0;
    setText(time, known ? clock(elapsed + since) : "");
    show(time, known);
  }

  function draw() {
    const s = state();
    came = performance.now();
    el.dataset.tone = s.tone;
    setText(title, s.title);
    bar.setAttribute("aria-label", `Progress of ${s.title}`);
    show(bar, s.ticking);
    set(s.percent ?? null);
    setText(percent, s.percent === null ? "" : `${s.percent} %`);
    show(percent, s.ticking && s.percent !== null);
    setText(word, s.words);
    setText(message, s.message);
    message.title = s.message ?? "";
    setText(ended, s.ticking ? "" : `${s.title}: ${s.words} ${s.message ?? ""}`);
    tick();
  }

  const stop = listen(model, ["state"], draw);
  const timer = setInterval(tick, 1000);
  draw();
  model.send({ type: "hello" });
  return () => {
    stop();
    clearInterval(timer);
  };
}

export default view(render, { name: "progress-bar", style });
