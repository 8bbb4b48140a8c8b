import { h, linkButton, setText, show } from "../view/dom.js";
import { listen } from "../view/model.js";
import { openFile } from "../view/opening.js";
import { view } from "../view/view.js";
import { frame } from "./head.js";
import style from "./file_viewer.css" with { type: "text" };

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  const name = h("bdi", { class: "ogcw-file-name" });
  const type = h("bdi", { class: "ogcw-hint" });
  const open = linkButton(
    "open",
    () => void openFile(model, { type: "open" }, model.get("name"), model.get("href")),
  );
  const why = h("p", { class: "ogcw-file-why" });
  const body = h("div", { class: "ogcw-file" }, h("p", {}, name, " ", type), why);
  const stop = frame(model, el, body, open);
  const draw = () => {
    setText(name, model.get("name"));
    setText(type, model.get("media_type"));
    setText(why, model.get("why_not"));
    show(why, model.get("why_not") !== "");
    show(open, model.get("opens"));
    open.setAttribute("aria-label", `open ${model.get("title")}`);
  };
  draw();
  const others = listen(model, ["name", "media_type", "why_not", "opens"], draw);
  return () => {
    stop();
    others();
  };
}

export default view(render, { name: "file-viewer", style });
