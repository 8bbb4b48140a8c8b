// One list per section: what is known on the left, where it was seen on the right.

import { h, setText, show, uniqueId } from "../view/dom.js";
import { copyButton } from "../view/files.js";
import { listen } from "../view/model.js";
import { problemLine, view } from "../view/view.js";
import style from "./server_card.css" with { type: "text" };

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-server");
  const title = h("h3", { class: "ogcw-title ogcw-server-title", dir: "auto" });
  const address = h("span", { class: "ogcw-hint ogcw-server-url" });
  const state = () => model.get("state") ?? {};
  const copy = copyButton("Copy for the operators", () => state().markdown ?? "", {
    class: "ogcw-btn",
  });
  const again = h("button", {
    type: "button",
    class: "ogcw-link",
    onclick: () => model.send({ type: "refresh" }),
  }, "look again");
  const status = h("span", { class: "ogcw-hint", role: "status" });
  const error = h("div", { class: "ogcw-error", role: "alert" });
  const body = h("div", { class: "ogcw-server-body" });
  el.append(
    h(
      "div",
      { class: "ogcw-server-head" },
      h("div", { class: "ogcw-server-name" }, title, address),
      status,
      again,
      copy,
    ),
    error,
    body,
    problemLine(model),
  );

  /** @param {any} one */
  function fact(one) {
    return h(
      "li",
      {},
      h(
        "span",
        { class: "ogcw-server-text", dir: "auto" },
        one.label ? h("span", { class: "ogcw-server-label" }, `${one.label} `) : null,
        one.text,
      ),
      one.seen
        ? h("span", { class: "ogcw-hint ogcw-server-seen", title: one.seen, dir: "auto" }, one.seen)
        : null,
    );
  }

  function draw() {
    const s = state();
    setText(title, s.title || s.url || "");
    setText(address, s.title ? s.url : "");
    setText(status, s.is_reading ? "Looking…" : "");
    setText(error, s.error || "");
    show(error, Boolean(s.error));
    copy.disabled = !s.markdown;
    body.replaceChildren(
      ...(s.sections ?? []).map((/** @type {{ heading: string, facts: any[] }} */ section) => {
        const id = uniqueId("server");
        return h(
          "section",
          { "aria-labelledby": id },
          h("h4", { id }, section.heading),
          h("ul", {}, section.facts.map(fact)),
        );
      }),
    );
  }

  draw();
  return listen(model, ["state"], draw);
}
export default view(render, { name: "server-card", style });
