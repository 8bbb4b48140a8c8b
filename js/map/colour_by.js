// What footprints are coloured by: chosen here, with what the ends of the colours mean.

import { h, setText, show } from "../view/dom.js";
import { listen, setTrait } from "../view/model.js";
import { refill } from "../view/rows.js";

/** @typedef {{ by: string, title: string, unit: string }} Choice */

/**
 * @param {import("../view/model.js").Model} model
 * @param {(() => void)[]} stops Gets what ends it.
 */
export function colourBy(model, stops) {
  const select = h("select", { class: "ogcw-map-colour-select", "aria-label": "Colour by" });
  select.addEventListener("change", () => setTrait(model, "colour_by", select.value));
  const ramp = h("div", { class: "ogcw-map-colour-ramp" });
  const [low, high] = [h("span", {}), h("span", {})];
  const scale = h("div", {}, ramp, h("div", { class: "ogcw-map-colour-ends" }, low, high));
  const element = h(
    "div",
    { class: "ogcw-map-colour" },
    h("label", { class: "ogcw-map-colour-head" }, "Colour by", select),
    scale,
  );
  for (const name of ["mousedown", "dblclick", "click", "wheel", "pointerdown", "keydown"]) {
    element.addEventListener(name, (event) => event.stopPropagation());
  }
  const draw = () => {
    /** @type {Choice[]} */
    const choices = model.get("colour_choices") ?? [];
    refill(
      select,
      choices,
      () =>
        [{ by: "", title: "nothing" }, ...choices].map(({ by, title }) =>
          h("option", { value: by }, title)
        ),
    );
    select.value = model.get("colour_by") ?? "";
    const colours = model.get("colours") ?? {};
    const stops = colours.ramp ?? [];
    ramp.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    setText(low, colours.low);
    setText(high, colours.high);
    show(scale, stops.length > 0);
    show(element, choices.length > 0);
  };
  stops.push(listen(model, ["colour_choices", "colour_by", "colours"], draw));
  draw();
  return element;
}
