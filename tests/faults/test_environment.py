"""Proxies and certificates that an environment names and that are of no use."""

from __future__ import annotations

import pytest
from raw_server import RawServer, answer

from ogc_widgets.client import Client
from ogc_widgets.errors import InputError

FAULTS = {
    "SOCKS without its package": ("ALL_PROXY", "socks5://me:secret@10.0.0.1:1080"),
    "SOCKS of no version": ("ALL_PROXY", "socks://10.0.0.1:1080"),
    "another scheme": ("https_proxy", "gopher://10.0.0.1"),
    "no port": ("HTTPS_PROXY", "http://proxy:port"),
    "missing certificates": ("SSL_CERT_FILE", "/nowhere/ca.pem"),
    "no certificates": ("SSL_CERT_FILE", "/etc/hostname"),
}


@pytest.mark.parametrize(("name", "value"), FAULTS.values(), ids=FAULTS)
def test_variable_is_named_when_it_is_of_no_use(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    client = Client("https://srv.example.org/api")
    with client, pytest.raises(InputError) as caught:
        client.landing_page()
    assert name in str(caught.value)
    assert "unset it" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("name", "value"), FAULTS.values(), ids=FAULTS)
def test_server_on_this_machine_is_reached_whatever_the_environment_says(
    monkeypatch, name, value
):
    monkeypatch.setenv(name, value)
    with RawServer(lambda *_: answer({"title": "T", "links": []})) as server:
        for host in ("127.0.0.1", "localhost"):
            url = server.origin.replace("127.0.0.1", host)
            with Client(f"{url}/api") as client:
                assert client.landing_page().title == "T"
