import { linkButton } from "../view/dom.js";
import { view } from "../view/view.js";
import { frame } from "./head.js";
import { treeOf } from "./tree.js";

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  const { tree, remove } = treeOf(model);
  const copy = linkButton("copy", () => model.send({ type: "copy", path: [] }));
  const stop = frame(model, el, tree, copy);
  return () => {
    stop();
    remove();
  };
}

export default view(render, { name: "tree-viewer" });
