// A picture is an <img> of a blob: in an SVG no script runs then, and nothing is fetched.

import { h, linkButton, setText, show } from "../view/dom.js";
import { listen, setTrait } from "../view/model.js";
import { count } from "../view/text.js";
import { view } from "../view/view.js";
import { frame } from "./head.js";
import style from "./picture_viewer.css" with { type: "text" };

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  const image = h("img", { alt: model.get("title"), hidden: true });
  const broken = h("p", { class: "ogcw-error", role: "alert", hidden: true });
  const scroll = h(
    "div",
    { class: "ogcw-picture-scroll", role: "group", "aria-label": "Picture" },
    image,
  );
  const body = h("div", { class: "ogcw-picture" }, scroll, broken);
  let address = "";
  let isFull = false;
  const full = linkButton("full size", () => {
    isFull = !isFull;
    draw();
  });
  const stop = frame(model, el, body, full);

  /** Whether it is drawn smaller than it is. */
  const isFitted = () => image.naturalWidth > image.width || image.naturalHeight > image.height;
  function draw() {
    const isThere = address !== "" && broken.hidden;
    show(image, isThere);
    show(scroll, isThere);
    body.classList.toggle("ogcw-picture-full", isFull);
    setText(full, isFull ? "fit" : "full size");
    full.setAttribute("aria-pressed", String(isFull));
    show(full, isThere && (isFull || isFitted()));
    // What scrolls can be reached with the keys that scroll.
    if (isFull) scroll.tabIndex = 0;
    else scroll.removeAttribute("tabindex");
  }
  image.addEventListener("load", () => {
    const { naturalWidth, naturalHeight } = image;
    const isDrawing = model.get("media_type") === "image/svg+xml";
    if (!isDrawing) {
      const size = `${count(naturalWidth)} x ${count(naturalHeight)}`;
      if (model.get("facts")[0] !== size) setTrait(model, "facts", [size]);
    }
    draw();
  });
  image.addEventListener("error", () => {
    show(broken, true);
    setText(
      broken,
      "The picture is broken, or too large to be drawn here.\n" +
        "Download it to look into it.",
    );
    draw();
  });
  /**
   * @param {Record<string, any>} content
   * @param {DataView[]} buffers
   */
  const told = (content, buffers) => {
    if (content.type !== "picture" || !buffers?.length) return;
    URL.revokeObjectURL(address);
    address = URL.createObjectURL(
      new Blob([/** @type {any} */ (buffers[0])], { type: model.get("media_type") }),
    );
    show(broken, false);
    image.src = address;
    draw();
  };
  model.on("msg:custom", told);
  const ask = () => {
    if (model.get("media_type")) model.send({ type: "picture" });
  };
  const others = listen(model, ["media_type"], ask);
  const sizes = new ResizeObserver(draw);
  sizes.observe(scroll);
  draw();
  ask();
  return () => {
    stop();
    others();
    sizes.disconnect();
    model.off("msg:custom", told);
    URL.revokeObjectURL(address);
  };
}

export default view(render, { name: "picture-viewer", style });
