// Told when it is done: the title of the tab says so while nobody looks at the page, and the
// ways that were chosen at the bell (bell.js) say it too. Only what was seen under way on
// this page is told, once, however many views show it.

import { bell, notify, ring } from "./bell.js";

/**
 * A job or a batch.
 * @typedef {object} Followed
 * @property {string} id Its address, the same wherever it is shown.
 * @property {string} title What people call it.
 * @property {string} state Of a job: "running", "successful", "failed", ...
 * @property {number | null} percent How far it is, where that is known.
 * @property {string} [outcome] What is said at its end instead of a word for the state.
 */

/** @typedef {{ state: Followed, isTold: boolean, holders: Map<object, boolean> }} Entry */

/**
 * @typedef {object} Page
 * @property {() => boolean} isAway Whether nobody looks at the page.
 * @property {(mark: string) => void} mark Put this before the title.
 * @property {(followed: Followed, word: string) => void} tell
 */

const UNDER_WAY = new Set([
  ...["accepted", "running", "cancelling", "reconnecting", "paused", "sign-in"],
]);

/** Whoever stops a job knows it. @type {Record<string, string>} */
const ENDS = { successful: "done", ended: "done", failed: "failed", lost: "lost" };

/**
 * What stands before the title.
 * @param {(number | null)[]} percents Of what is under way.
 * @param {string[]} news Words for what has ended since somebody looked.
 */
export function markOf(percents, news) {
  if (news.length === 1) return `(${news[0]}) `;
  if (news.length > 1) {
    const kinds = [...new Set(news)];
    const told = kinds.map((kind) => `${news.filter((one) => one === kind).length} ${kind}`);
    return `(${told.join(", ")}) `;
  }
  // Of several the number would be that of none.
  const [only] = percents;
  return percents.length === 1 && typeof only === "number" ? `(${only} %) ` : "";
}

/** What is followed on a page. */
export class Following {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** @type {Map<string, Entry>} */
    this.entries = new Map();
    /** @type {string[]} */
    this.news = [];
  }

  /**
   * Take what a view says of what it shows; null where it shows nothing.
   * @param {object} holder The view.
   * @param {Followed | null} said
   */
  say(holder, said) {
    for (const [id, entry] of this.entries) {
      if (id !== said?.id && entry.holders.delete(holder) && !entry.holders.size) {
        this.entries.delete(id);
      }
    }
    if (said) this.#take(holder, said);
    this.draw();
  }

  /**
   * @param {object} holder
   * @param {Followed} said
   */
  #take(holder, said) {
    const entry = this.entries.get(said.id) ??
      { state: said, isTold: false, holders: new Map() };
    this.entries.set(said.id, entry);
    const was = entry.holders.get(holder);
    const is = UNDER_WAY.has(said.state);
    // A batch may go on; another view of it may only be late.
    if (is && was === false) entry.isTold = false;
    entry.holders.set(holder, is);
    entry.state = said;
    if (is || !was || entry.isTold) return;
    entry.isTold = true;
    const word = ENDS[said.state];
    if (!word) return;
    if (this.page.isAway()) this.news.push(word);
    this.page.tell(said, word);
  }

  /** Somebody looks, or has turned away. */
  draw() {
    if (!this.page.isAway()) this.news = [];
    const running = [...this.entries.values()].filter(({ isTold, holders }) =>
      !isTold && [...holders.values()].includes(true)
    );
    const percents = running.map(({ state }) => state.percent);
    this.page.mark(this.page.isAway() ? markOf(percents, this.news) : "");
  }
}

/** The title of a page with something before it, whoever else changes it meanwhile. */
export class MarkedTitle {
  /**
   * @param {{ title: string }} page
   * @param {(isMarked: boolean) => void} follow Calls `again` when the title has changed.
   */
  constructor(page, follow = () => {}) {
    this.page = page;
    this.follow = follow;
    this.mark = "";
    this.base = "";
    this.written = "";
  }

  /** @param {string} mark */
  set(mark) {
    if (!mark && !this.mark) return;
    const now = this.page.title;
    if (mark === this.mark && now === this.written) return;
    if (!this.mark) this.base = now;
    else if (now !== this.written) {
      // Somebody else's, perhaps made of the one that we had written.
      this.base = now.startsWith(this.mark) ? now.slice(this.mark.length) : now;
    }
    if (Boolean(mark) !== Boolean(this.mark)) this.follow(Boolean(mark));
    this.mark = mark;
    this.page.title = mark + this.base;
    // As the page has it, which leaves out spaces.
    this.written = this.page.title;
  }

  again() {
    this.set(this.mark);
  }
}

/** @returns {Following} */
function followOnPage() {
  // Later, so that a page that insists on its title is not stopped by the two of us.
  const changes = new MutationObserver(() => setTimeout(() => title.again()));
  const title = new MarkedTitle(document, (isMarked) => {
    if (!isMarked) changes.disconnect();
    else changes.observe(document.head, { childList: true, characterData: true, subtree: true });
  });
  const isAway = () => document.hidden || !document.hasFocus();
  const following = new Following({
    isAway,
    mark: (mark) => title.set(mark),
    tell: (followed, word) => {
      if (isAway()) notify(followed, followed.outcome || word, title.base || document.title);
      ring();
    },
  });
  const draw = () => following.draw();
  document.addEventListener("visibilitychange", draw);
  globalThis.addEventListener("focus", draw);
  globalThis.addEventListener("blur", draw);
  return following;
}

/**
 * What a view needs to tell of one job or batch at a time: a bell to stand in its line, what
 * takes what is shown now, and what ends it with the view.
 */
export function tellWhenDone() {
  /** One for the page, also where a notebook brought another version of this script. */
  const page = /** @type {{ ogcwFollowing?: Following }} */ (globalThis);
  const following = page.ogcwFollowing ??= followOnPage();
  const { node, stop } = bell();
  const holder = {};
  return {
    bell: node,
    /** @param {Followed | null} followed */
    say: (followed) => following.say(holder, followed),
    stop() {
      following.say(holder, null);
      stop();
    },
  };
}
