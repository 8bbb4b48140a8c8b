// Lists: rows or chips, and what is pasted into them.

import { h, linkButton, setText, show } from "../../view/dom.js";
import { count, plain } from "../../view/text.js";
import { chipList, usesChips } from "./chips.js";
import { CONTROLS } from "../controls.js";
import { groupNaming, linkRow, ROWS_AT_ONCE, tie } from "../core.js";
import { sameDraft } from "../drafts.js";
import { listBox } from "../paste_box.js";
import { pastedDrafts, SIMPLE } from "../pasted.js";
import { makePlace } from "../place.js";
import { itemSearchLink } from "./stac.js";

/** @import { Draft, Host, Mark, Part, Spec } from "../controls.js" */

/**
 * @typedef {object} Row
 * @property {any} place
 * @property {HTMLButtonElement} remove
 * @property {HTMLButtonElement} up
 * @property {HTMLButtonElement} down
 * @property {HTMLElement} buttons
 * @property {HTMLElement} node
 */

CONTROLS.list = (spec, host) => {
  const node = h("div", {});
  /** What shows the values: chips or rows; made by the first write(). @type {any} */
  let inner = null;
  let chips = false;
  /** @param {Draft} draft */
  function write(draft) {
    const drafts = Array.isArray(draft) ? draft : [];
    const wanted = usesChips(spec, drafts);
    if (inner === null || wanted !== chips) {
      chips = wanted;
      inner = wanted ? chipList(spec, { ...host, rewrite }) : rowList(spec, host);
      node.replaceChildren(inner.node);
    }
    inner.write(draft);
  }
  /**
   * Values that do not fit into chips any more move to rows.
   * @param {Draft[]} drafts
   */
  function rewrite(drafts) {
    write(drafts);
    host.changed(inner.read());
    inner.focus();
  }
  write(null);
  const most = spec.max_items ?? null;
  return {
    node,
    write,
    read: () => inner.read(),
    focus: () => inner.focus(),
    mark: (state) => inner.mark(state),
    children: () => inner.children(),
    reveal: (segment) => inner.reveal?.(segment),
    focusSearch: () => inner.focusSearch?.(),
    actions: () => inner.actions?.() ?? [],
    markParts: (faulty) => inner.markParts?.(faulty),
    count() {
      const have = inner.read()?.length ?? 0;
      if (most !== null && most > 1) return `${count(have)} of up to ${count(most)}`;
      return have > 3 ? count(have) : "";
    },
    // The number of values says it, unless a least number is asked for.
    hidesHint: most !== null ? most > 1 && (spec.min_items ?? 0) <= 1 : (spec.min_items ?? 0) <= 1,
  };
};

/**
 * @param {Spec} spec
 * @param {Host} host
 */
function rowList(spec, host) {
  const item = { kind: "json", ...(spec.item ?? {}), required: false, description: "", label: "" };
  const simple = SIMPLE.has(item.kind);
  const most = spec.max_items ?? Infinity;
  const body = h("div", { class: "ogcw-f-rows", ...groupNaming(host) });
  const moreRows = linkButton("", () => {
    limit += 100;
    render();
  });
  /** @type {Draft[] | null} */
  let drafts = null; // null: nothing entered; the rows on the screen are then empty ones
  /** @type {Row[]} */
  const rows = [];
  let limit = ROWS_AT_ONCE;
  const add = linkButton("+ Add", () => {
    insert([item.draft ?? null]);
  });
  const paste = listBox(spec, host, (pasted) => {
    if (pasted.length > 0) insert(pasted, true);
  });
  let arranging = false;
  const arrange = linkButton("Reorder", () => {
    arranging = !arranging;
    render();
  }, { "aria-pressed": "false" });
  const search = itemSearchLink(item, host);
  const node = h("div", {}, body, moreRows, linkRow(add, paste.open, search, arrange), paste.node);

  function shown() {
    if (drafts !== null && drafts.length > 0) return drafts;
    // Something to fill in is there from the start where something is asked for.
    return simple || spec.required
      ? Array(Math.min(Math.max(spec.min_items || 1, 1), 3)).fill(null)
      : [];
  }
  function value() {
    if (drafts === null) return null;
    return drafts.length > 0 &&
        drafts.every((draft) => draft === null)
      ? null
      : drafts;
  }
  /** @param {Draft[] | null} next */
  function commit(next) {
    drafts = next;
    if (drafts !== null && drafts.length === 0) drafts = null;
    render();
    host.changed(value());
    host.form.refresh(host.inputId);
  }
  /** @param {Draft[]} added */
  function insert(added, droppingEmpty = false) {
    const have = droppingEmpty ? shown().filter((draft) => draft !== null) : [...shown()];
    limit = Math.max(limit, Math.min(have.length + added.length, 100));
    commit([...have, ...added]);
    // A box with the focus shows its address: what was pasted is there to be looked at.
    if (droppingEmpty && item.kind === "stac") add.focus();
    else rows.at(-1)?.place.focus();
  }
  /** @returns {Row} */
  function makeRow() {
    // A row keeps its number; when rows are moved, their drafts change places.
    const row = /** @type {Row} */ ({});
    const index = () => rows.indexOf(row);
    const name = `${plain(host.name, 160)}, item ${rows.length + 1}`;
    const place = makePlace(item, {
      ...host,
      id: undefined,
      grouped: false,
      inside: false,
      inList: true,
      name,
      path: () => `${host.path()}/${index()}`,
      /** @param {Draft} draft */
      changed(draft) {
        const next = [...shown()];
        next[index()] = draft;
        drafts = next;
        host.changed(value());
      },
      onpaste: simple
        ? (/** @type {ClipboardEvent} */ event) => {
          const text = event.clipboardData?.getData("text/plain") ?? "";
          if (text.trim().split(/\r\n|\r|\n/).length < 2) return;
          event.preventDefault();
          const next = [...shown()];
          const at = index();
          next.splice(at, next[at] === null ? 1 : 0, ...pastedDrafts(spec, text));
          limit = Math.max(limit, Math.min(next.length, 100));
          if (item.kind === "stac") add.focus();
          commit(next);
        }
        : undefined,
    }, "row");
    /** @param {number} step */
    const move = (step) =>
      h("button", {
        type: "button",
        class: "ogcw-icon ogcw-f-move",
        "aria-label": `Move ${name} ${step < 0 ? "up" : "down"}`,
        onclick: () => {
          const from = index();
          const to = from + step;
          const next = [...shown()];
          if (to < 0 || to >= next.length) return;
          [next[from], next[to]] = [next[to], next[from]];
          commit(next);
          const button = rows[to]?.[step < 0 ? "up" : "down"];
          (button?.disabled ? rows[to][step < 0 ? "down" : "up"] : button)?.focus();
        },
      }, step < 0 ? "↑" : "↓");
    const remove = h("button", {
      type: "button",
      class: "ogcw-icon ogcw-f-remove",
      "aria-label": `Remove ${name}`,
      onclick: () => {
        const at = index();
        commit(shown().filter((_, i) => i !== at));
        if (rows.length > 0) rows[Math.min(at, rows.length - 1)].remove.focus();
        else add.focus();
      },
    }, "×");
    const up = move(-1);
    const down = move(1);
    const buttons = h("div", { class: "ogcw-f-rowbuttons" }, up, down, remove);
    return Object.assign(row, {
      place,
      remove,
      up,
      down,
      buttons,
      node: h(
        "div",
        { class: simple ? "ogcw-f-listrow" : "ogcw-f-listrow ogcw-f-listrow-large" },
        place.node,
        buttons,
      ),
    });
  }
  function render() {
    const all = shown();
    const visible = all.slice(0, limit);
    while (rows.length > visible.length) rows.pop()?.node.remove();
    while (rows.length < visible.length) {
      const row = makeRow();
      rows.push(row);
      body.append(row.node);
    }
    rows.forEach((row, i) => {
      if (!sameDraft(row.place.read(), visible[i])) row.place.write(visible[i]);
      row.up.disabled = i === 0;
      row.down.disabled = i === all.length - 1;
      show(row.up, arranging && all.length > 1);
      show(row.down, arranging && all.length > 1);
      show(row.buttons, drafts !== null && drafts.length > 0);
    });
    show(moreRows, all.length > visible.length);
    setText(moreRows, `${count(all.length - visible.length)} more are kept and sent: show some`);
    show(add, all.length < most);
    show(paste.open, most > 1 && all.length < most && paste.node.hidden);
    show(arrange, drafts !== null && all.length > 1);
    setText(arrange, arranging ? "Done reordering" : "Reorder");
    arrange.setAttribute("aria-pressed", String(arranging));
  }
  render();
  return {
    node,
    /** @param {Draft} draft */
    write(draft) {
      const next = Array.isArray(draft) ? draft : null;
      if (next === null) limit = ROWS_AT_ONCE;
      drafts = next;
      render();
    },
    read: value,
    focus() {
      (rows[0]?.place ?? { focus: () => add.focus() }).focus();
    },
    focusSearch: () => search?.focus(),
    /** @param {Mark} state */
    mark(state) {
      if (!host.grouped) tie(body, state, false);
    },
    children: () => rows.map((row, i) => /** @type {Part} */ ([String(i), row.place])),
    /** @param {string} segment */
    reveal(segment) {
      if (Number(segment) >= limit && drafts) {
        limit = Number(segment) + 20;
        render();
      }
    },
  };
}
