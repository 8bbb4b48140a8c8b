// The rows of a batch, of which the page has those that are seen.

import { elementsOf, h, linkButton, setText, show, uniqueId } from "../view/dom.js";
import { WindowedTable } from "../view/lines_table.js";
import { listen, setTrait } from "../view/model.js";
import { refill } from "../view/rows.js";
import { span } from "../view/text.js";

const ROW_PX = 28;
const CHUNK = 20;
const LEAST_INPUT_PX = 92;
const [LEAST_STATE_PX, MOST_STATE_PX] = [150, 320];
const OTHERS_PX = 26 + 62 + 58; // dot, how long, what can be done
const SETTLED_MS = 120;

/** What a state is to whoever looks; as GROUP_OF in client/batches/entries.py. */
const GROUPS = { sending: "running", accepted: "running" };

/**
 * @typedef {object} Row
 * @property {number} index Its place in the batch.
 * @property {string} state
 * @property {number | null} percent
 * @property {string} words
 * @property {number | null} took In seconds, when it came.
 * @property {number} attempt
 * @property {string[]} cells
 * @property {number} came When it did, in ms.
 */

/**
 * @param {any[]} sent As BatchList.row has it, with its cells.
 * @returns {Row}
 */
export function rowOf([index, state, percent, words, took, attempt, cells = []]) {
  return { index, state, percent, words, took, attempt, cells, came: performance.now() };
}

/**
 * 0.42 -> "0.4 s", 38.2 -> "38 s"; what runs counts on.
 * @param {Row} row
 * @param {number} now
 */
export function tookOf({ took, state, came }, now) {
  if (took === null) return "";
  if (groupOf(state) === "running") return span(took + (now - came) / 1000);
  return took < 10 ? `${took.toFixed(1)} s` : span(took);
}

/** @param {string} state */
export function groupOf(state) {
  return GROUPS[/** @type {"sending"} */ (state)] ?? state;
}

export class BatchRows {
  /**
   * @param {import("../view/model.js").Model} model
   * @param {string} ids What ids of rows begin with.
   */
  constructor(model, ids) {
    this.model = model;
    this.ids = ids;
    this.page = uniqueId("page");
    this.revision = -1;
    this.isOnScreen = false;
    this.told = "";
    /** How many of the inputs there is room for. */
    this.room = 1;
    /** @type {(seen: { first: number, last: number, total: number }) => void} */
    this.onSeen = () => {};
    /** @type {WindowedTable<Row>} */
    this.table = new WindowedTable(model, {
      name: "batch",
      label: "Jobs of the batch",
      isGrid: true,
      rowHeight: ROW_PX,
      chunk: CHUNK,
      ask: (first, count) => model.send({ type: "rows", page: this.page, first, count }),
      read: (content) => this.isOf(content) ? content.rows.map(rowOf) : null,
      keyOf: ({ index }) => String(index),
      begin: (line) => this.begin(line),
      fill: (line, row) => this.fill(line, row),
      select: (row) => this.select(row.index),
      sort: (order) => model.send({ type: "sort", ...order }),
      place: () => this.place,
      keys: (key) => this.key(key),
      drawn: () => {
        this.onSeen({ ...this.rows.seen, total: this.rows.total });
        this.tell();
      },
    });
    this.rows = this.table.window;
    this.element = this.table.element;
    this.none = h("p", { class: "ogcw-hint ogcw-batch-none" }, "No job is in this state now.");
    this.element.append(this.none);
    this.sizes = new ResizeObserver(() => this.fit());
    this.observer = new IntersectionObserver((entries) => {
      this.isOnScreen = entries[entries.length - 1].isIntersecting;
      this.tell();
    });
    this.onVisible = () => this.tell();
    this.heard = (/** @type {Record<string, any>} */ content) => this.hear(content);
    this.timer = setInterval(() => this.tick(), 1000);
    this.stops = [listen(model, ["selected"], () => this.draw())];
  }

  start() {
    const first = this.model.get("first").map(rowOf);
    this.model.on("msg:custom", this.heard);
    this.sizes.observe(this.element);
    this.observer.observe(this.element);
    document.addEventListener("visibilitychange", this.onVisible);
    this.revision = this.state.revision;
    this.fit();
    this.table.reset(this.state.listed ?? 0, false, first);
    this.draw();
  }

  remove() {
    clearInterval(this.timer);
    clearTimeout(this.settling);
    this.sizes.disconnect();
    this.observer.disconnect();
    document.removeEventListener("visibilitychange", this.onVisible);
    this.model.off("msg:custom", this.heard);
    this.stops.forEach((one) => one());
    this.table.remove();
    this.isOnScreen = false;
    this.tell();
  }

  get state() {
    return this.model.get("state") ?? {};
  }

  /** @param {Record<string, any>} content */
  isOf(content) {
    return content.page === this.page && content.revision === this.revision;
  }

  /** @param {Record<string, any>} content */
  hear(content) {
    if (content.type !== "changed" || !this.isOf(content)) return;
    for (const [place, ...row] of content.rows) {
      const before = this.rows.row(place);
      if (before) this.rows.change(place, { ...rowOf(row), cells: before.cells });
    }
    this.rows.draw();
  }

  /** The state is another, or what is selected. */
  draw() {
    const { state } = this;
    this.fit();
    if (state.revision !== this.revision) {
      this.revision = state.revision;
      this.table.reset(state.listed ?? 0, true);
    } else this.rows.draw();
    show(this.none, state.total > 0 && !state.listed);
  }

  /** Say which rows are seen, once scrolling has settled. */
  tell() {
    clearTimeout(this.settling);
    const say = () => {
      const isSeen = this.isOnScreen && document.visibilityState === "visible";
      const { first, last } = this.rows.seen;
      const seen = isSeen ? { first, count: Math.max(1, last - first + 1) } : { count: 0 };
      const key = JSON.stringify([seen, this.revision]);
      if (key === this.told) return;
      this.told = key;
      this.model.send({ type: "visible", page: this.page, ...seen });
    };
    this.settling = setTimeout(say, SETTLED_MS);
    if (!this.isOnScreen) say();
  }

  // -- what is seen --------------------------------------------------------------------

  /** Show as many of the inputs as there is room for. */
  fit() {
    const rest = (this.element.clientWidth || 600) - OTHERS_PX;
    const { columns = [], order = {} } = this.state;
    const room = Math.max(1, Math.floor((rest - LEAST_STATE_PX) / LEAST_INPUT_PX));
    this.room = Math.min(columns.length, room);
    const share = Math.round(rest / (this.room + 1.4));
    const state = Math.min(MOST_STATE_PX, Math.max(LEAST_STATE_PX, share));
    /** @type {import("../view/lines_table.js").Column[]} */
    const shown = [
      { title: "state", isHeard: true, width: "26px" },
      ...columns.slice(0, this.room),
      { by: "state", title: "state", name: "ogcw-batch-state", width: `${state}px` },
      { by: "took", title: "took", name: "ogcw-batch-took", width: "62px" },
      { title: "actions", isHeard: true, name: "ogcw-batch-action", width: "58px" },
    ];
    this.table.setColumns(shown.map((one) => ({ hint: one.by && one.title, ...one })));
    this.table.setOrder(order);
  }

  /** @param {HTMLElement} line */
  begin(line) {
    const cells = elementsOf(line);
    cells[0].append(h("span", { class: "ogcw-batch-dot", "aria-hidden": "true" }));
    for (const cell of cells.slice(1, 1 + this.room)) cell.append(h("bdi", {}));
  }

  /**
   * @param {HTMLElement} line
   * @param {Row} row
   */
  fill(line, row) {
    const isSelected = row.index === this.model.get("selected");
    const group = groupOf(row.state);
    line.id = `${this.ids}-${row.index}`;
    line.dataset.index = String(row.index);
    line.dataset.group = group;
    line.setAttribute("aria-selected", String(isSelected));
    const [dot, ...cells] = elementsOf(line);
    elementsOf(dot)[0].dataset.group = group;
    const [state, took, action] = cells.slice(this.room);
    row.cells.slice(0, this.room).forEach((text, i) => {
      setText(elementsOf(cells[i])[0], text);
      cells[i].title = text;
    });
    refill(state, [row.state, row.percent, row.words], () => stateOf(row));
    state.title = row.words;
    setText(took, tookOf(row, performance.now()));
    const name = row.cells.join(", ") || `job ${row.index + 1}`;
    refill(action, [group, name, this.state.can_open], () => [this.action(row, group, name)]);
    for (const button of elementsOf(action, "button")) button.tabIndex = isSelected ? 0 : -1;
  }

  /**
   * @param {Row} row
   * @param {string} group
   * @param {string} name
   */
  action({ index }, group, name) {
    const open = () => this.model.send({ type: "open", index });
    const look = () => this.select(index);
    /** @type {Record<string, [string, () => void] | undefined>} */
    const does = {
      successful: this.state.can_open ? ["open", open] : undefined,
      running: this.state.can_open ? ["watch", open] : undefined,
      failed: ["why", look],
      lost: ["why", look],
      unknown: ["look", look],
    };
    const [label, press] = does[group] ?? [];
    return label && press ? linkButton(label, press, { "aria-label": `${label} ${name}` }) : null;
  }

  tick() {
    const now = performance.now();
    for (const line of elementsOf(this.table.body, "tr[data-group=running]")) {
      const row = this.table.rowOf(line);
      if (row) setText(elementsOf(line, ".ogcw-batch-took")[0], tookOf(row, now));
    }
  }

  // -- selection and keyboard ----------------------------------------------------------

  /** @param {number} index */
  select(index) {
    setTrait(this.model, "selected", index);
    this.rows.draw();
  }

  /** Where the selected row stands, or -1 where the page does not have it. */
  get place() {
    const selected = this.model.get("selected");
    for (const [chunk, rows] of this.rows.chunks) {
      const at = (rows ?? []).findIndex((row) => row.index === selected);
      if (at >= 0) return chunk * CHUNK + at;
    }
    // As they came, a row stands where its index says.
    return this.state.order?.by || this.state.group ? -1 : selected;
  }

  /** Bring the selected row into view. */
  reveal() {
    if (this.place >= 0) this.rows.reveal(this.place);
  }

  /** @param {string} key */
  key(key) {
    if (this.place < 0) return false;
    if (key === "Escape") this.select(-1);
    else if (key !== "Enter") return false;
    else elementsOf(this.table.body, "tr[aria-selected=true] button")[0]?.click();
    return true;
  }
}

/** @param {Row} row */
function stateOf({ state, percent, words }) {
  if (state === "failed" || state === "lost") return [h("span", {}, words || state)];
  if (state === "unknown") return [h("span", {}, `not known: ${words}`)];
  if (percent === null) return [h("span", {}, state)];
  return [
    h(
      "span",
      {
        class: "ogcw-batch-progress",
        role: "progressbar",
        "aria-valuenow": percent,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-label": "progress",
      },
      h("span", { style: `width: ${percent}%` }),
    ),
    h("span", {}, `${percent} %`),
  ];
}
