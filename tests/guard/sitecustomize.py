"""Python runs this at the start of every program that a test starts."""

import sys

import network_guard

network_guard.install()

# jsonschema, which Jupyter imports, would compile a grammar for addresses of the format
# "iri" for more than a second, in every program; no test has it look at one.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment] # says: not installed
