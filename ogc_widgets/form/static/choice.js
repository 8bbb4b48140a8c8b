// Controls that pick from what is offered: yes and no, one of a list, several of a list.

const NOT_SET = "not set";

CONTROLS.boolean = (spec, host) => {
  let draft = null;
  if (usesCheckbox(spec)) {
    const box = h("input", { type: "checkbox", ...naming(host), onchange: () => { draft = String(box.checked); host.changed(draft); } });
    return {
      node: h("label", { class: "ogcw-f-check" }, box, h("span", {}, "Yes")),
      write(next) { draft = next ?? null; box.checked = draft === "true"; box.indeterminate = draft === null; },
      read: () => draft,
      focus: () => box.focus(),
      mark: (state) => tie(box, state),
    };
  }
  const items = [{ value: "true", label: "Yes" }, { value: "false", label: "No" }];
  return radioControl(spec, host, items);
};

CONTROLS.null = (spec, host) => radioControl(spec, host, [{ value: "null", label: "send null" }]);

function radioControl(spec, host, items) {
  let draft = null;
  const offered = spec.required ? items : [{ value: null, label: NOT_SET, ours: true }, ...items];
  const radios = segmented(offered, (value) => { draft = value; host.changed(draft); },
    groupNaming(host, "radiogroup"));
  return {
    node: radios.node,
    write(next) { draft = next ?? null; radios.set(draft); },
    read: () => draft,
    focus: radios.focus,
    mark: (state) => { if (!host.grouped) tie(radios.node, state); },
  };
}

CONTROLS.choice = (spec, host) => {
  const labels = (spec.options ?? []).map(String);
  if (usesRadios(spec)) return radioControl(spec, host, labels.map((label, value) => ({ value, label })));
  if (spec.searchable || labels.length > 20) return searchControl(spec, host, labels);
  let draft = null;
  const select = h("select", {
    class: "ogcw-input", dir: "auto", ...naming(host), "aria-required": spec.required ? "true" : null,
    onchange: () => { draft = select.value === "" ? null : Number(select.value); draw(); host.changed(draft); },
  }, h("option", { value: "" }, spec.required ? "Choose …" : NOT_SET),
  labels.map((label, value) => h("option", { value }, plain(label, 120) || "(empty text)")));
  const draw = () => {
    select.value = draft === null ? "" : String(draft);
    select.classList.toggle("ogcw-f-unset", draft === null);
  };
  return {
    node: select,
    write(next) { draft = Number.isInteger(next) ? next : null; draw(); },
    read: () => draft,
    focus: () => select.focus(),
    mark: (state) => tie(select, state),
  };
};

/** A box that searches in many options (the combobox pattern of WAI-ARIA). */
function comboBox({ labels, naming: named, placeholder, required, onpick, onclear, excluded = () => false }) {
  const listId = uniqueId("options");
  const lowered = labels.map((label) => label.toLocaleLowerCase());
  let shown = [];
  let active = -1;
  const input = h("input", {
    type: "text", class: "ogcw-input", role: "combobox", dir: "auto", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": listId, "aria-required": required ? "true" : null, placeholder, ...named, ...NO_HELP,
    oninput: () => { draw(input.value); open(); },
    onfocus: () => input.select(),
    onclick: () => { if (!pop.open) { draw(""); open(); } },
    onkeydown,
    onblur: () => { pop.close(); settle(); },
  });
  const list = h("div", { id: listId, role: "listbox", "aria-label": "Options", class: "ogcw-f-options", "data-match": "anchor",
    // The box keeps the focus, so that leaving it is one event and not two.
    onpointerdown: (event) => event.preventDefault() });
  const node = h("div", { class: "ogcw-f-box ogcw-f-combo" }, input);
  const pop = popup(input, list, () => { input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); });
  let settled = "";

  function open() {
    pop.show();
    input.setAttribute("aria-expanded", "true");
  }
  function draw(query) {
    const wanted = query.trim().toLocaleLowerCase();
    const words = wanted.split(/\s+/);
    const found = [...labels.keys()].filter((index) => !excluded(index) && words.every((word) => lowered[index].includes(word)));
    if (wanted !== "") {
      const rank = (index) => (lowered[index] === wanted ? 0 : lowered[index].startsWith(wanted) ? 1 : 2);
      found.sort((a, b) => rank(a) - rank(b));
    }
    shown = found.slice(0, 200).map((index) => {
      const option = h("div", { id: `${listId}-${index}`, role: "option", class: "ogcw-f-option", "aria-selected": "false", onclick: () => pick(index) }, foreign(labels[index], 160));
      return { option, index };
    });
    list.replaceChildren(...shown.map(({ option }) => option));
    if (found.length > shown.length) list.append(h("div", { class: "ogcw-f-option-note" }, `${count(found.length - shown.length)} more: type to narrow down`));
    if (found.length === 0) list.append(h("div", { class: "ogcw-f-option-note" }, "Nothing matches."));
    activate(wanted !== "" && shown.length > 0 ? 0 : -1);
  }
  function activate(next) {
    shown[active]?.option.setAttribute("aria-selected", "false");
    active = next;
    const now = shown[active]?.option;
    if (!now) { input.removeAttribute("aria-activedescendant"); return; }
    now.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", now.id);
    now.scrollIntoView({ block: "nearest" });
  }
  function pick(index) {
    pop.close();
    onpick(index);
  }
  function onkeydown(event) {
    if (event.isComposing) return;
    const last = shown.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!pop.open) { draw(""); open(); }
      const step = event.key === "ArrowDown" ? 1 : -1;
      activate(active < 0 ? (step > 0 ? 0 : shown.length - 1) : Math.min(Math.max(active + step, 0), shown.length - 1));
    } else if (event.key === "Enter" && pop.open) {
      event.preventDefault();
      if (active >= 0 && active <= last) pick(shown[active].index);
    } else if (event.key === "Escape" && pop.open) {
      event.preventDefault();
      event.stopPropagation();
      pop.close();
      input.value = settled;
    } else if (event.key === "Backspace" && input.value === "") onclear?.();
  }
  /** Words that were not picked are not a value: they do not stay on the screen. */
  function settle() {
    if (input.value === settled) return;
    const exact = lowered.findIndex((label, index) => label === input.value.trim().toLocaleLowerCase() && !excluded(index));
    if (exact >= 0) onpick(exact);
    else if (input.value.trim() === "" && settled !== "") onpick(null);
    else input.value = settled;
  }
  return { node, input, settle(text) { settled = text; input.value = text; }, focus: () => input.focus() };
}

function searchControl(spec, host, labels) {
  let draft = null;
  const set = (next) => { draft = next; box.settle(draft === null ? "" : plain(labels[draft], 300)); };
  const box = comboBox({
    labels, naming: naming(host), required: spec.required,
    placeholder: `${spec.required ? "Choose" : NOT_SET}: type to search ${count(labels.length)} options`,
    onpick: (index) => { set(index); host.changed(draft); },
  });
  return {
    node: box.node,
    write(next) {
      const index = Number.isInteger(next) && next < labels.length ? next : null;
      if (index !== draft || box.input !== document.activeElement) set(index);
    },
    read: () => draft,
    focus: box.focus,
    mark: (state) => tie(box.input, state),
  };
}

CONTROLS.multichoice = (spec, host) => {
  const labels = (spec.options ?? []).map(String);
  const one = spec.max_items === 1; // a list, but of one or none
  let chosen = [];
  let sendsEmpty = false;
  const value = () => (chosen.length === 0 && !sendsEmpty ? null : [...chosen]);
  const take = (next) => { chosen = Array.isArray(next) ? next.filter((index) => index < labels.length) : []; sendsEmpty = Array.isArray(next) && next.length === 0; };
  if (labels.length <= 8) {
    const boxes = labels.map((label, index) => h("input", { type: "checkbox", onchange: () => {
      sendsEmpty = false;
      chosen = boxes[index].checked ? [...(one ? [] : chosen), index].sort((a, b) => a - b) : chosen.filter((other) => other !== index);
      boxes.forEach((box, other) => { box.checked = chosen.includes(other); });
      host.changed(value());
    } }));
    const node = h("div", { class: "ogcw-f-checks", ...groupNaming(host) },
      labels.map((label, index) => h("label", { class: "ogcw-f-check" }, boxes[index], h("span", { dir: "auto" }, plain(label, 80) || "(empty text)"))));
    return {
      node,
      write(next) { take(next); boxes.forEach((box, index) => { box.checked = chosen.includes(index); }); },
      read: value,
      focus: () => boxes[0]?.focus(),
      mark: (state) => { if (!host.grouped) tie(node, state, false); },
    };
  }
  const chips = h("span", { class: "ogcw-f-chips" });
  let taken = new Set();
  const box = comboBox({
    labels, naming: { "aria-label": `Add to ${plain(host.name, 200)}` }, placeholder: "add …", excluded: (index) => taken.has(index),
    onpick: (index) => { if (index !== null) change([...(one ? [] : chosen), index]); box.settle(""); },
    onclear: () => { if (chosen.length > 0) change(chosen.slice(0, -1)); },
  });
  const node = h("div", { class: "ogcw-f-chipbox" }, chips, box.node);
  function change(next) { chosen = next; sendsEmpty = false; draw(); host.changed(value()); }
  function draw() {
    taken = new Set(chosen);
    chips.replaceChildren(...chosen.map((index, at) => h("span", { class: "ogcw-f-chip" }, foreign(labels[index], 60),
      h("button", { type: "button", class: "ogcw-f-chip-x", "aria-label": `Remove ${plain(labels[index], 80)}`,
        onclick: () => { change(chosen.filter((_, i) => i !== at)); box.focus(); } }, "×"))));
  }
  return {
    node,
    write(next) { take(next); draw(); },
    read: value,
    focus: box.focus,
    mark(state) { tie(box.input, state); node.classList.toggle("ogcw-f-bad", Boolean(state.invalid)); },
  };
};
