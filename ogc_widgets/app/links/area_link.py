"""Keeps the area fields of a form and the one shape on the map in step."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.app.screen import Screen
    from ogc_widgets.form import ProcessForm


class AreaLink(FormLink):
    """Binds the area that is being edited in a form to a map, both ways.

    The map edits one shape at a time. With several areas in a form it is that of the
    one whose field has the focus, that was last drawn, or that was chosen on the map;
    the others are outlined, each in its colour and with its name.
    """

    watched: ClassVar = ("drafts",)

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self._map = screen.map
        self._path = ""
        self._drafts: dict[str, Any] = {}
        self._is_busy = False
        self._map.observe(self._drawn, "geometry")
        self._map.observe(self._chosen, "active_area")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """What one side says of this is no news for the other."""
        self._is_busy = True
        try:
            yield
        finally:
            self._is_busy = False

    def bind(self, form: ProcessForm) -> None:
        """Follow another form."""
        self._leave()
        self._path, self._drafts = next(iter(form.areas.paths), ""), {}
        form.has_map = bool(form.areas.ids)
        form.observe(self._asked, "area_request")
        with self._writing():
            self._map.geometry = None
        super().bind(form)

    def close(self) -> None:
        """Let go of the form and the map."""
        super().close()
        self._map.unobserve(self._drawn, "geometry")
        self._map.unobserve(self._chosen, "active_area")

    def _leave(self) -> None:
        if self.is_bound:
            self.form.unobserve(self._asked, "area_request")
        super()._leave()

    def _drawn(self, _change: object) -> None:
        """The shape on the map changed: write it into the field."""
        if not self.is_bound or self._is_busy:
            return
        form = self.form
        path = self._path or next(iter(form.areas.paths), "")
        if not path:
            return
        form.active_area = ""
        with self._writing():
            try:
                form.areas.set_shape(path, self._map.area)
            except InputError as error:
                # The field keeps what it has, and the map shows that again.
                is_drawn = self._map.is_drawn
                self._map.geometry = form.areas.get(path)
                self._map.report(error)
                if not is_drawn:
                    raise
        self._tell()

    def _follow(self) -> None:
        """The form changed: draw what its area says, once that makes sense."""
        if self._is_busy:
            return
        areas = self.form.areas
        before, self._drafts = self._drafts, dict(self.form.drafts)
        changed = [
            path
            for path in areas.paths
            if before.get(_key(path)) != self._drafts.get(_key(path))
        ]
        is_there = self._path in areas.paths
        if before and not changed and is_there:
            return  # large outlines are not read again for every letter elsewhere
        # Of several areas in one input it stays the one that is edited.
        if (
            before
            and changed
            and not (is_there and _key(self._path) == _key(changed[0]))
        ):
            self._path = changed[0]
        if self._path not in areas.paths:
            self._path = next(iter(areas.paths), "")
        if self._path:
            self._show()
        self._tell()

    def _show(self) -> None:
        """Bring the shape of the field to the map."""
        area = self.form.areas.get(self._path)
        is_half_typed = area is None and self.form.areas.is_half_typed(self._path)
        with self._writing():
            if area != self._map.area and not is_half_typed:
                self._map.geometry = area

    def _asked(self, _change: object) -> None:
        """The page asks to edit or draw an area, or to take what the map shows."""
        form = self.form
        action = form.area_request["action"]
        self._edit(form.area_request["path"])
        if action == "view":
            self._map.take_view()
        elif action == "draw" and form.active_area:
            tools = [tool for tool in self._map.tools if tool != "edit"]
            self._map.start_drawing(next(iter(tools), "rectangle"))
        elif action == "draw":
            self._map.stop_drawing()

    def _chosen(self, _change: object) -> None:
        """Another area was chosen on the map."""
        path = self._map.active_area
        if self.is_bound and path in self.form.areas.paths and path != self._path:
            self._map.stop_drawing()
            self._edit(path)

    def _edit(self, path: str) -> None:
        areas = self.form.areas
        if path == self._path or path not in areas.paths:
            return
        self._path = path
        with self._writing():
            self._map.geometry = areas.get(path)
        self._tell()

    def _tell(self) -> None:
        """Say on the map and in the form which areas there are, and which is edited."""
        areas = self.form.areas
        hint = areas.hint(self._path) if self._path else None
        tools = hint.tools if hint is not None else ()
        if tools != self._map.tools:
            self._map.tools = tools
        # One area alone needs no name and no colour of its own.
        several = areas.paths if len(areas.paths) > 1 else ()
        self._map.show_areas(
            [
                {"id": path, "label": areas.label_of(path), "geometry": areas.get(path)}
                for path in several
            ],
            active=self._path,
        )
        tones = {path: self._map.tone_of(path) for path in several}
        self.form.map_areas = {"active": self._path, "tones": tones} if tones else {}


def _key(path: str) -> str:
    """The input that a path leads into."""
    return path.partition("/")[0]
