// Something that is dragged, wherever the pointer goes meanwhile.

/**
 * Follow a pointer from where it was pressed until it is let go.
 * @param {PointerEvent} event That of the press.
 * @param {(event: PointerEvent) => void} onmove
 * @param {() => void} ondone
 */
export function follow(event, onmove, ondone = () => {}) {
  event.preventDefault();
  event.stopPropagation();
  const { pointerId } = event;
  // On the document: what is dragged may be too small to be under the pointer all the time.
  const move = (/** @type {PointerEvent} */ moved) => {
    if (moved.pointerId === pointerId) onmove(moved);
  };
  const done = (/** @type {PointerEvent} */ ended) => {
    if (ended.pointerId !== pointerId) return;
    document.removeEventListener("pointermove", move, true);
    document.removeEventListener("pointerup", done, true);
    document.removeEventListener("pointercancel", done, true);
    ondone();
  };
  document.addEventListener("pointermove", move, true);
  document.addEventListener("pointerup", done, true);
  document.addEventListener("pointercancel", done, true);
}
