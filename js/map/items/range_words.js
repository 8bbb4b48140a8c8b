// Ranges of dates and numbers in words, and where an axis has its labels.

const DAY = 86_400_000;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** @typedef {{ low: number, high: number, isDate: boolean, unit?: string }} Axis */

/** @param {number} ms */
const parts = (ms) => {
  const date = new Date(ms);
  return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
};

/**
 * A range in words: "May 2021 to Aug 2022", "3.1 to 10.3 %".
 * @param {number} from
 * @param {number} to
 * @param {Axis} axis
 */
export function rangeWords(from, to, { low, high, isDate, unit = "" }) {
  if (!isDate) {
    const step = (high - low) / 100;
    const [a, b] = [rounded(from, step), rounded(to, step)];
    return `${a === b ? a : `${a} to ${b}`}${unit ? ` ${unit}` : ""}`;
  }
  const [[y, m, d], [y2, m2, d2]] = [parts(from), parts(to)];
  /** @param {(string | number)[]} first @param {(string | number)[]} last */
  const joined = (first, last) => {
    const [a, b] = [first.join(" "), last.join(" ")];
    if (a === b) return b;
    return `${first.at(-1) === last.at(-1) ? first.slice(0, -1).join(" ") : a} to ${b}`;
  };
  if (high - low > 400 * DAY) return joined([MONTHS[m], y], [MONTHS[m2], y2]);
  if (high - low > 2 * DAY) return joined([d, MONTHS[m], y], [d2, MONTHS[m2], y2]);
  /** @param {number} ms */
  const time = (ms) => new Date(ms).toISOString().slice(11, 16);
  return joined([time(from), d, MONTHS[m], y], [time(to), d2, MONTHS[m2], y2]);
}

/**
 * A number with as many digits as a step of an axis needs.
 * @param {number} value
 * @param {number} step
 */
function rounded(value, step) {
  const digits = step > 0 ? Math.max(0, Math.min(12, Math.ceil(-Math.log10(step)))) : 6;
  const number = Number(value.toFixed(digits)) || 0;
  if (Math.abs(number) >= 1e12 || (number && Math.abs(number) < 1e-5)) return String(number);
  return number.toLocaleString("en", { maximumFractionDigits: digits }).replaceAll(",", "\u202f");
}

/**
 * Where an axis has its labels, as parts of it.
 * @param {Axis} axis
 * @param {number} most How many there may be.
 * @returns {{ at: number, text: string }[]}
 */
export function ticksOf({ low, high, isDate }, most) {
  if (!(high > low)) return [];
  const found = isDate ? datesIn(low, high, most) : numbersIn(low, high, most);
  return found.map(([value, text]) => ({ at: (value - low) / (high - low), text }));
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} most
 * @returns {[number, string][]}
 */
function numbersIn(low, high, most) {
  const least = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= least) ?? least;
  /** @type {[number, string][]} */
  const found = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) {
    found.push([n * step, rounded(n * step, step)]);
  }
  return found;
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} most
 * @returns {[number, string][]}
 */
function datesIn(low, high, most) {
  const days = (high - low) / DAY;
  /** @type {[number, string][]} */
  const found = [];
  if (days < 40) {
    const minutes = [15, 60, 180, 360, 720, 1440, 2880, 7200, 14400];
    const step = 60_000 * (minutes.find((one) => days * 1440 / one <= most) ?? 14400);
    for (let at = Math.ceil(low / step) * step; at <= high; at += step) {
      const [, month, day] = parts(at);
      const isDay = at % DAY === 0;
      found.push([
        at,
        isDay ? `${day} ${MONTHS[month]}` : new Date(at).toISOString().slice(11, 16),
      ]);
    }
    return found;
  }
  const steps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 12000];
  const step = steps.find((one) => days / 30.44 / one <= most) ?? 12000;
  const [year, month] = parts(low);
  for (let n = Math.ceil((year * 12 + month) / step) * step;; n += step) {
    const at = new Date(0).setUTCFullYear(Math.floor(n / 12), n % 12, 1);
    if (at > high) return found;
    if (at >= low) found.push([at, n % 12 ? MONTHS[n % 12] : String(n / 12)]);
  }
}
