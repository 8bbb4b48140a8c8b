"""Makes the methods of the clients, with types and docstrings, from those behind them.

The verbs are written once, in the parts of a client, where they run in the loop thread.
:func:`awaitable` makes them methods that any loop can await, :func:`blocking` ones that
wait, and :func:`takes` lets a method say that its arguments are those of another. What
goes on for a while (:class:`Lasting`) can be waited for and awaited itself.
"""

from __future__ import annotations

import functools
import inspect
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar, overload

from ogc_widgets.client.http.loop import in_loop_thread, on_loop, run

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound="Lasting")
R = TypeVar("R")
F = TypeVar("F", bound="Callable[..., object]")


def awaitable(
    part: str, method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Make a method of a client, to await in any loop, of one of its named part."""
    on_our_loop = on_loop(method)

    @functools.wraps(method)
    async def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:  # noqa: ANN401 # any client
        try:
            return await on_our_loop(getattr(self, part), *args, **kwargs)
        except TypeError:
            _refuse_misnamed(method, (self, *args), kwargs)
            raise

    return call


@overload
def blocking(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Any, P], T]: ...
@overload
def blocking(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
    then: Callable[[T], R],
) -> Callable[Concatenate[Any, P], R]: ...
def blocking(
    method: Callable[..., Coroutine[Any, Any, Any]],
    then: Callable[[Any], Any] | None = None,
) -> Callable[..., Any]:
    """Make the blocking twin of a method; ``then`` makes what it returns.

    The twin stands in the class of the method, or in one that holds an object of that
    class as ``aio``. It says of itself what the method says.
    """

    @_in_its_name
    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 # see above
        found = run(method, getattr(self, "aio", self), *args, **kwargs)
        return found if then is None else then(found)

    returned = inspect.signature(method).return_annotation
    if inspect.isclass(then):
        returned = then.__name__
    elif then is not None:
        returned = inspect.signature(then).return_annotation
    call.__name__ = call.__qualname__ = method.__name__.removeprefix("aio_")
    return _with_arguments(call, method, returned)


class Lasting:
    """What goes on for a while, a job or a batch: ``await job`` until it has ended."""

    @property
    def is_ended(self) -> bool:
        """Whether it has ended, as far as is known."""
        raise NotImplementedError

    def __await__(self) -> Generator[Any, None, Self]:
        return self._waited_for().__await__()

    async def _waited_for(self) -> Self:
        face: Any = getattr(self, "aio", self)
        await face.wait()
        return self


def waiting(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, object]],
) -> Callable[Concatenate[S, P], S]:
    """Make the blocking twin of the ``wait`` of something that lasts."""
    waits: Any = method

    @_in_its_name
    @functools.wraps(method)
    def wait(self: Any, timeout_s: float | None = None, progress: Any = None) -> Any:  # noqa: ANN401 # see blocking
        if not (self.is_ended and in_loop_thread()):
            # Here and not in the loop, so that Ctrl-C leaves a line that has ended.
            with self.aio.showing(progress):
                run(waits, self.aio, timeout_s)
        return self

    made: Any = _with_arguments(wait, method, "Self")
    found: Callable[Concatenate[S, P], S] = made
    return found


def takes(
    method: Callable[Concatenate[Any, P], object],
) -> Callable[[Callable[..., R]], Callable[Concatenate[Any, P], R]]:
    """Let a method have the arguments of another one, which it passes them on to.

    Without a docstring of its own it has that of the other one, too.
    """

    def give(function: Callable[..., R]) -> Callable[Concatenate[Any, P], R]:
        call = _in_its_name(function)
        call.__doc__ = function.__doc__ or method.__doc__
        returned = inspect.signature(function).return_annotation
        return _with_arguments(call, method, returned)

    return give


def _with_arguments(function: F, method: Callable[..., object], returned: object) -> F:
    signature = inspect.signature(method).replace(return_annotation=returned)
    function.__signature__ = signature  # type: ignore[attr-defined] # read by inspect
    function.__annotations__ = {**method.__annotations__, "return": returned}
    return function


def _in_its_name(function: Callable[..., R]) -> Callable[..., R]:
    """Let a method speak of its arguments in its own name, not in that of a part."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> R:  # noqa: ANN401 # of a caller
        try:
            return function(*args, **kwargs)
        except TypeError:
            _refuse_misnamed(call, args, kwargs)
            raise

    return call


def _refuse_misnamed(
    function: Callable[..., object], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Raise a TypeError for arguments that a method does not take, if there are any."""
    signature = inspect.signature(function)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        known = [*signature.parameters]
        wrong = [name for name in kwargs if name not in known]
        close = get_close_matches(wrong[0], known, 1) if wrong else []
        hint = f". Did you mean {close[0]}?" if close else ""
        name = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]
        raise TypeError(f"{name}() {error}{hint}") from None


def described_by(method: Callable[..., object]) -> Callable[[F], F]:
    """Give a method the docstring of another one that does the same."""

    def describe(function: F) -> F:
        function.__doc__ = method.__doc__
        return function

    return describe
