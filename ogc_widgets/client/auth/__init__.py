"""Ways to sign in: what goes into ``auth=``.

::

    auth="token"                        a bearer token
    auth=("user", "password")           basic authentication
    auth=function                       a function that returns a token; also async
    auth=ogc.auth.env("TOKEN")          a token in an environment variable
    auth=ogc.auth.keyring("name")       a token in the keyring of the system
    auth=ogc.auth.api_key("X-Api-Key", key)
    auth=ogc.auth.device(issuer, client_id)
    auth=ogc.auth.client_credentials(issuer, client_id, secret)
    auth=httpx.DigestAuth(user, password)      any httpx.Auth, also of other packages

Wherever a secret is wanted (a password, a key) it may be a text, a function,
``env(...)`` or ``keyring(...)``. A function is asked when a secret is first needed, and
once more when the server refuses what it returned.

Secrets are sent to the server that they were given for and nowhere else. They are in no
``repr``, log line, exception or saved notebook, and cannot be pickled.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from ogc_widgets.client.auth.secret import (
    AskedSecret,
    Auth,
    SecretLike,
    SecretSource,
    clear_keyring,
    filled,
    keyring_name,
    read_keyring,
    source_of,
    write_keyring,
)
from ogc_widgets.errors import InputError
from ogc_widgets.lazy import loader

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from ogc_widgets.client.auth.oidc import DeviceCode
    from ogc_widgets.client.http.environment import Verify

__all__ = [
    "Auth",
    "DeviceCode",
    "SecretLike",
    "api_key",
    "client_credentials",
    "device",
    "env",
    "forget",
    "keyring",
    "remember",
]

__getattr__ = loader(__name__, {"DeviceCode": "ogc_widgets.client.auth.oidc"})


def __dir__() -> list[str]:
    return __all__  # what completion offers


def env(name: str) -> SecretSource:
    """A secret in an environment variable, read when it is needed.

    Args:
        name: Name of the variable, such as ``TOKEN``.

    Raises:
        InputError: It is no name.
    """
    if not isinstance(name, str) or not name or "=" in name:
        raise InputError(
            "The name of an environment variable is a text such as TOKEN.",
            advice='Write auth=ogc.auth.env("TOKEN").',
        )
    return AskedSecret(partial(_variable, name), f"environment variable {name}")


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value.strip():
        raise InputError(
            f"The environment variable {name} is not set.",
            safe="Nothing was sent.",
            advice=f"Set {name} before Jupyter is started, or in a cell: "
            f'import os, getpass; os.environ["{name}"] = getpass.getpass()',
        )
    return value


def api_key(header: str, key: SecretLike) -> httpx.Auth:
    """A key that is sent in a header of its own.

    Args:
        header: Name of the header, such as ``X-Api-Key``.
        key: The key, a function that returns it, or ``env(...)``.

    Raises:
        InputError: A header cannot carry it.
    """
    name = header.strip() if isinstance(header, str) else ""
    if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        raise InputError(
            "The name of a header is made of letters, digits and hyphens.",
            advice='Write ogc.auth.api_key("X-Api-Key", key).',
        )
    from ogc_widgets.client.auth.ways import HeaderAuth  # loads the HTTP library

    return HeaderAuth(name, source_of(key))


def client_credentials(
    issuer: str,
    client_id: str,
    client_secret: SecretLike,
    *,
    scope: str = "",
    audience: str = "",
    verify: Verify = True,
) -> SecretSource:
    """OpenID Connect for programs: the client itself signs in (RFC 6749, 4.4).

    Args:
        issuer: As for :func:`device`, like the others.
        client_id: The name of the client there.
        client_secret: Its secret, a function that returns it, or ``env(...)``.
        scope: What the token is for, words separated by blanks.
        audience: Which server the token is for, where the sign-in server asks.
        verify: How certificates of the sign-in server are checked.

    Raises:
        MissingExtraError: ``ogc-widgets[auth]`` is not installed.
        InputError: The address or the id cannot be used.
    """
    from ogc_widgets.client.auth.oidc import ClientCredentials
    from ogc_widgets.client.auth.provider import Provider

    secret = source_of(client_secret)
    provider = Provider(issuer, client_id, secret, verify=verify)
    return ClientCredentials(provider, scope, audience)


def device(
    issuer: str,
    client_id: str,
    *,
    client_secret: SecretLike | None = None,
    scope: str | None = None,
    audience: str = "",
    keep: bool = False,
    show: Callable[[DeviceCode], object] = print,
    verify: Verify = True,
) -> SecretSource:
    """OpenID Connect for people: type a short code on a page, anywhere (RFC 8628).

    In an ``App`` the code is shown in the sign-in box. In a script it is printed when a
    token is first needed, or with ``client.sign_in()``.

    Args:
        issuer: Address of the sign-in server, what stands before
            ``/.well-known/openid-configuration``.
        client_id: The name of the client there.
        client_secret: Its secret; most clients for this have none.
        scope: What the token is for, words separated by blanks. Left out:
            ``openid``, and ``offline_access`` where the sign-in server lists it.
        audience: Which server the token is for, where the sign-in server asks.
        keep: Whether to keep the sign-in in the keyring of the system, so that the
            next session needs no code. ``forget(issuer, client_id)`` removes it.
        show: Called with a :class:`DeviceCode` when there is something to type.
        verify: How certificates of the sign-in server are checked; see ``Client``.

    Raises:
        MissingExtraError: ``ogc-widgets[auth]`` is not installed.
        InputError: The address or the id cannot be used.
    """
    from ogc_widgets.client.auth.oidc import DeviceFlow
    from ogc_widgets.client.auth.provider import Provider

    secret = None if client_secret is None else source_of(client_secret)
    provider = Provider(issuer, client_id, secret, verify=verify)
    name = _kept_name(provider.issuer, provider.client_id)
    kept_as = keyring_name(name) if keep else ""
    return DeviceFlow(provider, scope, audience, show=show, kept_as=kept_as)


def keyring(name: str) -> SecretSource:
    """A secret in the keyring of the system, put there by :func:`remember`.

    Args:
        name: The name under which it was kept.

    Raises:
        MissingExtraError: ``ogc-widgets[auth]`` is not installed.
    """
    name = keyring_name(name)
    return AskedSecret(partial(_kept, name), f"{name!r} in the keyring")


def _kept(name: str) -> str:
    value = read_keyring(name)
    if not value:
        raise InputError(
            f"The keyring holds nothing under the name {name!r}.",
            safe="Nothing was sent.",
            advice=f"Keep it there first: ogc.auth.remember({name!r})",
        )
    return value


def remember(name: str, secret: str | None = None) -> None:
    """Keep a secret in the keyring of the system, under the name of this package.

    Args:
        name: The name to keep it under.
        secret: The secret. Left out, it is asked for, so that it does not stand in
            the notebook.

    Raises:
        MissingExtraError: ``ogc-widgets[auth]`` is not installed.
        InputError: There is no keyring that can be used.
    """
    from getpass import getpass

    key = keyring_name(name)
    write_keyring(key, filled(getpass(f"{key}: ") if secret is None else secret))


def forget(name: str, client_id: str | None = None) -> None:
    """Remove a secret from the keyring of the system, if it is there.

    Args:
        name: The name under which it was kept, or the issuer of a device flow.
        client_id: The client of a device flow that was told to ``keep``.

    Raises:
        MissingExtraError: ``ogc-widgets[auth]`` is not installed.
        InputError: There is no keyring that can be used.
    """
    key = keyring_name(name)
    clear_keyring(_kept_name(key.rstrip("/"), client_id) if client_id else key)


def _kept_name(issuer: str, client_id: str) -> str:
    return f"{client_id} at {issuer}"
