// Code for the notebook: in a new cell below the one that shows the view, which is not run.
// JupyterLab and Notebook give a widget its notebook; elsewhere there is nothing to press.

import { linkButton, setText } from "./dom.js";
import { copyText } from "./files.js";

/**
 * What a front end of Jupyter has of a notebook.
 * @typedef {object} Notebook
 * @property {boolean} [readOnly]
 * @property {{ insertCell: (at: number, cell: object) => unknown }} sharedModel
 */

/**
 * The notebook that shows a view, where cells can be put into it.
 * @param {import("./model.js").Model} model
 * @returns {Notebook | null}
 */
export function notebookOf(model) {
  const notebook = model.widget_manager?.context?.model;
  const canInsert = typeof notebook?.sharedModel?.insertCell === "function";
  return canInsert && !notebook.readOnly ? notebook : null;
}

/**
 * Put code below the cell that an element stands in; false where it stands in none, as in a
 * view of the output beside the notebook.
 * @param {Notebook | null} notebook
 * @param {Element} element
 * @param {string} source
 */
export function insertBelow(notebook, element, source) {
  /** @type {HTMLElement | null} */
  const cell = element.closest(".jp-Notebook .jp-Cell[data-windowed-list-index]");
  const at = Number(cell?.dataset.windowedListIndex);
  if (!notebook || !Number.isInteger(at)) return false;
  notebook.sharedModel.insertCell(at + 1, {
    cell_type: "code",
    source,
    metadata: { trusted: true }, // as of each new cell
  });
  return true;
}

/**
 * A button beside one that copies, or null where no cell can be made.
 * @param {import("./model.js").Model} model
 * @param {() => string | Promise<string>} textOf Called when it is pressed.
 */
export function insertButton(model, textOf, attributes = {}) {
  const notebook = notebookOf(model);
  if (!notebook) return null;
  const label = "insert as a cell";
  const button = linkButton(label, async () => {
    const text = await textOf();
    const said = insertBelow(notebook, button, text)
      ? "inserted below"
      : await copyText(text)
      ? "copied"
      : "press Ctrl+C";
    setText(button, said);
    setTimeout(() => setText(button, label), 1500);
  }, { title: "Put the code into a new cell below; it is not run", ...attributes });
  return button;
}
