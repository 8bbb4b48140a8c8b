// Controls made of other controls: lists, tuples, objects, maps and unions.

const SIMPLE = new Set(["text", "number", "integer", "date", "time", "datetime", "duration", "choice", "boolean", "stac"]);

/** Drafts from pasted text: one per line, or with commas, or a JSON array. */
function pastedDrafts(spec, text) {
  const item = spec.item ?? { kind: "json" };
  const numeric = item.kind === "number" || item.kind === "integer";
  const trimmed = text.trim();
  let parts = null;
  if (trimmed.startsWith("[") && !(numeric && !/["{]/.test(trimmed))) {
    try { parts = JSON.parse(trimmed); } catch { parts = null; }
    if (Array.isArray(parts)) return parts.map((part) => pastedDraft(item, part));
  }
  // Numbers are cut out of the text, never read as JavaScript numbers: they stay exact.
  const bare = numeric ? trimmed.replace(/^\[|\]$/g, "") : trimmed;
  const lines = bare.split(/\r\n|\r|\n/).map((line) => line.trim()).filter((line) => line !== "");
  if (numeric) parts = lines.flatMap((line) => line.split(/[\s,;]+/)).filter((part) => part !== "");
  else if (lines.length > 1) parts = lines.map((line) => line.replace(/,$/, ""));
  else parts = (lines[0] ?? "").split(/\t|,\s*|;\s*/).filter((part) => part !== "");
  return parts.map((part) => pastedDraft(item, /^".*"$/.test(part) ? part.slice(1, -1) : part));
}

function pastedDraft(item, value) {
  if (item.kind === "choice") {
    const at = (item.options ?? []).findIndex((label) => String(label) === String(value));
    return at >= 0 ? at : { json: JSON.stringify(value) };
  }
  if (item.kind === "boolean" && /^(true|false)$/i.test(String(value))) return String(value).toLowerCase();
  if (item.kind === "stac" && item.documents && value !== null && typeof value === "object") return JSON.stringify(value, null, 2);
  if (typeof value === "string") return SIMPLE.has(item.kind) && item.kind !== "boolean" ? value : { json: JSON.stringify(value) };
  if (typeof value === "number" && (item.kind === "number" || item.kind === "integer")) return String(value);
  return { json: JSON.stringify(value) };
}

function usesChips(spec, drafts) {
  const item = spec.item ?? {};
  if (!["text", "integer", "number"].includes(item.kind)) return false;
  if (!["", "text", "number", undefined, null].includes(item.input_mode) || item.rows > 1 || item.unit) return false;
  if (/stac|ur[il]s?\b|link|path|file|item/i.test(`${spec.key} ${spec.label ?? ""}`) && item.kind === "text") return false;
  return drafts.length <= 60 && drafts.every((draft) => typeof draft === "string" && draft !== "" && draft.length <= 40 && !/[\n\r]/.test(draft));
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
    node, write,
    read: () => inner.read(),
    focus: () => inner.focus(),
    mark: (state) => inner.mark(state),
    children: () => inner.children(),
    reveal: (segment) => inner.reveal?.(segment),
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
  const area = h("textarea", { class: "ogcw-input", rows: 4, dir: "auto", placeholder: "One per line, or with commas, or a JSON list", "aria-label": `Paste values for ${plain(host.name, 200)}`, ...NO_HELP });
  const add = h("button", { type: "button", class: "ogcw-btn ogcw-f-small", onclick: () => {
    const drafts = pastedDrafts(spec, area.value);
    close();
    onadd(drafts);
  } }, "Add");
  const cancel = linkButton("Cancel", () => close());
  const node = h("div", { class: "ogcw-f-paste", hidden: true, onkeydown: (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } } }, area, h("div", { class: "ogcw-f-links" }, add, cancel));
  const open = linkButton("Paste a list", () => { show(node, true); show(open, false); area.focus(); });
  function close() { area.value = ""; show(node, false); show(open, true); if (open.isConnected) open.focus(); else oncancel(); }
  return { open, node };
}

function rowList(spec, host) {
  const item = { kind: "json", ...(spec.item ?? {}), required: false, description: "", label: "" };
  const simple = SIMPLE.has(item.kind);
  const most = spec.max_items ?? Infinity;
  const body = h("div", { class: "ogcw-f-rows", ...groupNaming(host) });
  const moreRows = linkButton("", () => { limit += 100; render(); });
  let drafts = null; // null: nothing entered; the rows on the screen are then empty ones
  let rows = [];
  let limit = ROWS_AT_ONCE;
  const add = linkButton("+ Add", () => { insert([item.draft ?? null]); });
  const paste = pasteBox(spec, host, (pasted) => { if (pasted.length > 0) insert(pasted, true); });
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
    return simple || spec.required ? Array(Math.min(Math.max(spec.min_items || 1, 1), 3)).fill(null) : [];
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
      ...host, id: undefined, grouped: false, inList: true, name,
      path: () => `${host.path()}/${index()}`,
      changed(draft) {
        const next = [...shown()];
        next[index()] = draft;
        drafts = next;
        host.changed(value());
      },
      onpaste: simple ? (event) => {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        if (text.trim().split(/\r\n|\r|\n/).length < 2) return;
        event.preventDefault();
        const next = [...shown()];
        const at = index();
        next.splice(at, next[at] === null ? 1 : 0, ...pastedDrafts(spec, text));
        limit = Math.max(limit, Math.min(next.length, 100));
        if (item.kind === "stac") add.focus();
        commit(next);
      } : undefined,
    }, "row");
    const move = (step) => h("button", { type: "button", class: "ogcw-icon ogcw-f-move", "aria-label": `Move ${name} ${step < 0 ? "up" : "down"}`, onclick: () => {
      const from = index();
      const to = from + step;
      const next = [...shown()];
      if (to < 0 || to >= next.length) return;
      [next[from], next[to]] = [next[to], next[from]];
      commit(next);
      const button = rows[to]?.[step < 0 ? "up" : "down"];
      (button?.disabled ? rows[to][step < 0 ? "down" : "up"] : button)?.focus();
    } }, step < 0 ? "↑" : "↓");
    const remove = h("button", { type: "button", class: "ogcw-icon ogcw-f-remove", "aria-label": `Remove ${name}`, onclick: () => {
      const at = index();
      commit(shown().filter((_, i) => i !== at));
      if (rows.length > 0) rows[Math.min(at, rows.length - 1)].remove.focus();
      else add.focus();
    } }, "×");
    const up = move(-1);
    const down = move(1);
    Object.assign(row, { place, remove, up, down, node: h("div", { class: simple ? "ogcw-f-listrow" : "ogcw-f-listrow ogcw-f-listrow-large" }, place.node, h("div", { class: "ogcw-f-rowbuttons" }, up, down, remove)) });
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
    show(paste.open, all.length < most && paste.node.hidden);
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
    focus() { (rows[0]?.place ?? { focus: () => add.focus() }).focus(); },
    mark(state) { if (!host.grouped) tie(body, state, false); },
    children: () => rows.map((row, i) => [String(i), row.place]),
    reveal(segment) { if (Number(segment) >= limit && drafts) { limit = Number(segment) + 20; render(); } },
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
  const input = h("input", { type: "text", class: "ogcw-f-chipinput", dir: "auto", placeholder: word, "aria-label": `${word}: ${plain(host.name, 160)}`, inputmode: numeric ? "decimal" : null, ...NO_HELP,
    // Text in the box is on the screen, so it is part of what is sent.
    oninput: () => { sendsEmpty = false; size(); changed(); },
    onkeydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" || (numeric && (event.key === "," || event.key === " "))) { if (input.value.trim() !== "" || event.key !== "Enter") event.preventDefault(); settle(); } else if (event.key === "Backspace" && input.value === "" && values.length > 0) {
        event.preventDefault();
        editing = -1;
        input.value = values.at(-1);
        values = values.slice(0, -1);
        draw(); size(); changed();
      }
    },
    onblur: () => settle(),
    onpaste: (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      const several = /[\r\n]/.test(text.trim()) || /^\s*\[/.test(text) || (numeric && /[\s,;]/.test(text.trim()));
      if (!several) return;
      event.preventDefault();
      addAll(pastedDrafts(spec, text));
    },
  });
  const paste = pasteBox(spec, host, addAll, () => input.focus());
  const box = h("div", { class: "ogcw-f-chipbox", ...groupNaming(host), onclick: (event) => { if (event.target === box || event.target === chips) input.focus(); } }, chips, input);
  const node = h("div", {}, box, paste.node);

  const pending = () => (input.value.trim() === "" ? [] : [input.value.trim()]);
  const value = () => { const all = [...values, ...pending()]; return all.length > 0 ? all : (sendsEmpty ? [] : null); };
  function changed() { host.changed(value()); }
  function settle() {
    if (pending().length === 0) { input.value = ""; return; }
    values = [...values, ...pending()];
    input.value = "";
    draw(); size();
    changed();
    host.form.refresh(host.inputId);
  }
  function addAll(drafts) {
    const all = [...values, ...pending(), ...drafts];
    input.value = "";
    if (usesChips(spec, all)) { values = all; draw(); size(); changed(); input.focus(); } else host.rewrite(all);
    host.form.refresh(host.inputId);
  }
  function size() { input.style.width = input.value === "" ? "" : `${Math.min(input.value.length + 3, 40)}ch`; }
  function replace(next) { values = next; draw(); changed(); host.form.refresh(host.inputId); }
  function chip(text, at) {
    if (at === editing) {
      const edit = h("input", { class: "ogcw-f-chipedit", dir: "auto", "aria-label": `Change ${plain(text, 80)}`, ...NO_HELP, style: `width: ${Math.min(text.length + 4, 40)}ch` });
      edit.value = text;
      let done = false;
      const finish = (keep) => {
        if (done) return;
        done = true;
        editing = -1;
        const next = keep ? edit.value.trim() : text;
        replace(next === "" ? values.filter((_, i) => i !== at) : values.with(at, next));
      };
      edit.addEventListener("input", () => { const next = edit.value.trim(); host.changed([...values.with(at, next === "" ? text : next), ...pending()]); });
      edit.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        finish(event.key === "Enter");
        chips.querySelectorAll(".ogcw-f-chip-text")[at]?.focus();
      });
      edit.addEventListener("blur", () => finish(true));
      return h("span", { class: "ogcw-f-chip" }, edit);
    }
    const label = h("button", { type: "button", class: "ogcw-f-chip-text", title: "Change (Alt+arrow keys move it)", "aria-label": `Change ${plain(text, 80)}`,
      onclick: () => { editing = at; draw(); chips.querySelector(".ogcw-f-chipedit").select(); },
      onkeydown: (event) => {
        if (!event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
        const to = at + (event.key === "ArrowLeft" ? -1 : 1);
        event.preventDefault();
        if (to < 0 || to >= values.length) return;
        replace(values.with(at, values[to]).with(to, text));
        chips.querySelectorAll(".ogcw-f-chip-text")[to]?.focus();
      } }, foreign(text, 60));
    return h("span", { class: "ogcw-f-chip", "data-at": at }, label, h("button", { type: "button", class: "ogcw-f-chip-x", "aria-label": `Remove ${plain(text, 80)}`, onclick: () => { replace(values.filter((_, i) => i !== at)); input.focus(); } }, "×"));
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
      draw(); size();
    },
    read: value,
    focus: () => input.focus(),
    actions: () => (values.length < most ? [["Paste a list", () => paste.open.click()]] : []),
    mark(state) { tie(input, state); box.classList.toggle("ogcw-f-bad", Boolean(state.invalid)); },
    children: () => [],
    markParts(faulty) { chips.querySelectorAll(".ogcw-f-chip").forEach((element, i) => element.classList.toggle("ogcw-f-chip-bad", faulty.has(String(i)))); },
  };
}

/** "Bands" -> "add a band"; anything less certain -> "add …". */
function addWords(spec) {
  const match = /^([A-Za-z]{3,15})s$/.exec(String(spec.label || spec.key).trim());
  if (!match || /(ss|ies|us|is|xes|ses|ches)$/i.test(`${match[1]}s`)) return "add …";
  const one = match[1].toLowerCase();
  return `add ${/^[aeiou]/.test(one) ? "an" : "a"} ${one}`;
}

/** Several fields under each other, those that may be left out folded away. */
function fieldStack(specs, host, draftOf, { least = 3, batch = 0, onplace = () => {} } = {}) {
  const node = h("div", { class: "ogcw-f-stack" });
  const places = new Map();
  const canFold = (spec) => spec.advanced || (!spec.required && !spec.has_default && spec.kind !== "const");
  let folded = specs.filter(canFold);
  if (folded.length < least || (folded.length === specs.length && specs.length <= 8)) folded = specs.filter((spec) => spec.advanced);
  const folds = new Set(folded);
  const open = specs.filter((spec) => !folds.has(spec));
  const place = (spec) => {
    const made = makePlace(spec, host(spec));
    made.write(draftOf(spec.key));
    places.set(spec.key, made);
    onplace(made);
    return made;
  };
  let section = null;
  const title = h("span", {});
  const inside = h("div", { class: "ogcw-f-stack ogcw-f-optional-body" });
  let filled = false;
  function fill() {
    if (filled) return;
    filled = true;
    inside.append(...folded.map((spec) => place(spec).node));
  }
  let built = 0;
  const openBody = h("div", { class: "ogcw-f-stack" });
  /** Build some more of the open fields; whether any are left. */
  function more(number) {
    const next = open.slice(built, built + number);
    built += next.length;
    openBody.append(...next.map((spec) => place(spec).node));
    return built < open.length;
  }
  node.append(openBody);
  more(batch || Infinity);
  if (folded.length > 0) {
    section = h("details", { class: "ogcw-f-optional", ontoggle: () => { if (section.open) { fill(); host.onfold?.(); } } },
      h("summary", {}, title), inside);
    node.append(section);
  }
  const isSet = (spec) => (places.has(spec.key) ? places.get(spec.key).read() : draftOf(spec.key) ?? null) !== null;
  return {
    node, places, more,
    /** Make the field of a key, even if it is folded away. */
    reach(key) {
      if (folds.has(specs.find((spec) => spec.key === key))) { fill(); section.open = true; }
      return places.get(key);
    },
    fill,
    unfold() { if (section && folded.some(isSet)) { fill(); section.open = true; } },
    draw() {
      if (!section) return;
      const set = folded.filter(isSet);
      setText(title, `Optional inputs (${count(set.length)} set of ${count(folded.length)})`);
    },
  };
}

CONTROLS.object = (spec, host) => {
  let draft = null;
  const fields = spec.fields ?? [];
  const stack = fieldStack(fields, (field) => ({
    ...host, id: undefined, grouped: false, name: `${plain(host.name, 120)}: ${plain(field.label || field.key, 120)}`,
    path: () => `${host.path()}/${joinPath([field.key])}`,
    changed(part) {
      const first = draft === null;
      draft = { ...(draft ?? fresh()), [field.key]: part };
      // {"json": text} alone would be read as JSON written by hand.
      if (field.key === "json" && typeof part === "string") draft.json = { json: draftAsJson(field, part) };
      if (first) for (const [key, place] of stack.places) if (key !== field.key) place.write(draft[key] ?? null);
      stack.draw();
      host.changed(value());
    },
  }), (key) => draft?.[key] ?? null, { least: 4 });
  stack.draw();
  const constants = new Set(fields.filter((field) => field.kind === "const").map((field) => field.key));
  /** The members that come along with the first one that is filled in. */
  function fresh() {
    return spec.draft ?? Object.fromEntries(fields.filter((field) => field.kind === "const" && field.required).map((field) => [field.key, field.value_text ?? ""]));
  }
  function value() {
    if (draft === null) return null;
    const keys = Object.keys(draft);
    const told = keys.filter((key) => !constants.has(key) || constants.size === fields.length);
    return keys.length > 0 && told.every((key) => draft[key] === null) ? null : draft;
  }
  const node = h("div", { class: "ogcw-f-nested", ...groupNaming(host) }, stack.node);
  if (fields.length === 0) node.append(h("div", { class: "ogcw-hint" }, "This object has no members to fill in."));
  return {
    node,
    write(next) {
      draft = next !== null && typeof next === "object" && !Array.isArray(next) ? next : null;
      for (const [key, place] of stack.places) place.write(draft?.[key] ?? null);
      stack.draw();
      stack.unfold();
    },
    read: value,
    focus() { const first = stack.places.values().next().value; if (first) first.focus(); else node.querySelector("summary")?.focus(); },
    mark(state) { if (!host.grouped) tie(node, state, false); },
    children: () => [...stack.places],
    reveal: (segment) => { stack.reach(segment); },
  };
};

CONTROLS.tuple = (spec, host) => {
  const items = (spec.fields?.length ? spec.fields : spec.items ?? []);
  let drafts = null;
  const places = items.map((item, i) => makePlace({ ...item, label: item.label || item.key || String(i + 1) }, {
    ...host, id: undefined, grouped: false, name: `${plain(host.name, 120)}, ${plain(item.label || item.key || String(i + 1), 60)}`,
    path: () => `${host.path()}/${i}`,
    changed(draft) {
      const next = drafts === null ? items.map(() => null) : [...drafts];
      next[i] = draft;
      drafts = next.every((part) => part === null) ? null : next;
      host.changed(drafts);
    },
  }));
  const short = items.every((item) => ["number", "integer", "text", "date", "time", "choice"].includes(item.kind)) && items.length <= 6;
  const node = h("div", { class: short ? "ogcw-f-tuple" : "ogcw-f-nested", ...groupNaming(host) }, places.map((place) => place.node));
  return {
    node,
    write(next) { drafts = Array.isArray(next) ? next : null; places.forEach((place, i) => place.write(drafts?.[i] ?? null)); },
    read: () => drafts,
    focus: () => places[0]?.focus(),
    mark(state) { if (!host.grouped) tie(node, state, false); },
    children: () => places.map((place, i) => [String(i), place]),
  };
};

/** Names chosen by the user, each with a value. */
CONTROLS.map = (spec, host) => {
  const item = { kind: "json", ...(spec.item ?? {}), required: false, label: "", description: "" };
  const most = spec.max_items ?? Infinity;
  let drafts = null;
  let rows = [];
  const body = h("div", { class: "ogcw-f-rows", ...groupNaming(host) });
  const add = linkButton("+ Add a name and value", () => { commit([...(drafts ?? []), ["", null]]); rows.at(-1)?.key.focus(); });
  const node = h("div", {}, body, linkRow(add));
  function commit(next) {
    drafts = next.length > 0 ? next : null;
    render();
    host.changed(drafts);
    host.form.refresh(host.inputId);
  }
  function makeRow() {
    const row = {};
    const index = () => rows.indexOf(row);
    const update = (change) => { drafts = drafts.map((pair, i) => (i === index() ? change(pair) : pair)); host.changed(drafts); };
    row.key = h("input", { type: "text", class: "ogcw-input ogcw-f-key", dir: "auto", placeholder: "name", "aria-label": `${plain(host.name, 160)}, name`, ...NO_HELP, oninput: () => { call(); update(([, part]) => [row.key.value, part]); } });
    const call = () => row.remove.setAttribute("aria-label", `Remove ${plain(row.key.value, 60) || "this row"}`);
    row.place = makePlace(item, { ...host, id: undefined, grouped: false, name: `${plain(host.name, 160)}, value`, path: () => `${host.path()}/${joinPath([row.key.value])}`, changed: (draft) => update(([key]) => [key, draft]) }, "row");
    row.remove = h("button", { type: "button", class: "ogcw-icon", onclick: () => {
      const at = index();
      commit(drafts.filter((_, i) => i !== at));
      if (rows.length > 0) rows[Math.min(at, rows.length - 1)].remove.focus();
      else add.focus();
    } }, "×");
    row.call = call;
    row.node = h("div", { class: "ogcw-f-listrow ogcw-f-maprow" }, row.key, row.place.node, h("div", { class: "ogcw-f-rowbuttons" }, row.remove));
    return row;
  }
  function render() {
    const all = drafts ?? [];
    while (rows.length > all.length) rows.pop().node.remove();
    while (rows.length < all.length) { const row = makeRow(); rows.push(row); body.append(row.node); }
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
    write(next) { drafts = Array.isArray(next) ? next.map(([key, part]) => [String(key ?? ""), part ?? null]) : null; render(); },
    read: () => drafts,
    focus() { (rows[0]?.key ?? add).focus(); },
    mark(state) { if (!host.grouped) tie(body, state, false); },
    children: () => rows.flatMap((row, i) => [[row.key.value, row.place], ...(row.key.value === String(i) ? [] : [[String(i), row.place]])]),
  };
};

/** One of several kinds; what was typed in one is kept while looking at another. */
CONTROLS.union = (spec, host) => {
  const branches = spec.branches ?? [];
  const labels = branches.map((branch, i) => branch.label || branch.key || `Kind ${i + 1}`);
  const kept = new Map();
  const places = new Map();
  let chosen = 0;
  let touched = false;
  const short = labels.length <= 3 && labels.reduce((sum, label) => sum + String(label).length + 4, 0) <= 56;
  const chooserName = `Kind of ${plain(host.name, 160)}`;
  const select = short ? null : h("select", { class: "ogcw-input ogcw-f-branch", "aria-label": chooserName, dir: "auto", onchange: () => choose(Number(select.value)) },
    labels.map((label, value) => h("option", { value }, plain(label, 120))));
  const radios = short ? segmented(labels.map((label, value) => ({ value, label })), choose, { role: "radiogroup", "aria-label": chooserName }) : null;
  const inside = h("div", { class: "ogcw-f-branchbody" });
  const text = h("div", { class: "ogcw-hint", dir: "auto" });
  const node = h("div", { class: "ogcw-f-union", ...groupNaming(host) }, select ?? radios.node, inside, text);

  function value() {
    if (!touched) return null;
    return { branch: chosen, draft: places.get(chosen)?.read() ?? null };
  }
  function place(at) {
    if (!places.has(at)) {
      const branch = { ...branches[at], required: spec.required };
      places.set(at, makePlace(branch, {
        ...host, id: undefined, grouped: false, name: `${plain(host.name, 120)}, ${plain(labels[at], 80)}`,
        changed() { touched = true; kept.set(at, places.get(at).read()); host.changed(value()); },
      }, "bare"));
    }
    return places.get(at);
  }
  function draw() {
    if (select) select.value = String(chosen);
    else radios.set(chosen);
    if (branches.length === 0) return;
    inside.replaceChildren(place(chosen).node);
    const said = branches[chosen].kind === "area" || repeats(branches[chosen].hint, branches[chosen]);
    const words = [said ? "" : sentence(withoutExample(branches[chosen])), branches[chosen].description].filter(Boolean).map((part) => plain(part, 300));
    setText(text, words.join(" "));
    show(text, words.length > 0);
  }
  function choose(next) {
    kept.set(chosen, places.get(chosen)?.read() ?? null);
    chosen = next;
    if (branches[next].kind === "null") place(next).write("null");
    else if (branches[next].kind === "const") place(next).write(branches[next].value_text ?? "");
    else place(next).write(kept.get(next) ?? branches[next].draft ?? null);
    touched = place(next).read() !== null || touched;
    draw();
    host.changed(value());
    host.form.refresh(host.inputId);
  }
  draw();
  return {
    node,
    write(next) {
      touched = next !== null && next !== undefined;
      if (touched && Number.isInteger(next.branch) && next.branch < branches.length) chosen = next.branch;
      if (branches.length > 0) place(chosen).write(next?.draft ?? null);
      if (!touched) kept.clear();
      draw();
    },
    read: value,
    focus() { if (places.has(chosen)) places.get(chosen).focus(); else (select ?? radios).focus(); },
    mark(state) { places.get(chosen)?.control.mark(state); if (!host.grouped) tie(node, state, false); },
    children: () => places.get(chosen)?.children() ?? [],
    reveal: (segment) => places.get(chosen)?.reveal(segment),
    markParts: (faulty) => places.get(chosen)?.markParts(faulty),
  };
};
