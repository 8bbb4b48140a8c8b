// How far something is.

import { h } from "./dom.js";

/**
 * A bar that fills, or moves while nobody knows how long it takes.
 * @param {string} label What a screen reader says of it.
 */
export function makeBar(label) {
  const fill = h("span", { class: "ogcw-bar-fill" });
  const bar = h("span", {
    class: "ogcw-bar",
    role: "progressbar",
    "aria-label": label,
    "aria-valuemin": "0",
    "aria-valuemax": "100",
  }, fill);
  return {
    bar,
    /** @param {number | null} now */
    set(now) {
      bar.classList.toggle("ogcw-bar-moving", now === null);
      fill.style.width = now === null ? "" : `${now}%`;
      if (now === null) bar.removeAttribute("aria-valuenow");
      else bar.setAttribute("aria-valuenow", String(now));
    },
  };
}
