// What the lists of jobs share: of a server, and of this machine.

import { focusedElement, h, linkButton, setText } from "../view/dom.js";
import { refill } from "../view/rows.js";
import { stateIcon } from "./icons.js";

const TYPING_MS = 250;
/** Hours that a list may go back. @type {[string, string][]} */
const TIMES = [["1", "last hour"], ["24", "last 24 hours"], ["168", "last 7 days"], [
  "720",
  "last 30 days",
]];

/** The bar with the filters of a list. */
export class Filters {
  /**
   * @param {string} title What is listed.
   * @param {string} places Where the words are looked for that are typed.
   * @param {(filter: Record<string, string | number>) => void} send Sends what is wanted.
   */
  constructor(title, places, send) {
    this.send = send;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.typing = undefined;
    this.text = h("input", {
      class: "ogcw-input ogcw-list-text",
      type: "search",
      placeholder: places,
      "aria-label": `Filter by ${places[0].toLowerCase()}${places.slice(1)}`,
      oninput: () => {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.sendAll(), TYPING_MS);
      },
    });
    /** @type {Record<string, HTMLSelectElement>} */
    this.choices = {};
    this.bar = h(
      "div",
      { class: "ogcw-list-bar" },
      h("span", { class: "ogcw-label" }, title),
      this.text,
    );
  }

  /**
   * @param {string} name Of the member of the filter.
   * @param {string} about
   */
  add(name, about) {
    const choice = h("select", {
      class: "ogcw-input",
      "aria-label": `Filter by ${about}`,
      onchange: () => this.sendAll(),
    });
    this.choices[name] = choice;
    this.bar.append(choice);
    return choice;
  }

  sendAll() {
    clearTimeout(this.typing);
    /** @type {Record<string, string | number>} */
    const filter = { text: this.text.value };
    for (const [name, { value }] of Object.entries(this.choices)) {
      filter[name] = name === "hours" ? Number(value) : value;
    }
    this.send(filter);
  }

  /**
   * @param {string} name
   * @param {string} all
   * @param {[value: string, label: string][]} known
   * @param {string} chosen
   */
  offer(name, all, known, chosen) {
    const choice = this.choices[name];
    // What Python looks for may be a part of a name.
    const isKnown = !chosen || known.some(([value]) => value === chosen);
    const offered = isKnown ? known : [...known, [chosen, chosen]];
    refill(choice, offered, () => [
      h("option", { value: "" }, all),
      ...offered.map(([value, label]) => h("option", { value }, label)),
    ]);
    if (focusedElement() !== choice) choice.value = chosen;
  }

  /** @param {{ text: string, hours: number }} filter As Python has it. */
  draw({ text, hours }) {
    if (focusedElement() !== this.text) this.text.value = text;
    const chosen = hours ? String(hours) : "";
    const isKnown = !hours || TIMES.some(([value]) => value === chosen);
    const own = /** @type {[string, string]} */ ([chosen, `last ${chosen} hours`]);
    this.offer("hours", "any time", isKnown ? TIMES : [...TIMES, own], chosen);
  }

  stop() {
    clearTimeout(this.typing);
  }
}

/** @param {{ tone: string, kind: string, word: string }} row */
export function stateOf({ tone, kind, word }) {
  return h(
    "span",
    { class: "ogcw-list-state", "data-tone": tone },
    stateIcon(kind, "ogcw-list-icon"),
    h("span", { class: "ogcw-list-word" }, word),
  );
}

/**
 * What makes the links of a row, each of which says what it does.
 * @param {string} name Of the row.
 */
export function linksOf(name) {
  /**
   * @param {string} does
   * @param {string} label
   * @param {() => void} onclick
   */
  return (does, label, onclick, more = {}) =>
    linkButton(label, onclick, { "data-does": does, "aria-label": `${label} ${name}`, ...more });
}

/** A line for what came of the last press. */
export function noteLine() {
  const line = h("div", { class: "ogcw-note ogcw-list-note", role: "status" });
  /** @param {{ text: string, tone: string } | null | undefined} note */
  const draw = (note) => {
    setText(line, note?.text ?? "");
    line.title = note?.text ?? "";
    line.dataset.tone = note?.tone ?? "soft";
  };
  return { line, draw };
}

/**
 * Tell when somebody can see an element, and when no more: only then it is kept up to date.
 * @param {HTMLElement} el
 * @param {(on: boolean) => void} tell
 * @returns {() => void} Ends it, and tells that nobody does.
 */
export function whileVisible(el, tell) {
  let onScreen = false;
  /** @type {boolean | null} */
  let told = null;
  const look = () => {
    const on = onScreen && document.visibilityState === "visible";
    if (on !== told) tell(on);
    told = on;
  };
  const observer = new IntersectionObserver((entries) => {
    onScreen = entries[entries.length - 1].isIntersecting;
    look();
  });
  observer.observe(el);
  document.addEventListener("visibilitychange", look);
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", look);
    if (told) tell(false);
  };
}
