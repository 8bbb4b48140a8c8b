"""Keeps the area fields of a form and the one shape on the map in step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from ogc_widgets.app.map_context import MapContext
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.map import AreaMap


class AreaLink:
    """Binds the area that is being edited in a form to a map, both ways.

    The map holds one shape at a time. With several areas in a form it is that of the
    one last drawn, typed into or asked for; the others are outlined in grey.

    Args:
        area_map: The map; forms come and go with :meth:`bind`.
        context: Where the other areas are outlined.
    """

    def __init__(self, area_map: AreaMap, context: MapContext) -> None:
        self._map = area_map
        self._context = context
        self._form: ProcessForm | None = None
        self._path = ""
        self._drafts: dict[str, Any] = {}
        self._busy = False
        area_map.observe(self._drawn, "geometry")

    def bind(self, form: ProcessForm) -> None:
        """Follow another form."""
        self._leave()
        self._form = form
        self._path = next(iter(form.area_paths), "")
        self._drafts = {}
        form.has_map = bool(form.area_ids)
        self._map.tools = ("rectangle", "polygon") if form.area_ids else ()
        form.observe(self._typed, "drafts")
        form.observe(self._asked, "area_request")
        self._map.geometry = None
        self._typed()

    def close(self) -> None:
        """Let go of the form and the map."""
        self._leave()
        self._map.unobserve(self._drawn, "geometry")

    def _leave(self) -> None:
        if self._form is not None:
            self._form.unobserve(self._typed, "drafts")
            self._form.unobserve(self._asked, "area_request")
            self._form = None

    def _drawn(self, _change: object) -> None:
        """The shape on the map changed: write it into the field."""
        form = self._form
        if form is None or self._busy:
            return
        path = self._path or next(iter(form.area_paths), "")
        if not path:
            return
        self._busy = True
        try:
            form.set_shape(path, self._map.geometry)
        except InputError as error:
            form.report(error)
        finally:
            self._busy = False
        form.active_area = ""
        self._outline_others(form)

    def _typed(self, _change: object = None) -> None:
        """The form changed: draw what its area says, once that makes sense."""
        form = self._form
        if form is None or self._busy:
            return
        before, self._drafts = self._drafts, dict(form.drafts)
        for path in form.area_paths:
            key = path.partition("/")[0]
            if before and before.get(key) != self._drafts.get(key):
                self._path = path
                break
        if self._path not in form.area_paths:
            self._path = next(iter(form.area_paths), "")
        if not self._path:
            return
        shape = form.get_shape(self._path)
        is_half_typed = shape is None and _has_text(form, self._path)
        self._busy = True
        try:
            if shape != self._map.geometry and not is_half_typed:
                self._map.geometry = shape
        finally:
            self._busy = False
        self._outline_others(form)

    def _asked(self, _change: object) -> None:
        """The page asks to draw an area, or to take what the map shows."""
        form = self._form
        if form is None:
            return
        self._path = form.area_request["path"]
        if form.area_request["action"] == "view":
            self._map.take_view()
        elif form.active_area:
            self._typed()
            self._map.start_drawing()
        else:
            self._map.stop_drawing()

    def _outline_others(self, form: ProcessForm) -> None:
        others = {path: form.get_shape(path) for path in form.area_paths}
        self._context.show(
            "areas",
            [
                {"type": "Feature", "id": path, "geometry": shape}
                for path, shape in others.items()
                if shape is not None and path != self._path
            ],
        )


def _has_text(form: ProcessForm, path: str) -> bool:
    draft = form.drafts.get(path.partition("/")[0])
    return draft is not None and path == path.partition("/")[0]
