// The card "On the map": what of an item is shown there, how it is drawn, and what it is
// compared with. Fields are made once and changed in place, so that none loses the focus.

import { foreign, h, linkButton, setText, show, uniqueId } from "../../view/dom.js";
import { copyButton } from "../../view/files.js";
import { listen, setTrait } from "../../view/model.js";
import { insertButton } from "../../view/next_cell.js";
import { problemLine, view } from "../../view/view.js";
import { ColourChoice } from "./colour_choice.js";
import { numberText, Stretch } from "./stretch.js";
import style from "./raster_settings.css" with { type: "text" };

/** @import { Model } from "../../view/model.js" */
/** @import { Bars } from "./stretch.js" */

/**
 * @typedef {object} Fields
 * @property {string} kind
 * @property {number} band
 * @property {number[]} bands
 * @property {string} expression
 * @property {string} colours
 * @property {string} stretch
 * @property {number} low
 * @property {number} high
 * @property {string} nodata
 * @property {string} number
 *
 * @typedef {object} State
 * @property {boolean} is_there
 * @property {string} busy
 * @property {Record<string, string>} errors
 * @property {string} title
 * @property {string} label
 * @property {string} beside
 * @property {[key: string, title: string][]} assets
 * @property {string} asset
 * @property {[index: number, name: string][]} band_names
 * @property {boolean} has_classes
 * @property {string} nodata_said
 * @property {number} opacity
 * @property {Fields} fields
 * @property {string} legend
 * @property {{ label: string, colour: string, share: number | null }[]} classes
 * @property {number} nodata_share
 * @property {number[]} axis
 * @property {Bars[]} bars
 * @property {number} alike
 * @property {[id: string, words: string][]} others
 * @property {string} code
 */

const COLOUR_NAMES = ["Red", "Green", "Blue"];

/**
 * A list to choose from, whose entries are only made anew when they have changed.
 * @param {string} label
 * @param {(value: string) => void} onpick
 */
function choice(label, onpick, name = "") {
  const element = h("select", {
    class: `ogcw-input ogcw-settings-select ${name}`,
    "aria-label": label,
    onchange: () => onpick(element.value),
  });
  let made = "";
  /**
   * @param {[value: string | number, words: string][]} options
   * @param {string | number} value
   */
  const draw = (options, value) => {
    const now = JSON.stringify(options);
    if (now !== made) {
      made = now;
      element.replaceChildren(
        ...options.map(([one, words]) => h("option", { value: String(one) }, words)),
      );
    }
    element.value = String(value);
  };
  return { element, draw };
}

class Card {
  /**
   * @param {Model} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    this.model = model;
    const change = (/** @type {string} */ name) => (/** @type {unknown} */ value) =>
      model.send({ type: "change", name, value });
    /** Where the fault of each field stands. @type {Record<string, HTMLElement>} */
    this.faults = {};
    for (const name of ["asset", "kind", "expression", "colours", "range", "number", "compare"]) {
      this.faults[name] = h("div", { class: "ogcw-error", id: uniqueId("fault"), role: "alert" });
    }

    this.label = h("bdi", { class: "ogcw-hint" });
    this.busy = h("span", { class: "ogcw-hint", role: "status" });
    this.others = choice("Compare with", (id) => {
      model.send({ type: "compare", item_id: id });
    }, "ogcw-settings-compare");
    this.end = linkButton("end comparison", () => model.send({ type: "compare", item_id: "" }));
    this.code = copyButton("copy code", () => this.state.code, {
      title: "The lines of Python that open this raster and draw it like this",
    });
    const insert = insertButton(model, () => this.state.code);
    const head = h(
      "div",
      { class: "ogcw-settings-head" },
      h("span", { class: "ogcw-label" }, "On the map"),
      this.label,
      this.busy,
      h("span", { class: "ogcw-settings-tools" }, this.code, insert, this.end, this.others.element),
    );

    this.asset = choice("What of the item", change("asset"));
    this.only = h("bdi", { class: "ogcw-settings-only" });
    this.kind = choice("Bands or an expression", change("kind"));
    this.band = choice("Band", (value) => change("band")(Number(value)));
    this.three = COLOUR_NAMES.map((name) =>
      choice(name, () => change("bands")(this.three.map(({ element }) => Number(element.value))))
    );
    this.expression = this.textField("Expression", "expression", change("expression"));
    this.opacity = h("input", {
      type: "range",
      min: "0",
      max: "1",
      step: "0.05",
      class: "ogcw-settings-opacity",
      "aria-label": "Opacity",
      oninput: () => model.send({ type: "opacity", value: Number(this.opacity.value) }),
    });

    this.colours = new ColourChoice(change("colours"));
    this.nodata = choice("No data", change("nodata"));
    this.number = this.textField("Number that stands for no data", "number", change("number"));
    this.number.classList.add("ogcw-settings-number");

    this.how = choice("How values become colours", (value) => {
      if (value === "hand") change("range")(this.ends());
      else change("stretch")(value);
    });
    this.stretch = new Stretch(change("range"));
    const sendEnds = () => change("range")([this.low.value, this.high.value]);
    this.low = this.textField("Value of the first colour", "range", sendEnds);
    this.high = this.textField("Value of the last colour", "range", sendEnds);
    for (const one of [this.low, this.high]) one.classList.add("ogcw-settings-number");

    this.bar = h("div", { class: "ogcw-settings-bar", "aria-hidden": "true" });
    this.shares = h("ul", { class: "ogcw-settings-shares" });

    const row = (/** @type {string} */ label, /** @type {unknown[]} */ ...parts) =>
      h(
        "div",
        { class: "ogcw-settings-row", role: "group", "aria-label": label },
        h("span", { class: "ogcw-settings-name", "aria-hidden": "true" }, label),
        h("div", { class: "ogcw-settings-parts" }, ...parts),
      );
    const soft = (/** @type {string} */ text) => h("span", { class: "ogcw-hint" }, text);
    this.rows = {
      show: row(
        "Show",
        this.asset.element,
        this.only,
        this.kind.element,
        this.band.element,
        this.three.map(({ element }) => element),
        this.expression,
        h("label", { class: "ogcw-settings-solid" }, soft("opacity"), this.opacity),
        this.faults.asset,
        this.faults.kind,
        this.faults.expression,
      ),
      colours: row(
        "Colours",
        this.colours.element,
        h(
          "span",
          { class: "ogcw-settings-nodata" },
          soft("no data"),
          this.nodata.element,
          this.number,
        ),
        this.faults.colours,
        this.faults.number,
      ),
      stretch: row(
        "Stretch",
        this.how.element,
        this.low,
        soft("to"),
        this.high,
        this.stretch.element,
        this.faults.range,
      ),
      classes: row("Classes", this.bar, this.shares),
    };

    const box = (/** @type {string} */ trait, /** @type {string} */ words) => {
      const input = h("input", {
        type: "checkbox",
        onchange: () => setTrait(model, trait, input.checked),
      });
      const text = h("span", {}, words);
      return { input, text, element: h("label", { class: "ogcw-settings-box" }, input, text) };
    };
    this.forAll = box("for_all", "for all that are shown");
    this.first = box("shows_first", "show the first result at once");
    this.empty = h(
      "p",
      { class: "ogcw-hint" },
      "Nothing is shown yet. Preview an item to see it here.",
    );
    this.body = h("div", { class: "ogcw-settings-body" }, ...Object.values(this.rows));
    const foot = h(
      "div",
      { class: "ogcw-settings-foot ogcw-hint" },
      this.forAll.element,
      this.first.element,
    );
    el.append(head, problemLine(model), this.faults.compare, this.empty, this.body, foot);
    this.draw = this.draw.bind(this);
    this.stop = listen(model, ["state", "colour_maps", "for_all", "shows_first"], this.draw);
    this.draw();
  }

  /** @returns {State} */
  get state() {
    return this.model.get("state");
  }

  /** @returns {[low: number, high: number]} */
  ends() {
    const { low, high } = this.state.fields;
    return [low, high];
  }

  /**
   * A field that says what was written when it is left, or with Enter.
   * @param {string} label
   * @param {string} fault Name of the fault that stands at it.
   * @param {(text: string) => void} onchange
   */
  textField(label, fault, onchange) {
    const input = h("input", {
      type: "text",
      class: "ogcw-input ogcw-settings-text",
      "aria-label": label,
      "aria-describedby": this.faults[fault].id,
      spellcheck: "false",
      autocomplete: "off",
      onchange: () => onchange(input.value),
    });
    return input;
  }

  draw() {
    const { model, state } = this;
    const errors = state.errors ?? {};
    const isThere = Boolean(state.is_there);
    for (const [name, fault] of Object.entries(this.faults)) {
      const text = errors[name] ?? otherFault(name, errors);
      setText(fault, text);
      show(fault, text !== "");
    }
    setText(this.busy, state.busy ?? "");
    this.first.input.checked = model.get("shows_first");
    this.forAll.input.checked = model.get("for_all");
    show(this.empty, !isThere && !state.busy);
    for (const part of [this.body, this.label, this.code, this.end, this.others.element]) {
      show(part, isThere);
    }
    show(this.forAll.element, isThere && (state.alike > 1 || !model.get("for_all")));
    if (!isThere) return;
    const { fields, beside, others } = state;
    setText(this.label, beside ? `${state.label} beside ${beside}` : state.label);
    show(this.code, state.code);
    show(this.end, beside);
    show(this.others.element, others.length > 0);
    this.others.draw([["", "compare with…"], ...others], "");

    show(this.asset.element, state.assets.length > 1);
    show(this.only, state.assets.length <= 1);
    setText(this.only, state.title);
    this.asset.draw(state.assets, state.asset);
    this.drawBands();
    this.opacity.value = String(state.opacity);
    this.drawColours(errors);

    const isClasses = state.legend === "classes";
    show(this.rows.stretch, !isClasses);
    show(this.rows.classes, isClasses);
    if (isClasses) this.drawClasses();
    else this.drawStretch(errors);
    const invalid = (/** @type {HTMLElement} */ input, /** @type {string} */ name) =>
      input.setAttribute("aria-invalid", String(name in errors));
    invalid(this.expression, "expression");
    invalid(this.number, "number");
    invalid(this.low, "range");
    invalid(this.high, "range");
    if (fields.kind === "expression") {
      put(this.expression, fields.expression, "expression" in errors);
    }
  }

  drawBands() {
    const { fields, band_names } = this.state;
    /** @type {[string, string][]} */
    const kinds = [["band", "one band"], ["bands", "three bands"], ["expression", "expression"]];
    this.kind.draw(band_names.length > 1 ? kinds : [kinds[0], kinds[2]], fields.kind);
    this.band.draw(band_names, fields.band);
    this.three.forEach((one, at) => one.draw(band_names, fields.bands[at]));
    show(this.band.element, fields.kind === "band" && band_names.length > 1);
    for (const { element } of this.three) show(element, fields.kind === "bands");
    show(this.expression, fields.kind === "expression");
  }

  /** @param {Record<string, string>} errors */
  drawColours(errors) {
    const { model, state } = this;
    const { fields } = state;
    show(this.colours.element, fields.kind !== "bands" && state.legend !== "channels");
    this.colours.draw(model.get("colour_maps"), fields.colours, {
      hasClasses: fields.kind === "band" && (state.has_classes || state.legend === "classes"),
      classColours: state.classes.map(({ colour }) => colour),
    });
    const isSaid = state.nodata_said !== "none";
    this.nodata.draw([
      ["file", `${state.nodata_said} (file)`],
      ["number", "a number"],
      ...(isSaid || fields.nodata === "none"
        ? [/** @type {[string, string]} */ (["none", "none"])]
        : []),
    ], fields.nodata);
    show(this.number, fields.nodata === "number");
    put(this.number, fields.number, "number" in errors);
  }

  /** @param {Record<string, string>} errors */
  drawStretch(errors) {
    const { fields, axis, bars } = this.state;
    this.how.draw([
      ["percentiles", "2 to 98 %"],
      ["extremes", "smallest to largest"],
      ["hand", "by hand"],
    ], fields.stretch);
    this.stretch.draw(axis, bars, [fields.low, fields.high]);
    if (this.stretch.isDragged) return;
    const span = axis.length ? axis[1] - axis[0] : fields.high - fields.low;
    put(this.low, numberText(fields.low, span), "range" in errors);
    put(this.high, numberText(fields.high, span), "range" in errors);
  }

  drawClasses() {
    const { classes, nodata_share } = this.state;
    const parts = [
      ...classes.map((one) => ({ ...one, share: one.share ?? 0, isNothing: false })),
      { label: "no data", colour: "", share: nodata_share, isNothing: true },
    ].filter(({ share }) => share > 0);
    const square = (/** @type {typeof parts[number]} */ { colour, isNothing }, name = "") => {
      const part = h("span", { class: `${name} ${isNothing ? "ogcw-settings-hatched" : ""}` });
      if (colour) part.style.backgroundColor = colour;
      return part;
    };
    this.bar.replaceChildren(...parts.map((one) => {
      const part = square(one);
      part.style.flexGrow = String(one.share);
      return part;
    }));
    this.shares.replaceChildren(...parts.map((one) =>
      h(
        "li",
        {},
        square(one, "ogcw-settings-square"),
        foreign(one.label, 40),
        ` ${percent(one.share)}`,
      )
    ));
  }

  remove() {
    this.stop();
    this.colours.remove();
    this.stretch.remove();
  }
}

/**
 * What went wrong stands at the field that was changed; of some, at another one.
 * @param {string} name
 * @param {Record<string, string>} errors
 */
function otherFault(name, errors) {
  /** @type {Record<string, string[]>} */
  const also = { kind: ["band", "bands"], range: ["stretch"], number: ["nodata"] };
  return (also[name] ?? []).map((other) => errors[other]).find(Boolean) ?? "";
}

/**
 * Put a text into a field, unless somebody writes in it, or it has a fault to be mended.
 * @param {HTMLInputElement} input
 * @param {string} text
 * @param {boolean} isFaulty
 */
function put(input, text, isFaulty) {
  const root = /** @type {Document | ShadowRoot} */ (input.getRootNode());
  if (isFaulty || root.activeElement === input) return;
  if (input.value !== text) input.value = text;
}

/** @param {number} share */
function percent(share) {
  const value = share * 100;
  return `${value > 0 && value < 0.1 ? "<0.1" : value.toFixed(1)} %`;
}

/** @param {import("../../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-settings");
  model.send({ type: "hello" });
  const card = new Card(model, el);
  return () => card.remove();
}

export default view(render, { name: "raster-settings", style });
