// Durations in the words of the job.

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
 * Parts of a notice as text, after `passed` seconds.
 * @param {any} parts
 * @param {any} passed
 */
export function notice(parts, passed) {
  return parts.map((/** @type {any} */ part) => {
    if (typeof part === "string") return part;
    if ("since" in part) {
      const seconds = part.since + passed;
      return part.before && seconds < 1 ? "" : (part.before ?? "") + span(seconds);
    }
    const left = part.until - passed;
    return left > 0 ? part.before + span(Math.ceil(left)) : part.due;
  }).join("");
}
