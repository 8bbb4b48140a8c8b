// Deploying a package: it is chosen, looked at, sent; below are the processes that can
// be removed. Python holds the package; asking before a removal happens here.

import {
  elementsOf,
  enable,
  focusedElement,
  h,
  linkButton,
  question as askFirst,
  setText,
  show,
  uniqueId,
} from "../view/dom.js";
import { listen } from "../view/model.js";
import { keepAction, keepRows, refill } from "../view/rows.js";
import { bytes } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import style from "./deploy_panel.css" with { type: "text" };

const SOURCES = [["file", "File"], ["address", "Address"], ["text", "Text"]];
const TYPING_MS = 500;
const LARGEST_FILE = 8 * 1024 * 1024;

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-deploy");
  /**
   * @type {{
   *   asking: string | null,
   *   typed?: ReturnType<typeof setTimeout>,
   *   tell: (() => void) | null,
   *   check: string,
   *   does: string | null,
   * }}
   */
  const page = { asking: null, tell: null, check: "", does: null };
  const state = () => model.get("state") ?? {};
  /** @param {string} type */
  const press = (type, members = {}) => model.send({ type, ...members });
  /** @param {() => void} tell */
  const later = (tell) => {
    clearTimeout(page.typed);
    page.tell = tell;
    page.typed = setTimeout(flush, TYPING_MS);
  };
  // What is on the screen is what is sent, also when the last letter was typed just now.
  function flush() {
    clearTimeout(page.typed);
    const tell = page.tell;
    page.tell = null;
    tell?.();
  }

  const sources = h(
    "div",
    { class: "ogcw-segments", role: "group", "aria-label": "How the package is given" },
    SOURCES.map(([name, label]) =>
      h("button", {
        type: "button",
        "data-source": name,
        onclick: () => press("source", { name }),
      }, label)
    ),
  );
  const ability = h("div", { class: "ogcw-hint ogcw-deploy-ability" });
  const head = h(
    "div",
    { class: "ogcw-head" },
    h("h3", { class: "ogcw-title" }, "Deploy a process"),
    ability,
    sources,
  );

  // -- where the package comes from -------------------------------------------------
  const picker = h("input", {
    type: "file",
    class: "ogcw-visually-hidden",
    accept: ".cwl,.yaml,.yml,.json",
    "aria-label": "Package file",
    onchange: () => readFile(picker.files?.[0]),
  });
  const fileName = h("span", { class: "ogcw-deploy-file", dir: "auto" });
  const filePane = h(
    "div",
    { class: "ogcw-deploy-pane ogcw-deploy-drop" },
    h("label", { class: "ogcw-btn ogcw-deploy-pick" }, "Choose a file …", picker),
    fileName,
    h(
      "div",
      { class: "ogcw-hint" },
      "An application package: CWL as YAML or JSON, or an ogcapppkg document. You can also drop the file here.",
    ),
  );
  filePane.addEventListener("dragover", (event) => event.preventDefault());
  filePane.addEventListener("drop", (event) => {
    event.preventDefault();
    readFile(event.dataTransfer?.files[0]);
  });

  const addressId = uniqueId("deploy-address");
  const address = h("input", {
    id: addressId,
    class: "ogcw-input",
    type: "url",
    placeholder: "https://example.org/app.cwl",
    autocomplete: "off",
    oninput: () => later(() => press("address", { text: address.value })),
  });
  const byValue = h("input", {
    type: "checkbox",
    onchange: () => press("by_value", { on: byValue.checked }),
  });
  const addressPane = h(
    "div",
    { class: "ogcw-deploy-pane" },
    h("label", { class: "ogcw-label", for: addressId }, "Address of the package"),
    address,
    h(
      "label",
      { class: "ogcw-deploy-by-value" },
      byValue,
      "Send the text itself, for servers that cannot reach the address",
    ),
  );

  const textId = uniqueId("deploy-text");
  const text = h("textarea", {
    id: textId,
    class: "ogcw-input ogcw-deploy-text",
    spellcheck: "false",
    placeholder: "cwlVersion: v1.2\n…",
    oninput: () => later(() => press("text", { text: text.value })),
  });
  const textPane = h(
    "div",
    { class: "ogcw-deploy-pane" },
    h("label", { class: "ogcw-label", for: textId }, "The package"),
    text,
  );

  // -- what it is -------------------------------------------------------------------
  const check = h("div", {
    class: "ogcw-deploy-check",
    role: "status",
    tabindex: "0",
    "aria-label": "What the package is",
  });
  const send = h("button", {
    type: "button",
    class: "ogcw-btn ogcw-btn-primary",
    onclick: () => {
      flush();
      press("deploy");
    },
  }, "Deploy");
  const note = h("div", { class: "ogcw-note ogcw-deploy-note", role: "status" });
  const yes = h(
    "button",
    { type: "button", class: "ogcw-btn", onclick: () => press("replace") },
    "Replace it",
  );
  const no = h(
    "button",
    { type: "button", class: "ogcw-btn", onclick: () => press("keep") },
    "Keep the old one",
  );
  const question = h("div", { class: "ogcw-deploy-question", role: "alert" });
  const foot = h("div", { class: "ogcw-deploy-foot" }, send, question, note);

  // -- the processes ----------------------------------------------------------------
  const rows = h("tbody");
  const table = h(
    "table",
    {
      class: "ogcw-table ogcw-lines ogcw-deploy-table",
      "aria-label": "Processes that can be removed",
    },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ["process", "title", "version"].map((name) => h("th", { scope: "col" }, name)),
        h("th", { scope: "col" }, h("span", { class: "ogcw-visually-hidden" }, "actions")),
      ),
    ),
    rows,
  );
  const empty = h("div", { class: "ogcw-hint ogcw-deploy-empty" });
  const fixed = h("div", { class: "ogcw-hint ogcw-deploy-fixed" });
  const list = h("div", { class: "ogcw-deploy-list" }, table, empty);

  el.append(
    head,
    h(
      "div",
      { class: "ogcw-deploy-split" },
      h("div", { class: "ogcw-deploy-sources" }, filePane, addressPane, textPane),
      check,
    ),
    foot,
    list,
    fixed,
    problemLine(model),
  );

  /** @param {File | undefined} file */
  async function readFile(file) {
    if (!file) return;
    // The same file can be chosen again after it was changed.
    picker.value = "";
    if (file.size > LARGEST_FILE) {
      setText(fileName, `${file.name} is ${bytes(file.size)}: too large for a package`);
      return;
    }
    press("file", { name: file.name, text: await file.text() });
  }

  function draw() {
    const s = state();
    for (const button of elementsOf(sources)) {
      button.setAttribute("aria-pressed", String(button.dataset.source === s.source));
    }
    show(filePane, s.source === "file");
    show(addressPane, s.source === "address");
    show(textPane, s.source === "text");
    setText(fileName, s.name || "No file chosen");
    if (focusedElement() !== address) address.value = s.source === "address" ? s.text : "";
    if (focusedElement() !== text && (s.text || s.source !== "text")) {
      text.value = s.source === "text" ? s.text : "";
    }
    byValue.checked = Boolean(s.by_value);
    setText(ability, s.ability ?? "");
    drawCheck(s);
    drawFoot(s);
    drawRows(s);
  }

  /** @param {Record<string, any>} s */
  function drawCheck(s) {
    const key = JSON.stringify([s.checking, s.check]);
    if (page.check === key) return;
    page.check = key;
    check.setAttribute("aria-busy", String(Boolean(s.checking)));
    if (s.checking) return check.replaceChildren(hint("Looking at the package …"));
    if (!s.check) {
      return check.replaceChildren(
        hint("Nothing is chosen yet. A package is looked at here before anything is sent."),
      );
    }
    const c = s.check;
    check.replaceChildren(...[
      c.problem ? h("div", { class: "ogcw-error" }, c.problem) : null,
      c.note ? h("div", { class: "ogcw-deploy-warn" }, c.note) : null,
      c.facts.length
        ? h(
          "div",
          { class: "ogcw-deploy-facts" },
          c.facts.map((/** @type {string} */ fact) => h("span", { class: "ogcw-chip" }, fact)),
          chooser(c),
        )
        : null,
      c.process_id
        ? h(
          "div",
          { class: "ogcw-deploy-becomes", dir: "auto" },
          "becomes ",
          h("b", {}, c.process_id),
          c.title && c.title !== c.process_id ? `: ${c.title}` : "",
        )
        : null,
      c.process_id ? inputsTable(c) : null,
      c.outputs.length
        ? hint(`${c.outputs.length === 1 ? "output" : "outputs"}: ${c.outputs.join(", ")}`)
        : null,
    ].filter((part) => part !== null));
  }

  /** @param {string} words */
  function hint(words) {
    return h("div", { class: "ogcw-hint" }, words);
  }

  /** @param {Record<string, any>} c */
  function chooser(c) {
    if (c.workflows.length < 2) return null;
    const select = h(
      "select",
      {
        class: "ogcw-input ogcw-deploy-workflow",
        "aria-label": "Part of the package that becomes the process",
        onchange: () => press("workflow", { name: select.value }),
      },
      c.workflows.map((/** @type {any} */ one) =>
        h("option", { value: one.id }, one.title === one.id ? one.id : `${one.id} (${one.title})`)
      ),
    );
    select.value = c.workflow;
    return select;
  }

  /** @param {Record<string, any>} c */
  function inputsTable(c) {
    if (!c.inputs.length) return hint("It has no inputs.");
    return h(
      "table",
      { class: "ogcw-table ogcw-deploy-inputs", "aria-label": "Inputs that the form will have" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["input", "takes", ""].map((name) =>
            h(
              "th",
              { scope: "col" },
              name || h("span", { class: "ogcw-visually-hidden" }, "needed"),
            )
          ),
        ),
      ),
      h(
        "tbody",
        {},
        c.inputs.map((/** @type {any} */ one) =>
          h(
            "tr",
            {},
            h("td", { dir: "auto", title: one.id }, one.title),
            h("td", { title: one.cwl_type ? `CWL: ${one.cwl_type}` : null }, one.takes),
            h("td", { class: "ogcw-hint" }, one.needed),
          )
        ),
      ),
    );
  }

  /** @param {Record<string, any>} s */
  function drawFoot(s) {
    /** @type {Record<string, string>} */
    const words = { deploy: "Deploying …", replace: "Replacing …", undeploy: "Removing …" };
    const asks = Boolean(s.question);
    enable(send, !s.busy && s.may_deploy && s.check?.can_send && !asks);
    const doubtful = Boolean(s.check?.problem);
    setText(send, words[s.busy] ?? (doubtful ? "Deploy all the same" : "Deploy"));
    send.classList.toggle("ogcw-btn-primary", !doubtful);
    show(question, asks);
    if (asks && question.dataset.process !== s.question) {
      question.dataset.process = s.question;
      question.replaceChildren(
        h("span", {}, "There is already a process ", h("b", { dir: "auto" }, s.question), "."),
        yes,
        no,
      );
      no.focus({ preventScroll: true });
    }
    if (!asks) delete question.dataset.process;
    setText(note, s.note?.text ?? "");
    note.dataset.tone = s.note?.tone ?? "";
    show(note, !asks);
  }

  /** @param {Record<string, any>} s */
  function drawRows(s) {
    /** @type {any[]} */
    const processes = s.processes ?? [];
    keepAction(rows, () => {
      const lines = keepRows(
        rows,
        processes.map(({ id }) => ({ key: id, make: () => h("tr", { "data-row": id }) })),
      );
      processes.forEach((one, i) => {
        const asks = page.asking === one.id;
        refill(lines[i], [one, asks, s.busy, s.with_open], () => cells(one, s, asks));
      });
    });
    show(table, processes.length > 0);
    show(empty, processes.length === 0);
    setText(
      empty,
      s.processes ? "No process of this server can be removed." : "Loading the processes …",
    );
    setText(
      fixed,
      s.fixed
        ? `${s.fixed} more ${
          s.fixed === 1 ? "belongs" : "belong"
        } to the server and cannot be changed.`
        : "",
    );
  }

  /**
   * @param {any} one
   * @param {Record<string, any>} s
   * @param {any} asks
   */
  function cells(one, s, asks) {
    if (asks) return [h("td", { colspan: "4" }, removal(one, s))];
    return [
      h("td", { class: "ogcw-id", title: one.id }, one.id),
      h("td", { dir: "auto", title: one.title }, one.title),
      h("td", {}, one.version),
      h(
        "td",
        { class: "ogcw-deploy-actions" },
        s.with_open ? link(one, s, "open", () => press("open", { process_id: one.id })) : null,
        link(one, s, "remove", () => askFor(one.id)),
      ),
    ];
  }

  /**
   * @param {any} one
   * @param {Record<string, any>} s
   * @param {string} label
   * @param {() => void} onclick
   */
  function link(one, s, label, onclick, more = {}) {
    return linkButton(label, onclick, {
      "data-does": label,
      "aria-label": `${label} ${one.id}`,
      "aria-disabled": s.busy ? "true" : null,
      ...more,
    });
  }

  /**
   * @param {any} one
   * @param {Record<string, any>} s
   */
  function removal(one, s) {
    return askFirst(
      `remove ${one.id}?`,
      () => askFor(null),
      "ogcw-deploy-ask",
      h(
        "span",
        { class: "ogcw-deploy-sure" },
        "Remove ",
        h("b", { dir: "auto" }, one.id),
        " from the server?",
      ),
      link(one, s, "remove it", () => {
        page.asking = null;
        press("undeploy", { process_id: one.id });
      }, { class: "ogcw-link ogcw-danger" }),
      // Where the question was asked for, so that a double click removes nothing.
      link(one, s, "keep", () => askFor(null)),
    );
  }

  /** @param {any} processId */
  function askFor(processId) {
    page.asking = processId;
    drawRows(state());
  }

  draw();
  press("hello");
  const stop = listen(model, ["state"], draw);
  return () => {
    clearTimeout(page.typed);
    stop();
  };
}

export default view(render, { name: "deploy-panel", style });
