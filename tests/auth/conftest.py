from __future__ import annotations

import keyring
import keyring.backend
import pytest
from raw_server import answer, processes_server


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring like that of a desktop, gone with the test."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


@pytest.fixture
def system_keyring():
    before = keyring.get_keyring()
    mine = MemoryKeyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture
def guarded(provider):
    """A server of processes that asks the provider whether a token is valid."""
    servers = []

    def guard(behaviours=None):
        open_to_all = processes_server(behaviours or {})
        behave = open_to_all.behave

        def check(connection, received):
            word, _, token = received.headers.get("authorization", "").partition(" ")
            if word != "Bearer" or not provider.accepts(token):
                header = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
                return answer({"title": "No valid token"}, 401, header)
            return behave(connection, received)

        open_to_all.behave = check
        servers.append(open_to_all)
        return open_to_all

    yield guard
    for server in servers:
        server.close()
