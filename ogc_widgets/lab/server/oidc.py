"""Access tokens (JWT) of an OpenID Connect issuer: is this one good?"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from joserfc import jwt
from joserfc.errors import (
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import KeySet

from ogc_widgets.lab.network import UnreachableError, fetch
from ogc_widgets.lab.server.people import BadTokenError
from ogc_widgets.lab.server.problems import Problem

# Only signatures that nobody can make who just knows the public key.
_ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519", "EdDSA"),
)
_LEEWAY_S = 30  # clocks of two machines differ
_KEYS_LAST_S = 3600
# Issuers change keys at any time, but anybody can send a token with an unknown one.
_ASK_AGAIN_AFTER_S = 5
_DISCOVERY = "/.well-known/openid-configuration"


class Issuer:
    """Checks the tokens of one issuer with the keys that it publishes.

    The keys are read when the first token comes, so that the two servers can be
    started in any order.

    Args:
        address: The issuer, as it stands in the tokens.
        audience: What ``aud`` has to hold; empty for anything.
    """

    def __init__(self, address: str, audience: str = "") -> None:
        self.address = address
        self._audience = audience
        self._keys: KeySet | None = None
        self._name = address
        self._read_at = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def claims(self, token: str) -> dict[str, Any]:
        """Return what a good token says.

        Raises:
            BadTokenError: It is not good.
            Problem: That cannot be said at the moment.
        """
        for oldest_s in (_KEYS_LAST_S, _ASK_AGAIN_AFTER_S):
            keys = await self._current_keys(oldest_s)
            try:
                decoded = jwt.decode(token, keys, algorithms=_ALGORITHMS)
            except InvalidKeyIdError:
                continue
            # What comes in is anything at all, and the library is not the only one to
            # stumble over it.
            except (JoseError, ValueError, TypeError, KeyError, RecursionError):
                raise BadTokenError(
                    "The token or its signature is not valid."
                ) from None
            if reason := self._wrong_claim(decoded.claims):
                raise BadTokenError(reason)
            return decoded.claims
        raise BadTokenError(f"The token is not signed with a key of {self.address}.")

    def _wrong_claim(self, claims: dict[str, Any]) -> str:
        wanted = {"iss": self._name, "aud": self._audience}
        required: dict[str, Any] = {
            name: {"essential": True, "value": value}
            for name, value in wanted.items()
            if value
        }
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            exp={"essential": True},
            sub={"essential": True},
            **required,
        )
        try:
            registry.validate(claims)
        except ExpiredTokenError:
            return "The token has expired."
        except MissingClaimError as error:
            return f"The token has no {error.claim!r}."
        except InvalidClaimError as error:
            if value := wanted.get(error.claim):
                return f"The token's {error.claim!r} is not {value}."
            return f"The token's {error.claim!r} does not fit."
        except JoseError:
            return "The token's claims do not fit."
        return ""

    async def _current_keys(self, oldest_s: float) -> KeySet:
        """Return the keys; ask for them when those that are known are older."""
        async with self._one_at_a_time:
            age = time.monotonic() - self._read_at
            if self._keys is None or age > oldest_s:
                try:
                    found = await asyncio.to_thread(_read, self.address)
                except Problem:
                    if self._keys is None:
                        raise
                    # The keys that were good until now are better than none.
                else:
                    self._name, self._keys = found
                    self._read_at = time.monotonic()
            return self._keys


def _read(address: str) -> tuple[str, KeySet]:
    """Return the issuer's name and keys."""
    discovered = _json(address.rstrip("/") + _DISCOVERY)
    name, location = discovered.get("issuer"), discovered.get("jwks_uri")
    if not isinstance(name, str) or name.rstrip("/") != address.rstrip("/"):
        raise _unreadable(f"The issuer at {address} calls itself {name}.")
    if not isinstance(location, str):
        raise _unreadable(f"The issuer at {address} does not say where its keys are.")
    document = _json(location)
    try:
        return name, KeySet.import_key_set(document)  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError):
        raise _unreadable(f"The keys at {location} could not be read.") from None


def _json(address: str) -> dict[str, Any]:
    try:
        document = json.loads(fetch(address, "application/json"))
    except UnreachableError as error:
        raise _unreadable(f"{address} could not be read: {error}.") from None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise _unreadable(f"{address} is not a JSON object.")
    return document


def _unreadable(reason: str) -> Problem:
    return Problem("cannot-sign-in", reason=reason, headers={"Retry-After": "10"})
