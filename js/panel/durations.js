// Durations in the words of the job.

import { span } from "../view/text.js";

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
