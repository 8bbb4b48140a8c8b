"""What follows the form of the open process."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from ogc_widgets.form import ProcessForm


class FormLink:
    """Follows one form at a time; a subclass says what it watches, and what follows."""

    watched: ClassVar[tuple[str, ...]] = ()
    """Traits of the form."""
    form: ProcessForm
    """The form that is followed; there is one while the app is open."""
    is_bound = False

    def bind(self, form: ProcessForm) -> None:
        """Follow another form."""
        self._leave()
        self.form, self.is_bound = form, True
        form.observe(self._changed, self.watched)
        self._follow()

    def close(self) -> None:
        """Let go of the form."""
        self._leave()

    def _leave(self) -> None:
        if self.is_bound:
            self.is_bound = False
            self.form.unobserve(self._changed, self.watched)

    def _changed(self, _change: object) -> None:
        # A form that is closed, as when Python ends, has nothing to say any more.
        if self.is_bound and self.form.comm is not None:
            self._follow()

    def _follow(self) -> None:
        """Take in what the form says now."""
