"""The way to a server: one loop, one transport, limits and deadlines."""

# Most bytes of a document, raw and decoded.
JSON_CAP = 16 * 2**20
