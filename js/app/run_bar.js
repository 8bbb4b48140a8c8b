import { enable, h, linkButton, setText, show } from "../view/dom.js";
import { focusWhenShown } from "../view/focus.js";
import { followKernel, listen } from "../view/model.js";
import { problemLine, view } from "../view/view.js";
import style from "./run_bar.css" with { type: "text" };

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-runbar");
  // Pressed and not answered yet: the kernel may be busy with a cell.
  /** @type {number | null} */
  let pressed = null;
  let gone = false;
  const run = h(
    "button",
    { type: "button", class: "ogcw-btn ogcw-btn-primary", onclick: press },
    "Run",
  );
  const reset = h("button", {
    type: "button",
    class: "ogcw-btn",
    onclick: () => model.send({ type: "reset" }),
  }, "Reset");
  const example = linkButton("Fill in an example", () => model.send({ type: "example" }), {
    class: "ogcw-link ogcw-runbar-example",
  });
  const many = linkButton("Run for each …", () => model.send({ type: "for_each" }), {
    class: "ogcw-link ogcw-runbar-many",
    title: "Run this process for each of several areas, dates or other values",
  });
  const note = h("span", { class: "ogcw-runbar-note ogcw-hint" });
  // Only their texts change while somebody types: for a new element the browser styles the
  // whole app again.
  const count = h("span");
  let first = "";
  const jump = h("button", {
    type: "button",
    class: "ogcw-link ogcw-runbar-jump",
    dir: "auto",
    onclick: () => model.send({ type: "jump", path: first }),
  });
  const summary = h(
    "span",
    { class: "ogcw-runbar-note ogcw-error", role: "status" },
    count,
    jump,
  );
  el.append(run, reset, many, example, summary, note, problemLine(model));

  function press() {
    pressed = model.get("answered");
    model.send({ type: "run" });
    draw();
  }

  function draw() {
    const problems = model.get("problems");
    const busy = model.get("busy") || pressed === model.get("answered");
    enable(run, !busy && !gone);
    enable(reset, !gone);
    show(many, !gone);
    setText(run, busy && !gone && !model.isSilent ? "Starting …" : "Run");
    show(example, model.get("has_example") && !gone);
    setText(note, gone ? "The kernel is gone: run the cell again" : model.get("note"));
    show(note, problems.length === 0 || gone);
    show(summary, problems.length > 0 && !gone);
    el.toggleAttribute("data-problems", problems.length > 0 && !gone);
    el.toggleAttribute("data-alert", Boolean(model.isSilent || model.get("problem")));
    const number = problems.length;
    setText(count, number > 1 ? `${number} problems, first: ` : number ? "1 problem: " : "");
    setText(jump, problems[0]?.label ?? "");
    jump.title = problems[0]?.message ?? "";
    first = problems[0]?.path ?? "";
  }
  draw();
  model.onSilence?.(draw);
  const stops = [
    followKernel(model, (now) => {
      gone = now;
      draw();
    }),
    listen(
      model,
      ["focus_wanted"],
      () => focusWhenShown(many, () => many.focus({ preventScroll: true })),
    ),
    listen(model, ["problems", "problem", "busy", "note", "answered", "has_example"], draw),
  ];
  return () => stops.forEach((stop) => stop());
}
export default view(render, { name: "run-bar", style });
