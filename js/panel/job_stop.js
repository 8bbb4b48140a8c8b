// The button that stops a job, asks back, and says what was pressed.

import { elementsOf, focusedElement, h, question } from "../view/dom.js";

/**
 * @param {() => any} state
 * @param {() => boolean} isGone Whether the kernel is gone, and with it all buttons.
 * @param {(type: string) => void} press
 * @param {(asking: boolean) => void} drawn Called with whether it asks back.
 * @param {() => any} elsewhere Where the focus goes when the button is gone.
 */
export function stopButton(state, isGone, press, drawn, elsewhere) {
  const act = h("span", { class: "ogcw-job-act" });
  let asking = false;
  /** @type {{label: string, sequence: number} | null} */
  let pressed = null; // and not answered yet: the kernel may be busy with a cell

  /** @param {Record<string, any>} s */
  function draw(s) {
    const stop = isGone() ? null : s.stop;
    if (!stop || stop.does !== "stop" || stop.busy) asking = false;
    if (pressed && (pressed.sequence !== s.sequence)) pressed = null;
    const look = JSON.stringify([stop, asking, pressed]);
    if (act.dataset.look === look) return;
    const hadFocus = act.contains(focusedElement());
    act.dataset.look = look;
    act.replaceChildren(...parts(stop));
    drawn(asking);
    if (hadFocus) (elementsOf(act, "[data-first]")[0] ?? elsewhere()).focus?.();
  }

  /** @param {any} stop */
  function parts(stop) {
    if (!stop) return [];
    /**
     * @param {string} label
     * @param {Record<string, unknown>} attributes
     */
    const button = (label, attributes) =>
      h("button", { type: "button", class: "ogcw-btn ogcw-job-btn", ...attributes }, label);
    if (pressed) {
      return [button(pressed.label, { "aria-disabled": "true", "data-first": true })];
    }
    if (stop.does !== "stop") {
      return [
        button(stop.label, {
          "data-first": true,
          title: stop.hint,
          "aria-label": stop.hint ?? stop.label,
          onclick: () => send(stop.does, stop.label),
        }),
      ];
    }
    if (stop.busy) return [button("Stopping", { "aria-disabled": "true", "data-first": true })];
    if (!asking) return [button(stop.label, { "data-first": true, onclick: () => ask(true) })];
    return [
      question(
        stop.ask,
        () => ask(false),
        "ogcw-job-confirm",
        h("span", { class: "ogcw-job-ask" }, stop.ask),
        button(stop.yes, {
          class: "ogcw-btn ogcw-job-btn ogcw-job-yes",
          "data-first": true,
          onclick: () => send("stop", "Stopping"),
        }),
        button(stop.no, { onclick: () => ask(false) }),
      ),
    ];
  }

  /** @param {any} whether */
  function ask(whether) {
    asking = whether;
    draw(state());
  }

  /**
   * @param {any} type
   * @param {string} label
   */
  function send(type, label) {
    asking = false;
    pressed = { label, sequence: state().sequence };
    press(type);
    draw(state());
  }

  return {
    node: act,
    draw,
    /** Nobody has heard what was pressed. */
    unanswered() {
      pressed = null;
      draw(state());
    },
  };
}
