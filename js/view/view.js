// What every view begins with: its style sheet, its model, keys and focus.

import { h, setText, show } from "./dom.js";
import { keepFocus, keepKeys } from "./focus.js";
import { listen, SILENT, watchAnswers } from "./model.js";

/**
 * A line for errors of callbacks, present in every view.
 * @param {import("./model.js").Model} model
 */
export function problemLine(model) {
  const line = h("div", { class: "ogcw-error", role: "alert" });
  const update = () => {
    const text = model.isSilent ? SILENT : model.get("problem") || "";
    setText(line, text);
    show(line, text !== "");
  };
  update();
  listen(model, ["problem"], update);
  model.onSilence?.(update);
  return line;
}

/**
 * Put a style sheet into the page once; a newer one takes the place of an older.
 * @param {string} name
 * @param {string} css
 */
export function useStyle(name, css, isFirst = false) {
  const id = `ogcw-style-${name}`;
  const style = document.getElementById(id) ?? h("style", { id });
  setText(style, css);
  if (style.isConnected) return;
  if (isFirst) document.head.prepend(style);
  else document.head.append(style);
}

/**
 * What anywidget renders a view with.
 * @typedef {{ model: import("./model.js").Model, el: HTMLElement }} Context
 */

/**
 * The module of a view: keys and focus stay in it, and a press is answered or told of.
 * @param {(context: Context) => void | (() => void)} render Draws the view; returns what ends it.
 * @param {{ name?: string, style?: string }} sheet The style sheet of the view.
 */
export function view(render, { name = "", style = "" } = {}) {
  return {
    /** @param {Context} context */
    render({ model, el }) {
      if (style) useStyle(name, style);
      const watched = watchAnswers(model);
      const stops = [keepKeys(el), keepFocus(el), watched.stop];
      const stop = render({ model: watched.model, el });
      return () => {
        if (stop) stop();
        stops.forEach((one) => one());
      };
    },
  };
}
