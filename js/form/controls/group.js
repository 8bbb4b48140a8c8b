// Controls made of other controls: objects and tuples.

import { h, setText, show } from "../../view/dom.js";
import { count, plain } from "../../view/text.js";
import { NOT_SET } from "./choice.js";
import { CONTROLS } from "../controls.js";
import { groupNaming, tie } from "../core.js";
import { draftAsJson, joinPath, OTHERS } from "../drafts.js";
import { makePlace } from "../place.js";

/** @import { Control, Draft, Host, Mark, Part, Spec } from "../controls.js" */

/**
 * Several fields under each other, those that may be left out folded away.
 * @param {Spec[]} specs
 * @param {(spec: Spec) => Host} hostOf
 * @param {(key: string) => Draft} draftOf
 * @param {object} [options]
 * @param {number} [options.least] So many that may be left out are worth folding away.
 * @param {number} [options.batch] Build so many at once; all if it is 0.
 * @param {string} [options.word] The title of what is folded away.
 * @param {() => void} [options.onfold] Called when that was opened.
 * @param {(place: any) => void} [options.onplace]
 */
export function fieldStack(
  specs,
  hostOf,
  draftOf,
  { least = 3, batch = 0, word = "Optional inputs", onfold = () => {}, onplace = (_place) => {} } =
    {},
) {
  const node = h("div", { class: "ogcw-f-stack" });
  /** @type {Map<string, any>} */
  const places = new Map();
  /** @param {Spec} spec */
  const canFold = (spec) =>
    !spec.conditional &&
    (spec.advanced || (!spec.required && !spec.has_default && spec.kind !== "const"));
  let folded = specs.filter(canFold);
  if (folded.length < least || (folded.length === specs.length && specs.length <= 8)) {
    folded = specs.filter((spec) => spec.advanced);
  }
  const folds = new Set(folded);
  const open = specs.filter((spec) => !folds.has(spec));
  /** @param {Spec} spec */
  const place = (spec) => {
    const made = makePlace(spec, hostOf(spec));
    const key = spec.key ?? "";
    made.write(draftOf(key));
    places.set(key, made);
    onplace(made);
    return made;
  };
  /** @type {HTMLDetailsElement | null} */
  let section = null;
  const title = h("span", {});
  const inside = h("div", { class: "ogcw-f-stack ogcw-f-optional-body" });
  let filled = false;
  function fill() {
    if (filled) return;
    filled = true;
    inside.append(
      ...folded.map((spec) => place(spec).node),
    );
  }
  let built = 0;
  const openBody = h("div", { class: "ogcw-f-stack" });
  /**
   * Build some more of the open fields; whether any are left.
   * @param {number} number
   */
  function more(number) {
    const next = open.slice(built, built + number);
    built += next.length;
    openBody.append(
      ...next.map((spec) => place(spec).node),
    );
    return built < open.length;
  }
  node.append(openBody);
  more(batch || Infinity);
  if (folded.length > 0) {
    section = h(
      "details",
      {
        class: "ogcw-f-optional",
        ontoggle: () => {
          if (section?.open) {
            fill();
            onfold();
          }
        },
      },
      h("summary", {}, title),
      inside,
    );
    node.append(section);
  }
  /** @param {Spec} spec */
  const isSet = ({ key = "" }) => (places.get(key)?.read() ?? draftOf(key) ?? null) !== null;
  return {
    node,
    places,
    more,
    /**
     * Make the field of a key, even if it is folded away.
     * @param {string} key
     */
    reach(key) {
      if (section && folded.some((spec) => spec.key === key)) {
        fill();
        section.open = true;
      }
      return places.get(key);
    },
    fill,
    unfold() {
      if (section && folded.some(isSet)) {
        fill();
        section.open = true;
      }
    },
    draw() {
      if (!section) return;
      const set = folded.filter(isSet);
      setText(title, `${word} (${count(set.length)} set of ${count(folded.length)})`);
    },
  };
}

/**
 * The members of an object. One inside of something else that may be left out starts
 * closed, and its fields are only made when it is opened.
 */
CONTROLS.object = (spec, host) => {
  const fields = spec.fields ?? [];
  const constants = new Set(
    fields.filter((/** @type {Spec} */ field) => field.kind === "const").map((
      /** @type {any} */ field,
    ) => field.key),
  );
  const isMeasure = spec.widget === "measure";
  /** @type {Draft} */
  let draft = null;
  /** @type {any} */
  let stack = null;
  /** @type {Control | null} */
  let others = null;
  let open = !(host.inside && !spec.required && fields.length + (spec.item ? 1 : 0) > 1);
  const node = h("div", {
    class: isMeasure ? "ogcw-f-measure" : "ogcw-f-nested",
    ...groupNaming(host),
  });
  if (fields.length === 0) {
    node.append(h("div", { class: "ogcw-hint" }, "This object has no members to fill in."));
  }

  function fill() {
    if (stack !== null) return;
    stack = fieldStack(fields, memberHost, (/** @type {string} */ key) => draft?.[key] ?? null, {
      least: isMeasure ? 1 : 4,
      word: "More",
    });
    stack.draw();
    node.append(stack.node);
    host.form.onMemberStates(stand);
    stand();
    if (!spec.item) return;
    others = CONTROLS.map({ kind: "map", item: spec.item }, {
      ...memberHost({ key: OTHERS, label: "other members" }),
      path: host.path,
    });
    node.append(others.node);
    others.write(draft?.[OTHERS] ?? null);
  }
  /**
   * @param {Partial<Spec>} field
   * @returns {Host}
   */
  const memberHost = (field) => ({
    ...host,
    id: undefined,
    grouped: false,
    inside: true,
    name: `${plain(host.name, 120)}: ${plain(field.label || field.key, 120)}`,
    path: () => `${host.path()}/${joinPath([field.key ?? ""])}`,
    /** @param {Draft} part */
    changed(part) {
      const first = draft === null;
      draft = { ...(draft ?? fresh()), [field.key ?? ""]: part };
      // {"json": text} alone would be read as JSON written by hand.
      if (field.key === "json" && typeof part === "string") {
        draft.json = { json: draftAsJson(field, part) };
      }
      if (first) {
        for (const [key, place] of stack.places) {
          if (key !== field.key) place.write(draft[key] ?? null);
        }
      }
      stack.draw();
      host.changed(value());
    },
  });
  /** Mark what is asked for at the moment, and hide what does not apply. */
  function stand() {
    const { required, hidden } = host.form.memberStates(host.path());
    for (const [key, place] of stack.places) {
      place.setRequired(required.includes(key));
      show(place.node, !hidden.includes(key));
    }
  }
  /** The members that come along with the first one that is filled in. */
  function fresh() {
    return spec.draft ??
      Object.fromEntries(
        fields.filter((/** @type {Spec} */ field) => field.kind === "const" && field.required).map((
          /** @type {any} */ field,
        ) => [field.key, field.value_text ?? ""]),
      );
  }
  function value() {
    if (draft === null) return null;
    const keys = Object.keys(draft);
    const told = keys.filter((key) => !constants.has(key) || constants.size === fields.length);
    return keys.length > 0 && told.every((key) => draft[key] === null) ? null : draft;
  }
  const fold = {
    get open() {
      return open;
    },
    /** @param {Draft} next */
    set(next) {
      open = next;
      if (open) fill();
      show(node, open);
    },
    /** What a closed object says about itself. */
    get summary() {
      const now = value();
      const set = now === null ? 0 : Object.values(now).filter((part) => part !== null).length;
      return now === null ? NOT_SET : `${count(set)} of ${count(fields.length)} set`;
    },
  };
  fold.set(open);
  return {
    node,
    fold: host.inside && host.grouped && !isMeasure ? fold : null,
    write(next) {
      draft = next !== null && typeof next === "object" && !Array.isArray(next) ? next : null;
      for (const [key, place] of stack?.places ?? []) place.write(draft?.[key] ?? null);
      others?.write(draft?.[OTHERS] ?? null);
      stack?.draw();
      stack?.unfold();
    },
    read: value,
    focus() {
      fold.set(true);
      const first = stack.places.values().next().value;
      if (first) first.focus();
      else node.querySelector("summary")?.focus();
    },
    mark(state) {
      if (!host.grouped) tie(node, state, false);
    },
    children: () => (open ? [...(stack?.places ?? []), ...(others?.children?.() ?? [])] : []),
    reveal: (segment) => {
      fold.set(true);
      stack.reach(segment);
    },
  };
};

CONTROLS.tuple = (spec, host) => {
  const items = spec.fields?.length ? spec.fields : spec.items ?? [];
  /** @type {Draft} */
  let drafts = null;
  const places = items.map((/** @type {any} */ item, /** @type {number} */ i) =>
    makePlace({ ...item, label: item.label || item.key || String(i + 1) }, {
      ...host,
      id: undefined,
      grouped: false,
      inside: true,
      name: `${plain(host.name, 120)}, ${plain(item.label || item.key || String(i + 1), 60)}`,
      path: () => `${host.path()}/${i}`,
      /** @param {Draft} draft */
      changed(draft) {
        const next = drafts === null ? items.map(() => null) : [...drafts];
        next[i] = draft;
        drafts = next.every((/** @type {any} */ part) => part === null) ? null : next;
        host.changed(drafts);
      },
    })
  );
  const short =
    items.every((/** @type {any} */ item) =>
      ["number", "integer", "text", "date", "time", "choice"].includes(item.kind)
    ) && items.length <= 6;
  const node = h(
    "div",
    { class: short ? "ogcw-f-tuple" : "ogcw-f-nested", ...groupNaming(host) },
    places.map((/** @type {any} */ place) => place.node),
  );
  return {
    node,
    write(next) {
      drafts = Array.isArray(next) ? next : null;
      places.forEach((/** @type {any} */ place, /** @type {number} */ i) =>
        place.write(drafts?.[i] ?? null)
      );
    },
    read: () => drafts,
    focus: () => places[0]?.focus(),
    mark(state) {
      if (!host.grouped) tie(node, state, false);
    },
    children: () =>
      places.map((/** @type {any} */ place, /** @type {number} */ i) => [String(i), place]),
  };
};
