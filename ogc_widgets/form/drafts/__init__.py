"""Drafts: what stands on the screen, made from values and read back."""
