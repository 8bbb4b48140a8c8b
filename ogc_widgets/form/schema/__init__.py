"""From a process description to one dialect of JSON Schema."""
