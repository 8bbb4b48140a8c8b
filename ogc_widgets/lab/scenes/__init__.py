"""Example scenes and the landscape that they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platformdirs import user_cache_path

if TYPE_CHECKING:
    from pathlib import Path

SCENES = ("S2B_10TFK_20210713_0_L2A", "S2A_10TFK_20220524_0_L2A")
"""Their ids, the older one first; the item of each is ``<id>/<id>.json``."""

VERSION = "4"  # raise it whenever a change gives other pixels


def scenes_folder() -> Path:
    """Return the folder for scenes in this user's cache."""
    return user_cache_path("ogc_widgets", appauthor=False) / "scenes"
