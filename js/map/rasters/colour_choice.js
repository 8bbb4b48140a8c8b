// Colour maps to choose from, each with a drawn sample: a button that opens a list.

import { elementsOf, h, setText, uniqueId } from "../../view/dom.js";
import { popup } from "../../view/search_box.js";

/** @typedef {{ name: string, words: string, stops: string[] }} ColourMap */

const CLASSES = "classes";

export class ColourChoice {
  /** @param {(name: string) => void} onpick */
  constructor(onpick) {
    this.onpick = onpick;
    /** @type {ColourMap[]} */
    this.maps = [];
    this.value = "";
    this.hasClasses = false;
    this.sample = h("span", { class: "ogcw-colours-sample", "aria-hidden": "true" });
    this.words = h("span", {});
    const listId = uniqueId("colours");
    this.button = h(
      "button",
      {
        type: "button",
        class: "ogcw-input ogcw-colours-button",
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        "aria-controls": listId,
        onclick: () => (this.pop.open ? this.pop.close() : this.open()),
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
          event.preventDefault();
          this.open();
        },
      },
      this.sample,
      this.words,
    );
    this.list = h("div", {
      id: listId,
      class: "ogcw-colours-list",
      role: "listbox",
      "aria-label": "Colours",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event),
    });
    this.reverse = h("button", {
      type: "button",
      class: "ogcw-icon ogcw-colours-reverse",
      title: "The other way round",
      "aria-label": "Colours the other way round",
      onclick: () => this.onpick(this.isReversed ? this.plain : `${this.value}_r`),
    }, "⇄");
    this.element = h("span", { class: "ogcw-colours" }, this.button, this.reverse);
    this.pop = popup(this.button, this.list, () => {
      this.button.setAttribute("aria-expanded", "false");
    });
  }

  get isReversed() {
    return this.value.endsWith("_r");
  }

  get plain() {
    return this.value.replace(/_r$/, "");
  }

  /**
   * @param {ColourMap[]} maps
   * @param {string} value
   * @param {{ hasClasses: boolean, classColours: string[] }} classes
   */
  draw(maps, value, { hasClasses, classColours }) {
    const isSame = this.maps === maps && this.hasClasses === hasClasses;
    Object.assign(this, { maps, value, hasClasses });
    if (!isSame && !this.pop.open) this.fill();
    const map = maps.find(({ name }) => name === this.plain);
    const isClasses = value === CLASSES;
    setText(this.words, isClasses ? "a colour for each value" : map?.words ?? this.plain);
    paint(this.sample, isClasses ? classColours : map?.stops ?? [], {
      isReversed: this.isReversed,
      isStepped: isClasses,
    });
    this.reverse.hidden = isClasses;
    this.reverse.setAttribute("aria-pressed", String(this.isReversed));
    for (const option of elementsOf(this.list)) {
      option.setAttribute("aria-selected", String(option.dataset.name === this.plain));
    }
  }

  fill() {
    const option = (/** @type {string} */ name, /** @type {string} */ words, stops = [""]) => {
      const sample = h("span", { class: "ogcw-colours-sample", "aria-hidden": "true" });
      if (stops.length > 1) paint(sample, stops, {});
      else sample.classList.add("ogcw-colours-none");
      return h(
        "div",
        {
          role: "option",
          class: "ogcw-option ogcw-colours-option",
          tabindex: "-1",
          "data-name": name,
          "aria-selected": "false",
          onclick: () => this.pick(name),
        },
        sample,
        words,
      );
    };
    this.list.replaceChildren(
      ...(this.hasClasses ? [option(CLASSES, "a colour for each value")] : []),
      ...this.maps.map(({ name, words, stops }) => option(name, words, stops)),
    );
  }

  open() {
    this.fill();
    this.pop.show();
    this.button.setAttribute("aria-expanded", "true");
    const options = elementsOf(this.list);
    const chosen = options.find((one) => one.dataset.name === this.plain) ?? options[0];
    chosen?.setAttribute("aria-selected", "true");
    chosen?.focus();
  }

  /** @param {string} name */
  pick(name) {
    this.pop.close();
    this.button.focus();
    const isReversed = this.isReversed && name !== CLASSES;
    this.onpick(isReversed ? `${name}_r` : name);
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const options = elementsOf(this.list);
    const at = options.findIndex((one) => one === event.target);
    /** @type {Record<string, number>} */
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: options.length - 1 };
    if (event.key in to) options[to[event.key]]?.focus();
    else if (event.key === "Enter" || event.key === " ") options[at]?.click();
    else if (event.key === "Escape") {
      this.pop.close();
      this.button.focus();
    } else if (event.key === "Tab") {
      this.pop.close();
      return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  remove() {
    this.pop.close();
  }
}

/**
 * @param {HTMLElement} sample
 * @param {string[]} stops
 * @param {{ isReversed?: boolean, isStepped?: boolean }} how
 */
function paint(sample, stops, { isReversed = false, isStepped = false }) {
  const colours = stops.filter((colour) => /^#[0-9a-f]{6,8}$/i.test(colour));
  const step = 100 / Math.max(1, colours.length);
  const marks = isStepped
    ? colours.map((colour, at) => `${colour} ${at * step}% ${(at + 1) * step}%`)
    : colours;
  sample.style.backgroundImage = marks.length > 0
    ? `linear-gradient(to ${isReversed ? "left" : "right"}, ${marks.join(", ")}${
      marks.length === 1 ? `, ${colours[0]}` : ""
    })`
    : "";
}
