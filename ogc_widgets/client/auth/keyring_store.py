"""Secrets in the keyring of the operating system; only where somebody asks for it.

They are kept under the name of this package: in the Keychain of macOS, the Credential
Manager of Windows, or the Secret Service (GNOME, KDE) of Linux.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

SERVICE = "ogc_widgets"


@contextlib.contextmanager
def _keyring() -> Iterator[ModuleType]:
    """Give the library, and say in our words what it raises.

    Raises:
        MissingExtraError: It is not installed.
        InputError: There is no keyring that can be used.
    """
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


def named(name: object) -> str:
    """Check that there is a keyring library, and a name to keep something under.

    Raises:
        MissingExtraError: keyring is not installed.
        InputError: The name is empty or not text.
    """
    with _keyring():
        if not isinstance(name, str) or not name.strip():
            raise InputError("The name of a secret in the keyring is a text.")
        return name.strip()


def read(name: str) -> str:
    """Return the secret that is kept under a name, or ``""``."""
    with _keyring() as keyring:
        return keyring.get_password(SERVICE, name) or ""


def write(name: str, secret: str) -> None:
    """Keep a secret under a name."""
    with _keyring() as keyring:
        keyring.set_password(SERVICE, name, secret)


def delete(name: str) -> None:
    """Remove what is kept under a name, if anything."""
    with _keyring() as keyring:
        if keyring.get_password(SERVICE, name) is not None:
            keyring.delete_password(SERVICE, name)
