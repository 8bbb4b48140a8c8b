"""Which files of a STAC item belong on a map, the best first, and where they lie.

Judged by role, media type, name and what the item says of bands; whether a file really
is a raster with a place is seen when it is opened, so the next one is tried after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.area import Area
from ogc_widgets.area.crs import system_of_file
from ogc_widgets.area.footprint import box_of
from ogc_widgets.area.reading import are_numbers
from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.media_types import bare
from ogc_widgets.protocol.reading import mapping
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ogc_widgets.area.boxes import Box
    from ogc_widgets.client.results.files.result_files import Asset

_TIFF: Final = pattern(r"\.tiff?$", re.IGNORECASE)
_JP2: Final = pattern(r"\.(jp2|j2k)$", re.IGNORECASE)
_PICTURE: Final = pattern(r"\.(png|jpe?g|webp|gif)$", re.IGNORECASE)
_OTHER: Final = pattern(
    r"\.(json|geojson|xml|txt|csv|tsv|html?|pdf|zip|gz|tar|nc|h5|hdf5?|zarr|parquet|"
    r"gpkg|shp|kml|kmz|gml|fgb|svg|log|ya?ml|md)$",
    re.IGNORECASE,
)
_NO_PICTURE: Final = frozenset({"metadata", "iso-19115", "documentation", "chart"})
_FOR_EYES: Final = frozenset({"thumbnail", "overview"})
_BESIDE: Final = frozenset(
    {
        *("cloud", "cloud-shadow", "snow-ice", "snow-mask", "land-water", "water-mask"),
        *("saturation", "mask", "data-mask", "quality"),
        *("incidence-angle", "azimuth", "sun-azimuth"),
    }
)
_CHANNELS: Final = ("red", "green", "blue")
_BY_NAME: Final = {
    "b04": "red", "b03": "green", "b02": "blue",
    "b4": "red", "b3": "green", "b2": "blue",
}  # fmt: skip


@dataclass(frozen=True)
class MapAssets:
    """One thing of an item that can be laid on a map.

    Attributes:
        keys: Keys of its assets: one, or three that are red, green and blue.
        title: For people.
        about: What the item says of each of them, for ``open_raster``.
        box: West, south, east and north in degrees, for a picture that need not say
            itself where it lies; else None.
        bytes: Their size where the item gives it.
    """

    keys: tuple[str, ...]
    title: str
    about: tuple[Mapping[str, Any], ...]
    box: Box | None
    bytes: int | None


def assets_for_map(item: Mapping[str, Any], assets: Iterable[Asset]) -> list[MapAssets]:
    """List what of an item can be laid on a map, the best first.

    A result goes before the picture of a scene, that before red, green and blue in
    files of their own, these before other bands; masks of quality, overviews and
    thumbnails come last. What cannot be reached, describes something else, or is a
    chart, is left out.

    Args:
        item: A STAC item.
        assets: Its assets (``results.assets(item)``).
    """
    said = reading.mapping(item.get("assets"))
    able = [asset for asset in assets if asset.reachable]
    about = {asset.key: reading.mapping(said.get(asset.key)) for asset in able}
    colours = _colours(able, about)
    is_scene = len(colours) == len(_CHANNELS)
    ranked: list[tuple[tuple[int, ...], MapAssets]] = []
    for at, asset in enumerate(able):
        fit = _fit(asset)
        if fit is None:
            continue
        roles = {role.lower() for role in asset.roles}
        rank = _rank(asset, roles, about[asset.key], is_scene=is_scene)
        box = None
        if fit == _FIT_PICTURE:
            box = place_of(item, asset.key)
            if box is None:
                continue
        found = MapAssets(
            (asset.key,),
            clean(asset.title or asset.key, limit=60),
            (about[asset.key],),
            box,
            asset.size,
        )
        ranked.append(((rank, fit, at), found))
    if is_scene:
        three = [colours[name] for name in _CHANNELS]
        sizes = [asset.size for asset in three]
        found = MapAssets(
            tuple(asset.key for asset in three),
            "red, green, blue",
            tuple(_named(about[asset.key], name) for name, asset in colours.items()),
            None,
            None if None in sizes else sum(size or 0 for size in sizes),
        )
        ranked.append(((_COMPOSITE, 0, 0), found))
    return [found for _, found in sorted(ranked, key=lambda pair: pair[0])]


# Ranks, from the best.
_RESULT, _VISUAL, _COMPOSITE, _DATA, _BAND, _PLAIN, _QUALITY, _LOOK = range(8)
# How likely it is that a file can be read in parts, and has a place.
_FIT_COG, _FIT_TIFF, _FIT_JP2, _FIT_UNKNOWN, _FIT_PICTURE = range(5)


def _rank(
    asset: Asset, roles: set[str], about: Mapping[str, Any], *, is_scene: bool
) -> int:
    if roles & _FOR_EYES:
        return _LOOK
    if "visual" in roles or asset.key.lower() in ("visual", "tci", "true-color"):
        return _VISUAL
    if roles & _BESIDE and "data" not in roles:
        return _QUALITY
    if _common_names(asset, about):
        return _BAND
    if "data" in roles:
        return _DATA if is_scene else _RESULT
    return _PLAIN


def _fit(asset: Asset) -> int | None:
    """What kind of file it is, or None if it is none for a map."""
    kind, name = bare(asset.type), asset.href.partition("?")[0]
    if _NO_PICTURE & {role.lower() for role in asset.roles}:
        return None
    if kind.startswith("image/tiff") or (not kind and _TIFF.search(name)):
        return _FIT_COG if "cloud-optimized" in asset.type.lower() else _FIT_TIFF
    if kind in ("image/jp2", "image/jpx", "image/j2k") or _JP2.search(name):
        return _FIT_JP2
    if kind in ("image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif"):
        return _FIT_PICTURE
    if kind in ("", "application/octet-stream", "binary/octet-stream", "image/*"):
        if _TIFF.search(name):
            return _FIT_TIFF
        if _PICTURE.search(name):
            return _FIT_PICTURE
        return None if _OTHER.search(name) else _FIT_UNKNOWN
    return _FIT_TIFF if "geotiff" in asset.type.lower() else None


def _common_names(asset: Asset, about: Mapping[str, Any]) -> list[str]:
    """What the bands of an asset see: ``["red"]``."""
    bands = reading.objects(about.get("bands")) or reading.objects(
        about.get("eo:bands")
    )
    if not bands:
        bands = ({"eo:common_name": about.get("eo:common_name")},)
    said = [
        reading.text(band.get("eo:common_name") or band.get("common_name"))
        for band in bands
    ]
    found = [name.lower() for name in said if name]
    guessed = _BY_NAME.get(asset.key.lower(), "")
    if not found and asset.key.lower() in _CHANNELS:
        guessed = asset.key.lower()
    return found or ([guessed] if guessed else [])


def _named(about: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What is said of a band, with its colour where that was only guessed."""
    if reading.objects(about.get("bands")) or reading.objects(about.get("eo:bands")):
        return about
    return {**about, "bands": [{"name": name, "eo:common_name": name}]}


def _colours(
    assets: Sequence[Asset], about: Mapping[str, Mapping[str, Any]]
) -> dict[str, Asset]:
    """The assets of one band each that are red, green and blue; the likeliest files."""
    found: dict[str, tuple[int, Asset]] = {}
    for asset in assets:
        fit = _fit(asset)
        names = _common_names(asset, about[asset.key])
        if fit is None or fit == _FIT_PICTURE or len(names) != 1:
            continue
        if {role.lower() for role in asset.roles} & _FOR_EYES:
            continue
        (name,) = names
        if name in _CHANNELS and (name not in found or fit < found[name][0]):
            found[name] = fit, asset
    return {name: found[name][1] for name in _CHANNELS if name in found}


def place_of(item: Mapping[str, Any], key: str) -> Box | None:
    """Where a picture lies: its own box, its projected box, or that of the item.

    Args:
        item: A STAC item.
        key: Key of the asset.

    Returns:
        West, south, east and north in degrees, east over 180 across 180; None where
        neither the asset nor the item says it.
    """
    asset = mapping(mapping(item.get("assets")).get(key))
    for numbers in (asset.get("bbox"), _projected(asset), item.get("bbox")):
        with suppress(InputError):
            return _sides(box_of(numbers))
    geometry = item.get("geometry")
    if isinstance(geometry, Mapping):
        with suppress(InputError):
            return _sides(Area.drawn(dict(geometry)))
    return None


def _sides(area: Area) -> Box:
    west, south, east, north = area.bbox
    return west, south, east + 360 * (east < west), north


def _projected(asset: Mapping[str, Any]) -> list[float] | None:
    """The box of the projection extension: x first, whatever the authority says."""
    numbers = asset.get("proj:bbox")
    code = asset.get("proj:code") or asset.get("proj:epsg")
    if not code or not are_numbers(numbers) or len(numbers) != 4:
        return None
    system = system_of_file(f"EPSG:{code}" if isinstance(code, int) else str(code))
    return system.box_in_degrees(numbers) if system.is_straight else None
