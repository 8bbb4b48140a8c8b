// Numbers and durations as text.

/**
 * text + step, exactly, for numbers of any size: no JavaScript number in between.
 * @param {string | null} text
 * @param {number | string} step
 * @param {1 | -1} direction
 * @param {{ min?: number | string, max?: number | string }} [bounds]
 */
export function stepText(text, step, direction, bounds = {}) {
  /** @param {number | string} value */
  const parse = (value) => {
    const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(String(value));
    if (!match || (match[2] === "" && !match[3])) return null;
    return {
      digits: BigInt(`${match[2]}${match[3] ?? ""}` || "0") * (match[1] === "-" ? -1n : 1n),
      scale: (match[3] ?? "").length,
    };
  };
  const from = parse(text === "" || text === null ? "0" : text);
  const by = parse(step);
  if (!from || !by || by.digits === 0n) return null;
  const scale = Math.max(from.scale, by.scale);
  /** @param {{ digits: bigint, scale: number }} number */
  const raise = (number) => number.digits * 10n ** BigInt(scale - number.scale);
  const low = parse(bounds.min ?? "");
  const high = parse(bounds.max ?? "");
  let next = raise(from) + BigInt(direction) * raise(by);
  if (text === "" || text === null) next = low && low.scale <= scale ? raise(low) : next;
  if (low && low.scale <= scale && next < raise(low)) next = raise(low);
  if (high && high.scale <= scale && next > raise(high)) next = raise(high);
  const sign = next < 0n ? "-" : "";
  const digits = String(next < 0n ? -next : next).padStart(scale + 1, "0");
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/**
 * "P1DT12H" -> "1 day 12 hours"
 * @param {string} text
 */
export function durationWords(text) {
  const [, days = "", clock = ""] = /^P([^T]*)(?:T(.+))?$/.exec((text ?? "").trim()) ?? [];
  /** @type {[string, Record<string, string>][]} */
  const names = [[days, { Y: "year", M: "month", W: "week", D: "day" }], [clock, {
    H: "hour",
    M: "minute",
    S: "second",
  }]];
  return names.flatMap(([part, units]) =>
    [...part.matchAll(/([\d.,]+)([A-Z])/g)]
      .map(([, number, unit]) => `${number} ${units[unit]}${number === "1" ? "" : "s"}`)
  ).join(" ");
}
