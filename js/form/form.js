// The form: places for all inputs, kept in step with Python.
//
// Python owns the drafts. What is typed goes there at once and in order; what comes back
// is only written to the screen where it is news: never over text whose echo is still on
// its way, never into the control that has the focus unless Python itself set a value
// (a new turn).

import { focusedElement, h, setText, show } from "../view/dom.js";
import { keepLetters } from "../view/focus.js";
import { listen, setTrait } from "../view/model.js";
import { NO_HELP } from "../view/search_box.js";
import { plain } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import { joinPath, sameDraft, splitPath } from "./drafts.js";
import { editQueue } from "./edits.js";
import { errorTree, flat, spread } from "./errors.js";
import { extraInputs } from "./extra.js";
import { fieldStack } from "./controls/group.js";
import { outputChoice } from "./outputs.js";
import { inputSets } from "./sets.js";
import { inputStates, same } from "./states.js";
import "./controls/all.js";
import style from "./form.css" with { type: "text" };

/** @import { Draft, Spec } from "./controls.js" */
/** @import { InputState } from "./states.js" */

const MANY = 40;

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-f");
  /** @type {(() => void)[]} */
  const stops = [];
  /** @type {(() => void)[]} */
  const activeListeners = [];
  /** @type {(() => void)[]} */
  const checkListeners = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let looking;
  /** @type {(() => void)[]} */
  const memberListeners = [];
  let held = ""; // the area being drawn: leaving its box for the map is not leaving it
  /** What Python says of the inputs. @type {ReturnType<typeof inputStates>} */
  let states;
  /** The places of all inputs; null until the first are built. @type {any} */
  let stack = null;
  /** @type {Spec[]} */
  let specs = [];
  let queue = 0;

  const body = h("div", { class: "ogcw-f-body" });
  const filter = h("input", {
    type: "search",
    class: "ogcw-input ogcw-f-filter",
    placeholder: "Find an input",
    "aria-label": "Find an input",
    ...NO_HELP,
    oninput: () => applyFilter(),
  });
  const live = h("div", { class: "ogcw-visually-hidden", role: "status" });
  const extra = extraInputs(model);
  const outputs = outputChoice(model);
  const sets = inputSets(model, extra.add);
  // The browser lets nothing in a disabled group be changed, and all of it be read.
  const parts = model.get("is_fixed")
    ? [h("fieldset", { class: "ogcw-f-fixed", disabled: true }, body)]
    : [filter, body, outputs.node, extra.node, sets.node];
  el.append(...parts, problemLine(model), live);

  const form = {
    send: (/** @type {any} */ message) => model.send(message),
    refresh: (/** @type {string} */ id) => applyErrors(id),
    isActive: (/** @type {string} */ path) => model.get("active_area") === path,
    drawing: () => model.get("active_area") !== "",
    hasMap: () => model.get("has_map") === true,
    /**
     * {tone, active} of an area where several share the map, else null.
     * @param {string} path
     */
    onMap(path) {
      const { active = "", tones = {} } = model.get("map_areas") ?? {};
      return path in tones ? { tone: tones[path], active: path === active } : null;
    },
    /**
     * The widget that a registered field is drawn with, if this page can show it.
     * @param {number} number
     */
    async slot(number) {
      const name = (model.get("slots") ?? [])[number];
      if (typeof name !== "string" || !model.widget_manager) return null;
      const widget = await model.widget_manager.get_model(name.replace("IPY_MODEL_", ""));
      return model.widget_manager.create_view(widget);
    },
    isSlotFull: (/** @type {number} */ number) => (model.get("full_slots") ?? []).includes(number),
    onActive: (/** @type {() => void} */ listener) => activeListeners.push(listener),
    /** What the conditions of the object at a path ask for now. */
    memberStates: (/** @type {string} */ path) =>
      states.of(splitPath(path)[0])?.members[path] ?? { required: [], hidden: [] },
    onMemberStates: (/** @type {() => void} */ listener) => memberListeners.push(listener),
    /** @param {string} id */
    holdLeave(id) {
      held = id;
    },
    /** What is known of a STAC document; see stac.js. */
    checkOf: (/** @type {string} */ key) => (model.get("item_checks") ?? {})[key],
    canForEach: () => model.get("has_for_each") === true,
    /** @param {string} id */
    forEach: (id) => model.send({ type: "for_each", path: id }),
    searchWords: () => model.get("item_search") ?? "",
    /** @param {() => void} listener */
    onChecks(listener) {
      checkListeners.push(listener);
      listener();
    },
    look() {
      clearTimeout(looking);
      looking = setTimeout(() => model.send({ type: "look" }), 30);
    },
    /** @param {string} key */
    markItem(key) {
      setTrait(model, "item_marked", key);
    },
  };

  const edits = editQueue(
    (id, draft) => {
      model.send({ type: "edit", id, draft });
      stack.draw();
      stack.places.get(id)?.redraw();
    },
    (id) => stack.places.get(id).read(),
  );

  // --- what Python says --------------------------------------------------------------

  let isDrawn = true;
  /**
   * @param {string} id
   * @param {InputState} before
   * @param {InputState} now
   */
  function take(id, before, now) {
    const place = stack.places.get(id);
    if (place) {
      takeDraft(id, place, now.draft, now.turn !== before.turn);
      applyErrors(id);
      place.setNote(now.note);
    }
    if (!same(now.errors, before.errors)) announce();
    if (!same(now.members, before.members)) memberListeners.forEach((listener) => listener());
    // Many inputs may come in one message.
    if (isDrawn) queueMicrotask(drawStack);
    isDrawn = false;
  }
  function drawStack() {
    isDrawn = true;
    stack.unfold();
    stack.draw();
  }
  /**
   * @param {string} id
   * @param {any} place
   * @param {Draft} draft
   * @param {boolean} forced Whether Python itself has set the value.
   */
  function takeDraft(id, place, draft, forced) {
    if (edits.isOnItsWay(id, draft)) return;
    if (sameDraft(draft, place.read())) return;
    if (!forced && place.node.contains(focusedElement(el))) return;
    place.write(draft);
    applyErrors(id);
  }

  /** @param {string} id */
  function applyErrors(id) {
    const place = stack?.places.get(id);
    if (place) spread(place, errorTree(states.of(id)?.errors ?? {}).parts.get(id));
  }
  function applyExtraErrors() {
    const { parts } = errorTree(model.get("extra_errors") ?? {});
    extra.setError([...parts].flatMap(([id, branch]) => flat(branch, id)).join("\n"));
  }
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let spoken;
  function announce() {
    clearTimeout(spoken);
    spoken = setTimeout(() => {
      const focused = [...(stack?.places ?? [])].find(([, place]) =>
        place.node.contains(focusedElement(el))
      );
      const message = focused?.[1].message ?? "";
      setText(
        live,
        message === ""
          ? ""
          : `${plain(focused[1].spec.label || focused[0], 100)}: ${plain(message, 300)}`,
      );
    }, 1200);
  }

  // --- building ----------------------------------------------------------------------

  /** @param {Spec} spec */
  function hostOf(spec) {
    const id = spec.key ?? "";
    return {
      form,
      inputId: id,
      name: spec.label || id,
      path: () => joinPath([id]),
      changed: (/** @type {Draft} */ draft) => edits.edit(id, draft),
    };
  }
  function build() {
    const next = model.get("spec") ?? [];
    if (stack !== null && JSON.stringify(next) === JSON.stringify(specs)) return;
    edits.flushAll();
    const before = stack;
    const focusedId = before &&
      [...before.places].find(([, place]) => place.node.contains(focusedElement(el)))
        ?.[0];
    // What stands on the screen is newer than what Python last said.
    const typed = new Map(
      before
        ? [...before.places].filter(([id]) => edits.wasSent(id)).map((
          [id, place],
        ) => [id, place.read()])
        : [],
    );
    specs = next;
    activeListeners.length = 0;
    checkListeners.length = 0;
    memberListeners.length = 0;
    cancelAnimationFrame(queue);
    states?.stop();
    states = inputStates(model, take);
    stack = fieldStack(
      specs,
      hostOf,
      (id) => (typed.has(id) ? typed.get(id) : states.of(id)?.draft ?? null),
      {
        batch: specs.length > MANY ? MANY : 0,
        onfold: afterBuilding,
        onplace: (place) =>
          place.node.addEventListener(
            "focusout",
            (/** @type {FocusEvent} */ event) => left(place, event),
          ),
      },
    );
    el.classList.toggle("ogcw-f-many", specs.length > MANY);
    show(filter, specs.length > MANY);
    body.replaceChildren(stack.node);
    if (specs.length === 0) {
      body.replaceChildren(h("p", { class: "ogcw-hint" }, "This process takes no inputs."));
    }
    stack.unfold();
    stack.draw();
    afterBuilding();
    if (focusedId && stack.places.has(focusedId)) stack.places.get(focusedId).focus();
    buildRest();
  }
  function afterBuilding() {
    if (stack === null) return;
    for (const [id, place] of stack.places) {
      applyErrors(id);
      place.setNote(states.of(id)?.note ?? "");
    }
    stack.draw();
  }
  /** Hundreds of inputs are built a screenful at a time, so that the page stays quick. */
  function buildRest() {
    if (!stack.more(MANY)) return;
    queue = requestAnimationFrame(() => {
      buildRest();
      afterBuilding();
    });
  }
  function applyFilter() {
    const wanted = filter.value.trim().toLocaleLowerCase();
    if (wanted !== "") {
      stack.more(Infinity);
      stack.fill();
      afterBuilding();
    }
    let first = true;
    for (const [id, place] of stack.places) {
      const match = wanted === "" ||
        `${id} ${place.spec.label ?? ""}`.toLocaleLowerCase().includes(wanted);
      show(place.node, match);
      if (match && first && wanted !== "") {
        first = false;
        stack.reach(id);
      }
    }
  }

  /**
   * @param {any} place
   * @param {FocusEvent} event
   */
  function left(place, event) {
    const id = place.spec.key;
    if (place.node.contains(event.relatedTarget) || !document.hasFocus()) return;
    edits.flush(id);
    const target = /** @type {Element} */ (event.target);
    if (target.closest?.(".ogcw-f-menu-list")) return;
    const active = model.get("active_area");
    if (held === id || active === joinPath([id]) || active.startsWith(`${joinPath([id])}/`)) return;
    model.send({ type: "leave", id });
    // An echo that was held back while the control had the focus may be shown now.
    setTimeout(() => {
      if (stack.places.get(id) === place) {
        takeDraft(id, place, states.of(id)?.draft ?? null, false);
      }
    });
  }

  function jump() {
    const { path, at } = model.get("focus_request") ?? {};
    if (!path) return;
    const parts = splitPath(path);
    stack.more(Infinity);
    let place = stack.reach(parts[0]);
    afterBuilding();
    if (!place) {
      if (extra.reach(parts[0])) return;
      el.scrollIntoView({ block: "nearest" });
      return;
    }
    if (filter.value !== "") {
      filter.value = "";
      applyFilter();
    }
    for (const part of parts.slice(1)) {
      place.reveal(part);
      const child = new Map(place.children()).get(part);
      if (!child) break;
      place = child;
    }
    if (at === "search") {
      place.control.focusSearch?.();
      return;
    }
    place.node.scrollIntoView({ block: "center", behavior: "smooth" });
    place.focus();
    place.node.classList.remove("ogcw-f-flash");
    void place.node.offsetWidth;
    place.node.classList.add("ogcw-f-flash");
  }

  keepLetters(el);

  const setBusy = () => el.setAttribute("aria-busy", String(Boolean(model.get("busy"))));
  setBusy();
  build();
  applyExtraErrors();
  stops.push(
    listen(model, ["busy"], setBusy),
    listen(model, ["spec"], build),
    listen(model, ["extra_errors"], applyExtraErrors),
    listen(model, ["focus_request"], jump),
    listen(
      model,
      ["item_checks", "item_search"],
      () => checkListeners.forEach((listener) => listener()),
    ),
    listen(model, ["active_area", "has_map", "map_areas"], () => {
      held = "";
      activeListeners.forEach((listener) => listener());
    }),
    () => states.stop(),
    extra.stop,
    outputs.stop,
    sets.stop,
  );
  return () => {
    edits.flushAll();
    cancelAnimationFrame(queue);
    stops.forEach((stop) => stop());
  };
}

export default view(render, { name: "form", style });
