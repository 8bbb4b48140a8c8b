// What a raster is: size, place, and its bands; the raster itself lies on the map.

import { foreign, h, linkButton, setText, show } from "../view/dom.js";
import { listen } from "../view/model.js";
import { view } from "../view/view.js";
import { frame } from "./head.js";
import style from "./raster_viewer.css" with { type: "text" };

const COLUMNS = ["name", "type", "unit", "nodata"];

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  const lay = linkButton("show on the map", () => {
    model.send({ type: model.get("is_shown") ? "take_off" : "lay" });
  });
  const facts = h("dl", { class: "ogcw-raster-facts" });
  const head = h(
    "tr",
    {},
    ["band", "type", "unit", "no data"].map((name) => h("th", { scope: "col" }, name)),
  );
  const rows = h("tbody", {});
  const table = h("table", { class: "ogcw-raster-bands" }, h("thead", {}, head), rows);
  const body = h("div", { class: "ogcw-raster" }, facts, table);
  const stop = frame(model, el, body, lay);
  const draw = () => {
    /** @type {[string, string][]} */
    const known = model.get("rows");
    /** @type {Record<string, string>[]} */
    const bands = model.get("bands");
    facts.replaceChildren(
      ...known.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, foreign(text, 160))]),
    );
    rows.replaceChildren(
      ...bands.map((band) =>
        h("tr", {}, COLUMNS.map((name) => h("td", {}, foreign(band[name], 60))))
      ),
    );
    show(table, bands.length > 0);
    const isShown = model.get("is_shown");
    setText(lay, isShown ? "take it off the map" : "show on the map");
    show(lay, model.get("can_show") && !model.get("is_loading"));
  };
  draw();
  const others = listen(model, ["rows", "bands", "is_shown", "can_show", "is_loading"], draw);
  return () => {
    stop();
    others();
  };
}

export default view(render, { name: "raster-viewer", style });
