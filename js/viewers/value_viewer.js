import { h, setText, show } from "../view/dom.js";
import { copyButton } from "../view/files.js";
import { listen } from "../view/model.js";
import { view } from "../view/view.js";
import { frame } from "./head.js";
import style from "./value_viewer.css" with { type: "text" };

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  const text = h("bdi", { class: "ogcw-value-text" });
  const unit = h("bdi", { class: "ogcw-value-unit" });
  const note = h("p", { class: "ogcw-hint" });
  const body = h("div", { class: "ogcw-value" }, h("p", {}, text, " ", unit), note);
  const stop = frame(model, el, body, copyButton("copy", () => model.get("copied")));
  const draw = () => {
    setText(text, model.get("text"));
    text.classList.toggle("ogcw-value-long", model.get("text").length > 24);
    setText(unit, model.get("unit"));
    setText(note, model.get("note"));
    show(note, model.get("note") !== "");
  };
  draw();
  const others = listen(model, ["text", "unit", "note"], draw);
  return () => {
    stop();
    others();
  };
}

export default view(render, { name: "value-viewer", style });
