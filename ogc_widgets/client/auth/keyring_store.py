"""Secrets in the keyring of the operating system; only where somebody asks for it.

They are kept under the name of this package: in the Keychain of macOS, the Credential
Manager of Windows, or the Secret Service (GNOME, KDE) of Linux.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ogc_widgets.client.auth.secret import AskedSecret
from ogc_widgets.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType

SERVICE = "ogc_widgets"


def _keyring() -> ModuleType:
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise MissingExtraError("The keyring of the system", "auth") from error
    return keyring


class KeptSecret(AskedSecret):
    """A secret in the keyring, read when it is needed.

    Args:
        name: The name under which it was kept.

    Raises:
        MissingExtraError: keyring is not installed.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        _keyring()
        self.name = named(name)
        super().__init__(self._read)

    def _read(self) -> str:
        value = read(self.name)
        if not value:
            raise InputError(
                f"The keyring holds nothing under the name {self.name!r}.",
                safe="Nothing was sent.",
                advice=f"Keep it there first: ogc.auth.remember({self.name!r})",
            )
        return value

    def __repr__(self) -> str:
        return f"<{self.name!r} in the keyring>"


class Keeper:
    """Keeps one secret from one session to the next; calls do not block the loop.

    Args:
        name: The name to keep it under.

    Raises:
        MissingExtraError: keyring is not installed.
    """

    def __init__(self, name: str) -> None:
        _keyring()
        self.name = name

    async def read(self) -> str:
        """Return the secret, or ``""``."""
        return await asyncio.to_thread(read, self.name)

    async def write(self, secret: str) -> None:
        """Keep a secret."""
        await asyncio.to_thread(write, self.name, secret)


def named(name: object) -> str:
    """Check a name for the keyring.

    Raises:
        InputError: It is empty or not text.
    """
    if not isinstance(name, str) or not name.strip():
        raise InputError("The name of a secret in the keyring is a text.")
    return name.strip()


def read(name: str) -> str:
    """Return the secret that is kept under a name, or ``""``.

    Raises:
        InputError: There is no keyring that can be used.
    """
    keyring = _keyring()
    try:
        return keyring.get_password(SERVICE, name) or ""
    except keyring.errors.KeyringError as error:
        raise _unusable(error) from None


def write(name: str, secret: str) -> None:
    """Keep a secret under a name.

    Raises:
        InputError: There is no keyring that can be used.
    """
    keyring = _keyring()
    try:
        keyring.set_password(SERVICE, name, secret)
    except keyring.errors.KeyringError as error:
        raise _unusable(error) from None


def delete(name: str) -> None:
    """Remove what is kept under a name, if anything.

    Raises:
        InputError: There is no keyring that can be used.
    """
    keyring = _keyring()
    try:
        if keyring.get_password(SERVICE, name) is not None:
            keyring.delete_password(SERVICE, name)
    except keyring.errors.KeyringError as error:
        raise _unusable(error) from None


def _unusable(error: Exception) -> InputError:
    return InputError(
        f"The keyring of this system cannot be used ({type(error).__name__}).",
        safe="The secret was not kept anywhere.",
        advice="On a server without a desktop there is often none: use "
        "ogc.auth.env(...) instead.",
    )
