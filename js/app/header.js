import { elementsOf, enable, focusedElement, h, linkButton, setText, show } from "../view/dom.js";
import { listen, setTrait } from "../view/model.js";
import { comboBox } from "../view/search_box.js";
import { count, plain } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import { fullScreenButton } from "./full_screen.js";
import style from "./app.css" with { type: "text" };

const TABS = [
  ["form", "Form"],
  ["batch", "Batch"],
  ["results", "Results"],
  ["json", "JSON"],
  ["code", "Code"],
  ["jobs", "Jobs"],
];
const MANY_PROCESSES = 12;

/**
 * A line that offers something, with a button that takes it and one that leaves it.
 * @param {import("../view/model.js").Model} model
 * @param {string} name Of the trait that holds it, and of the message with the answer.
 */
function offerLine(model, name) {
  const said = h("span");
  /** @param {boolean} take */
  const answer = (take) => linkButton("", () => model.send({ type: name, take }));
  const [takeIt, leaveIt] = [answer(true), answer(false)];
  const line = h("div", { class: "ogcw-header-offer" }, said, takeIt, leaveIt);
  return {
    line,
    draw() {
      const { text = "", take = "", leave = "" } = model.get(name);
      show(line, text !== "");
      show(takeIt, take !== "");
      setText(said, text);
      setText(takeIt, take);
      setText(leaveIt, leave);
    },
  };
}

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-header");

  const title = h("h3", { class: "ogcw-title ogcw-header-title", dir: "auto" });
  // The title is the control: what chooses lies over it, so that it is never cut off.
  const chooser = h("span", { class: "ogcw-header-chooser" }, title);
  const facts = h("span", { class: "ogcw-header-facts" });
  const tabs = h(
    "div",
    { class: "ogcw-segments", role: "group", "aria-label": "What is shown" },
    TABS.map(([name, label]) =>
      h("button", {
        type: "button",
        "data-tab": name,
        onclick: () => open(name),
      }, label)
    ),
  );
  /** @param {string} name */
  function open(name) {
    // At once, also while the kernel is busy; the message tells whether it is there at all.
    setTrait(model, "tab", name);
    model.send({ type: "tab", name });
    drawTabs();
  }
  const large = fullScreenButton(el);
  el.append(
    h(
      "div",
      { class: "ogcw-head ogcw-header-row" },
      h("div", { class: "ogcw-header-left" }, chooser, facts),
      h("div", { class: "ogcw-header-right" }, tabs, large.button),
    ),
    problemLine(model),
  );
  const note = h("div", { class: "ogcw-header-note" });
  const offers = ["offer", "batch_offer"].map((name) => offerLine(model, name));
  el.append(note, ...offers.map(({ line }) => line));

  let showCurrent = () => {};
  function drawChooser() {
    /** @type {{ id: string, title: string }[]} */
    const processes = model.get("processes");
    chooser.replaceChildren(title);
    chooser.toggleAttribute("data-many", processes.length > 1);
    showCurrent = () => {};
    if (processes.length < 2) return;
    /** @param {string} id */
    const choose = (id) => model.send({ type: "process", id });
    const names = processes.map((process) => process.title || process.id);
    if (processes.length > MANY_PROCESSES) {
      const box = comboBox({
        labels: names,
        details: processes.map(({ id }, index) => (id === names[index] ? "" : id)),
        naming: { "aria-label": "Process" },
        placeholder: `Choose one of ${count(processes.length)} processes`,
        onpick(index) {
          if (index === null) {
            showCurrent();
            return;
          }
          box.settle(plain(names[index], 300));
          choose(processes[index].id);
        },
      });
      showCurrent = () => box.settle(plain(model.get("title"), 300));
      chooser.append(box.node);
    } else {
      const select = h(
        "select",
        { class: "ogcw-input", "aria-label": "Process", dir: "auto" },
        processes.map((process, index) => h("option", { value: process.id }, names[index])),
      );
      showCurrent = () => {
        select.value = model.get("process_id");
      };
      select.addEventListener("change", () => choose(select.value));
      chooser.append(select);
    }
    showCurrent();
  }

  const server = h("button", {
    type: "button",
    class: "ogcw-chip ogcw-header-server",
    dir: "auto",
    title: "What this server can do",
    onclick: () => model.send({ type: "card", name: "server" }),
  });
  const deploy = h("button", {
    type: "button",
    class: "ogcw-link ogcw-header-deploy",
    title: "Add a process of your own to this server",
    onclick: () => model.send({ type: "card", name: "deploy" }),
  }, "Deploy …");
  function drawFacts() {
    setText(server, model.get("server"));
    facts.replaceChildren(
      ...model.get("facts").map((/** @type {string} */ fact) =>
        fact === model.get("server") ? server : h("span", { class: "ogcw-chip", dir: "auto" }, fact)
      ),
      ...(model.get("can_deploy") ? [deploy] : []),
    );
  }

  function draw() {
    server.setAttribute("aria-expanded", String(model.get("card") === "server"));
    deploy.setAttribute("aria-expanded", String(model.get("card") === "deploy"));
    for (const offer of offers) offer.draw();
    setText(title, model.get("title"));
    setText(note, model.get("processes_note"));
    show(note, note.textContent !== "");
    chooser.title = model.get("description");
    el.toggleAttribute("aria-busy", model.get("loading"));
  }

  function drawTabs() {
    const tab = model.get("tab");
    const focused = focusedElement();
    el.dataset.tab = tab; // js/app/app.css shows what belongs to it
    const jobs = model.get("batch_count");
    el.toggleAttribute("data-batch", jobs > 0);
    for (const button of elementsOf(tabs)) {
      if (button.dataset.tab === "batch") {
        show(button, jobs > 0);
        setText(button, `Batch ${count(jobs)}`);
      }
      const isOpen = button.dataset.tab === tab;
      button.setAttribute("aria-pressed", String(isOpen));
      if (button.dataset.tab === "results") {
        enable(button, model.get("has_results"));
        button.title = model.get("has_results") ? "" : "There are no results yet";
        button.toggleAttribute("data-new", model.get("is_new"));
      }
      // Who was in what is hidden now goes on at the tab that took its place.
      const isIn = focused && el.closest(".ogcw-app")?.contains(focused);
      if (isOpen && isIn && !focused.checkVisibility()) button.focus({ preventScroll: true });
    }
  }

  drawChooser();
  drawFacts();
  draw();
  drawTabs();
  const stops = [
    listen(model, ["processes"], drawChooser),
    listen(model, ["process_id", "title", "problem"], () => showCurrent()),
    listen(model, ["facts", "server", "can_deploy"], drawFacts),
    listen(model, [
      "title",
      "description",
      "card",
      "loading",
      "offer",
      "batch_offer",
      "processes_note",
    ], draw),
    listen(model, ["tab", "has_results", "is_new", "batch_count"], drawTabs),
    large.stop,
  ];
  return () => stops.forEach((stop) => stop());
}
export default view(render, { name: "header", style });
