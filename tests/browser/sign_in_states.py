"""Every state of the sign-in box, as its view publishes it."""

from __future__ import annotations

from typing import Any

from ogc_widgets.view.sign_in_box import _EMPTY

TOKEN = {"kind": "token", "label": "Token"}
PASSWORD = {"kind": "password", "label": "User and password"}
KEY = {"kind": "api-key", "label": "API key", "header": "X-Api-Key"}
ANY_KEY = {"kind": "api-key", "label": "API key", "header": ""}
CODE = {
    "kind": "device", "label": "Code from login.example.org",
    "host": "login.example.org", "client_id": False,
}  # fmt: skip
OTHER_CODE = {**CODE, "client_id": True}
TYPE_THIS = {
    "user_code": "WDJB-MJHT",
    "address": "https://login.example.org/device",
    "href": "https://login.example.org/device?user_code=WDJB-MJHT",
    "left_s": 598,
}

STATES: dict[str, dict[str, Any]] = {
    "looking": {"busy": "looking"},
    "token and password": {"ways": [TOKEN, PASSWORD]},
    "password": {"ways": [PASSWORD]},
    "key": {"ways": [KEY]},
    "key in a header that is not known": {"ways": [ANY_KEY]},
    "code": {"ways": [CODE, TOKEN], "note": "Then the form opens here."},
    "code with a client id": {"ways": [OTHER_CODE, TOKEN]},
    "code to type": {"ways": [CODE, TOKEN], "busy": "waiting", "code": TYPE_THIS},
    "checking": {"ways": [TOKEN, PASSWORD], "busy": "checking"},
    "not accepted": {
        "ways": [TOKEN, PASSWORD],
        "problem": "The server did not accept that (401: token expired). "
        "Check what you entered.",
    },
    "open line": {"ways": [TOKEN, PASSWORD], "is_open_line": True},
    "done": {"ways": [TOKEN], "is_signed_in": True},
}


def traits(name: str) -> dict[str, Any]:
    state = {**_EMPTY, "server": "processing.example.org", **STATES[name]}
    return {"sign_in": state, "state": {}}
