// STAC documents: a box with an address that, once it was looked at, shows what is there.
//
// The box stays what it is; what is known lies over it while it does not have the focus,
// so that nothing moves, and the address is one click or Tab away.

import { elementsOf, h, holds, linkButton, setText, show, uniqueId } from "../../view/dom.js";
import { plain } from "../../view/text.js";
import { CONTROLS } from "../controls.js";
import { linkRow } from "../core.js";
import { textBox } from "./text.js";

/** @import { Draft, Host, Mark, Spec } from "../controls.js" */

/** @type {Record<string, string>} */
const CHECK_MARKS = { good: "✓", odd: "!" };
/** @type {Record<string, string>} */
const CHECK_WORDS = { good: "", odd: "Unexpected: ", bad: "", unread: "", busy: "Looking." };
const LONG_KEY = 300;

/**
 * The checksum that Python names long texts by (CRC-32).
 * @param {Uint8Array} content
 */
function crc32(content) {
  let crc = 0xffffffff;
  for (const byte of content) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

/**
 * By which name Python knows the check of a text.
 * @param {Spec} spec
 * @param {string} text
 */
function checkKey(spec, text) {
  const name = text.trim();
  const content = new TextEncoder().encode(name);
  return `${spec.wants ?? ""}|${
    content.length > LONG_KEY ? `${content.length} ${crc32(content)}` : name
  }`;
}

/**
 * The way to the search for items, where there is one and this field takes items.
 * @param {Spec} spec
 * @param {Host} host
 */
export function itemSearchLink(spec, host) {
  if (
    spec?.kind !== "stac" ||
    !String(spec.wants ?? "").split(" ").some((kind) => kind === "item" || kind === "items")
  ) return null;
  const link = linkButton("", () => host.form.send({ type: "search_items", path: host.path() }));
  host.form.onChecks(() => {
    const words = host.form.searchWords();
    setText(link, words);
    show(link, words !== "");
  });
  return link;
}

CONTROLS.stac = (spec, host) => {
  const says = uniqueId("check");
  const face = h("div", { class: "ogcw-f-stac-face", "aria-hidden": "true" });
  const busy = h("span", { class: "ogcw-f-stac-busy", "aria-hidden": "true" }, "looking…");
  const read = h("div", { id: says, class: "ogcw-visually-hidden" });
  const again = linkButton("Look again", () => host.form.send({ type: "look", key: key() }));
  const why = h("span", { dir: "auto" });
  const words = h("div", { class: "ogcw-hint ogcw-f-advice ogcw-f-stac-words" }, why, " ", again);
  const text = textBox(spec, {
    ...host,
    /** @param {Draft} draft */
    changed(draft) {
      draw();
      host.changed(draft);
    },
  }, { onpaste: host.onpaste });
  // A field of its own has the way to the search under it; in a list the list has it.
  const search = host.inList ? null : itemSearchLink(spec, host);
  const node = h(
    "div",
    { class: "ogcw-f-stac" },
    h("div", { class: "ogcw-f-stac-box" }, text.node, face, busy),
    read,
    words,
    search ? linkRow(search) : null,
  );
  /** @type {Mark} */
  let state = {};
  let inside = false;

  const value = () => text.read() ?? "";
  const key = () => checkKey(spec, value());
  const check = () => (value() === "" ? undefined : host.form.checkOf(key()));

  function draw() {
    const known = check();
    const kind = known?.state ?? "";
    const resting = !inside && (kind === "good" || kind === "odd");
    node.classList.toggle("ogcw-f-stac-rest", resting);
    node.dataset.state = kind;
    face.replaceChildren(
      ...(resting
        ? [
          h("span", { class: "ogcw-f-stac-mark" }, CHECK_MARKS[kind]),
          h("bdi", { class: "ogcw-f-stac-id" }, plain(known.id, 120)),
          h("bdi", { class: "ogcw-f-stac-date" }, plain(known.date, 60)),
        ]
        : []),
    );
    show(face, resting);
    show(busy, kind === "busy" && !inside);
    elementsOf(node)[0].title = resting ? plain(value(), 500) : "";
    setText(why, plain(known?.words ?? "", 400));
    show(words, Boolean(known?.words) && !inside);
    show(again, kind === "bad" || kind === "unread");
    setText(again, kind === "unread" ? "Look there" : "Look again");
    setText(
      read,
      known
        ? `${CHECK_WORDS[kind]}${
          [known.id, known.date, known.words].filter(Boolean).map((part) => plain(part, 200)).join(
            ", ",
          )
        }`
        : "",
    );
    tieBox();
  }
  function tieBox() {
    const described = [state.describedBy, read.textContent !== "" ? says : ""].filter(Boolean).join(
      " ",
    );
    text.mark({ ...state, describedBy: described });
  }
  /** Only what is not known yet is asked for. */
  function ask() {
    if (value() !== "" && check() === undefined) host.form.look();
  }
  node.addEventListener("focusin", (event) => {
    if (holds(text.node, event.target)) inside = true;
    draw();
    host.form.markItem(key());
  });
  node.addEventListener("focusout", () => {
    inside = false;
    draw();
    ask();
    host.form.markItem("");
  });
  node.addEventListener("mouseenter", () => host.form.markItem(value() === "" ? "" : key()));
  node.addEventListener("mouseleave", () => host.form.markItem(""));
  host.form.onChecks(draw);
  return {
    ...text,
    get box() {
      return text.box;
    },
    node,
    write(draft) {
      text.write(draft);
      draw();
      if (!inside) ask();
    },
    focusSearch: () => search?.focus(),
    mark(next) {
      state = next;
      tieBox();
    },
  };
};
