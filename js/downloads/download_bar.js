// What can be saved, how far that is, and where it went: two lines below the results, and
// when they are unfolded a line for each file.

import { makeBar } from "../view/bar.js";
import { h, linkButton, setText, show, uniqueId } from "../view/dom.js";
import { copyButton, saveBlob, takeFile } from "../view/files.js";
import { fileAddress, folderLink } from "../view/jupyter.js";
import { listen } from "../view/model.js";
import { keepRows, refill } from "../view/rows.js";
import { bytes, count } from "../view/text.js";
import { problemLine, view } from "../view/view.js";
import style from "./download_bar.css" with { type: "text" };

/** @import { Place } from "../view/jupyter.js" */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name
 * @property {"waiting" | "running" | "saved" | "failed" | "stopped"} state
 * @property {number} done
 * @property {number | null} total
 * @property {number} rests Seconds that the server asked to be left alone.
 * @property {string} why
 */

/**
 * @typedef {object} Run
 * @property {boolean} running
 * @property {number} count
 * @property {number} saved
 * @property {number} failed
 * @property {number} stopped
 * @property {number} done
 * @property {number | null} total
 * @property {Row[]} rows
 * @property {{ name: string, why: string }[]} left_out
 * @property {number} left_out_count
 * @property {Place & { shown: string }} folder
 */

/**
 * @typedef {{ bytes: number | null, files: number | null, left_out: number, exact: boolean }}
 *   Sizes
 */

/** The most that goes through the connection of the widget, as in view/transfer.py. */
const MOST_SENT = 200_000_000;

/**
 * @param {number} number
 * @param {string} noun
 */
const counted = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

/** @param {Sizes} sizes */
function sizeText({ bytes: known, exact }) {
  if (known === null || (known === 0 && !exact)) return "";
  return exact ? bytes(known) : `at least ${bytes(known)}`;
}

/**
 * How much of something is there in percent; null where the whole is not known.
 * @param {number} done
 * @param {number | null} total
 */
const percent = (done, total) =>
  total === null ? null : total === 0 ? 0 : Math.min(100, Math.floor((done / total) * 100));

class DownloadBarView {
  /**
   * @param {import("../view/model.js").Model} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    this.model = model;
    this.isOpen = false;
    const id = uniqueId("files");
    this.total = makeBar("Download");
    this.said = h("span", { class: "ogcw-downloads-said" });
    this.ended = h("span", { class: "ogcw-downloads-said", role: "status" });
    this.fold = linkButton("files", () => {
      this.isOpen = !this.isOpen;
      this.draw();
    }, { "aria-controls": id });
    this.stopAll = linkButton("stop all", () => model.send({ type: "stop" }));
    this.again = linkButton("retry", () => model.send({ type: "again" }));
    this.dismiss = linkButton("×", () => model.send({ type: "dismiss" }), {
      "aria-label": "forget these files",
      title: "Forget these files; they stay where they are",
    });
    this.head = h(
      "div",
      { class: "ogcw-downloads-head" },
      this.total.bar,
      this.said,
      this.ended,
      h(
        "span",
        { class: "ogcw-downloads-does" },
        this.again,
        this.fold,
        this.stopAll,
        this.dismiss,
      ),
    );
    this.list = h("ul", { class: "ogcw-downloads-list", id, "aria-label": "Files" });
    this.what = h("span", { class: "ogcw-downloads-what" });
    this.code = copyButton("copy code", () => model.get("state").code, {
      "aria-label": "copy code that downloads this",
    });
    this.some = this.button("chosen");
    this.all = this.button("all");
    this.foot = h(
      "div",
      { class: "ogcw-downloads-foot" },
      this.what,
      h("span", { class: "ogcw-downloads-does" }, this.code, this.some, this.all),
    );
    el.append(this.head, this.list, this.foot, problemLine(model));
    this.draw();
  }

  /** @param {"chosen" | "all"} what */
  button(what) {
    const onclick = () => this.model.send({ type: "save", what });
    return h("button", { type: "button", class: "ogcw-btn ogcw-downloads-btn", onclick });
  }

  draw() {
    const { offers, chosen, all, run } = this.model.get("state");
    const some = chosen?.count ?? 0;
    const size = some ? sizeText(chosen) : "";
    // Files that are there, and none of them within reach: a press lists the reasons.
    const far = all?.files === 0 ? all.left_out : 0;
    const there = far
      ? `${counted(far, "file")}, none within reach`
      : all?.files
      ? counted(all.files, "file")
      : "";
    setText(this.what, some ? `${count(some)} selected${size ? ` · ${size}` : ""}` : there);
    setText(this.some, `Download ${count(some)}`);
    show(this.some, some > 0);
    const whole = all ? sizeText(all) : "";
    const words = far ? "Why not" : some ? "All" : "Download all";
    setText(this.all, whole ? `${words}, ${whole}` : words);
    show(this.code, !far);
    show(this.foot, offers && (all?.files !== 0 || far > 0));
    show(this.head, run !== null && run !== undefined);
    show(this.list, Boolean(run) && this.isOpen);
    if (run) this.drawRun(run);
  }

  /** @param {Run} run */
  drawRun(run) {
    const { running } = run;
    const now = percent(run.done, run.total);
    show(this.total.bar, running);
    this.total.set(now);
    const of = run.total === null ? "" : ` of ${bytes(run.total)}`;
    const share = now === null ? "" : ` · ${now} %`;
    const files = run.count === 1 ? run.rows[0]?.name ?? "" : counted(run.count, "file");
    const which = run.count === 1 ? files : `${count(run.saved)} of ${files}`;
    setText(this.said, `${which} · ${bytes(run.done)}${of}${share}`);
    show(this.said, running);
    show(this.ended, !running);
    // Said aloud once, when it is over.
    refill(
      this.ended,
      running ? null : [run.saved, run.failed, run.stopped, run.folder, run.count],
      () => running ? [] : this.outcome(run),
    );
    show(this.stopAll, running);
    show(this.dismiss, !running);
    show(this.again, !running && run.failed + run.stopped > 0);
    const left = run.left_out_count;
    const note = left ? `, ${count(left)} left out` : "";
    setText(this.fold, this.isOpen ? "fewer" : `${counted(run.count, "file")}${note}`);
    this.fold.setAttribute("aria-expanded", String(this.isOpen));
    show(this.fold, run.count + left > 1);
    if (this.isOpen) this.drawRows(run);
  }

  /**
   * What is said when all has ended.
   * @param {Run} run
   */
  outcome(run) {
    const parts = [];
    const [only] = run.rows;
    if (run.saved) {
      const what = run.saved === 1 && run.count === 1 ? only.name : counted(run.saved, "file");
      parts.push(h("span", {}, "Saved ", h("bdi", {}, what), " in ", this.folder(run)));
      if (run.count === 1) parts.push(this.toHere(only, run));
    }
    if (run.failed) {
      const words = run.count === 1 ? only.why : `${count(run.failed)} failed`;
      parts.push(h("span", { class: "ogcw-downloads-bad" }, words));
    }
    if (run.stopped) parts.push(h("span", {}, `${count(run.stopped)} stopped`));
    const [first] = run.left_out;
    if (first && run.count === 0) {
      parts.push(
        h("span", { class: "ogcw-downloads-warn" }, h("bdi", {}, first.name), `: ${first.why}`),
      );
    }
    if (parts.length === 0) parts.push(h("span", {}, "There was nothing to save."));
    return parts;
  }

  /** The folder as a link into the file browser, or its path to copy. @param {Run} run */
  folder({ folder }) {
    const link = folderLink(folder);
    const shown = h("bdi", {}, folder.shown);
    if (link) return h("a", { class: "ogcw-downloads-folder", title: folder.path, ...link }, shown);
    return h(
      "span",
      {},
      shown,
      " ",
      copyButton("copy path", () => folder.path, { "aria-label": "copy path of the folder" }),
    );
  }

  /** @param {Run} run */
  drawRows(run) {
    const rows = keepRows(this.list, [
      ...run.rows.map((row) => ({ key: row.id, make: () => this.makeRow(row) })),
      ...run.left_out.map((one) => ({
        key: `left out ${one.name}`,
        make: () =>
          h(
            "li",
            { class: "ogcw-downloads-row" },
            h("bdi", { class: "ogcw-downloads-name", title: one.name }, one.name),
            h("span", { class: "ogcw-downloads-warn" }, one.why),
          ),
      })),
      ...(run.count > run.rows.length
        ? [{ key: "more", make: () => h("li", { class: "ogcw-hint ogcw-downloads-more" }) }]
        : []),
    ]);
    run.rows.forEach((row, i) => fillOf.get(rows[i])?.(row, run));
    const more = run.count - run.rows.length;
    if (more > 0) setText(rows[rows.length - 1], `and ${counted(more, "file")} more`);
  }

  /** @param {Row} first */
  makeRow({ name }) {
    const { bar, set } = makeBar(`Download of ${name}`);
    const said = h("span", { class: "ogcw-downloads-said" });
    const title = h("bdi", { class: "ogcw-downloads-name" });
    const does = h("span", { class: "ogcw-downloads-does" });
    const line = h("li", { class: "ogcw-downloads-row" }, title, bar, said, does);
    fillOf.set(line, (row, run) => {
      setText(title, row.name);
      title.title = row.name;
      const now = percent(row.done, row.total);
      show(bar, row.state === "running" && row.rests === 0);
      set(now);
      setText(said, rowText(row, now));
      line.dataset.state = row.state;
      refill(does, [row.state, row.name, run.folder], () => [this.action(row, run)]);
    });
    return line;
  }

  /**
   * @param {Row} row
   * @param {Run} run
   */
  action(row, run) {
    const { model } = this;
    const { id, name, state } = row;
    if (state === "waiting" || state === "running") {
      return linkButton("stop", () => model.send({ type: "stop", id }), {
        "aria-label": `stop ${name}`,
      });
    }
    if (state === "saved") return this.toHere(row, run);
    return linkButton("retry", () => model.send({ type: "again", id }), {
      "aria-label": `retry ${name}`,
    });
  }

  /**
   * What brings a file from the kernel's machine to that of whoever looks at the page.
   * @param {Row} row
   * @param {Run} run
   */
  toHere({ id, name, done }, { folder }) {
    const button = linkButton("save to this computer", () => bring(), {
      "aria-label": `save to this computer: ${name}`,
    });
    /** @param {string} words */
    const say = (words) => {
      setText(button, words || "save to this computer");
    };
    const bring = async () => {
      const address = done > MOST_SENT ? fileAddress(folder, name) : null;
      if (address) {
        h("a", { href: address, download: name }).click();
        return;
      }
      if (done > MOST_SENT) {
        say(`${bytes(done)} is too much for this page; it lies at ${folder.path}/${name}`);
        return;
      }
      try {
        const { facts, blob } = await takeFile(
          this.model,
          { type: "fetch", id },
          (got, { size }) => say(`${percent(got, size)} %`),
        );
        saveBlob(blob, facts.name);
        say("");
      } catch (error) {
        say(/** @type {Error} */ (error).message);
      }
    };
    return button;
  }
}

/**
 * What draws a row anew.
 * @type {WeakMap<Element, (row: Row, run: Run) => void>}
 */
const fillOf = new WeakMap();

/**
 * @param {Row} row
 * @param {number | null} now
 */
function rowText(row, now) {
  const size = bytes(row.total ?? NaN);
  if (row.state === "running") {
    if (row.rests) return `the server asks for ${row.rests} s`;
    return now === null ? bytes(row.done) : `${now} %`;
  }
  if (row.state === "saved") return bytes(row.done);
  if (row.state === "failed") return row.why;
  return row.state === "waiting" ? ["waits", size].filter(Boolean).join(", ") : "stopped";
}

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-downloads");
  const bar = new DownloadBarView(model, el);
  const stop = listen(model, ["state"], () => bar.draw());
  model.send({ type: "hello" });
  return stop;
}

export default view(render, { name: "download-bar", style });
