"""The part of an OpenID Connect issuer that a server sees: discovery, keys, tokens."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

if TYPE_CHECKING:
    from collections.abc import Iterator

Key = RSAKey | ECKey


class TokenIssuer(ThreadingHTTPServer):
    """Answers at ``url`` and signs tokens.

    Attributes:
        name: What it calls itself.
        keys: The keys that it publishes.
        requests: Paths that were asked for.
        broken: Answers 500 to everything.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name = self.url = f"http://127.0.0.1:{self.server_port}/realms/school"
        self.keys: list[Key] = [new_key()]
        self.requests: list[str] = []
        self.broken = False

    def documents(self) -> dict[str, Any]:
        base = "/realms/school"
        return {
            f"{base}/.well-known/openid-configuration": {
                "issuer": self.name,
                "jwks_uri": f"{self.url}/keys",
            },
            f"{base}/keys": KeySet(self.keys).as_dict(private=False),
        }

    def token(self, key: Key | None = None, alg: str = "", **claims: Any) -> str:
        """Return an access token of a student; a claim that is None is left out."""
        key = key or self.keys[0]
        alg = alg or ("ES256" if isinstance(key, ECKey) else "RS256")
        now = int(time.time())
        told = {
            "iss": self.name,
            "sub": "student",
            "aud": ["lab", "account"],
            "iat": now,
            "exp": now + 300,
            **claims,
        }
        told = {name: value for name, value in told.items() if value is not None}
        header = {"alg": alg, "kid": key.kid, "typ": "at+jwt"}
        return jwt.encode(header, told, key, algorithms=[alg])


def new_key(*, elliptic: bool = False) -> Key:
    options = {"use": "sig"}
    key: Key = (
        ECKey.generate_key("P-256", options)
        if elliptic
        else RSAKey.generate_key(2048, options)
    )
    key.ensure_kid()
    return key


class _Handler(BaseHTTPRequestHandler):
    server: TokenIssuer

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        document = self.server.documents().get(self.path)
        body = json.dumps(document).encode()
        self.send_response(
            500 if self.server.broken else 404 if document is None else 200
        )
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


@contextmanager
def issuing() -> Iterator[TokenIssuer]:
    with TokenIssuer() as issuer:
        thread = threading.Thread(target=issuer.serve_forever)
        thread.start()
        try:
            yield issuer
        finally:
            issuer.shutdown()
            thread.join()
