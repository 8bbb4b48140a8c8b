"""Names for what has no type of its own: JSON values, and objects of CWL libraries."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A JSON value that was read or is to be written."""

Cwl: TypeAlias = Any
"""An object of cwltool or cwl_utils, which differ by version of CWL."""
