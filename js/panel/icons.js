// What stands for the state of a job, in the panel and in the table.

import { h } from "../view/dom.js";

/** @typedef {[tag: string, attributes: Record<string, string | number>]} Stroke */

/** @type {Stroke} */
const SQUARE = ["rect", {
  x: 3.2,
  y: 3.2,
  width: 7.6,
  height: 7.6,
  rx: 1,
  stroke: "none",
  fill: "currentColor",
}];

/** What is drawn for a kind of state. @type {Record<string, Stroke[]>} */
const ICONS = {
  idle: [["circle", { cx: 7, cy: 7, r: 4.5, fill: "none" }]],
  invalid: [["path", { d: "M7 2.5v5.5M7 11v.6" }]],
  submitting: [["path", { d: "M7 11.5v-9M3.5 6 7 2.5 10.5 6" }]],
  accepted: [["circle", { cx: 7, cy: 7, r: 5, fill: "none" }], ["path", { d: "M7 4v3.2l2 1.2" }]],
  running: [["circle", { cx: 7, cy: 7, r: 4.5, stroke: "none", fill: "currentColor" }]],
  cancelling: [["circle", { cx: 7, cy: 7, r: 5.5, fill: "none" }], ["rect", {
    x: 5,
    y: 5,
    width: 4,
    height: 4,
    stroke: "none",
    fill: "currentColor",
  }]],
  reconnecting: [["path", {
    d: "M11.8 5.2A5.2 5.2 0 0 0 2.4 5M2.2 8.8a5.2 5.2 0 0 0 9.4.2M11.9 2.4v2.8H9.1M2.1 11.6V8.8h2.8",
  }]],
  paused: [["path", { d: "M5 3.2v7.6M9 3.2v7.6" }]],
  "sign-in": [["rect", { x: 3, y: 6.5, width: 8, height: 5.5, rx: 1, fill: "none" }], ["path", {
    d: "M4.8 6.5V4.6a2.2 2.2 0 0 1 4.4 0v1.9",
  }]],
  unwatched: [["path", {
    d: "M1.8 7C4.6 2.9 9.4 2.9 12.2 7 9.4 11.1 4.6 11.1 1.8 7zM2.5 12 11.5 2",
  }]],
  successful: [["path", { d: "M2.5 7.4 5.6 10.5 11.5 3.8" }]],
  failed: [["path", { d: "M3.4 3.4l7.2 7.2M10.6 3.4l-7.2 7.2" }]],
  dismissed: [SQUARE],
  ended: [SQUARE],
  lost: [["path", { d: "M4.6 5.1a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.7M7 11.2v.6" }]],
};

ICONS["not-started"] = ICONS.failed;
ICONS.unknown = ICONS.lost;

/**
 * @param {string} kind State of a job; one that nobody knows looks like a running one.
 * @param {string} name Class of the picture.
 */
export function stateIcon(kind, name) {
  return h(
    "svg",
    { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true", class: name },
    (ICONS[kind] ?? ICONS.running).map(([tag, attributes]) => h(tag, attributes)),
  );
}
