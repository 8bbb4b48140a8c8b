"""STAC items as input: reading them and finding their bands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

from ogc_widgets.errors import InputError
from ogc_widgets.lab.network import UnreachableError, fetch

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_BANDS = {
    *("thumbnail", "overview", "visual", "metadata"),
    *("image/png", "image/jpeg", "text/html", "application/json", "application/xml"),
}


def read_item(address: str) -> dict[str, Any]:
    """Return the STAC item at an address or path, with absolute ``href`` of assets.

    Raises:
        InputError: It cannot be read, or is not a STAC item.
    """
    body = _read(address)
    try:
        item = json.loads(body)
    except ValueError:
        item, problem = {}, "it is not JSON"
    else:
        problem = _why_no_item(item, shown(address))
    if problem:
        raise InputError(f"{shown(address)} is not a STAC item: {problem}.")
    for asset in item["assets"].values():
        asset["href"] = _resolve(address, str(asset.get("href", "")))
    if not isinstance(item.get("properties"), dict):
        item["properties"] = {}
    found: dict[str, Any] = item
    return found


def _why_no_item(item: object, name: str) -> str:
    if not isinstance(item, dict):
        return "it is not a JSON object"
    if item.get("type") in ("Collection", "Catalog", "FeatureCollection"):
        raise InputError(
            f"{name} is a {item['type']}, not a single STAC item.",
            advice="Give the addresses of the items in it.",
        )
    assets = item.get("assets")
    is_item = item.get("type") == "Feature" and isinstance(item.get("id"), str)
    if (
        is_item
        and isinstance(assets, dict)
        and all(isinstance(asset, dict) for asset in assets.values())
    ):
        return ""
    return "it lacks the type 'Feature', an id or assets"


def _read(address: str) -> bytes:
    scheme, name = urlsplit(address).scheme.lower(), shown(address)
    if not address.strip():
        raise InputError("One of the STAC items is empty; an address is needed.")
    if scheme not in ("http", "https", "file") and len(scheme) > 1:  # C: is a drive
        raise InputError(
            f"The STAC item {name} has an address that starts with '{scheme}:'; "
            "only http, https and files can be read."
        )
    try:
        if scheme in ("http", "https"):
            return fetch(address, "application/geo+json, application/json")
        path = url2pathname(urlsplit(address).path) if scheme == "file" else address
        return Path(path).read_bytes()
    except (UnreachableError, OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise InputError(
            f"The STAC item {name} could not be read: {reason.rstrip('.')}."
        ) from None


def _resolve(address: str, href: str) -> str:
    """Return an asset's href as an absolute address or path."""
    if urlsplit(href).scheme or Path(href).is_absolute() or not href:
        return href
    if urlsplit(address).scheme.lower() in ("http", "https", "file"):
        return urljoin(address, href)
    return str((Path(address).parent / href).resolve())


def shown(address: str) -> str:
    """Return an address as it may be shown and kept: without password and query.

    The query of an address is where signed links carry their key.
    """
    parts = urlsplit(address)
    if parts.scheme.lower() not in ("http", "https", "s3"):
        return address
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def find_band(item: Mapping[str, Any], band: str) -> tuple[str, int]:
    """Return the asset key and the 1-based band number of a band of an item.

    A band is found by the key of its asset, or else by its common name or its own name
    in ``eo:bands`` (STAC 1.0) or ``bands`` (STAC 1.1). Data assets win over others,
    because a true-colour preview names its bands too. Case does not matter.

    Raises:
        InputError: The item has no such band; the message lists those it has.
    """
    wanted = band.strip().lower()
    assets: dict[str, dict[str, Any]] = item["assets"]
    for key in assets:
        if key.lower() == wanted:
            return key, 1
    found: list[tuple[bool, int, int, str, int]] = []
    for place, (key, asset) in enumerate(assets.items()):
        bands = _bands(asset)
        is_other = "data" not in (asset.get("roles") or [])
        for number, names in enumerate(bands, start=1):
            if wanted in names:
                found.append((is_other, len(bands), place, key, number))
    if found:
        *_, key, number = min(found)
        return key, number
    raise InputError(
        f"The item {item['id']} has no band '{band}'.",
        advice=f"It has: {', '.join(_available(assets)) or 'no bands at all'}.",
    )


def scaling(item: Mapping[str, Any], key: str, number: int) -> tuple[float, float]:
    """Return scale and offset that turn stored numbers into reflectance.

    Since January 2022 Sentinel-2 stores reflectance with an offset, which changes a
    normalised difference. ``raster:bands`` (STAC 1.0) or ``bands`` (STAC 1.1) says so.
    Earth Search lists the offset even where it has already taken it off, and says that
    in ``earthsearch:boa_offset_applied``.
    """
    scale = _stated(item, key, number, "scale") or 1.0
    if item["properties"].get("earthsearch:boa_offset_applied") is True:
        return scale, 0.0
    return scale, _stated(item, key, number, "offset") or 0.0


def nodata(item: Mapping[str, Any], key: str, number: int) -> float | None:
    """Return the value that an item states for pixels without data, if it does."""
    return _stated(item, key, number, "nodata")


def _stated(
    item: Mapping[str, Any], key: str, number: int, member: str
) -> float | None:
    """Return a number that an item states about a band, in STAC 1.0 or 1.1 words."""
    asset = item["assets"][key]
    entries = asset.get("raster:bands") or asset.get("bands") or []
    entry = entries[number - 1] if len(entries) >= number else {}
    for place in (entry if isinstance(entry, dict) else {}, asset):
        for name in (member, f"raster:{member}"):
            value = place.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
    return None


def safe_name(text: str) -> str:
    """Return a text as a file name that is safe on every system."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("._") or "unnamed"


def _bands(asset: Mapping[str, Any]) -> list[list[str]]:
    """Return the lower-case names of each band of an asset, the common one first."""
    listed = asset.get("eo:bands") or asset.get("bands") or []
    return [
        [
            str(entry[member]).lower()
            for member in ("common_name", "eo:common_name", "name")
            if entry.get(member)
        ]
        for entry in listed
        if isinstance(entry, dict)
    ]


def _available(assets: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return one word per band, the one that people use where there is a choice."""
    names: list[str] = []
    for key, asset in assets.items():
        if _NOT_BANDS & {*(asset.get("roles") or []), str(asset.get("type"))}:
            continue
        bands = _bands(asset)
        names.extend([key] if len(bands) <= 1 else [each[0] for each in bands if each])
    return names
