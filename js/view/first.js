// What is drawn first: the map, before others that have much to draw, too.

const WAIT_MS = 2000; // a map that nobody sees is never drawn

/** @type {Set<Promise<unknown>>} */
const drawing = new Set();

/**
 * Let others wait until this is done.
 * @param {Promise<unknown>} done
 */
export function drawnFirst(done) {
  drawing.add(done);
  const forget = () => drawing.delete(done);
  done.then(forget, forget);
}

/** Wait until what comes first is on the screen. */
export async function afterFirst() {
  // Others that come with it are in the page by then.
  await new Promise((done) => setTimeout(done));
  const late = new Promise((done) => setTimeout(done, WAIT_MS));
  await Promise.race([Promise.allSettled(drawing), late]);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}
