// What stands at the lines of an axis.

import { general, grouped } from "./words.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/**
 * Numbers with as many digits as tell them apart.
 * @param {(number | null)[]} places
 * @param {number} step From one to the next.
 */
export function numberTicks(places, step) {
  const most = Math.max(...places.map((one) => Math.abs(one ?? 0)));
  const isFar = most >= 1e7 || (most > 0 && most < 1e-3);
  // Of 0.25 as of 0.1: whole steps have none.
  const digits = step >= 1 && step % 1 === 0
    ? 0
    : Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(step) + 1e-9)));
  return places.map((one) => {
    if (one === null) return null;
    if (one !== 0 && isFar) {
      return general(one, 1 + tellingDigits(most, step)).replace(/e\+?(-?)0?/, "e$1");
    }
    const text = one.toFixed(digits);
    return grouped(digits ? text.replace(/\.?0+$/, "") : text);
  });
}

/**
 * Digits after the first that a step changes.
 * @param {number} most
 * @param {number} step
 */
function tellingDigits(most, step) {
  return Math.max(0, Math.floor(Math.log10(most)) - Math.floor(Math.log10(step) + 1e-9)) + 1;
}

/**
 * The parts of a date that change: "Jan 2021", "Jul"; the first says them all.
 * @param {(number | null)[]} places Milliseconds since 1970 in UTC.
 * @param {number} step
 */
export function timeTicks(places, step) {
  /** @type {Date | null} */
  let before = null;
  return places.map((one) => {
    if (one === null) return null;
    const date = new Date(one);
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
    const isNewYear = before?.getUTCFullYear() !== year;
    const isNewDay = isNewYear || before?.getUTCMonth() !== month || before?.getUTCDate() !== day;
    before = date;
    if (step >= 364 * DAY_MS) return String(year);
    if (step >= 27 * DAY_MS) return isNewYear ? `${MONTHS[month]} ${year}` : MONTHS[month];
    const dayText = `${day} ${MONTHS[month]}`;
    if (step >= DAY_MS) return isNewYear ? `${dayText} ${year}` : dayText;
    if (isNewDay) return isNewYear ? `${dayText} ${year}` : dayText;
    return date.toISOString().slice(11, step >= 60_000 ? 16 : 19);
  });
}
