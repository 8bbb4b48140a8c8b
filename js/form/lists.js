// Lists: rows, chips, and what is pasted into them.

import { elementsOf, foreign, h, linkButton, setText, show } from "../view/dom.js";
import { NO_HELP } from "../view/search_box.js";
import { count, plain } from "../view/text.js";
import { CONTROLS } from "./controls.js";
import { groupNaming, linkRow, ROWS_AT_ONCE, tie } from "./core.js";
import { sameDraft } from "./drafts.js";
import { pastedDrafts, SIMPLE } from "./pasted.js";
import { makePlace } from "./place.js";
import { itemSearchLink } from "./stac.js";

function usesChips(spec, drafts) {
  const item = spec.item ?? {};
  if (!["text", "integer", "number"].includes(item.kind) || item.nullable) return false;
  if (
    !["", "text", "number", undefined, null].includes(item.input_mode) || item.rows > 1 || item.unit
  ) return false;
  if (
    /stac|ur[il]s?\b|link|path|file|item/i.test(`${spec.key} ${spec.label ?? ""}`) &&
    item.kind === "text"
  ) return false;
  return drafts.length <= 60 &&
    drafts.every((draft) =>
      typeof draft === "string" && draft !== "" && draft.length <= 40 && !/[\n\r]/.test(draft)
    );
}

CONTROLS.list = (spec, host) => {
  const node = h("div", {});
  let inner = null;
  let chips = null;
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
  /** Values that do not fit into chips any more move to rows. */
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

/** A box in which a whole list is pasted at once. */
function pasteBox(spec, host, onadd, oncancel = () => {}) {
  const area = h("textarea", {
    class: "ogcw-input",
    rows: 4,
    dir: "auto",
    placeholder: "One per line, or with commas, or a JSON list",
    "aria-label": `Paste values for ${plain(host.name, 200)}`,
    ...NO_HELP,
  });
  const add = h("button", {
    type: "button",
    class: "ogcw-btn ogcw-f-small",
    onclick: () => {
      const drafts = pastedDrafts(spec, area.value);
      close();
      onadd(drafts);
    },
  }, "Add");
  const cancel = linkButton("Cancel", () => close());
  const node = h(
    "div",
    {
      class: "ogcw-f-paste",
      hidden: true,
      onkeydown: (event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          close();
        }
      },
    },
    area,
    h("div", { class: "ogcw-f-links" }, add, cancel),
  );
  const open = linkButton("Paste a list", () => {
    show(node, true);
    show(open, false);
    area.focus();
  });
  function close() {
    area.value = "";
    show(node, false);
    show(open, true);
    if (open.isConnected) open.focus();
    else oncancel();
  }
  return { open, node };
}

function rowList(spec, host) {
  const item = { kind: "json", ...(spec.item ?? {}), required: false, description: "", label: "" };
  const simple = SIMPLE.has(item.kind);
  const most = spec.max_items ?? Infinity;
  const body = h("div", { class: "ogcw-f-rows", ...groupNaming(host) });
  const moreRows = linkButton("", () => {
    limit += 100;
    render();
  });
  let drafts = null; // null: nothing entered; the rows on the screen are then empty ones
  const rows = [];
  let limit = ROWS_AT_ONCE;
  const add = linkButton("+ Add", () => {
    insert([item.draft ?? null]);
  });
  const paste = pasteBox(spec, host, (pasted) => {
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
    return drafts.length > 0 && drafts.every((draft) => draft === null) ? null : drafts;
  }
  function commit(next) {
    drafts = next;
    if (drafts !== null && drafts.length === 0) drafts = null;
    render();
    host.changed(value());
    host.form.refresh(host.inputId);
  }
  function insert(added, droppingEmpty = false) {
    const have = droppingEmpty ? shown().filter((draft) => draft !== null) : [...shown()];
    limit = Math.max(limit, Math.min(have.length + added.length, 100));
    commit([...have, ...added]);
    // A box with the focus shows its address: what was pasted is there to be looked at.
    if (droppingEmpty && item.kind === "stac") add.focus();
    else rows.at(-1)?.place.focus();
  }
  function makeRow() {
    // A row keeps its number; when rows are moved, their drafts change places.
    const row = {};
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
      changed(draft) {
        const next = [...shown()];
        next[index()] = draft;
        drafts = next;
        host.changed(value());
      },
      onpaste: simple
        ? (event) => {
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
    Object.assign(row, {
      place,
      remove,
      up,
      down,
      node: h(
        "div",
        { class: simple ? "ogcw-f-listrow" : "ogcw-f-listrow ogcw-f-listrow-large" },
        place.node,
        h("div", { class: "ogcw-f-rowbuttons" }, up, down, remove),
      ),
    });
    return row;
  }
  function render() {
    const all = shown();
    const visible = all.slice(0, limit);
    while (rows.length > visible.length) rows.pop().node.remove();
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
      show(row.remove, drafts !== null && drafts.length > 0);
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
    mark(state) {
      if (!host.grouped) tie(body, state, false);
    },
    children: () => rows.map((row, i) => [String(i), row.place]),
    reveal(segment) {
      if (Number(segment) >= limit && drafts) {
        limit = Number(segment) + 20;
        render();
      }
    },
  };
}

/** Short plain values: chips in one box, with room for the next. */
function chipList(spec, host) {
  const numeric = spec.item.kind !== "text";
  const most = spec.max_items ?? Infinity;
  let values = [];
  let sendsEmpty = false;
  let editing = -1;
  const chips = h("span", { class: "ogcw-f-chips" });
  const word = spec.add_label ? plain(spec.add_label, 40) : addWords(spec);
  const input = h("input", {
    type: "text",
    class: "ogcw-f-chipinput",
    dir: "auto",
    placeholder: word,
    "aria-label": `${word}: ${plain(host.name, 160)}`,
    inputmode: numeric ? "decimal" : null,
    ...NO_HELP,
    // Text in the box is on the screen, so it is part of what is sent.
    oninput: () => {
      sendsEmpty = false;
      size();
      changed();
    },
    onkeydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" || (numeric && (event.key === "," || event.key === " "))) {
        if (input.value.trim() !== "" || event.key !== "Enter") event.preventDefault();
        settle();
      } else if (event.key === "Backspace" && input.value === "" && values.length > 0) {
        event.preventDefault();
        editing = -1;
        input.value = values.at(-1);
        values = values.slice(0, -1);
        draw();
        size();
        changed();
      }
    },
    onblur: () => settle(),
    onpaste: (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      const several = /[\r\n]/.test(text.trim()) || /^\s*\[/.test(text) ||
        (numeric && /[\s,;]/.test(text.trim()));
      if (!several) return;
      event.preventDefault();
      addAll(pastedDrafts(spec, text));
    },
  });
  const paste = pasteBox(spec, host, addAll, () => input.focus());
  const box = h(
    "div",
    {
      class: "ogcw-f-chipbox",
      ...groupNaming(host),
      onclick: (event) => {
        if (event.target === box || event.target === chips) input.focus();
      },
    },
    chips,
    input,
  );
  const node = h("div", {}, box, paste.node);

  const pending = () => (input.value.trim() === "" ? [] : [input.value.trim()]);
  const value = () => {
    const all = [...values, ...pending()];
    return all.length > 0 ? all : (sendsEmpty ? [] : null);
  };
  function changed() {
    host.changed(value());
  }
  function settle() {
    if (pending().length === 0) {
      input.value = "";
      return;
    }
    values = [...values, ...pending()];
    input.value = "";
    draw();
    size();
    changed();
    host.form.refresh(host.inputId);
  }
  function addAll(drafts) {
    const all = [...values, ...pending(), ...drafts];
    input.value = "";
    if (usesChips(spec, all)) {
      values = all;
      draw();
      size();
      changed();
      input.focus();
    } else host.rewrite(all);
    host.form.refresh(host.inputId);
  }
  function size() {
    input.style.width = input.value === "" ? "" : `${Math.min(input.value.length + 3, 40)}ch`;
  }
  function replace(next) {
    values = next;
    draw();
    changed();
    host.form.refresh(host.inputId);
  }
  function chip(text, at) {
    if (at === editing) {
      const edit = h("input", {
        class: "ogcw-f-chipedit",
        dir: "auto",
        "aria-label": `Change ${plain(text, 80)}`,
        ...NO_HELP,
        style: `width: ${Math.min(text.length + 4, 40)}ch`,
      });
      edit.value = text;
      let done = false;
      const finish = (keep) => {
        if (done) return;
        done = true;
        editing = -1;
        const next = keep ? edit.value.trim() : text;
        replace(next === "" ? values.filter((_, i) => i !== at) : values.with(at, next));
      };
      edit.addEventListener("input", () => {
        const next = edit.value.trim();
        host.changed([...values.with(at, next === "" ? text : next), ...pending()]);
      });
      edit.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        finish(event.key === "Enter");
        elementsOf(chips, ".ogcw-f-chip-text")[at]?.focus();
      });
      edit.addEventListener("blur", () => finish(true));
      return h("span", { class: "ogcw-f-chip" }, edit);
    }
    const label = h("button", {
      type: "button",
      class: "ogcw-f-chip-text",
      title: "Change (Alt+arrow keys move it)",
      "aria-label": `Change ${plain(text, 80)}`,
      onclick: () => {
        editing = at;
        draw();
        /** @type {HTMLInputElement} */ (chips.querySelector(".ogcw-f-chipedit")).select();
      },
      onkeydown: (event) => {
        if (!event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
        const to = at + (event.key === "ArrowLeft" ? -1 : 1);
        event.preventDefault();
        if (to < 0 || to >= values.length) return;
        replace(values.with(at, values[to]).with(to, text));
        elementsOf(chips, ".ogcw-f-chip-text")[to]?.focus();
      },
    }, foreign(text, 60));
    return h(
      "span",
      { class: "ogcw-f-chip", "data-at": at },
      label,
      h("button", {
        type: "button",
        class: "ogcw-f-chip-x",
        "aria-label": `Remove ${plain(text, 80)}`,
        onclick: () => {
          replace(values.filter((_, i) => i !== at));
          input.focus();
        },
      }, "×"),
    );
  }
  function draw() {
    chips.replaceChildren(...values.map(chip));
    const full = values.length >= most;
    input.placeholder = full ? "" : word;
  }
  draw();
  return {
    node,
    write(draft) {
      if (sameDraft(draft, value())) return;
      editing = -1;
      sendsEmpty = Array.isArray(draft) && draft.length === 0;
      values = Array.isArray(draft) ? [...draft] : [];
      input.value = "";
      draw();
      size();
    },
    read: value,
    focus: () => input.focus(),
    actions: () => (values.length < most ? [["Paste a list", () => paste.open.click()]] : []),
    mark(state) {
      tie(input, state);
      box.classList.toggle("ogcw-f-bad", Boolean(state.invalid));
    },
    children: () => [],
    markParts(faulty) {
      chips.querySelectorAll(".ogcw-f-chip").forEach((element, i) =>
        element.classList.toggle("ogcw-f-chip-bad", faulty.has(String(i)))
      );
    },
  };
}

/** "Bands" -> "add a band"; anything less certain -> "add …". */
function addWords(spec) {
  const match = /^([A-Za-z]{3,15})s$/.exec(String(spec.label || spec.key).trim());
  if (!match || /(ss|ies|us|is|xes|ses|ches)$/i.test(`${match[1]}s`)) return "add …";
  const one = match[1].toLowerCase();
  return `add ${/^[aeiou]/.test(one) ? "an" : "a"} ${one}`;
}
