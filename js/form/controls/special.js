// Content from files, and widgets of registered fields.

import { elementsOf, h, linkButton, setText, show } from "../../view/dom.js";
import { sendFile } from "../../view/files.js";
import { bytes, plain } from "../../view/text.js";
import { NOT_SET } from "./choice.js";
import { codeBox } from "./code.js";
import { CONTROLS } from "../controls.js";
import { groupNaming, segmented, tie } from "../core.js";
import { textBox } from "./text.js";

/** @import { Draft, Named } from "../controls.js" */

const UPLOAD_LIMIT = 32 * 1024 * 1024;

/** @type {Record<string, string>} */
const FILE_MODES = { upload: "Upload", reference: "By reference", text: "As text" };
/** Languages of code by the end of a media type; those of a spec come from Python. */
/** @type {[RegExp, string][]} */
const CODE_TYPES = [[/json\s*(;|$)/i, "json"], [/xml\s*(;|$)/i, "xml"], [
  /(yaml|yml)\s*(;|$)/i,
  "yaml",
], [/cwl\s*(;|$)/i, "cwl"]];

/** Content of a file: uploaded, named by its address, or written here. */
CONTROLS.file = (spec, host) => {
  const modes = spec.modes?.length ? spec.modes : ["upload", "reference", "text"];
  const offered = spec.media_types ?? [];
  /** @type {Draft} */
  let draft = null;
  let mode = modes[0];
  let pendingType = offered.length > 1 ? offered[0].id : null;
  /** @type {Record<string, Draft>} */
  const kept = {};
  /** @param {string} value */
  const modeLabel = (
    value,
  ) => (value === "text" && spec.binary ? "As base64" : FILE_MODES[value] ?? value);
  const radios = segmented(
    modes.map((/** @type {string} */ value) => ({ value, label: modeLabel(value) })),
    (/** @type {Draft} */ next) => {
      kept[mode] = draft;
      mode = next;
      draft = kept[next] ?? null;
      draw();
      host.changed(draft);
      host.form.refresh(host.inputId);
    },
    {
      class: "ogcw-f-tabs",
      role: "radiogroup",
      "aria-label": `How ${plain(host.name, 160)} is given`,
    },
  );
  /** @param {any} parts */
  const change = (parts) => {
    const next = { ...(draft ?? { type: pendingType }), ...parts, mode };
    delete next.empty;
    draft = [next.text, next.href, next.ref].every((part) => part === null || part === undefined)
      ? null
      : next;
    host.changed(draft);
  };
  /** @param {string} name */
  const inner = (name) => ({
    ...host,
    id: undefined,
    grouped: false,
    name: `${plain(host.name, 160)}, ${name}`,
  });
  const language = () => {
    const chosen = (draft ? draft.type : pendingType) ?? "";
    return CODE_TYPES.find(([end]) => end.test(chosen))?.[1] ??
      (chosen === "" || offered.length < 2 ? spec.language : "");
  };
  const writing = { kind: "multiline", rows: spec.rows || 4, placeholder: spec.placeholder };
  const inText = {
    ...inner("text"),
    changed: (/** @type {string} */ typed) => change({ text: typed }),
  };
  const code = spec.language ? codeBox(writing, inText, language) : null;
  const text = code ?? textBox(writing, inText, { lines: true });
  const href = textBox({ kind: "text", input_mode: "url", placeholder: "https://…" }, {
    ...inner("address"),
    changed: (/** @type {string} */ typed) => change({ href: typed }),
  });
  const types = offered.length > 1
    ? h(
      "select",
      {
        class: "ogcw-input ogcw-f-type",
        "aria-label": `Media type of ${plain(host.name, 160)}`,
        onchange: () => {
          pendingType = types?.value || null;
          if (draft) change({ type: pendingType });
          code?.check();
        },
      },
      offered.map((/** @type {Named} */ { id, label }) =>
        h("option", { value: id }, plain(label, 100))
      ),
      h("option", { value: "" }, "type not said"),
    )
    : null;
  const problem = h("div", { class: "ogcw-error", role: "alert" });
  const chosen = h("span", { class: "ogcw-hint ogcw-f-filename", dir: "auto" });
  const picker = h("input", {
    type: "file",
    class: "ogcw-visually-hidden",
    tabindex: "-1",
    "aria-hidden": "true",
    accept: spec.accept || null,
    onchange: () => upload(picker.files?.[0]),
  });
  const pick = h("button", {
    type: "button",
    class: "ogcw-btn ogcw-f-small",
    onclick: () => picker.click(),
  }, "Choose a file");
  const drop = h(
    "div",
    {
      class: "ogcw-f-drop",
      ondragover: (/** @type {DragEvent} */ event) => {
        event.preventDefault();
        drop.classList.add("ogcw-f-drop-over");
      },
      ondragleave: () => drop.classList.remove("ogcw-f-drop-over"),
      ondrop: (/** @type {DragEvent} */ event) => {
        event.preventDefault();
        drop.classList.remove("ogcw-f-drop-over");
        upload(event.dataTransfer?.files?.[0]);
      },
    },
    pick,
    chosen,
    picker,
  );
  const clear = linkButton("clear", () => {
    draft = null;
    draw();
    host.changed(null);
    pick.focus();
  });
  drop.append(clear);
  const body = h("div", { class: "ogcw-f-file" });
  const node = h(
    "div",
    { ...groupNaming(host) },
    modes.length > 1 ? radios.node : null,
    body,
    problem,
  );

  /** @param {File | undefined} file */
  async function upload(file) {
    picker.value = "";
    setText(problem, "");
    if (!file) return;
    if (file.size > UPLOAD_LIMIT) {
      setText(
        problem,
        `This file has ${bytes(file.size)}; at most ${
          bytes(UPLOAD_LIMIT)
        } can be sent inside a request. Give its address instead.`,
      );
      return;
    }
    setText(chosen, `reading ${plain(file.name, 80)} …`);
    await sendFile(file, (part) =>
      host.form.send({
        type: "upload",
        id: host.inputId,
        path: host.path(),
        mime: pendingType ?? file.type,
        ...part,
      }));
    draft = {
      mode: "upload",
      name: file.name,
      type: pendingType ?? (file.type || null),
      size: file.size,
    };
    draw();
    host.redraw?.();
  }
  function draw() {
    radios.set(mode);
    if (mode === "upload") body.replaceChildren(drop);
    else if (mode === "reference") {
      body.replaceChildren(h("div", { class: "ogcw-f-line" }, href.node, types));
    } else body.replaceChildren(text.node, ...(types ? [types] : []));
    text.write(mode === "text" ? draft?.text ?? null : null);
    href.write(mode === "reference" ? draft?.href ?? null : null);
    const size = draft?.size ? `, ${bytes(draft.size)}` : "";
    setText(
      chosen,
      mode === "upload" && draft
        ? `${plain(draft.name ?? "a file", 100)}${size}`
        : "or drop it here",
    );
    show(clear, mode === "upload" && draft !== null);
    if (types) drawType();
  }
  function drawType() {
    const now = (draft ? draft.type : pendingType) ?? "";
    if (types === null) return;
    if (now !== "" && !offered.some((/** @type {Named} */ { id }) => id === now)) {
      types.append(h("option", { value: now }, plain(now, 100)));
    }
    types.value = now;
  }
  draw();
  return {
    node,
    write(next) {
      draft = next !== null && typeof next === "object" ? next : null;
      if (draft && modes.includes(draft.mode)) mode = draft.mode;
      draw();
    },
    read: () => draft,
    focus() {
      if (mode === "upload") pick.focus();
      else (mode === "reference" ? href : text).focus();
    },
    mark(state) {
      text.mark(state);
      href.mark(state);
      tie(pick, state, false);
      if (!host.grouped) tie(node, state, false);
    },
  };
};

/** A field that somebody registered: its own widget, which Python listens to. */
CONTROLS.slot = (spec, host) => {
  const node = h("div", { class: "ogcw-f-slot", ...groupNaming(host) });
  /** @type {Draft} */
  let draft = null;
  /** @type {any} */
  let fallback = null;
  // Most widgets show some value from the start, which is not sent: they wait.
  const own = h("div");
  const start = h("button", {
    type: "button",
    class: "ogcw-link",
    onclick: () => host.form.send({ type: "slot", id: host.inputId }),
  }, "Set a value");
  const draw = () => {
    const waits = draft === null && host.form.isSlotFull(spec.slot);
    show(own, !waits);
    show(start, waits);
  };
  const useFallback = () => {
    fallback = (CONTROLS[spec.kind] ?? CONTROLS.json)(spec, host);
    fallback.write(draft);
    node.replaceChildren(fallback.node);
  };
  node.append(own, start);
  draw();
  host.form.slot(spec.slot).then((/** @type {any} */ view) => {
    if (view) own.append(view.el);
    else useFallback();
  }, useFallback);
  return {
    node,
    write(next) {
      draft = next ?? null;
      fallback?.write(draft);
      draw();
    },
    read: () => (fallback ? fallback.read() : draft),
    count: () => (!fallback && draft === null ? NOT_SET : ""),
    focus() {
      if (fallback) fallback.focus();
      else (start.hidden ? elementsOf(own, "input, select, textarea, button")[0] : start)?.focus();
    },
    mark(state) {
      if (fallback) fallback.mark(state);
      else if (!host.grouped) tie(node, state, false);
    },
    children: () => fallback?.children?.() ?? [],
  };
};
