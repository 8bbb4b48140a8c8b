"""Clients of several people on one lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab_api import Api

from ogc_widgets.lab.token_file import give_tokens

if TYPE_CHECKING:
    from pathlib import Path

    from ogc_widgets.lab import Lab


class People:
    """Some people with tokens in a file, and the connections that were made for them.

    Attributes:
        file: The file of tokens.
        token: The tokens by name.
    """

    def __init__(self, file: Path, *names: str) -> None:
        self.file = file
        self.token = give_tokens(file, names)
        self._made: list[Api] = []

    def enter(self, server: Lab, name: str) -> Api:
        """Return a client of one of them, closed with the test."""
        return self.enter_with(server, self.token[name])

    def enter_with(self, server: Lab, token: str) -> Api:
        """Return a client of whoever has a token."""
        api = Api(server.url)
        api.http.headers["Authorization"] = f"Bearer {token}"
        self._made.append(api)
        return api

    def close(self) -> None:
        for api in self._made:
            api.close()
