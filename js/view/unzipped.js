// What Python packs, because it is long and always the same.

/**
 * The text of what gzip has packed.
 * @param {BlobPart} packed
 */
export function unzipped(packed) {
  const text = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(text).text();
}
