// An area: text that follows the map, the map that follows the text, and how it is sent.

import { h, linkButton, setText, show } from "../../view/dom.js";
import { plain } from "../../view/text.js";
import { CONTROLS } from "../controls.js";
import { sentence } from "../core.js";
import { textBox } from "./text.js";

/** @import { Draft, Named } from "../controls.js" */

/** A shape: text that follows the map, and the map that follows the text. */
CONTROLS.area = (spec, host) => {
  const encodings = spec.encodings ?? [];
  const first = encodings[0]?.id ?? "bbox-text";
  /** @type {Draft} */
  let draft = null;
  const takesBox = (spec.geometry_types ?? []).length === 0 ||
    spec.geometry_types.some((/** @type {string} */ type) => /Polygon|Collection/.test(type));
  const isSet = () => Boolean(draft?.text);
  const encoding = () => draft?.encoding || first;
  /**
   * @param {string} action
   * @param {string | null} [value]
   */
  const send = (action, value = null) =>
    host.form.send({ type: "area_action", id: host.inputId, path: host.path(), action, value });
  const drawButton = linkButton("draw", () => {
    host.form.holdLeave(host.inputId);
    send("draw");
  });
  const view = linkButton("map view", () => send("view"), {
    "aria-label": `map view for ${plain(host.name, 120)}`,
  });
  const side = h("span", { class: "ogcw-f-side ogcw-f-links" }, view, drawButton);
  const text = textBox({ ...spec, kind: "area", rows: 0 }, {
    ...host,
    /** @param {string} typed */
    changed(typed) {
      // An emptied field keeps the way that was chosen for it.
      draft = typed === null && encoding() === first
        ? null
        : { encoding: encoding(), crs: draft?.crs ?? spec.default_crs ?? null, text: typed ?? "" };
      draw();
      host.changed(draft);
    },
  }, { lines: true, mono: true, most: 6, side: () => side });
  const encodingSelect = h(
    "select",
    {
      class: "ogcw-input",
      "aria-label": `How ${plain(host.name, 100)} is sent`,
      onchange: () => send("encoding", encodingSelect.value),
    },
    encodings.map((/** @type {Named & { asks: boolean }} */ { id, label, asks }) =>
      h("option", { value: id, disabled: asks === true }, plain(label, 100))
    ),
  );
  const crsSelect = h(
    "select",
    {
      class: "ogcw-input",
      "aria-label": `Coordinate reference system of ${plain(host.name, 100)}`,
      onchange: () => send("crs", crsSelect.value || null),
    },
    (spec.crs ?? []).map((/** @type {Named} */ { id, label }) =>
      h("option", { value: id }, plain(label, 100))
    ),
  );
  const chooser = h(
    "div",
    { class: "ogcw-f-area-change", hidden: true },
    encodings.length > 1 ? encodingSelect : null,
    (spec.crs ?? []).length > 1 ? crsSelect : null,
  );
  /** @param {boolean} now */
  function open(now) {
    show(chooser, now);
    change.setAttribute("aria-expanded", String(now));
  }
  const change = linkButton("Change", () => {
    open(Boolean(chooser.hidden));
    if (!chooser.hidden) chooser.querySelector("select")?.focus();
  }, { "aria-expanded": "false", "aria-label": `Change how ${plain(host.name, 100)} is sent` });
  const canChange = chooser.childNodes.length > 0;
  const clear = linkButton("Clear", () => {
    send("clear");
  });
  const words = h("span", { dir: "auto" });
  const swatch = h("span", { class: "ogcw-f-area-swatch", "aria-hidden": "true" });
  const hint = h(
    "div",
    { class: "ogcw-hint ogcw-f-area-hint" },
    h("span", {}, swatch, words),
    canChange ? change : null,
    clear,
  );
  const node = h("div", { class: "ogcw-f-area" }, text.node, hint, chooser);
  // With several areas, the one whose field has the focus is the one on the map.
  node.addEventListener("focusin", () => {
    if (host.form.onMap(host.path())?.active === false && !host.form.drawing()) send("focus");
  });

  function draw() {
    const active = host.form.isActive(host.path());
    node.classList.toggle("ogcw-f-area-active", active);
    const act = active ? "done" : isSet() ? "edit" : "draw";
    setText(drawButton, act);
    drawButton.setAttribute("aria-label", `${act} ${plain(host.name, 120)} on the map`);
    const own = encodings.find((/** @type {Named} */ { id }) => id === encoding());
    const system = own?.crs
      ? (spec.crs ?? []).find((/** @type {Named} */ { id }) =>
        id === (draft?.crs ?? spec.default_crs)
      )
      : null;
    setText(
      words,
      active
        ? "Draw on the map: drag a box, or click the corners of a shape."
        : sentence(system?.hint ?? own?.hint ?? spec.hint),
    );
    show(crsSelect, own?.crs === true);
    // Where the order has to be chosen, the list stands there from the start.
    if (own?.asks) open(true);
    show(change, !active && own?.asks !== true);
    node.classList.toggle("ogcw-f-area-asks", own?.asks === true && !active);
    show(clear, isSet());
    const canTakeView = !isSet() && !active && takesBox;
    show(view, canTakeView);
    text.node.classList.toggle("ogcw-f-box-links", canTakeView);
    encodingSelect.value = encoding();
    crsSelect.value = draft?.crs ?? spec.default_crs ?? "";
    const onMap = host.form.onMap(host.path());
    show(swatch, onMap !== null);
    if (onMap) {
      node.className = `ogcw-f-area ogcw-tone-${onMap.tone}${active ? " ogcw-f-area-active" : ""}${
        onMap.active ? " ogcw-f-area-here" : ""
      }`;
    }
    const map = host.form.hasMap();
    show(side, map);
  }
  host.form.onActive(() => {
    draw();
    host.redraw?.();
  });
  draw();
  return {
    node,
    write(next) {
      draft = next !== null && typeof next === "object" ? next : null;
      text.write(draft?.text || null);
      draw();
    },
    read: () => draft,
    hidesHint: true,
    count: () => (host.form.onMap(host.path())?.active ? "edited on the map" : ""),
    focus: () => text.focus(),
    mark(state) {
      text.mark(state);
    },
  };
};
