"""Secrets, and where they come from.

A secret lives in a closure, not in an attribute, so that neither ``repr`` nor ``vars``
nor a debugger's variable list shows it by accident, and it cannot be pickled or copied.
What is to be kept is kept in the keyring of the operating system: the Keychain of
macOS, the Credential Manager of Windows, or the Secret Service (GNOME, KDE) of Linux.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from ogc_widgets.errors import (
    InputError,
    MissingExtraError,
    ServerError,
    SignInError,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    import httpx

_SERVICE = "ogc_widgets"


class Sealed:
    """Base of everything that holds a secret: shows nothing, and stays in memory."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} ***>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Secrets are not pickled or copied; make a new one there.")

    __getstate__ = __reduce__


class Secret(Sealed):
    """A text that only shows itself when it is asked to."""

    __slots__ = ("_reveal",)

    def __init__(self, text: str = "") -> None:
        def reveal() -> str:
            return text

        self._reveal = reveal

    def reveal(self) -> str:
        """Return the secret."""
        return self._reveal()

    def __bool__(self) -> bool:
        return bool(self._reveal())


class SecretSource(Sealed):
    """Where a secret comes from: kept until the server refuses it, or it runs out.

    Its coroutines run in the loop thread only.
    """

    __slots__ = ("_known", "_last", "_lock")

    def __init__(self, text: str | None = None) -> None:
        self._known: list[Secret] = []
        self._last = Secret()
        self._lock = asyncio.Lock()
        if text is not None:
            self._take(Secret(text))

    async def secret(self, refused: str = "") -> str:
        """Return the secret to send, another one than the server has just refused.

        Raises:
            InputError: There is none, or it cannot be sent.
            SignInError: There is no other one until the user signs in again.
            ServerError: The server that gives it out cannot be reached.
        """
        async with self._lock:
            # Another request may have renewed it while this one waited.
            if not self._last or self._last.reveal() == refused:
                await self._get()
            elif self._is_due():
                # Still valid for a while: a server that is down is no reason to stop.
                with contextlib.suppress(TransportError):
                    await self._get()
            return self._last.reveal()

    async def needs_user(self) -> bool:
        """Whether somebody has to do something first, such as open a page and agree."""
        return False

    async def begin_again(self) -> None:
        """Forget the last one, and let the user sign in where that is how it is had."""

    def known(self) -> set[str]:
        """Return all secrets that were given out, to blank them out in texts."""
        return {secret.reveal() for secret in self._known}

    def _take(self, secret: Secret) -> None:
        self._last = secret
        self._known.append(secret)

    def _is_due(self) -> bool:
        """Whether the last one is about to run out."""
        return False

    async def _get(self) -> None:
        """Take another one, if there is any. Holds the lock."""


class AskedSecret(SecretSource):
    """A secret that a function returns, or a coroutine that it returns.

    A plain function runs in a thread of its own, so it may wait. ``place`` is where it
    finds the secret, for ``repr``.
    """

    __slots__ = ("_ask", "_place")

    def __init__(self, function: Callable[[], object], place: str = "") -> None:
        super().__init__()
        self._ask = function
        self._place = place

    def __repr__(self) -> str:
        return f"<{self._place}>" if self._place else super().__repr__()

    async def begin_again(self) -> None:
        """Ask the function when a secret is next needed."""
        async with self._lock:
            self._last = Secret()

    async def _get(self) -> None:
        try:
            answer = await asyncio.to_thread(self._call)
            if inspect.isawaitable(answer):
                answer = await answer
            self._take(Secret(filled(answer)))
        except (InputError, ServerError, asyncio.CancelledError):
            raise
        # Also what would end a program: here it would end the thread of all requests.
        except BaseException as error:
            raise SignInError(
                "The function that should return the token raised "
                f"{type(error).__name__}.",
                status_code=401,
                safe="Nothing was sent.",
                advice="Correct it, or sign in another way: client.sign_in(token).",
            ) from error

    def _call(self) -> object:
        try:
            return self._ask()
        except StopIteration as error:
            # A future cannot hold this one: whoever waits for it would do so for ever.
            raise RuntimeError("StopIteration") from error


SecretLike = str | Callable[[], str] | Callable[[], Awaitable[str]] | SecretSource
"""A secret, a function that returns one (also as a coroutine), or ``auth.env(...)``."""

Auth: TypeAlias = "SecretLike | tuple[str, SecretLike] | httpx.Auth | None"
"""What ``auth=`` takes; see :mod:`ogc_widgets.client.auth`."""


def source_of(secret: SecretLike) -> SecretSource:
    """Make a source of what a user passes as a secret."""
    if isinstance(secret, SecretSource):
        return secret
    if isinstance(secret, str):
        return SecretSource(filled(secret))
    if callable(secret):
        return AskedSecret(secret)
    raise InputError(
        f"A secret cannot be a {type(secret).__name__}.",
        advice="Pass a text, a function that returns one, or ogc.auth.env(...).",
    )


def filled(value: object) -> str:
    """Return a secret that is a text with something in it."""
    if not isinstance(value, str) or not value.strip():
        raise InputError("The token is empty or not text.", safe="Nothing was sent.")
    return value


def for_header(secret: str) -> str:
    """Return a secret as a header can carry it, without the blanks around it.

    Raises:
        InputError: It holds characters that not every server reads in the same way.
    """
    text = secret.strip()
    if not text.isascii() or not text.isprintable():
        raise InputError(
            "The token holds characters that a header cannot carry.",
            safe="Nothing was sent.",
        )
    return text


def without_trace(error: BaseException) -> BaseException:
    """Drop the tracebacks of an error: their frames hold what the user typed."""
    seen: BaseException | None = error
    while seen is not None:
        with contextlib.suppress(AttributeError):
            seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__
    return error


# -- the keyring of the operating system; only where somebody asks for it


@contextlib.contextmanager
def _keyring() -> Iterator[ModuleType]:
    """Give the library, and say in our words what it raises."""
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise MissingExtraError("The keyring of the system", "auth") from error
    try:
        yield keyring
    except keyring.errors.KeyringError as error:
        raise InputError(
            f"The keyring of this system cannot be used ({type(error).__name__}).",
            safe="The secret was not kept anywhere.",
            advice="On a server without a desktop there is often none: use "
            "ogc.auth.env(...) instead.",
        ) from None


def keyring_name(name: object) -> str:
    """Check that there is a keyring library, and a name to keep something under."""
    with _keyring():
        if not isinstance(name, str) or not name.strip():
            raise InputError("The name of a secret in the keyring is a text.")
        return name.strip()


def read_keyring(name: str) -> str:
    """Return the secret that is kept under a name, or ``""``."""
    with _keyring() as keyring:
        return keyring.get_password(_SERVICE, name) or ""


def write_keyring(name: str, secret: str) -> None:
    """Keep a secret under a name."""
    with _keyring() as keyring:
        keyring.set_password(_SERVICE, name, secret)


def clear_keyring(name: str) -> None:
    """Remove what is kept under a name, if anything."""
    with _keyring() as keyring:
        if keyring.get_password(_SERVICE, name) is not None:
            keyring.delete_password(_SERVICE, name)
