// What the lists of jobs share: of a server, and of this machine.

/** Hours that a list may go back. @type {[number, string][]} */
export const TIMES = [[0, "any time"], [1, "last hour"], [24, "last 24 hours"], [
  168,
  "last 7 days",
], [720, "last 30 days"]];

/**
 * Tell when somebody can see an element, and when no more: only then it is kept up to date.
 * @param {HTMLElement} el
 * @param {(on: boolean) => void} tell
 * @returns {() => void} Ends it, and tells that nobody does.
 */
export function whileVisible(el, tell) {
  let onScreen = false;
  /** @type {boolean | null} */
  let told = null;
  const look = () => {
    const on = onScreen && document.visibilityState === "visible";
    if (on !== told) tell(on);
    told = on;
  };
  const observer = new IntersectionObserver((entries) => {
    onScreen = entries[entries.length - 1].isIntersecting;
    look();
  });
  observer.observe(el);
  document.addEventListener("visibilitychange", look);
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", look);
    if (told) tell(false);
  };
}
