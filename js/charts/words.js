// Numbers and dates in words, as the table of items has them: what Python writes there is
// `short_number` of client/results/item_columns.py.

const DAY_MS = 86_400_000;
/** Narrow, and no place to break a line. */
const SPACE = "\u202f";

/**
 * 4.4, 0.021, 12 345; empty where there is none.
 * @param {number} value
 */
export function number(value) {
  if (!Number.isFinite(value)) return "";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return grouped(fixed(value, 0));
  if (size >= 1e12) return general(value, 3);
  if (size >= 1000) return grouped(fixed(value, 0));
  if (size >= 0.1) return fixed(value, size >= 1 ? 1 : 2).replace(/\.?0+$/, "");
  return general(value, 2);
}

/**
 * @param {number} value
 * @param {string} unit
 */
export function amount(value, unit) {
  const text = number(value);
  return text && unit ? `${text} ${unit}` : text;
}

/** @param {string} digits */
export function grouped(digits) {
  const [whole, part] = digits.split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, SPACE);
  return part === undefined ? text : `${text}.${part}`;
}

/**
 * With so many digits after the point; in the middle between two to the even one, as Python
 * rounds.
 * @param {number} value
 * @param {number} digits
 */
function fixed(value, digits) {
  // Exactly in the middle are only those that binary numbers hold exactly, as 12.25.
  if (Math.abs((value * 2 ** (digits + 1)) % 2) === 1) {
    const below = Math.floor(value * 10 ** digits);
    return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
  }
  return value.toFixed(digits);
}

/**
 * So many digits that count, with an exponent where it is very large or small.
 * @param {number} value
 * @param {number} digits
 */
export function general(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  const strip = (/** @type {string} */ text) =>
    text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  if (power >= -4 && power < digits) return strip(value.toFixed(digits - 1 - power));
  const sign = power < 0 ? "-" : "+";
  return `${strip(mantissa)}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}

/**
 * 2022-05-12, and with its time 2022-05-12 10:31, in UTC.
 * @param {number} ms
 */
export function moment(ms, withTime = false) {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "";
  const text = date.toISOString();
  const at = text.indexOf("T");
  return withTime ? `${text.slice(0, at)} ${text.slice(at + 1, at + 6)}` : text.slice(0, at);
}

/**
 * The same for a machine: the day where that is all.
 * @param {number} ms
 */
export function isoMoment(ms) {
  if (!Number.isFinite(ms)) return "";
  return ms % DAY_MS === 0 ? moment(ms) : new Date(ms).toISOString();
}
