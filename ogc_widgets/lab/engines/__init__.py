"""Programs that run a package, and what becomes of them."""
