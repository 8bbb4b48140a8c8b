// Words and numbers for people; nothing here touches the page.

const STACK =
  /([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+/g;

/**
 * Text for the page without the marks that a letter has beyond those that people write:
 * thousands of them on one would be painted over what stands around. As in protocol/text.py.
 * @param {string} text
 */
export function fewMarks(text) {
  return text.replace(STACK, "$1").replace(/(\p{M}{5})\p{M}+/gu, "$1");
}

/**
 * Server text made harmless for a line: control characters visible, length limited.
 * @param {unknown} text
 */
export function plain(text, limit = 4000) {
  const whole = String(text ?? "");
  const start = whole.length > limit ? whole.slice(0, limit) : whole;
  const visible = start.replace(
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f]/g,
    (c) => c === "\u007f" ? "\u2421" : String.fromCharCode(0x2400 + c.charCodeAt(0)),
  );
  return whole.length > limit ? `${visible}… (${count(whole.length - limit)} more)` : visible;
}

/** @param {number} number */
export function count(number) {
  return Number(number).toLocaleString("en");
}

/**
 * 46 -> "0:46", 3723 -> "1:02:03".
 * @param {number} seconds
 */
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  /** @param {number} n */
  const pad = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  return hours ? `${hours}:${pad(minutes)}:${pad(s % 60)}` : `${minutes}:${pad(s % 60)}`;
}

/**
 * 20 -> "20 s", 130 -> "2 min", 3900 -> "1 h 5 min".
 * @param {number} seconds
 */
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 120) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * 1234567 -> "1.2 MB".
 * @param {number} count
 */
export function bytes(count) {
  if (!Number.isFinite(count)) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let i = 0;
  while (count >= 1000 && i < units.length - 1) {
    count /= 1000;
    i += 1;
  }
  return `${i === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[i]}`;
}

/**
 * "2026-07-04 10:00Z" by the clock of this computer: "2026-07-04 12:00".
 * @param {string} moment
 */
export function localTime(moment) {
  const at = new Date(moment.replace(" ", "T"));
  if (!moment || Number.isNaN(at.getTime())) return moment;
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60000);
  return local.toISOString().slice(0, 16).replace("T", " ");
}
