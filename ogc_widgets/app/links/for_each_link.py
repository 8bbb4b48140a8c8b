"""Binds *Run for each* to the form, the map, and what shows a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ogc_widgets.app.links.form_link import InPlaceOfForm
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ogc_widgets.app.for_each_view import ForEachView
    from ogc_widgets.app.links.outlines import MapContext
    from ogc_widgets.app.links.search_link import SearchLink
    from ogc_widgets.app.screen import Screen
    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.form import ProcessForm
    from ogc_widgets.form.for_each.choosing import Kept


class ForEachLink(InPlaceOfForm["ForEachView"]):
    """The way from the form to many jobs of it, and back."""

    watched: ClassVar = ("inputs", "outputs", "response", "extra", "for_each_request")
    _box, _mark = "each", "for_each"

    def __init__(self, screen: Screen, context: MapContext, search: SearchLink) -> None:
        super().__init__(screen)
        self._context, self._search = context, search
        screen.run_bar.handle(for_each=self._show)
        self._kept: dict[str, Kept] = {}  # by process, as inputs are
        self._asked, self._opened_for = 0, ""
        self._outlined: list[str] = []

    def _made(self) -> ForEachView:
        from ogc_widgets.app.for_each_view import ForEachView  # loads much

        view = ForEachView()
        view.handle(run=self._on_run, search=self._on_search, hide=self._on_hide)
        if self.is_bound:
            view.bind(self.form.choosing)
        view.observe(self._outline, "plan")
        view.observe(self._highlight, "marked")
        return view

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
            from ogc_widgets.client.batches.batch import Batch  # loads much

            batch = Batch(future.result())
            with publishing(view):
                view.busy = False
                view.hide()
            self.screen.batch = batch

        def failed(error: BaseException) -> None:
            view.busy = False
            view.report(error)

        work = submit(
            self.screen.client.aio.execute_many,
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
            self.screen.run_bar.focus_wanted += 1

    def _opened(self, change: object) -> None:
        super()._opened(change)
        self._outline()

    def _outline(self, _change: object = None) -> None:
        """Show on the map the areas that differ, while this is on the screen."""
        from ogc_widgets.app.for_each_view import MOST_OUTLINED, areas_of

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
            self.screen.map.fit()

    def _highlight(self, _change: object) -> None:
        plan, index = self.view.plan, self.view.marked
        ids: list[str] = []
        if 0 <= index < len(plan):
            ids = [
                f"{column.key} {at}"
                for column, at in zip(plan.columns, plan.places(index), strict=True)
                if column.cells[at].area is not None
            ]
        self._context.mark("each", ids)
