// Very many rows of one height, of which the page has those that are seen: Python is asked
// for the others when they are scrolled to.

const CHUNK = 100;
const MOST_CHUNKS = 60;
/** Browsers stop counting pixels somewhere above this. */
const TALLEST_PX = 8_000_000;

/**
 * @template T
 */
export class RowsWindow {
  /**
   * @param {HTMLElement} frame What scrolls; its rows are in it.
   * @param {object} does
   * @param {number} does.rowHeight In pixels.
   * @param {number} [does.headHeight] Of a head in the frame that stays when it scrolls.
   * @param {number} [does.chunk] How many rows are asked for at once.
   * @param {(first: number, count: number) => void} does.ask Asks Python for rows.
   * @param {(first: number, rows: (T | undefined)[], before: number, after: number) => void}
   *   does.paint Draws rows, those that are still missing as undefined, with so many pixels
   *   before and after them.
   */
  constructor(frame, { rowHeight, headHeight = 0, chunk = CHUNK, ask, paint }) {
    this.frame = frame;
    this.rowHeight = rowHeight;
    this.headHeight = headHeight;
    this.chunk = chunk;
    this.ask = ask;
    this.paint = paint;
    this.total = 0;
    /** @type {Map<number, T[] | null>} Rows by number of their chunk; null while asked for. */
    this.chunks = new Map();
    this.onScroll = () => this.draw();
    frame.addEventListener("scroll", this.onScroll, { passive: true });
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(frame);
  }

  /**
   * Other rows: everything is asked for anew.
   * @param {number} total
   * @param {boolean} [staysThere] Whether the frame stays where it was scrolled to.
   * @param {T[]} [first] The first of them, if they are there.
   */
  reset(total, staysThere = false, first = []) {
    this.total = total;
    this.chunks.clear();
    if (first.length >= Math.min(this.chunk, total)) {
      this.chunks.set(0, first.slice(0, this.chunk));
    }
    if (!staysThere) this.frame.scrollTop = 0;
    this.draw();
  }

  /**
   * Rows came from Python.
   * @param {number} first
   * @param {T[]} rows
   */
  put(first, rows) {
    const chunk = first / this.chunk;
    if (!this.chunks.has(chunk)) return;
    this.chunks.set(chunk, rows);
    this.draw();
  }

  /**
   * The same rows, which say something else now: those near what is seen are asked for,
   * and stay until they come; others when they are scrolled to.
   * @param {number} total
   * @param {T[]} first The first of them.
   */
  renew(total, first) {
    this.total = total;
    const near = Math.floor(this.seen.first / this.chunk);
    for (const chunk of [...this.chunks.keys()]) {
      const start = chunk * this.chunk;
      if (chunk === 0) this.chunks.set(0, first);
      else if (Math.abs(chunk - near) > 1 || start >= total) this.chunks.delete(chunk);
      else this.ask(start, Math.min(this.chunk, total - start));
    }
    this.draw();
  }

  get tall() {
    return this.total * this.rowHeight;
  }

  /** How far rows are moved up where the frame cannot be as tall as all of them. */
  get scale() {
    const room = Math.min(this.tall, TALLEST_PX) - this.seenHeight;
    return room > 0 ? (this.tall - this.seenHeight) / room : 1;
  }

  get seenHeight() {
    return this.frame.clientHeight - this.headHeight;
  }

  /** The first row that is seen, and the one after the last. */
  get seen() {
    const first = this.frame.scrollTop * this.scale / this.rowHeight;
    const last = Math.min(this.total, Math.floor(first + this.seenHeight / this.rowHeight + 0.1));
    return { first: Math.min(Math.round(first), Math.max(0, last - 1)), last };
  }

  /** @param {number} index */
  row(index) {
    return this.chunks.get(Math.floor(index / this.chunk))?.[index % this.chunk];
  }

  /**
   * One row is another now; drawn with the next draw().
   * @param {number} index
   * @param {T} row
   */
  change(index, row) {
    const rows = this.chunks.get(Math.floor(index / this.chunk));
    if (rows) rows[index % this.chunk] = row;
  }

  draw() {
    const { frame, rowHeight, total, chunk: size } = this;
    const scale = this.scale;
    const top = frame.scrollTop * scale;
    const first = Math.max(0, Math.floor(top / rowHeight) - 5);
    const seen = Math.ceil(frame.clientHeight / rowHeight) + 10;
    const last = Math.min(total, first + seen);
    for (let chunk = Math.floor(first / size); chunk * size < last; chunk += 1) {
      if (this.chunks.has(chunk)) continue;
      this.chunks.set(chunk, null);
      this.ask(chunk * size, Math.min(size, total - chunk * size));
    }
    this.forget(Math.floor(first / size));
    const rows = Array.from({ length: Math.max(0, last - first) }, (_, i) => this.row(first + i));
    const before = Math.max(0, frame.scrollTop - (top - first * rowHeight));
    const height = Math.min(this.tall, TALLEST_PX);
    this.paint(first, rows, before, Math.max(0, height - before - rows.length * rowHeight));
  }

  /** @param {number} near */
  forget(near) {
    if (this.chunks.size <= MOST_CHUNKS) return;
    for (const chunk of [...this.chunks.keys()]) {
      if (Math.abs(chunk - near) > MOST_CHUNKS / 3) this.chunks.delete(chunk);
    }
  }

  /**
   * Scroll so that a row is seen, if it is not.
   * @param {number} index
   * @param {boolean} [isNear] Whether no further than needed; else to the middle.
   */
  reveal(index, isNear = false) {
    const { frame, rowHeight, seenHeight } = this;
    const scale = this.scale;
    const top = frame.scrollTop * scale;
    const at = index * rowHeight;
    const isAbove = at < top;
    if (isAbove || at + rowHeight > top + seenHeight) {
      const near = isAbove ? at : at + rowHeight - seenHeight;
      frame.scrollTop = Math.max(0, (isNear ? near : at - seenHeight / 2) / scale);
    }
    this.draw();
  }

  /**
   * Where a key leads from a row of a grid: its index, or undefined for other keys.
   * @param {string} key
   * @param {number} at The row, or -1.
   */
  stepOf(key, at) {
    const page = Math.max(1, Math.floor(this.seenHeight / this.rowHeight) - 1);
    const last = this.total - 1;
    const moves = {
      ArrowDown: at < 0 ? this.seen.first : at + 1,
      ArrowUp: at < 0 ? last : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: last,
    };
    const to = moves[/** @type {"Home"} */ (key)];
    return to === undefined ? undefined : Math.max(0, Math.min(last, to));
  }

  remove() {
    this.frame.removeEventListener("scroll", this.onScroll);
    this.sizes.disconnect();
  }
}
