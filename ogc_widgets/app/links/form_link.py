"""What follows the form of the open process."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from ogc_widgets.view.base import OpenedView, publishing

if TYPE_CHECKING:
    from ogc_widgets.app.screen import Screen
    from ogc_widgets.form import ProcessForm


class FormLink:
    """Follows one form at a time; a subclass says what it watches, and what follows."""

    watched: ClassVar[tuple[str, ...]] = ()
    """Traits of the form."""
    form: ProcessForm
    """The form that is followed; there is one while the app is open."""
    is_bound = False

    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    def bind(self, form: ProcessForm) -> None:
        """Follow another form."""
        self._leave()
        self.form, self.is_bound = form, True
        if self.watched:  # else traitlets would take all of them
            form.observe(self._changed, self.watched)
        self._follow()

    def close(self) -> None:
        """Let go of the form."""
        self._leave()

    def _leave(self) -> None:
        if self.is_bound:
            self.is_bound = False
            if self.watched:
                self.form.unobserve(self._changed, self.watched)

    def _changed(self, _change: object) -> None:
        # A form that is closed, as when Python ends, has nothing to say any more.
        if self.is_bound and self.form.comm is not None:
            self._follow()

    def _follow(self) -> None:
        """Take in what the form says now."""


V = TypeVar("V", bound=OpenedView)


class InPlaceOfForm(FormLink, Generic[V]):
    """Opens a view in place of the form; it is made when it is opened first."""

    _box: ClassVar[str]
    """Name of the box for it."""
    _mark: ClassVar[str]
    """What the column is marked with while it is open."""
    _view: V | None = None

    def _made(self) -> V:
        raise NotImplementedError

    @property
    def view(self) -> V:
        """What is opened."""
        with publishing():
            if self._view is None:
                self._view = self._made()
                self._view.observe(self._opened, "is_open")
                self.screen.boxes[self._box].children = (self._view,)
            return self._view

    def hide(self) -> None:
        """Leave the screen."""
        if self._view is not None:
            self._view.hide()

    def close(self) -> None:
        """Let go of the form, and close what was opened."""
        super().close()
        if self._view is not None:
            self._view.close()

    def _opened(self, _change: object) -> None:
        """It came on the screen, or left it."""
        self.screen.mark("left", **{self._mark: self.view.is_open})
