// Outlines as map/footprints.py packs them, for tests.

import { Outlines } from "./outlines.js";

/**
 * What map/footprints.py makes.
 * @param {number[][][][]} shapes Each is a list of lines, each of positions.
 * @param {{ open?: number[], holes?: number[], labels?: Record<number, string> }} more
 */
export async function packed(shapes, { open = [], holes = [], labels = {} } = {}) {
  const lines = shapes.flat();
  /** @param {unknown[][]} lists */
  const sizes = (lists) => {
    const found = lists.map((list) => list.length);
    return found.every((size) => size === found[0]) ? found.slice(0, 1) : found;
  };
  const milliarcseconds = lines.flat(2).map((degrees) => Math.round(degrees * 3.6e6));
  const names = JSON.stringify({ ids: shapes.map((_, i) => `i${i}`), labels });
  const whole = new Blob([names]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = {
    names: new Uint8Array(await new Response(whole).arrayBuffer()),
    points: new Uint8Array(Int32Array.from(milliarcseconds).buffer),
    lines: new Uint8Array(Uint32Array.from(sizes(lines)).buffer),
    shapes: new Uint8Array(Uint32Array.from(sizes(shapes)).buffer),
    holes: new Uint8Array(Uint32Array.from(holes).buffer),
    open: new Uint8Array(Uint32Array.from(open).buffer),
  };
  // In a message they begin at odd bytes.
  const views = Object.entries(bytes).map(([name, one]) => {
    const message = new Uint8Array(one.length + 3);
    message.set(one, 3);
    return [name, new DataView(message.buffer, 3, one.length)];
  });
  const outlines = new Outlines(Object.fromEntries(views));
  await outlines.named;
  return outlines;
}
