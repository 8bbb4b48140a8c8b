"""Keeps the area fields of a form and the one shape on the map in step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.map import AreaMap


class AreaLink:
    """Binds the area that is being edited in a form to a map, both ways.

    The map edits one shape at a time. With several areas in a form it is that of the
    one whose field has the focus, that was last drawn, or that was chosen on the map;
    the others are outlined, each in its colour and with its name.

    Args:
        area_map: The map; forms come and go with :meth:`bind`.
    """

    def __init__(self, area_map: AreaMap) -> None:
        self._map = area_map
        self._form: ProcessForm | None = None
        self._path = ""
        self._drafts: dict[str, Any] = {}
        self._busy = False
        area_map.observe(self._drawn, "geometry")
        area_map.observe(self._chosen, "active_area")

    def bind(self, form: ProcessForm) -> None:
        """Follow another form."""
        self._leave()
        self._form = form
        self._path = next(iter(form.areas.paths), "")
        self._drafts = {}
        form.has_map = bool(form.areas.ids)
        form.observe(self._typed, "drafts")
        form.observe(self._asked, "area_request")
        self._busy = True
        try:
            self._map.geometry = None
        finally:
            self._busy = False
        self._typed()
        self._tell(form)

    def close(self) -> None:
        """Let go of the form and the map."""
        self._leave()
        self._map.unobserve(self._drawn, "geometry")
        self._map.unobserve(self._chosen, "active_area")

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
        path = self._path or next(iter(form.areas.paths), "")
        if not path:
            return
        self._busy = True
        try:
            form.areas.set_shape(path, self._map.area)
        except InputError as error:
            # The field keeps what it has, and the map shows that again.
            self._map.geometry = form.areas.get(path)
            self._map.report(error)
        finally:
            self._busy = False
        form.active_area = ""
        self._tell(form)

    def _typed(self, _change: object = None) -> None:
        """The form changed: draw what its area says, once that makes sense."""
        form = self._form
        if form is None or self._busy:
            return
        before, self._drafts = self._drafts, dict(form.drafts)
        changed = [
            path
            for path in form.areas.paths
            if before.get(_key(path)) != self._drafts.get(_key(path))
        ]
        if before and not changed and self._path in form.areas.paths:
            return  # large outlines are not read again for every letter elsewhere
        if before and changed:
            self._path = self._changed_part(form, _key(changed[0])) or changed[0]
        if self._path not in form.areas.paths:
            self._path = next(iter(form.areas.paths), "")
        if self._path:
            self._show(form)
        self._tell(form)

    def _changed_part(self, form: ProcessForm, key: str) -> str:
        """Of several areas in one input, the edited one, if it is still there."""
        inside = _key(self._path) == key and self._path in form.areas.paths
        return self._path if inside else ""

    def _show(self, form: ProcessForm) -> None:
        """Bring the shape of the field to the map."""
        area = form.areas.get(self._path)
        is_half_typed = area is None and form.areas.is_half_typed(self._path)
        self._busy = True
        try:
            if area != self._map.area and not is_half_typed:
                self._map.geometry = area
        finally:
            self._busy = False

    def _asked(self, _change: object) -> None:
        """The page asks to edit or draw an area, or to take what the map shows."""
        form = self._form
        if form is None:
            return
        action = form.area_request["action"]
        self._edit(form, form.area_request["path"])
        if action == "view":
            self._map.take_view()
        elif action == "draw" and form.active_area:
            tools = [tool for tool in self._map.tools if tool != "edit"]
            self._map.start_drawing(next(iter(tools), "rectangle"))
        elif action == "draw":
            self._map.stop_drawing()

    def _chosen(self, _change: object) -> None:
        """Another area was chosen on the map."""
        form, path = self._form, self._map.active_area
        if form is not None and path in form.areas.paths and path != self._path:
            self._map.stop_drawing()
            self._edit(form, path)

    def _edit(self, form: ProcessForm, path: str) -> None:
        if path == self._path or path not in form.areas.paths:
            return
        self._path = path
        self._busy = True
        try:
            self._map.geometry = form.areas.get(path)
        finally:
            self._busy = False
        self._tell(form)

    def _tell(self, form: ProcessForm) -> None:
        """Say on the map and in the form which areas there are, and which is edited."""
        paths = form.areas.paths
        hint = form.areas.hint(self._path) if self._path else None
        tools = hint.tools if hint is not None else ()
        if tools != self._map.tools:
            self._map.tools = tools
        several = len(paths) > 1
        self._map.show_areas(
            [
                {
                    "id": path,
                    "label": form.areas.label_of(path),
                    "geometry": form.areas.get(path),
                }
                for path in (paths if several else ())
            ],
            active=self._path,
        )
        form.map_areas = (
            {
                "active": self._path,
                "tones": {path: self._map.tone_of(path) for path in paths},
            }
            if several
            else {}
        )


def _key(path: str) -> str:
    """The input that a path leads into."""
    return path.partition("/")[0]
