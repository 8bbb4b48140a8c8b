// Controls that pick from what is offered: yes and no, one of a list, several of a list.

import { focusedElement, foreign, h } from "../../view/dom.js";
import { comboBox } from "../../view/search_box.js";
import { count, plain } from "../../view/text.js";
import { CONTROLS } from "../controls.js";
import { groupNaming, naming, segmented, tie, usesCheckbox, usesRadios } from "../core.js";

/** @import { Draft, Host, Mark, Spec } from "../controls.js" */

export const NOT_SET = "not set";

CONTROLS.boolean = (spec, host) => {
  /** @type {Draft} */
  let draft = null;
  if (usesCheckbox(spec)) {
    const box = h("input", {
      type: "checkbox",
      ...naming(host),
      onchange: () => {
        draft = String(box.checked);
        host.changed(draft);
      },
    });
    return {
      node: h("label", { class: "ogcw-f-check" }, box, h("span", {}, "Yes")),
      write(next) {
        draft = next ?? null;
        box.checked = draft === "true";
        box.indeterminate = draft === null;
      },
      read: () => draft,
      focus: () => box.focus(),
      mark: (state) => tie(box, state),
    };
  }
  const items = [{ value: "true", label: "Yes" }, { value: "false", label: "No" }];
  return radioControl(spec, host, items);
};

CONTROLS.null = (spec, host) => radioControl(spec, host, [{ value: "null", label: "send null" }]);

/**
 * @param {Spec} spec
 * @param {Host} host
 * @param {any} items
 */
function radioControl(spec, host, items) {
  /** @type {Draft} */
  let draft = null;
  const offered = spec.required ? items : [{ value: null, label: NOT_SET, ours: true }, ...items];
  const radios = segmented(offered, (/** @type {any} */ value) => {
    draft = value;
    host.changed(draft);
  }, groupNaming(host, "radiogroup"));
  return {
    node: radios.node,
    /** @param {Draft} next */
    write(next) {
      draft = next ?? null;
      radios.set(draft);
    },
    read: () => draft,
    focus: radios.focus,
    mark: (/** @type {Mark} */ state) => {
      if (!host.grouped) tie(radios.node, state);
    },
  };
}

CONTROLS.choice = (spec, host) => {
  const labels = (spec.options ?? []).map(String);
  if (usesRadios(spec)) {
    return radioControl(
      spec,
      host,
      labels.map((/** @type {string} */ label, /** @type {any} */ value) => ({ value, label })),
    );
  }
  if (spec.searchable || labels.length > 20) return searchControl(spec, host, labels);
  /** @type {Draft} */
  let draft = null;
  const select = h(
    "select",
    {
      class: "ogcw-input",
      dir: "auto",
      ...naming(host),
      "aria-required": spec.required ? "true" : null,
      onchange: () => {
        draft = select.value === "" ? null : Number(select.value);
        draw();
        host.changed(draft);
      },
    },
    h("option", { value: "" }, spec.required ? "Choose …" : NOT_SET),
    labels.map((/** @type {string} */ label, /** @type {any} */ value) =>
      h("option", { value }, plain(label, 120) || "(empty text)")
    ),
  );
  const draw = () => {
    select.value = draft === null ? "" : String(draft);
    select.classList.toggle("ogcw-f-unset", draft === null);
  };
  return {
    node: select,
    write(next) {
      draft = Number.isInteger(next) ? next : null;
      draw();
    },
    read: () => draft,
    focus: () => select.focus(),
    mark: (state) => tie(select, state),
  };
};

/**
 * @param {Spec} spec
 * @param {Host} host
 * @param {string[]} labels
 */
function searchControl(spec, host, labels) {
  /** @type {Draft} */
  let draft = null;
  /** @param {Draft} next */
  const set = (next) => {
    draft = next;
    box.settle(draft === null ? "" : plain(labels[draft], 300));
  };
  const box = comboBox({
    labels,
    naming: naming(host),
    required: spec.required,
    placeholder: `${spec.required ? "Choose" : NOT_SET}: type to search ${
      count(labels.length)
    } options`,
    onpick: (index) => {
      set(index);
      host.changed(draft);
    },
  });
  return {
    node: box.node,
    /** @param {Draft} next */
    write(next) {
      const index = Number.isInteger(next) && next < labels.length ? next : null;
      if (index !== draft || box.input !== focusedElement()) set(index);
    },
    read: () => draft,
    focus: box.focus,
    mark: (/** @type {Mark} */ state) => tie(box.input, state),
  };
}

CONTROLS.multichoice = (spec, host) => {
  const labels = (spec.options ?? []).map(String);
  const one = spec.max_items === 1; // a list, but of one or none
  /** @type {number[]} */
  let chosen = [];
  let sendsEmpty = false;
  const value = () => (chosen.length === 0 && !sendsEmpty ? null : [...chosen]);
  /** @param {Draft} next */
  const take = (next) => {
    chosen = Array.isArray(next) ? next.filter((index) => index < labels.length) : [];
    sendsEmpty = Array.isArray(next) && next.length === 0;
  };
  if (labels.length <= 8) {
    const boxes = labels.map((/** @type {any} */ _, /** @type {number} */ index) =>
      h("input", {
        type: "checkbox",
        onchange: () => {
          sendsEmpty = false;
          chosen = boxes[index].checked
            ? [...(one ? [] : chosen), index].sort((a, b) => a - b)
            : chosen.filter((other) => other !== index);
          boxes.forEach((/** @type {any} */ box, /** @type {any} */ other) => {
            box.checked = chosen.includes(other);
          });
          host.changed(value());
        },
      })
    );
    const node = h(
      "div",
      { class: "ogcw-f-checks", ...groupNaming(host) },
      labels.map((/** @type {string} */ label, /** @type {number} */ index) =>
        h(
          "label",
          { class: "ogcw-f-check" },
          boxes[index],
          h("span", { dir: "auto" }, plain(label, 80) || "(empty text)"),
        )
      ),
    );
    return {
      node,
      write(next) {
        take(next);
        boxes.forEach((/** @type {any} */ box, /** @type {number} */ index) => {
          box.checked = chosen.includes(index);
        });
      },
      read: value,
      focus: () => boxes[0]?.focus(),
      mark: (state) => {
        if (!host.grouped) tie(node, state, false);
      },
    };
  }
  const chips = h("span", { class: "ogcw-f-chips" });
  let taken = new Set();
  const box = comboBox({
    labels,
    naming: { "aria-label": `Add to ${plain(host.name, 200)}` },
    placeholder: "add …",
    excluded: (index) => taken.has(index),
    onpick: (index) => {
      if (index !== null) change([...(one ? [] : chosen), index]);
      box.settle("");
    },
    onclear: () => {
      if (chosen.length > 0) change(chosen.slice(0, -1));
    },
  });
  const node = h("div", { class: "ogcw-f-chipbox" }, chips, box.node);
  /** @param {Draft} next */
  function change(next) {
    chosen = next;
    sendsEmpty = false;
    draw();
    host.changed(value());
  }
  function draw() {
    taken = new Set(chosen);
    chips.replaceChildren(
      ...chosen.map((index, at) =>
        h(
          "span",
          { class: "ogcw-f-chip" },
          foreign(labels[index], 60),
          h("button", {
            type: "button",
            class: "ogcw-f-chip-x",
            "aria-label": `Remove ${plain(labels[index], 80)}`,
            onclick: () => {
              change(chosen.filter((_, i) => i !== at));
              box.focus();
            },
          }, "×"),
        )
      ),
    );
  }
  return {
    node,
    write(next) {
      take(next);
      draw();
    },
    read: value,
    focus: box.focus,
    mark(state) {
      tie(box.input, state);
      node.classList.toggle("ogcw-f-bad", Boolean(state.invalid));
    },
  };
};
