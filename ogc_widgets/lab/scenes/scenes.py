"""Two small scenes to work with where there is no internet.

They look like Sentinel-2 (same ids, dates, bands and map projection as the images of
the water-bodies tutorial) but show a landscape that does not exist: see
:mod:`ogc_widgets.lab.scenes.terrain`. Every machine makes its own; nothing is
downloaded.

``python -m ogc_widgets.lab.scenes.scenes`` makes them in a process of its own and
prints the item files as JSON: on a new machine this computes for some seconds, and a
server that is told to stop must not wait for it.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ogc_widgets.lab.scenes import SCENES, VERSION, scenes_folder

if TYPE_CHECKING:
    from collections.abc import Callable

_LEFT_BEHIND_S = 3600  # making a scene takes seconds


def ensure_scenes(folder: Path | None = None) -> list[Path]:
    """Make the scenes that are not there yet, which takes a few seconds.

    Any number of processes may call this at once: a scene is written beside its place
    and then moved there in one step.

    Args:
        folder: Where to keep them; :func:`scenes_folder` by default.

    Returns:
        The STAC items, ``<folder>/<id>/<id>.json``, the older one first. Their assets
        ``blue``, ``green``, ``red`` and ``nir`` are cloud-optimised GeoTIFFs with
        reflectance times 10,000 (0 is no data) in EPSG:32610 at 80 m; ``thumbnail`` is
        a PNG in EPSG:3857.
    """
    home = scenes_folder() if folder is None else Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    items = _items(home)
    if missing := [name for name, item in items.items() if not _is_complete(item)]:
        # Numpy and rasterio take longer to load than all the rest of a lab server.
        from ogc_widgets.lab.scenes.images import write_scene
        from ogc_widgets.lab.scenes.terrain import landscape

        _remove_leftovers(home)
        land = landscape()
        for name in missing:
            _make(items[name], partial(write_scene, name, land))
    return list(items.values())


def known_scenes() -> list[Path] | None:
    """Return the items in :func:`scenes_folder`, or None where they are to be made."""
    items = list(_items(scenes_folder()).values())
    return items if all(map(_is_complete, items)) else None


def _items(home: Path) -> dict[str, Path]:
    return {name: home / name / f"{name}.json" for name in SCENES}


def _is_complete(item: Path) -> bool:
    """Return whether an item of this version is there, with its files in full."""
    try:
        known = json.loads(item.read_bytes())
        return bool(known["properties"]["version"] == VERSION) and all(
            (item.parent / asset["href"]).stat().st_size == asset["file:size"]
            for asset in known["assets"].values()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _remove_leftovers(home: Path) -> None:
    """Remove what processes left behind that were killed while they made a scene."""
    for folder in home.glob(".making-*"):
        with suppress(OSError):  # another process may remove it, too
            if time.time() - folder.stat().st_mtime > _LEFT_BEHIND_S:
                shutil.rmtree(folder)


def _make(item: Path, write: Callable[[Path], None]) -> None:
    place = item.parent
    with tempfile.TemporaryDirectory(prefix=".making-", dir=place.parent) as scratch:
        made = Path(scratch) / place.name
        made.mkdir()
        write(made)
        try:
            made.rename(place)
        except OSError:
            if _is_complete(item):
                return  # another process was faster
            shutil.move(place, Path(scratch) / "damaged")
            made.rename(place)


if __name__ == "__main__":
    json.dump([str(path) for path in ensure_scenes()], sys.stdout)
