// The lower edge of the app: dragged, it changes the height, which the browser remembers.

import { h, linkButton, setText } from "../view/dom.js";
import { keepLetters } from "../view/focus.js";
import { listen, setTrait } from "../view/model.js";
import { problemLine, view } from "../view/view.js";
import style from "./frame.css" with { type: "text" };

const LEAST = 480;
const MOST = 2400;
const STEP = 20;
const NARROW = 698; // 700 with the border, as in app.css
const REMEMBERED = "ogcw-app-height";

function remembered() {
  try {
    return Number(localStorage.getItem(REMEMBERED)) || 0;
  } catch {
    return 0; // a page that may keep nothing
  }
}

/** @param {number} height */
function remember(height) {
  try {
    localStorage.setItem(REMEMBERED, String(height));
  } catch { /* as above */ }
}

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-frame");
  const fold = linkButton("", () => {
    setTrait(model, "folded", !model.get("folded"));
    draw();
  }, { class: "ogcw-link ogcw-frame-fold" });
  const grip = h("div", {
    class: "ogcw-frame-grip",
    role: "separator",
    tabindex: 0,
    title: "Drag to change the height",
    "aria-orientation": "horizontal",
    "aria-label": "Height",
    "aria-valuemin": LEAST,
    "aria-valuemax": MOST,
  });
  keepLetters(grip);
  el.append(fold, grip, problemLine(model));
  const app = () => /** @type {HTMLElement | null} */ (el.closest(".ogcw-app"));

  function draw() {
    const isFolded = model.get("folded");
    setText(fold, isFolded ? "▸ chart and settings" : "▾ chart and settings");
    fold.setAttribute("aria-expanded", String(!isFolded));
    const height = model.get("height") || remembered();
    const here = app();
    if (height) here?.style.setProperty("--ogcw-app-height", `${height}px`);
    else here?.style.removeProperty("--ogcw-app-height");
    here?.toggleAttribute("data-folded", isFolded);
    here?.toggleAttribute("data-narrow", el.clientWidth > 0 && el.clientWidth < NARROW);
    const now = here ? Math.round(heightOf(here)) : LEAST;
    grip.setAttribute("aria-valuenow", String(now));
    grip.setAttribute("aria-valuetext", `${now} pixels`);
  }

  /** The height that the style sheet starts from; a narrow app adds to it. @param {Element} here */
  const heightOf = (here) =>
    parseFloat(getComputedStyle(here).getPropertyValue("--ogcw-app-height"));

  /** @param {number} height */
  function resize(height) {
    const kept = Math.round(Math.min(MOST, Math.max(LEAST, height)));
    remember(kept);
    setTrait(model, "height", kept);
    draw();
  }

  /** @type {{ y: number, height: number } | null} */
  let start = null;
  grip.addEventListener("pointerdown", (event) => {
    const here = app();
    if (!here || event.button !== 0) return;
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    grip.focus({ preventScroll: true });
    start = { y: event.clientY, height: heightOf(here) };
  });
  grip.addEventListener("pointermove", (event) => {
    if (start) resize(start.height + event.clientY - start.y);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    grip.addEventListener(end, () => {
      start = null;
    });
  }
  grip.addEventListener("keydown", (event) => {
    const by = { ArrowDown: STEP, ArrowUp: -STEP, PageDown: STEP * 5, PageUp: STEP * -5 }[
      event.key
    ];
    const here = app();
    if (!by || !here) return;
    event.preventDefault();
    resize(heightOf(here) + by);
  });

  draw();
  // It is in the page when it has a size for the first time.
  const sizes = new ResizeObserver(draw);
  sizes.observe(el);
  const stop = listen(model, ["folded", "height"], draw);
  return () => {
    sizes.disconnect();
    stop();
  };
}
export default view(render, { name: "frame", style });
