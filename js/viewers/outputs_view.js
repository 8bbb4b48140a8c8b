// The outputs as chips, like the tabs of a notebook: arrows go from one to the next, and
// those that have no room stand in a list at the end.

import { elementsOf, h, linkButton, setText, show } from "../view/dom.js";
import { listen, setTrait } from "../view/model.js";
import { keepRows } from "../view/rows.js";
import { count } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import style from "./outputs_view.css" with { type: "text" };

/** @typedef {{ id: string, title: string, kind: string, count: number | null }} Chip */

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-outputs");
  const summary = h("span", { class: "ogcw-hint" });
  const chips = h("div", { class: "ogcw-outputs-chips", role: "tablist", "aria-label": "Outputs" });
  const more = h("select", {
    class: "ogcw-select ogcw-outputs-more",
    "aria-label": "More outputs",
  });
  const row = h("div", { class: "ogcw-outputs-row" }, chips, more);
  const keep = linkButton("keep on the map", () => model.send({ type: "keep" }), {
    class: "ogcw-link ogcw-outputs-keep",
    title: "Outlines stay in grey when the next results come",
  });
  const kept = h("span", { class: "ogcw-outputs-kept" });
  el.append(
    h("div", { class: "ogcw-outputs-head" }, row, summary, kept, keep),
    problemLine(model),
  );

  /** @param {string} id */
  const choose = (id) => {
    setTrait(model, "chosen", id);
    mark();
  };

  function draw() {
    /** @type {Chip[]} */
    const all = model.get("chips");
    // The chips say as much where there are some.
    setText(summary, model.get("summary"));
    show(summary, all.length === 0);
    show(row, all.length > 0);
    const nodes = keepRows(
      chips,
      all.map(({ id }) => ({
        key: id,
        make: () =>
          h("button", {
            type: "button",
            role: "tab",
            class: "ogcw-outputs-chip",
            onclick: () => choose(id),
          }),
      })),
    );
    all.forEach((chip, i) => {
      const words = chip.count === null ? chip.title : `${chip.title} ${count(chip.count)}`;
      setText(nodes[i], words);
      nodes[i].title = `${chip.title}: ${chip.kind}`;
    });
    mark();
    fit();
  }

  function drawKept() {
    show(keep, model.get("can_keep"));
    keepRows(
      kept,
      model.get("kept").map((/** @type {{ id: string, label: string }} */ { id, label }) => ({
        key: id,
        make: () =>
          h(
            "span",
            { class: "ogcw-hint" },
            h("bdi", {}, label),
            h("button", {
              type: "button",
              class: "ogcw-link",
              "aria-label": `Take ${label} off the map`,
              title: `Take ${label} off the map`,
              onclick: () => model.send({ type: "forget", id }),
            }, "×"),
          ),
      })),
    );
    show(kept, kept.childNodes.length > 0);
  }

  function mark() {
    const chosen = model.get("chosen");
    /** @type {Chip[]} */
    const all = model.get("chips");
    elementsOf(chips).forEach((node, i) => {
      const isChosen = all[i]?.id === chosen;
      node.setAttribute("aria-selected", String(isChosen));
      node.tabIndex = isChosen ? 0 : -1;
    });
    fit();
  }

  /** What does not fit into the line is in the list; the chosen one always stands in it. */
  function fit() {
    const nodes = elementsOf(chips);
    /** @type {Chip[]} */
    const all = model.get("chips");
    for (const node of nodes) show(node, true);
    show(more, false);
    const room = row.clientWidth;
    if (!room || chips.scrollWidth <= room) return;
    show(more, true);
    const gap = 6;
    let left = room - 110;
    const chosen = nodes.find((node) => node.getAttribute("aria-selected") === "true");
    if (chosen) left -= chosen.offsetWidth + gap;
    const widths = nodes.map((node) => node.offsetWidth + gap);
    /** @type {Chip[]} */
    const hidden = [];
    nodes.forEach((node, i) => {
      if (node === chosen) return;
      const fits = widths[i] <= left;
      if (fits) left -= widths[i];
      else {
        left = 0;
        show(node, false);
        hidden.push(all[i]);
      }
    });
    more.replaceChildren(
      h("option", { value: "" }, `${hidden.length} more`),
      ...hidden.map((chip) => h("option", { value: chip.id }, chip.title)),
    );
    more.value = "";
  }

  more.addEventListener("change", () => more.value && choose(more.value));
  chips.addEventListener("keydown", (event) => {
    const seen = elementsOf(chips).filter((node) => !node.hidden);
    const at = seen.indexOf(/** @type {HTMLElement} */ (event.target));
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || !step) return;
    event.preventDefault();
    const next = seen[(at + step + seen.length) % seen.length];
    next.focus();
    next.click();
  });
  const sizes = new ResizeObserver(fit);
  sizes.observe(row);
  draw();
  drawKept();
  const stops = [
    listen(model, ["summary", "chips"], draw),
    listen(model, ["chosen"], mark),
    listen(model, ["can_keep", "kept"], drawKept),
  ];
  return () => {
    sizes.disconnect();
    stops.forEach((stop) => stop());
  };
}
export default view(render, { name: "outputs-view", style });
