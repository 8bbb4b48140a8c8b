"""Sets of inputs: saved, loaded, compared and pasted."""
