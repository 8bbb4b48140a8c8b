// A tree that folds. A branch is asked for when it is first opened. Keys are those of a
// tree (WAI-ARIA): arrows move, right opens, left closes or goes up.

import { elementsOf, h, linkButton } from "../view/dom.js";
import { copyText } from "../view/files.js";
import { listen } from "../view/model.js";
import { count } from "../view/text.js";
import { useStyle } from "../view/view.js";
import style from "./tree.css" with { type: "text" };

/** @typedef {{ key: string, kind: string, text: string, count: number, is_open?: boolean }} Branch */

/**
 * The tree of a model's trait `root`.
 * @param {import("../view/model.js").Model} model
 * @returns {{ tree: HTMLElement, remove: () => void }}
 */
export function treeOf(model) {
  useStyle("tree", style);
  const tree = h("ul", { class: "ogcw-tree", role: "tree", "aria-label": model.get("title") });

  /** Lists of branches that are shown, by their path. @type {Map<string, HTMLElement>} */
  const lists = new Map();

  /**
   * @param {Branch} branch
   * @param {number[]} path
   * @returns {HTMLElement}
   */
  function line(branch, path) {
    const has = branch.count > 0;
    const inner = h("ul", { role: "group", hidden: true });
    const head = h(
      "span",
      { class: "ogcw-tree-line" },
      h("span", { class: "ogcw-tree-mark", "aria-hidden": "true" }, has ? "▸" : ""),
      branch.key === "" && path.length === 0
        ? null
        : h("bdi", { class: "ogcw-tree-key" }, `${branch.key}:`),
      " ",
      h("bdi", { class: `ogcw-tree-${branch.kind}` }, shown(branch)),
    );
    const item = h(
      "li",
      {
        role: "treeitem",
        tabindex: path.length ? "-1" : "0",
        "aria-expanded": has ? "false" : null,
        "data-path": JSON.stringify(path),
      },
      head,
      inner,
    );
    if (has) {
      lists.set(JSON.stringify(path), inner);
      head.addEventListener("click", () => {
        focus(item);
        fold(item);
      });
    } else head.addEventListener("click", () => focus(item));
    return item;
  }

  /** @param {Branch} branch */
  function shown({ kind, text, count: inside }) {
    if (kind === "text") return JSON.stringify(text);
    if (inside) return text;
    return kind === "object" ? "{ }" : kind === "list" ? "[ ]" : text;
  }

  /** @param {HTMLElement} item */
  const inside = (item) => /** @type {HTMLElement} */ (item.lastElementChild);
  /** @param {HTMLElement} item */
  const isOpen = (item) => item.getAttribute("aria-expanded") === "true";

  /**
   * @param {HTMLElement} item
   * @param {boolean} [open]
   */
  function fold(item, open = !isOpen(item)) {
    item.setAttribute("aria-expanded", String(open));
    const list = inside(item);
    list.hidden = !open;
    const mark = item.querySelector(".ogcw-tree-mark");
    if (mark) mark.textContent = open ? "▾" : "▸";
    if (open && !list.childNodes.length) ask(item, 0);
  }

  /**
   * @param {HTMLElement} item
   * @param {number} first
   */
  function ask(item, first) {
    model.send({ type: "branches", path: JSON.parse(item.dataset.path ?? "[]"), first });
  }

  /** @param {Record<string, any>} content */
  function told(content) {
    if (content.type === "copy") copyText(content.text);
    if (content.type !== "branches") return;
    const { path, first, rows } = content;
    const list = lists.get(JSON.stringify(path));
    if (!list) return;
    list.querySelector(":scope > .ogcw-tree-more")?.remove();
    list.append(
      ...rows.map((/** @type {Branch} */ row, /** @type {number} */ i) =>
        line(row, [...path, first + i])
      ),
    );
    const item = /** @type {HTMLElement} */ (list.parentElement);
    const rest = Number(item.dataset.count) - first - rows.length;
    if (rest > 0) {
      list.append(h(
        "li",
        { class: "ogcw-tree-more", role: "none" },
        linkButton(`${count(rest)} more`, () => ask(item, first + rows.length)),
      ));
    }
    for (const [i, row] of rows.entries()) {
      const item = elementsOf(list)[first + i];
      item.dataset.count = String(row.count);
      if (row.is_open) fold(item, true);
    }
  }

  /** @param {HTMLElement} item */
  function focus(item) {
    for (const other of elementsOf(tree, "[role=treeitem]")) other.tabIndex = -1;
    item.tabIndex = 0;
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }

  tree.addEventListener("keydown", (event) => {
    const items = elementsOf(tree, "[role=treeitem]").filter((one) => one.offsetParent !== null);
    const item = /** @type {HTMLElement} */ (event.target);
    const at = items.indexOf(item);
    if (at < 0) return;
    const canOpen = item.hasAttribute("aria-expanded");
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => items[at + 1] && focus(items[at + 1]),
      ArrowUp: () => items[at - 1] && focus(items[at - 1]),
      Home: () => focus(items[0]),
      End: () => focus(items[items.length - 1]),
      Enter: () => canOpen && fold(item),
      ArrowRight: () => canOpen && !isOpen(item) ? fold(item, true) : keys.ArrowDown(),
      ArrowLeft: () => {
        if (isOpen(item)) return fold(item, false);
        const parent = item.parentElement?.closest("[role=treeitem]");
        if (parent) focus(/** @type {HTMLElement} */ (parent));
      },
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });

  function draw() {
    /** @type {Branch} */
    const root = model.get("root");
    lists.clear();
    tree.replaceChildren();
    if (!("kind" in root)) return;
    const item = line(root, []);
    item.dataset.count = String(root.count);
    tree.append(item);
    if (root.count) fold(item, true);
  }
  model.on("msg:custom", told);
  draw();
  const others = listen(model, ["root"], draw);
  return {
    tree,
    remove: () => {
      others();
      model.off("msg:custom", told);
    },
  };
}
