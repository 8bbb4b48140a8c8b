"""Loaded when first used: names of a package (PEP 562), verbs, what is displayed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")

# What verbs of the client do by parts that stand above it and import it: reports, saved
# runs, what a notebook shows. Name to module.
_ABOVE = {
    "report_of_batch": "ogc_widgets.reports.batch_report",
    "report_of_job": "ogc_widgets.reports.job_report",
    "RunView": "ogc_widgets.runs.run_view",
    "save_run": "ogc_widgets.runs.saving",
    "HistoryPanel": "ogc_widgets.panel.history_table",
    "stage_of": "ogc_widgets.viewers.results_stage",
    "bar_on_page": "ogc_widgets.view.progress_bar",
    "show_batch": "ogc_widgets.batches.batch_panel",
}


def from_above(name: str) -> Any:  # noqa: ANN401 # a function or class, unknown here
    """Load what a verb of the client does by a part that stands above the client."""
    return getattr(import_module(_ABOVE[name]), name)


def loader(package: str, home_of: Mapping[str, str]) -> Callable[[str], object]:
    """Make the ``__getattr__`` of a package.

    Args:
        package: Its ``__name__``.
        home_of: Public name to the module that it is defined in, or that it is.
    """

    def load(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = import_module(home_of[name])
        value = home if home.__name__ == f"{package}.{name}" else getattr(home, name)
        setattr(sys.modules[package], name, value)
        return value

    return load


class ShownList(Sequence[T]):
    """A list for Python that a notebook shows as a widget, made when it does."""

    _widget: Any = None

    def __init__(self, found: Iterable[T]) -> None:
        self._found = [*found]

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def _make_widget(self) -> Any:  # noqa: ANN401 # a widget, which this part does not know
        raise NotImplementedError

    def _shown(self) -> Any:  # noqa: ANN401 # as above
        if self._widget is None:
            self._widget = self._make_widget()
        return self._widget

    def _ipython_display_(self) -> None:
        self._shown()._ipython_display_()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401 # as IPython has it
        bundle, metadata = self._shown()._repr_mimebundle_(**kwargs)
        return {**bundle, "text/plain": repr(self)}, metadata
