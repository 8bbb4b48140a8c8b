// The bell: how people want to be told that something is done. The browser keeps what was
// chosen, for all notebooks.

import { h, setText, show, uniqueId } from "./dom.js";
import { popup } from "./search_box.js";
import { plain } from "./text.js";

const KEPT = "ogcw-told";
const CHANGED = "ogcw-told-changed";
/** @type {[hertz: number, start: number][]} */
const TONES = [[659, 0], [880, .16]];

/** For a page without storage, while it is open. @type {{ notify?: boolean, sound?: boolean }} */
let onPage = {};

function chosen() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") ?? {};
  } catch {
    return onPage;
  }
}

/**
 * @param {"notify" | "sound"} way
 * @param {boolean} isOn
 */
function choose(way, isOn) {
  onPage = { ...chosen(), [way]: isOn };
  try {
    localStorage.setItem(KEPT, JSON.stringify(onPage));
  } catch { /* as above */ }
  globalThis.dispatchEvent(new Event(CHANGED));
}

/** What the browser allows; "" where it has no notifications. */
const permission = () => globalThis.Notification?.permission ?? "";

const notifies = () => Boolean(chosen().notify) && permission() === "granted";

/**
 * Show a notification, if that was chosen and is allowed.
 * @param {{ id: string, title: string }} of
 * @param {string} outcome
 * @param {string} page Where it is shown.
 */
export function notify({ id, title }, outcome, page) {
  if (!notifies()) return;
  try {
    // Of the same tag there is one, also where two tabs show the same.
    const told = new Notification(`${plain(title, 100)}: ${plain(outcome, 100)}`, {
      body: page,
      tag: `ogcw ${id}`,
    });
    told.onclick = () => {
      globalThis.focus();
      told.close();
    };
  } catch { /* Some browsers of phones have none for pages. */ }
}

/** Play two short tones, if that was chosen. */
export function ring() {
  if (!chosen().sound || !globalThis.AudioContext) return;
  const context = new AudioContext();
  for (const [hertz, start] of TONES) {
    const at = context.currentTime + start;
    const tone = new OscillatorNode(context, { frequency: hertz });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setTargetAtTime(.12, at, .01);
    volume.gain.setTargetAtTime(0, at + .1, .08);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + .6);
  }
  setTimeout(() => context.close(), 2000);
}

/** Why there can be no notification here; "" where there can. */
function whyNot() {
  if (globalThis.isSecureContext === false) return "Notifications need a page with https.";
  if (!permission()) return "This page cannot show notifications.";
  if (permission() === "denied") return "Blocked in the settings of the browser.";
  return "";
}

/** A button that opens the choice, and what ends it. */
export function bell() {
  const drawing = h(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
    h("path", { d: "M3.2 11.8c1-1 1.3-2.3 1.3-4.6a3.5 3.5 0 0 1 7 0c0 2.3.3 3.6 1.3 4.6z" }),
    h("path", { d: "M6.6 13.6a1.5 1.5 0 0 0 2.8 0" }),
  );
  const node = h("button", {
    type: "button",
    class: "ogcw-bell",
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
    onclick: toggle,
  }, drawing);
  const box = (/** @type {(isOn: boolean) => unknown} */ change) => {
    const input = h("input", { type: "checkbox" });
    input.addEventListener("change", () => change(input.checked));
    return input;
  };
  const notification = box(async (isOn) => {
    if (isOn && permission() === "default") await Notification.requestPermission();
    choose("notify", isOn && permission() === "granted");
  });
  const sound = box((isOn) => {
    choose("sound", isOn);
    ring(); // what it sounds like
  });
  const id = uniqueId("bell");
  const why = h("p", { class: "ogcw-hint", id });
  notification.setAttribute("aria-describedby", id);
  const list = h(
    "div",
    {
      class: "ogcw ogcw-bell-choice",
      role: "dialog",
      "aria-label": "Tell me when it is done",
      "data-align": "end",
    },
    h("p", { class: "ogcw-label" }, "Tell me when it is done"),
    h("label", {}, notification, " by a notification"),
    why,
    h("label", {}, sound, " by a sound"),
    h("p", { class: "ogcw-hint" }, "The title of the browser tab says it in any case."),
  );
  const pop = popup(node, list, () => {
    node.setAttribute("aria-expanded", "false");
    setTimeout(() => list.remove());
  });

  function toggle() {
    if (pop.open) {
      pop.close();
      return;
    }
    draw();
    node.after(list);
    pop.show();
    node.setAttribute("aria-expanded", "true");
    (notification.disabled ? sound : notification).focus({ preventScroll: true });
  }

  function draw() {
    const { sound: sounds = false } = chosen();
    notification.checked = notifies();
    notification.disabled = whyNot() !== "";
    setText(why, whyNot());
    show(why, whyNot() !== "");
    sound.checked = sounds;
    const ways = [notifies() && "a notification", sounds && "a sound"].filter(Boolean);
    const words = ways.length ? `, by ${ways.join(" and ")}` : "";
    node.title = `Tell me when it is done${words}`;
    node.setAttribute("aria-label", node.title);
    node.toggleAttribute("data-on", ways.length > 0);
  }

  list.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    pop.close();
    node.focus();
  });
  list.addEventListener("focusout", ({ relatedTarget }) => {
    // The question of the browser takes the focus and leaves nothing in its place.
    if (
      relatedTarget && relatedTarget !== node && !list.contains(/** @type {Node} */ (relatedTarget))
    ) {
      pop.close();
    }
  });
  list.remove();
  globalThis.addEventListener(CHANGED, draw);
  globalThis.addEventListener("storage", draw);
  draw();
  return {
    node,
    stop() {
      pop.close();
      globalThis.removeEventListener(CHANGED, draw);
      globalThis.removeEventListener("storage", draw);
    },
  };
}
