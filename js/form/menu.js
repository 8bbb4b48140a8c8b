// The menu of a field.

import { elementsOf, focusedElement, foreign, h, holds } from "../view/dom.js";
import { popup } from "../view/search_box.js";
import { plain } from "../view/text.js";

/** @import { Host } from "./controls.js" */

/**
 * The button with the three dots, and the list that it opens.
 * @param {Host} host
 * @param {() => [label: string, run: () => void][]} entries What can be done at the moment.
 */
export function fieldMenu(host, entries) {
  const anchor = h(
    "button",
    {
      type: "button",
      class: "ogcw-f-menu",
      "aria-haspopup": "true",
      "aria-expanded": "false",
      title: "Field options",
    },
    h("span", { "aria-hidden": "true" }, "⋯"),
    h("span", { class: "ogcw-visually-hidden" }, `Field options of ${plain(host.name, 160)}`),
  );
  /** @type {ReturnType<typeof popup> | undefined} */
  let pop;
  anchor.addEventListener("click", () => {
    if (pop?.open) {
      pop.close();
      return;
    }
    /**
     * @param {string} label
     * @param {() => void} run
     */
    const act = (label, run) =>
      h("button", {
        type: "button",
        class: "ogcw-f-menu-item",
        onclick: () => {
          pop?.close();
          run();
        },
      }, label);
    const items = entries().map((entry) => act(...entry));
    const list = h(
      "div",
      {
        class: "ogcw-f-menu-list",
        role: "group",
        "aria-label": "Field options",
        "data-align": "end",
      },
      items,
      h("div", { class: "ogcw-f-menu-note" }, "Id: ", h("code", {}, foreign(host.path(), 120))),
    );
    list.addEventListener("keydown", (event) => {
      const buttons = elementsOf(list, "button");
      const at = buttons.findIndex((one) => one === focusedElement());
      if (event.key === "ArrowDown") buttons[Math.min(at + 1, buttons.length - 1)]?.focus();
      else if (event.key === "ArrowUp") buttons[Math.max(at - 1, 0)]?.focus();
      else if (event.key === "Escape") {
        pop?.close();
        anchor.focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    pop = popup(anchor, list, () => {
      anchor.setAttribute("aria-expanded", "false");
      setTimeout(() => list.remove());
    });
    pop.show();
    anchor.setAttribute("aria-expanded", "true");
    list.querySelector("button")?.focus();
    list.addEventListener("focusout", (event) => {
      if (!holds(list, event.relatedTarget) && event.relatedTarget !== anchor) pop?.close();
    });
  });
  return anchor;
}
