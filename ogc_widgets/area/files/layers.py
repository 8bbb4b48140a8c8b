"""What the readers of files give: layers of raw geometries with their reference system.

Readers do not judge geometries; :mod:`ogc_widgets.area.files.reading` does, so that one
bad feature does not spoil a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogc_widgets.area import crs as systems
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from ogc_widgets.area.crs import System

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_FEATURES = 100_000

INSTALL = "Install what reads it: pip install 'ogc-widgets[files]'"


@dataclass(frozen=True)
class Layer:
    """One layer of a file.

    Args:
        name: What the file calls it; may be empty.
        geometries: Raw GeoJSON geometries, x first.
        system: How to bring them to degrees; None when they are in degrees.
        crs: Short name of the reference system, for people; empty when it is WGS 84.
        says_crs: Whether the file says which system it is.
        unread: How many features have a geometry that could not be read.
    """

    name: str
    geometries: list[dict[str, Any]]
    system: System | None = None
    crs: str = ""
    says_crs: bool = True
    unread: int = 0


def system_of_code(code: str, definition: str = "") -> tuple[System | None, str]:
    """System and short name for an EPSG code, or else for a definition (WKT).

    Raises:
        InputError: The system needs a library that is not installed, or is unknown.
    """
    if code in {"4326", "4979"}:
        return None, ""
    found = systems.system_of(f"EPSG:{code}") if code else None
    if found is None and definition:
        return system_of_wkt(definition)
    if found is None:
        raise _unknown(f"EPSG:{code}")
    return found, found.name


def system_of_wkt(text: str) -> tuple[System | None, str]:
    """System and short name for the text of a ``.prj`` file.

    Raises:
        InputError: The system needs a library that is not installed, or is unknown.
    """
    name_match = re.match(r'\s*\w+\s*\[\s*"([^"]{1,80})"', text)
    name = name_match[1] if name_match else "the system of the file"
    is_projected = re.match(r"\s*PROJ(CS|CRS)", text, re.IGNORECASE) is not None
    spelled = re.sub(r"[^a-z0-9]", "", name.lower())
    if not is_projected and spelled in {"gcswgs1984", "wgs84", "wgs1984"}:
        return None, ""
    zone = re.fullmatch(r"(?:wgs1984|wgs84|etrs1989|etrs89)utmzone(\d+)([ns])", spelled)
    if zone and 1 <= int(zone[1]) <= 60:
        code = f"{326 if zone[2] == 'n' else 327}{int(zone[1]):02d}"
        return system_of_code(code)
    found = systems.system_of(text)
    if found is None:
        raise _unknown(name.replace("_", " "))
    return found, found.name


def _unknown(name: str) -> InputError:
    return InputError(
        f"The file is in a reference system that is not known here: {name}.",
        advice="Save it in WGS 84 (EPSG:4326) and try again.",
    )
