"""Access tokens (JWT) of an OpenID Connect issuer: is this one good?"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.errors import (
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import KeySet

from ogc_widgets.lab.server.processes.fetch import UnreachableError, fetch

if TYPE_CHECKING:
    from joserfc.jwt import Token

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


class BadTokenError(Exception):
    """A token that is refused; the text is the reason, as a sentence."""


class IssuerError(Exception):
    """The issuer's keys cannot be read; the text says why, as a sentence."""


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

    async def check(self, token: str) -> None:
        """Accept a token.

        Raises:
            BadTokenError: It is not good.
            IssuerError: Nobody can tell, because the issuer does not answer.
        """
        keys = await self._current_keys(_KEYS_LAST_S)
        try:
            decoded = _decode(token, keys)
        except InvalidKeyIdError:
            keys = await self._current_keys(_ASK_AGAIN_AFTER_S)
            try:
                decoded = _decode(token, keys)
            except InvalidKeyIdError:
                raise BadTokenError(
                    f"The token is not signed with a key of {self.address}."
                ) from None
        self._check_claims(decoded.claims)

    def _check_claims(self, claims: dict[str, Any]) -> None:
        required: dict[str, Any] = {
            "iss": {"essential": True, "value": self._name},
            "exp": {"essential": True},
        }
        if self._audience:
            required["aud"] = {"essential": True, "value": self._audience}
        try:
            jwt.JWTClaimsRegistry(leeway=_LEEWAY_S, **required).validate(claims)
        except ExpiredTokenError:
            raise BadTokenError("The token has expired.") from None
        except MissingClaimError as error:
            raise BadTokenError(f"The token has no {error.claim!r}.") from None
        except InvalidClaimError as error:
            wanted = {"iss": self._name, "aud": self._audience}.get(error.claim)
            raise BadTokenError(
                f"The token's {error.claim!r} is not {wanted}."
                if wanted
                else f"The token's {error.claim!r} does not fit."
            ) from None
        except JoseError:
            raise BadTokenError("The token's claims do not fit.") from None

    async def _current_keys(self, oldest_s: float) -> KeySet:
        """Return the keys; ask for them when those that are known are older."""
        async with self._one_at_a_time:
            age = time.monotonic() - self._read_at
            if self._keys is None or age > oldest_s:
                try:
                    found = await asyncio.to_thread(_read, self.address)
                except IssuerError:
                    if self._keys is None:
                        raise
                    # The keys that were good until now are better than none.
                else:
                    self._name, self._keys = found
                    self._read_at = time.monotonic()
            return self._keys


def _decode(token: str, keys: KeySet) -> Token:
    try:
        return jwt.decode(token, keys, algorithms=_ALGORITHMS)
    except InvalidKeyIdError:
        raise
    # What comes in is anything at all, and the library is not the only one to
    # stumble over it.
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise BadTokenError("The token or its signature is not valid.") from None


def _read(address: str) -> tuple[str, KeySet]:
    """Return the issuer's name and keys."""
    discovered = _json(address.rstrip("/") + _DISCOVERY)
    name, location = discovered.get("issuer"), discovered.get("jwks_uri")
    if not isinstance(name, str) or name.rstrip("/") != address.rstrip("/"):
        raise IssuerError(f"The issuer at {address} calls itself {name}.")
    if not isinstance(location, str):
        raise IssuerError(f"The issuer at {address} does not say where its keys are.")
    document = _json(location)
    try:
        return name, KeySet.import_key_set(document)  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError):
        raise IssuerError(f"The keys at {location} could not be read.") from None


def _json(address: str) -> dict[str, Any]:
    try:
        document = json.loads(fetch(address, "application/json"))
    except UnreachableError as error:
        raise IssuerError(f"{address} could not be read: {error}.") from None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise IssuerError(f"{address} is not a JSON object.")
    return document
