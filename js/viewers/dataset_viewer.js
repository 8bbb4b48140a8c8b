// What is in a dataset, and below it which slice of it goes on the map.

import { h, setText, show } from "../view/dom.js";
import { listen } from "../view/model.js";
import { refill } from "../view/rows.js";
import { count } from "../view/text.js";
import { view } from "../view/view.js";
import style from "./dataset_viewer.css" with { type: "text" };
import { frame } from "./head.js";
import { treeOf } from "./tree.js";

/**
 * @typedef {{ name: string, size: number, labels: string[] }} Dimension
 * @typedef {{ name: string, dims: Dimension[] }} Variable
 */

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  const { tree, remove } = treeOf(model);
  const variable = h("select", { class: "ogcw-input", "aria-label": "Variable" });
  const places = h("span", { class: "ogcw-slice-places" });
  const button = h("button", { type: "button", class: "ogcw-btn" }, "Show on the map");
  const shown = h("span", { class: "ogcw-hint", role: "status" });
  const away = h("button", { type: "button", class: "ogcw-link" }, "take it off");
  const bar = h("div", { class: "ogcw-slice" }, variable, places, button, shown, away);
  const why = h("p", { class: "ogcw-hint ogcw-slice-why" });
  const body = h("div", { class: "ogcw-dataset" }, h("div", {}, tree), bar, why);
  const stop = frame(model, el, body);

  /** @returns {Variable | undefined} */
  const chosen = () =>
    model.get("variables").find((/** @type {Variable} */ one) => one.name === variable.value);

  function drawPlaces() {
    const dims = chosen()?.dims ?? [];
    refill(places, dims, () =>
      dims.map(({ name, size, labels }) => {
        const words = (/** @type {number} */ at) =>
          `${name} ${count(at + 1)} of ${count(size)}` + (labels[at] ? `, ${labels[at]}` : "");
        const label = `Which of ${name}`;
        return labels.length || size <= 200
          ? h(
            "select",
            { class: "ogcw-input", "aria-label": label, "data-name": name },
            Array.from({ length: size }, (_, at) => h("option", { value: String(at) }, words(at))),
          )
          : h(
            "label",
            {},
            `${name} `,
            h("input", {
              class: "ogcw-input",
              type: "number",
              min: "1",
              max: String(size),
              value: "1",
              "aria-label": label,
              "data-name": name,
            }),
            ` of ${count(size)}`,
          );
      }));
  }

  function draw() {
    /** @type {Variable[]} */
    const all = model.get("variables");
    const canShow = model.get("can_show") && all.length > 0;
    refill(variable, all, () => all.map(({ name }) => h("option", { value: name }, name)));
    drawPlaces();
    show(bar, canShow);
    setText(why, model.get("why_not"));
    show(why, model.get("why_not") !== "");
  }

  function drawShown() {
    const isWorking = model.get("is_working");
    setText(button, isWorking ? "Reading…" : "Show on the map");
    button.setAttribute("aria-busy", String(isWorking));
    setText(shown, model.get("shown"));
    show(away, model.get("shown") !== "");
  }

  variable.addEventListener("change", drawPlaces);
  button.addEventListener("click", () => {
    /** @type {Record<string, number>} */
    const at = {};
    for (const one of places.querySelectorAll("[data-name]")) {
      const input = /** @type {HTMLInputElement} */ (one);
      const number = Number(input.value);
      at[input.dataset.name ?? ""] = input.type === "number" ? number - 1 : number;
    }
    model.send({ type: "lay", variable: variable.value, at });
  });
  away.addEventListener("click", () => model.send({ type: "take_off" }));
  draw();
  drawShown();
  const stops = [
    listen(model, ["variables", "can_show", "why_not"], draw),
    listen(model, ["shown", "is_working"], drawShown),
  ];
  return () => {
    stop();
    remove();
    stops.forEach((end) => end());
  };
}

export default view(render, { name: "dataset-viewer", style });
