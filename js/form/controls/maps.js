// Names chosen by the user, each with a value.

import { h, linkButton, show } from "../../view/dom.js";
import { NO_HELP } from "../../view/search_box.js";
import { plain } from "../../view/text.js";
import { CONTROLS } from "../controls.js";
import { groupNaming, linkRow, tie } from "../core.js";
import { joinPath, sameDraft } from "../drafts.js";
import { makePlace } from "../place.js";

/** @import { Draft, Part } from "../controls.js" */

CONTROLS.map = (spec, host) => {
  const item = { kind: "json", ...(spec.item ?? {}), required: false, label: "", description: "" };
  const most = spec.max_items ?? Infinity;
  /** @type {Draft} */
  let drafts = null;
  /** @type {any[]} */
  const rows = [];
  const body = h("div", { class: "ogcw-f-rows", ...groupNaming(host) });
  const add = linkButton("+ Add a name and value", () => {
    commit([...(drafts ?? []), ["", null]]);
    rows.at(-1)?.key.focus();
  });
  const node = h("div", {}, body, linkRow(add));
  /** @param {Draft} next */
  function commit(next) {
    drafts = next.length > 0 ? next : null;
    render();
    host.changed(drafts);
    host.form.refresh(host.inputId);
  }
  function makeRow() {
    /** @type {any} */
    const row = {};
    const index = () => rows.indexOf(row);
    /** @param {(pair: [string, Draft]) => [string, Draft]} change */
    const update = (change) => {
      drafts = drafts.map((
        /** @type {any} */ pair,
        /** @type {number} */ i,
      ) => (i === index() ? change(pair) : pair));
      host.changed(drafts);
    };
    row.key = h("input", {
      type: "text",
      class: "ogcw-input ogcw-f-key",
      dir: "auto",
      placeholder: "name",
      "aria-label": `${plain(host.name, 160)}, name`,
      ...NO_HELP,
      oninput: () => {
        call();
        update(([, part]) => [row.key.value, part]);
      },
    });
    const call = () =>
      row.remove.setAttribute("aria-label", `Remove ${plain(row.key.value, 60) || "this row"}`);
    row.place = makePlace(item, {
      ...host,
      id: undefined,
      grouped: false,
      name: `${plain(host.name, 160)}, value`,
      path: () => `${host.path()}/${joinPath([row.key.value])}`,
      changed: (/** @type {Draft} */ draft) => update(([key]) => [key, draft]),
    }, "row");
    row.remove = h("button", {
      type: "button",
      class: "ogcw-icon",
      onclick: () => {
        const at = index();
        commit(drafts.filter((/** @type {any} */ _, /** @type {number} */ i) => i !== at));
        if (rows.length > 0) rows[Math.min(at, rows.length - 1)].remove.focus();
        else add.focus();
      },
    }, "×");
    row.call = call;
    row.node = h(
      "div",
      { class: "ogcw-f-listrow ogcw-f-maprow" },
      row.key,
      row.place.node,
      h("div", { class: "ogcw-f-rowbuttons" }, row.remove),
    );
    return row;
  }
  function render() {
    const all = drafts ?? [];
    while (rows.length > all.length) rows.pop()?.node.remove();
    while (rows.length < all.length) {
      const row = makeRow();
      rows.push(row);
      body.append(row.node);
    }
    rows.forEach((row, i) => {
      const [key, draft] = all[i];
      if (row.key.value !== key) row.key.value = key;
      if (!sameDraft(row.place.read(), draft)) row.place.write(draft);
      row.call();
    });
    show(body, all.length > 0);
    show(add, all.length < most);
  }
  render();
  return {
    node,
    write(next) {
      drafts = Array.isArray(next)
        ? next.map(([key, part]) => [String(key ?? ""), part ?? null])
        : null;
      render();
    },
    read: () => drafts,
    focus() {
      (rows[0]?.key ?? add).focus();
    },
    mark(state) {
      if (!host.grouped) tie(body, state, false);
    },
    /** By its name, and by its number for errors that count. */
    children: () =>
      rows.flatMap((row, i) => {
        const name = row.key.value;
        const segments = name === String(i) ? [name] : [name, String(i)];
        return segments.map((segment) => /** @type {Part} */ ([segment, row.place]));
      }),
  };
};
