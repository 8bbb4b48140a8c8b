// Boxes for text that is pasted as a whole, each opened by a link.

import { h, linkButton, show } from "../view/dom.js";
import { NO_HELP } from "../view/search_box.js";
import { plain } from "../view/text.js";
import { pastedDrafts } from "./pasted.js";

/**
 * The link that opens the box, and the box.
 * @param {string} words What the link says.
 * @param {string} does What the button says that takes the text.
 * @param {Record<string, unknown>} attributes Of the text area.
 * @param {(text: string) => void} taken Called with the text when the box is closed.
 * @param {() => void} [lost] Called when the link is gone that would get the focus back.
 */
export function pasteBox(words, does, attributes, taken, lost = () => {}) {
  const area = h("textarea", { class: "ogcw-input", ...attributes, ...NO_HELP });
  const node = h(
    "div",
    {
      class: "ogcw-f-paste",
      hidden: true,
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      },
    },
    area,
    h(
      "div",
      { class: "ogcw-f-links" },
      h("button", { type: "button", class: "ogcw-btn ogcw-f-small", onclick: take }, does),
      linkButton("Cancel", close),
    ),
  );
  const open = linkButton(words, () => {
    show(node, true);
    show(open, false);
    area.focus();
  });
  function take() {
    const text = area.value;
    close();
    taken(text);
  }
  function close() {
    area.value = "";
    show(node, false);
    show(open, true);
    if (open.isConnected) open.focus();
    else lost();
  }
  return { open, node };
}

/**
 * A box in which a whole list is pasted at once.
 * @param {any} spec
 * @param {any} host
 * @param {(drafts: unknown[]) => void} added
 * @param {() => void} [lost]
 */
export function listBox(spec, host, added, lost) {
  const attributes = {
    rows: 4,
    dir: "auto",
    placeholder: "One per line, or with commas, or a JSON list",
    "aria-label": `Paste values for ${plain(host.name, 200)}`,
  };
  /** @param {string} text */
  const taken = (text) => added(pastedDrafts(spec, text));
  return pasteBox("Paste a list", "Add", attributes, taken, lost);
}
