// Errors of the form by paths, and which place says them.

import { sentence } from "./core.js";
import { splitPath } from "./drafts.js";

/** @typedef {{ own: string[], parts: Map<string, ErrorTree> }} ErrorTree Errors by the path of a field. */

/**
 * @param {Record<string, string>} errors Messages by the path of a field.
 * @returns {ErrorTree}
 */
export function errorTree(errors) {
  /** @type {ErrorTree} */
  const tree = { own: [], parts: new Map() };
  for (
    const [path, message] of Object.entries(errors)
  ) {
    let branch = tree;
    for (const part of splitPath(path)) {
      const next = branch.parts.get(part) ?? { own: [], parts: new Map() };
      branch.parts.set(part, next);
      branch = next;
    }
    branch.own.push(...String(message).split("\n").map((line) => sentence(line, 4000)));
  }
  return tree;
}

/**
 * Errors of parts that have no place of their own are said by the field around them.
 * @param {ErrorTree} branch
 * @param {string} part
 * @returns {string[]}
 */
export function flat(branch, part, around = "") {
  const where = around + (/^\d+$/.test(part) ? String(Number(part) + 1) : part);
  return [
    ...branch.own.map((text) => `${where}: ${text}`),
    ...[...branch.parts].flatMap(([inner, sub]) => flat(sub, inner, `${where} / `)),
  ];
}

/**
 * Let a place and its parts say their errors.
 * @param {any} place
 * @param {ErrorTree | undefined} branch
 */
export function spread(place, branch) {
  const children = new Map(place.children());
  const own = [...(branch?.own ?? [])];
  const faulty = new Set();
  for (const [part, sub] of branch?.parts ?? []) {
    if (children.has(part)) continue;
    own.push(...flat(sub, part));
    faulty.add(part);
  }
  place.setError(own.join("\n"));
  place.markParts(faulty);
  for (const [part, child] of children) spread(child, branch?.parts.get(part));
}
