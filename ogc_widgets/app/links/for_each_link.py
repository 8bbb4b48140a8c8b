"""Binds *Run for each* to the form, the map, and what shows a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.client.batches.batch import Batch
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    import ipywidgets

    from ogc_widgets.app.links.map_context import MapContext
    from ogc_widgets.app.links.search_link import SearchLink
    from ogc_widgets.app.views.for_each_view import ForEachView
    from ogc_widgets.app.views.run_bar import RunBar
    from ogc_widgets.client import Client
    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.form.for_each.choosing import Kept
    from ogc_widgets.map import AreaMap

_OPEN_CLASS = "ogcw-for-each"


class ForEachLink(FormLink):
    """The way from the form to many jobs of it, and back; the view is made when opened.

    Args:
        client: Runs them.
        area_map: Shows the areas.
        context: Where they are outlined.
        search: Finds STAC items.
        run_bar: Opens it.
        left: The box that shows the form, or this instead of it.
        place: The box in it for this.
        on_batch: Called with a batch that was started.
    """

    watched: ClassVar = ("inputs", "outputs", "response", "extra", "for_each_request")

    def __init__(
        self,
        client: Client,
        area_map: AreaMap,
        context: MapContext,
        search: SearchLink,
        run_bar: RunBar,
        left: ipywidgets.Box,
        place: ipywidgets.Box,
        on_batch: Callable[[Batch], object],
    ) -> None:
        self._view: ForEachView | None = None
        self._client, self._map, self._context = client, area_map, context
        self._search, self._run_bar = search, run_bar
        self._left, self._place = left, place
        run_bar.handle(for_each=self._show)
        self._on_batch = on_batch
        self._kept: dict[str, Kept] = {}  # by process, as inputs are
        self._asked, self._opened_for = 0, ""
        self._outlined: list[str] = []

    @property
    def view(self) -> ForEachView:
        """What is opened."""
        with publishing():
            if self._view is None:
                self._view = self._made()
            return self._view

    def _made(self) -> ForEachView:
        from ogc_widgets.app.views.for_each_view import ForEachView  # loads much

        view = ForEachView()
        view.handle(run=self._on_run, search=self._on_search, hide=self._on_hide)
        if self.is_bound:
            view.bind(self.form.choosing)
        view.observe(self._opened, "is_open")
        view.observe(self._outline, "plan")
        view.observe(self._mark, "marked")
        self._place.children = (view,)
        return view

    def hide(self) -> None:
        """Leave the screen."""
        if self._view is not None:
            self._view.is_open = False

    def _show(self, key: str = "") -> None:
        self._opened_for = key
        self.view.show(key)

    def bind(self, form: ProcessForm) -> None:
        """Follow another form."""
        self._asked = form.for_each_request.get("n", 0)
        if self.is_bound and self._view is not None:
            self._kept[self.form.process_id] = self.form.choosing.kept
        if form.process_id in self._kept:
            form.choosing.take_over(self._kept[form.process_id])
        if self._view is not None:
            self._view.bind(form.choosing)
        form.has_for_each = True
        super().bind(form)

    def close(self) -> None:
        """Let go of the form, and close what is shown."""
        super().close()
        if self._view is not None:
            self._view.close()

    def run(self) -> None:
        """Start the jobs aside, so that the kernel stays free.

        Raises:
            InputError: Some cannot be sent, or there are none; nothing was.
        """
        view, form = self.view, self.form
        plan = view.require_plan()
        with publishing(view):
            view.busy, view.problem = True, ""

        def done(future: Future[AsyncBatch]) -> None:
            batch = Batch(future.result())
            with publishing(view):
                view.busy = False
                view.is_open = False
            self._on_batch(batch)

        def failed(error: BaseException) -> None:
            view.busy = False
            view.report(error)

        work = submit(
            self._client.aio.execute_many,
            form.process_id,
            plan.inputs_list,
            at_once=view.at_once,
            title=view.title.strip(),
            labels=plan.labels,
            **form.wishes,
        )
        follow(work, done, failed)

    def _follow(self) -> None:
        asked = self.form.for_each_request
        if asked.get("n", 0) != self._asked:
            self._asked = asked["n"]
            self._show(asked["path"])
        elif self._view is not None and self._view.is_open:
            self._view.refresh()

    def _on_run(self, at_once: int | None = None, title: str | None = None) -> None:
        with publishing(self.view):
            self.view.at_once = self.view.at_once if at_once is None else at_once
            self.view.title = self.view.title if title is None else title
        self.run()

    def _on_search(self, key: str) -> None:
        self._search.pick_for(key, lambda items: self.view.take_items(key, items))

    def _on_hide(self, path: str = "") -> None:
        """To the input that is to be corrected, or to where the user came from."""
        self.hide()
        if path:
            self.form.show_errors()
        if path or self._opened_for:
            self.form.focus(path or self._opened_for)
        else:
            self._run_bar.ask_focus()

    def _opened(self, _change: object) -> None:
        if self.view.is_open:
            self._left.add_class(_OPEN_CLASS)
        else:
            self._left.remove_class(_OPEN_CLASS)
        self._outline()

    def _outline(self, _change: object = None) -> None:
        """Show on the map the areas that differ, while this is on the screen."""
        from ogc_widgets.app.views.for_each_view import MOST_OUTLINED, areas_of

        found = areas_of(self.view.plan)[:MOST_OUTLINED] if self.view.is_open else []
        features = [
            {"type": "Feature", "id": name, "properties": {}, "geometry": area.geometry}
            for name, area in found
        ]
        names = [f"{name} {area.bbox}" for name, area in found]
        if names == self._outlined:
            return
        self._outlined = names
        self._context.show("each", features, label="area of a job")
        if features:
            self._map.fit()

    def _mark(self, _change: object) -> None:
        plan, index = self.view.plan, self.view.marked
        ids: list[str] = []
        if 0 <= index < len(plan):
            ids = [
                f"{column.key} {at}"
                for column, at in zip(plan.columns, plan.places(index), strict=True)
                if column.cells[at].area is not None
            ]
        self._context.mark("each", ids)
