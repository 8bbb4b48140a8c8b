// The app as large as the screen; where the page may not do that, as large as its window.

import { h } from "../view/dom.js";

const FALLBACK = "ogcw-app-large";
const SVG = { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" };

/**
 * @param {HTMLElement} el An element in the app.
 */
export function fullScreenButton(el) {
  const path = h("path", { d: "" });
  const button = h("button", {
    type: "button",
    class: "ogcw-icon ogcw-header-large",
    onclick: toggle,
  }, h("svg", SVG, path));
  const app = () => /** @type {HTMLElement | null} */ (el.closest(".ogcw-app"));
  const isLarge = () => {
    const here = app();
    return here !== null &&
      (document.fullscreenElement === here || here.classList.contains(FALLBACK));
  };

  async function toggle() {
    const here = app();
    if (!here) return;
    if (isLarge()) {
      here.classList.remove(FALLBACK);
      if (document.fullscreenElement === here) await document.exitFullscreen();
    } else {
      try {
        await here.requestFullscreen();
      } catch {
        here.classList.add(FALLBACK);
      }
    }
    draw();
  }

  function draw() {
    const is = isLarge();
    path.setAttribute(
      "d",
      is ? "M6 2v4H2M10 2v4h4M6 14v-4H2M10 14v-4h4" : "M2 6V2h4M14 6V2h-4M2 10v4h4M14 10v4h-4",
    );
    button.title = is ? "Leave full screen (Esc)" : "Full screen";
    button.setAttribute("aria-label", is ? "Leave full screen" : "Full screen");
    button.setAttribute("aria-pressed", String(is));
  }

  /** The browser knows Esc for its own full screen only. @param {KeyboardEvent} event */
  function leave(event) {
    if (event.key !== "Escape" || !app()?.classList.contains(FALLBACK)) return;
    app()?.classList.remove(FALLBACK);
    draw();
  }

  document.addEventListener("fullscreenchange", draw);
  document.addEventListener("keydown", leave);
  draw();
  return {
    button,
    stop() {
      document.removeEventListener("fullscreenchange", draw);
      document.removeEventListener("keydown", leave);
    },
  };
}
