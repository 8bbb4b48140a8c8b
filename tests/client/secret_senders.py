"""Every way to give a secret to a client, and whether a request carries it."""

from __future__ import annotations

import base64

CANARY = "canary-7f3a9b-secret"
AUTHS = {
    "bearer": {"auth": CANARY},
    "basic": {"auth": ("me", CANARY)},
    "callable": {"auth": lambda: CANARY},
    "header": {"headers": {"X-Api-Key": CANARY}},
}
ENCODED = base64.b64encode(f"me:{CANARY}".encode()).decode()


def carries_secret(received):
    text = repr(received.headers) + received.path + repr(received.body)
    return CANARY in text or ENCODED in text
