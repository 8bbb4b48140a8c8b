"""Python runs this at the start of every program that a test starts."""

import sys

import network_guard

network_guard.install()

# jsonschema, which Jupyter imports, would compile a grammar for addresses of the format
# "iri" for more than a second, in every program; no test has it look at one.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment] # says: not installed
# rasterio would import it for a tenth of a second; only s3_store.py has use for it.
sys.modules["boto3"] = None  # type: ignore[assignment] # as above
