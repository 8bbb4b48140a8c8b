"""Where something stands when nothing moves it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from waiting import wait_for

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Locator

# Its box some frames later; null while Leaflet moves a map.
_BOX = """async (node) => {
  for (const _ of "123") await new Promise(requestAnimationFrame);
  if (document.querySelector(".leaflet-zoom-anim, .leaflet-pan-anim")) return null;
  const { x, y, width, height } = node.getBoundingClientRect();
  return { x, y, width, height };
}"""


def at_rest(locator: Locator) -> FloatRect:
    """The box of an element that a map or the notebook may still be moving."""
    before: FloatRect | None = None

    def stands() -> FloatRect | None:
        nonlocal before
        now: FloatRect | None = locator.evaluate(_BOX)
        same = now if now == before else None
        before = now
        return same

    return wait_for(stands, lambda: f"it goes on moving: {before}")
