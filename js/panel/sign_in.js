import { signInBox } from "../view/sign_in_box.js";
import { problemLine, view } from "../view/view.js";

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-signin-alone");
  const box = signInBox(model);
  el.append(box.element, problemLine(model));
  return box.stop;
}

export default view(render);
