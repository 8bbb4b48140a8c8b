// Where the values of one input come from: pasted, from a file, days, or picked items.

import { focusedElement, h, linkButton, setText, show } from "../view/dom.js";
import { sendFile } from "../view/files.js";
import { refill } from "../view/rows.js";
import { NO_HELP } from "../view/search_box.js";
import { bytes, plain } from "../view/text.js";

/** @import { Model } from "../view/model.js" */

const FILE_LIMIT = 64 * 1024 * 1024;
const AREA_FILES = ".geojson,.json,.geojsonl,.gpkg,.zip,.shp,.kml,.kmz";
const MOST_PASTED = 5_000_000;
const TYPING_MS = 400;
/** @type {Record<string, string>} */
const PLACEHOLDER = {
  area: "Paste a GeoJSON collection, or one area a line: west, south, east, north",
  stac: "Paste addresses of STAC items, one a line",
  date: "One date a line, such as 2021-06-03",
  datetime: "One time a line, such as 2021-06-03T10:00:00Z",
};

/**
 * A button that sends a file in parts.
 * @param {Model} model
 * @param {string} key Id of the input, "" for the table.
 * @param {string} accept
 */
export function fileButton(model, key, accept) {
  const picker = h("input", {
    type: "file",
    accept,
    class: "ogcw-visually-hidden",
    tabindex: "-1",
    "aria-hidden": "true",
    onchange: () => upload(picker.files?.[0]),
  });
  const button = linkButton("Choose a file", () => picker.click());
  /** @param {File | undefined} file */
  async function upload(file) {
    picker.value = "";
    if (!file) return;
    if (file.size > FILE_LIMIT) {
      model.set("problem", `${file.name} has ${bytes(file.size)}; at most 64 MB are read.`);
      model.save_changes();
      return;
    }
    await sendFile(file, (part) => model.send({ type: "upload", key, ...part }));
  }
  return h("span", {}, button, picker);
}

/**
 * Take what is typed or pasted, a moment after.
 * @param {Model} model
 * @param {HTMLTextAreaElement} area
 * @param {(text: string) => void} taken
 */
export function onTyping(model, area, taken) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (area.value.length <= MOST_PASTED) return taken(area.value);
      model.set("problem", "This is too much to be pasted: choose the file instead.");
      model.save_changes();
    }, TYPING_MS);
  });
}

/**
 * Show a text, unless somebody is typing there, or it is too long to be told.
 * @param {HTMLTextAreaElement} area
 * @param {string | null} text
 */
export function keepText(area, text) {
  if (text === null || focusedElement() === area || area.value === text) return;
  area.value = text;
}

/**
 * Which input a column of the table is.
 * @param {{ name: string, use: string }} column
 * @param {{ id: string, label: string }[]} inputs
 * @param {(use: string) => void} taken
 */
export function useSelect(column, inputs, taken) {
  const select = h(
    "select",
    { class: "ogcw-input", dir: "auto", onchange: () => taken(select.value) },
    h("option", { value: "" }, "not used"),
    h("option", { value: "*" }, "names the jobs"),
    inputs.map(({ id, label }) => h("option", { value: id }, plain(label, 80))),
  );
  select.value = column.use;
  return h(
    "label",
    { class: "ogcw-each-use" },
    h("bdi", { title: plain(column.name, 200) }, plain(column.name, 60)),
    select,
  );
}

/**
 * The box of one input that differs.
 * @param {Model} model
 * @param {any} first What Python says of it; `draw` takes what it says later.
 */
export function sourceBox(model, first) {
  const { id, kind } = first;
  /** @param {Record<string, unknown>} changes */
  const say = (changes) => model.send({ type: "source", key: id, ...changes });
  const words = h("span", { class: "ogcw-hint" });
  const remove = h("button", {
    type: "button",
    class: "ogcw-icon ogcw-each-remove",
    title: "The same in all jobs",
    "aria-label": `No different values for ${plain(first.label, 100)}`,
    onclick: () => model.send({ type: "remove", key: id }),
  }, "×");
  const area = h("textarea", {
    class: "ogcw-input ogcw-f-mono",
    rows: 3,
    dir: "auto",
    placeholder: PLACEHOLDER[kind] ?? "One value a line",
    "aria-label": `Values of ${plain(first.label, 100)}, one a line`,
    ...NO_HELP,
  });
  onTyping(model, area, (text) => say({ way: "text", text }));
  const days = daysLine((value) => say({ days: value }), plain(first.label, 100));
  const line = h("div", { class: "ogcw-each-line" });
  const file = ["area", "stac"].includes(kind) ? fileButton(model, id, AREA_FILES) : null;
  const problem = h("div", { class: "ogcw-error", dir: "auto" });
  const node = h(
    "div",
    { class: "ogcw-each-source", role: "group", "aria-label": plain(first.label, 100) },
    h(
      "div",
      { class: "ogcw-each-source-head" },
      h("strong", { dir: "auto" }, plain(first.label, 100)),
      words,
      remove,
    ),
    area,
    days.node,
    line,
    problem,
  );

  /** @param {any} source */
  function draw(source) {
    setText(words, source.words.replace(/ of .*/, ""));
    const isLeft = source.way !== "text" && focusedElement() === area;
    show(area, source.way === "text");
    keepText(area, source.text);
    show(days.node, source.way === "days");
    days.draw(source.days);
    const { way, is_date, reading, names, items, in_form } = source;
    refill(line, [way, is_date, reading, source.file, names, items, in_form], () => [
      reading ? h("span", { class: "ogcw-hint" }, `Reading ${plain(reading, 80)} …`) : null,
      way === "file" && !reading ? h("span", { dir: "auto" }, plain(source.file, 80)) : null,
      file,
      is_date && way !== "days" ? linkButton("From … to …", () => say({ way: "days" })) : null,
      kind === "stac" && in_form > 0 && way !== "items"
        ? linkButton(
          in_form === 1 ? "The item in the form" : `The ${in_form} in the form`,
          () => say({ way: "items" }),
        )
        : null,
      kind === "stac"
        ? linkButton("Search a catalogue", () => model.send({ type: "search", key: id }))
        : null,
      way === "items" && items > 0 ? linkButton("Remove them", () => say({ items: [] })) : null,
      way === "text" ? null : linkButton(is_date ? "A list" : "Paste", () => {
        say({ way: "text" });
        show(area, true);
        area.focus();
      }),
      names ? nameSelect(names, (by) => say({ names: by })) : null,
    ]);
    show(line, line.childElementCount > 0);
    if (isLeft) line.querySelector("button")?.focus({ preventScroll: true });
    setText(problem, plain(source.problem, 600));
    show(problem, source.problem !== "");
  }

  return {
    node,
    draw,
    focus() {
      const wanted = [area, ...node.querySelectorAll("input, .ogcw-link")];
      /** @type {HTMLElement | undefined} */
      const found = /** @type {any[]} */ (wanted).find((one) =>
        !one.hidden && one.tabIndex >= 0 && one.checkVisibility()
      );
      found?.focus({ preventScroll: true });
      node.scrollIntoView({ block: "nearest" });
    },
  };
}

/**
 * Which property names the areas.
 * @param {{ by: string, choices: string[] }} names
 * @param {(by: string) => void} taken
 */
function nameSelect({ by, choices }, taken) {
  if (choices.length === 0) return h("span", { class: "ogcw-hint" }, "without names");
  const select = h(
    "select",
    { class: "ogcw-input", dir: "auto", onchange: () => taken(select.value) },
    choices.map((name) => h("option", { value: name }, plain(name, 60))),
  );
  select.value = by;
  return h("label", { class: "ogcw-each-names" }, "names from", select);
}

/**
 * Days that follow each other.
 * @param {(days: any) => void} taken
 * @param {string} label
 */
function daysLine(taken, label) {
  /** @param {string} name */
  const day = (name) =>
    h("input", {
      type: "date",
      class: "ogcw-input",
      "aria-label": `${name} day of ${label}`,
      onchange: () => changed(),
    });
  const [start, end] = [day("First"), day("Last")];
  const every = h("input", {
    type: "number",
    min: "1",
    class: "ogcw-input ogcw-each-number",
    "aria-label": "Every so many",
    onchange: () => changed(),
  });
  const unit = h(
    "select",
    { class: "ogcw-input ogcw-each-unit", "aria-label": "Unit", onchange: () => changed() },
    ["days", "weeks", "months", "years"].map((one) => h("option", { value: one }, one)),
  );
  const changed = () =>
    taken({
      start: start.value,
      end: end.value,
      every: Math.max(1, Math.round(Number(every.value)) || 1),
      unit: unit.value,
    });
  const node = h(
    "div",
    { class: "ogcw-each-days" },
    h("span", {}, "from"),
    start,
    h("span", {}, "to"),
    end,
    h("span", { class: "ogcw-each-every" }, "every", every, unit),
  );
  /** @param {any} days */
  const draw = (days) => {
    for (
      const [input, value] of /** @type {[any, string][]} */ ([
        [start, days.start],
        [end, days.end],
        [every, String(days.every)],
        [unit, days.unit],
      ])
    ) {
      if (focusedElement() !== input) input.value = value;
    }
  };
  return { node, draw };
}
