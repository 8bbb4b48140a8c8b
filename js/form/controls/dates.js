// Dates, times and durations. The text is the value; the browser's own picker only types
// into it, because it cannot hold a time zone, nor a date that is not valid yet.

import { h, linkButton } from "../../view/dom.js";
import { plain } from "../../view/text.js";
import { CONTROLS } from "../controls.js";
import { sentence } from "../core.js";
import { durationWords } from "./numbers.js";
import { textBox } from "./text.js";

/** @import { Draft, Host, Spec } from "../controls.js" */

/** @type {Record<string, { type: string, placeholder: string }>} */
const PICKERS = {
  date: { type: "date", placeholder: "2021-07-13" },
  time: { type: "time", placeholder: "10:30:00Z" },
  datetime: { type: "datetime-local", placeholder: "2021-07-13T10:30:00Z" },
};

const ZONE = /(?:[zZ]|[+-]\d{2}:?\d{2})$/;

function localZone() {
  const minutes = -new Date().getTimezoneOffset();
  /** @param {number} n */
  const pad = (n) => String(Math.floor(n)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${pad(Math.abs(minutes) / 60)}:${pad(Math.abs(minutes) % 60)}`;
}

/**
 * @param {Spec} spec
 * @param {Host} host
 */
function dateControl(spec, host) {
  const { type, placeholder } = PICKERS[spec.kind];
  const zoned = spec.kind !== "date";
  const zone = spec.kind === "datetime" ? zoneChooser(host, () => text) : null;
  const picker = h("input", {
    type,
    class: "ogcw-f-picker",
    tabindex: "-1",
    "aria-hidden": "true",
    step: zoned ? "1" : null,
  });
  const button = linkButton("pick", () => {
    const now = text.read() ?? "";
    picker.value = zoned ? now.replace(ZONE, "") : now;
    try {
      picker.showPicker();
    } catch {
      // Frames of another origin may not open it: show the browser's own control instead.
      picker.classList.add("ogcw-f-picker-shown");
      picker.focus();
    }
  }, {
    class: "ogcw-link ogcw-f-side",
    "aria-label": `Pick a ${spec.kind === "datetime" ? "date and time" : spec.kind} for ${
      plain(host.name, 100)
    }`,
  });
  const text = textBox({ ...spec, placeholder: spec.placeholder || placeholder }, host, {
    side: () => h("span", { class: "ogcw-f-side-holder" }, picker, button),
    onedit: () => zone?.follow(),
  });
  picker.addEventListener("change", () => {
    if (picker.value === "") return;
    const seconds = /(^|T)\d\d:\d\d$/.test(picker.value) ? ":00" : "";
    const suffix = zoned ? (ZONE.exec(text.read() ?? "")?.[0] ?? "Z") : "";
    text.type(picker.value + seconds + suffix);
    text.focus();
  });
  if (zone === null) return text;
  /** @param {Draft} draft */
  const write = (draft) => {
    text.write(draft);
    zone.follow();
  };
  write(null);
  return { ...text, node: h("div", { class: "ogcw-f-line" }, text.node, zone.node), write };
}

/**
 * The end of a date-time as a choice: UTC, here, or whatever the text says.
 * @param {Host} host
 * @param {() => ReturnType<typeof textBox>} text
 */
function zoneChooser(host, text) {
  const here = localZone();
  const node = h("select", {
    class: "ogcw-input ogcw-f-zone",
    "aria-label": `Time zone of ${plain(host.name, 100)}`,
    onchange: () => {
      const rest = (text().read() ?? "").trim().replace(ZONE, "");
      if (rest !== "") text().type(rest + node.value);
    },
  });
  function follow() {
    const now = (text().read() ?? "").trim();
    const own = ZONE.exec(now)?.[0].toUpperCase() ?? (now === "" ? "Z" : "");
    const choices = new Map([["Z", "UTC"], [here, `${here} (here)`]]);
    if (!choices.has(own)) choices.set(own, own || "no zone");
    node.replaceChildren(...[...choices].map(([value, label]) => h("option", { value }, label)));
    node.value = own;
  }
  return { node, follow };
}

CONTROLS.date = dateControl;

CONTROLS.time = dateControl;

CONTROLS.datetime = dateControl;

CONTROLS.duration = (spec, host) => {
  const text = textBox({ placeholder: "P1DT2H30M", ...dropEmpty(spec) }, host);
  return { ...text, hint: () => [sentence(durationWords(text.read()))] };
};

/**
 * @param {Spec} spec
 * @returns {Spec}
 */
function dropEmpty(spec) {
  const { kind } = spec;
  return Object.assign(
    Object.fromEntries(
      Object.entries(spec).filter(([, value]) =>
        value !== "" && value !== null && value !== undefined
      ),
    ),
    { kind },
  );
}
