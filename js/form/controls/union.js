// One of several kinds of field.

import { h, setText, show } from "../../view/dom.js";
import { plain } from "../../view/text.js";
import { CONTROLS } from "../controls.js";
import { groupNaming, segmented, sentence, tie } from "../core.js";
import { makePlace } from "../place.js";
import { repeats, withoutExample } from "../words.js";

/** @import { Draft } from "../controls.js" */

/** One of several kinds; what was typed in one is kept while looking at another. */
CONTROLS.union = (spec, host) => {
  const branches = spec.branches ?? [];
  const labels = branches.map((/** @type {any} */ branch, /** @type {number} */ i) =>
    branch.label || branch.key || `Kind ${i + 1}`
  );
  const kept = new Map();
  const places = new Map();
  let chosen = 0;
  let touched = false;
  const short = labels.length <= 3 &&
    labels.reduce(
        (/** @type {number} */ sum, /** @type {string} */ label) => sum + String(label).length + 4,
        0,
      ) <= 56;
  const chooserName = `Kind of ${plain(host.name, 160)}`;
  const select = short ? null : h(
    "select",
    {
      class: "ogcw-input ogcw-f-branch",
      "aria-label": chooserName,
      dir: "auto",
      onchange: () => choose(Number(select?.value)),
    },
    labels.map((/** @type {string} */ label, /** @type {number} */ value) =>
      h("option", { value }, plain(label, 120))
    ),
  );
  const radios = short
    ? segmented(
      labels.map((/** @type {string} */ label, /** @type {number} */ value) => ({ value, label })),
      choose,
      {
        role: "radiogroup",
        "aria-label": chooserName,
      },
    )
    : null;
  const inside = h("div", { class: "ogcw-f-branchbody" });
  const text = h("div", { class: "ogcw-hint", dir: "auto" });
  const node = h(
    "div",
    { class: "ogcw-f-union", ...groupNaming(host) },
    select ?? radios?.node,
    inside,
    text,
  );

  function value() {
    if (!touched) return null;
    return { branch: chosen, draft: places.get(chosen)?.read() ?? null };
  }
  /** @param {any} at */
  function place(at) {
    if (!places.has(at)) {
      const branch = { ...branches[at], required: spec.required };
      places.set(
        at,
        makePlace(branch, {
          ...host,
          id: undefined,
          grouped: false,
          inside: false,
          name: `${plain(host.name, 120)}, ${plain(labels[at], 80)}`,
          changed() {
            touched = true;
            kept.set(at, places.get(at).read());
            host.changed(value());
          },
        }, "bare"),
      );
    }
    return places.get(at);
  }
  function draw() {
    if (select) select.value = String(chosen);
    else radios?.set(chosen);
    if (branches.length === 0) return;
    inside.replaceChildren(place(chosen).node);
    const said = branches[chosen].kind === "area" ||
      repeats(branches[chosen].hint, branches[chosen]);
    const words = [
      said ? "" : sentence(withoutExample(branches[chosen])),
      branches[chosen].description,
    ].filter(Boolean).map((part) => plain(part, 300));
    setText(text, words.join(" "));
    show(text, words.length > 0);
  }
  /** @param {number} next */
  function choose(next) {
    kept.set(chosen, places.get(chosen)?.read() ?? null);
    chosen = next;
    if (branches[next].kind === "null") place(next).write("null");
    else if (branches[next].kind === "const") place(next).write(branches[next].value_text ?? "");
    else place(next).write(kept.get(next) ?? branches[next].draft ?? null);
    touched = place(next).read() !== null || touched;
    draw();
    host.changed(value());
    host.form.refresh(host.inputId);
  }
  draw();
  return {
    node,
    write(next) {
      touched = next !== null && next !== undefined;
      if (touched && Number.isInteger(next.branch) && next.branch < branches.length) {
        chosen = next.branch;
      }
      if (branches.length > 0) place(chosen).write(next?.draft ?? null);
      if (!touched) kept.clear();
      draw();
    },
    read: value,
    focus() {
      if (places.has(chosen)) places.get(chosen).focus();
      else (select ?? radios)?.focus();
    },
    mark(state) {
      places.get(chosen)?.control.mark(state);
      if (!host.grouped) tie(node, state, false);
    },
    children: () => places.get(chosen)?.children() ?? [],
    reveal: (segment) => places.get(chosen)?.reveal(segment),
    markParts: (faulty) => places.get(chosen)?.markParts(faulty),
  };
};
