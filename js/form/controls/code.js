// Code by hand: JSON, XML, YAML and CWL, with the faulty line pointed out.

import { h, setText, show } from "../../view/dom.js";
import { plain } from "../../view/text.js";
import { CONTROLS } from "../controls.js";
import { LARGE_TEXT } from "../core.js";
import { textBox } from "./text.js";

/** @import { Draft, Host, Spec } from "../controls.js" */

/**
 * Where JSON text goes wrong: null when it is well formed, else {line, column}.
 * @param {string} text
 */
function jsonFault(text) {
  if (text.trim() === "" || text.length > LARGE_TEXT) return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = String(/** @type {Error} */ (error).message);
    const named = /line (\d+) column (\d+)/.exec(message);
    if (named) return { line: Number(named[1]), column: Number(named[2]) };
    const at = /position (\d+)/.exec(message);
    const before = at ? text.slice(0, Number(at[1])) : text;
    const lines = before.split("\n");
    return { line: lines.length, column: lines[lines.length - 1].length + 1 };
  }
}

/**
 * Where XML goes wrong: tags that do not match, or a bare "<" or "&".
 * @param {string} text
 */
function xmlFault(text) {
  if (text.trim() === "" || text.length > LARGE_TEXT) return null;
  const open = [];
  const tag =
    /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*(?:\[[\s\S]*?\])?\s*>|<(\/?)([^\s<>/=!?'"]+)((?:\s+[^\s<>/=]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|<|&(?!#?\w+;)/g;
  for (const found of text.matchAll(tag)) {
    const [whole, closes, name, , isEmpty] = found;
    if (name === undefined) {
      const named = {
        "<": "a tag that is not complete; a bare < is written &lt;",
        "&": "a bare & is written &amp;",
      }[whole];
      if (named) return placeOf(text, found.index, named);
    } else if (closes) {
      const opened = open.pop();
      if (opened?.name !== name) {
        return placeOf(
          text,
          found.index,
          opened ? `<${opened.name}> is open here, not <${name}>` : `<${name}> was never opened`,
        );
      }
    } else if (!isEmpty) open.push({ name, at: found.index });
  }
  return open.length > 0
    ? placeOf(text, open[open.length - 1].at, `<${open[open.length - 1].name}> is never closed`)
    : null;
}

/**
 * Where YAML goes wrong for people: tabs, and entries that line up with nothing.
 * @param {string} text
 */
function yamlFault(text) {
  if (/^\s*[[{]/.test(text)) return null; // flow style may be more than JSON
  if (text.length > LARGE_TEXT) return null;
  const columns = [0];
  let verbatim = -1; // column of the entry whose text block or brackets we are in
  let depth = 0;
  for (const [number, line] of text.split("\n").entries()) {
    const indent = /^\s*/.exec(line)?.[0] ?? "";
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    if (verbatim >= 0 && indent.length > verbatim) continue;
    verbatim = -1;
    if (indent.includes("\t")) {
      return {
        line: number + 1,
        column: indent.indexOf("\t") + 1,
        why: "indent with spaces, not with tabs",
      };
    }
    const isEntry = /^\s*(- |-$|[^\s"'[\]{}#&*!|>%@`,][^:#]*:(\s|$)|"[^"]*":(\s|$)|'[^']*':(\s|$))/
      .test(line);
    if (isEntry && depth === 0) {
      const deepest = columns[columns.length - 1];
      while (columns.length > 1 && columns[columns.length - 1] > indent.length) columns.pop();
      const isBetween = columns[columns.length - 1] < indent.length;
      // Going deeper is fine; coming back to a column in between is not.
      if (isBetween && deepest > indent.length) {
        return {
          line: number + 1,
          column: indent.length + 1,
          why: "this lines up with nothing above",
        };
      }
      if (isBetween) columns.push(indent.length);
      const inner = /^\s*((?:- +)+)\S/.exec(line);
      if (inner) columns.push(indent.length + inner[1].length);
    }
    const bare = line.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, "").replace(/(^|\s)#.*$/, "");
    depth = Math.max(
      0,
      depth + (bare.match(/[[{]/g)?.length ?? 0) - (bare.match(/[\]}]/g)?.length ?? 0),
    );
    if (/[:-]\s+[|>][+-]?\d?\s*$/.test(bare)) verbatim = indent.length;
  }
  return null;
}

/**
 * @param {string} text
 * @param {number} index
 * @param {string} why
 */
function placeOf(text, index, why) {
  const lines = text.slice(0, index).split("\n");
  return { line: lines.length, column: lines[lines.length - 1].length + 1, why };
}

/** @typedef {{ line: number, column: number, why?: string }} Fault */

/** @type {Record<string, (text: string) => Fault | null>} */
const FAULTS = { json: jsonFault, xml: xmlFault, yaml: yamlFault, cwl: yamlFault };

/**
 * A box for code; ``language()`` says which, and so what a fault is.
 * @param {Spec} spec
 * @param {Host} host
 * @param {() => string} language
 */
export function codeBox(spec, host, language) {
  const band = h("div", { class: "ogcw-f-band", "aria-hidden": "true" });
  const where = h("button", { type: "button", class: "ogcw-link ogcw-f-fault" }, "Go to the fault");
  show(where, false);
  /** @type {Fault | null} */
  let fault = null;
  const text = textBox({ ...spec, rows: spec.rows || 3 }, host, {
    lines: true,
    mono: true,
    nowrap: true,
    rows: 3,
    onedit: () => later(),
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  function later() {
    // A fault is only said when the typing pauses: half a line is not a mistake.
    clearTimeout(timer);
    if (fault) check();
    else timer = setTimeout(check, 900);
  }
  function check() {
    fault = FAULTS[language()]?.(text.read() ?? "") ?? null;
    show(where, fault !== null);
    if (fault) {
      setText(
        where,
        `Line ${fault.line}, column ${fault.column}${
          fault.why ? `: ${plain(fault.why, 200)}` : ""
        }`,
      );
    }
    band.classList.remove("ogcw-f-band-on");
    requestAnimationFrame(place);
  }
  function place() {
    if (!fault) return;
    const line = Number.parseFloat(getComputedStyle(text.box).lineHeight) || 18;
    const top = 6 + (fault.line - 1) * line - text.box.scrollTop;
    band.style.height = `${line}px`;
    band.style.top = `${top}px`;
    band.classList.toggle(
      "ogcw-f-band-on",
      top > -line / 2 && top < text.box.clientHeight - line / 2,
    );
  }
  where.addEventListener("click", () => {
    if (!fault) return;
    const lines = text.box.value.split("\n");
    const start = lines.slice(0, fault.line - 1).reduce(
      (/** @type {number} */ sum, /** @type {string} */ line) => sum + line.length + 1,
      0,
    ) +
      fault.column - 1;
    text.box.focus();
    text.box.setSelectionRange(start, Math.min(start + 1, text.box.value.length));
  });
  text.node.classList.add("ogcw-f-json");
  text.node.addEventListener("scroll", place, true);
  text.node.addEventListener("focusout", check);
  const node = h("div", {}, h("div", { class: "ogcw-f-json-holder" }, band, text.node), where);
  return {
    ...text,
    node,
    check,
    get box() {
      return text.box;
    },
    /** @param {Draft} draft */
    write(draft) {
      text.write(draft);
      check();
    },
  };
}

/** JSON by hand, with its schema on demand. */
CONTROLS.json = (spec, host) => {
  const text = codeBox(
    { ...spec, kind: "json", placeholder: spec.placeholder || "JSON" },
    host,
    () => "json",
  );
  if (spec.schema_text) {
    text.node.append(
      h(
        "details",
        { class: "ogcw-f-schema" },
        h("summary", { class: "ogcw-link" }, "What the server expects"),
        h(
          "pre",
          { class: "ogcw-code", tabindex: "0", dir: "ltr" },
          plain(spec.schema_text, 40_000),
        ),
      ),
    );
  }
  return text;
};

CONTROLS.multiline = (
  spec,
  host,
) => (spec.mono ? codeBox(spec, host, () => spec.language) : textBox(spec, host, { lines: true }));
