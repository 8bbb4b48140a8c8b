"""Certificates, proxies and prefixes, as they are found between people and servers."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from raw_server import RawServer, answer

from ogc_widgets.client import Client
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.http.pools import Pools
from ogc_widgets.client.http.reach import Bound
from ogc_widgets.client.stac.stac_reader import StacInspector, StacReader
from ogc_widgets.errors import ConnectionFailedError, InputError
from ogc_widgets.protocol.requests import requests

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that only its own file vouches for, and its key, in one PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    both, alone = folder / "both.pem", folder / "ca.pem"
    alone.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    both.write_bytes(
        alone.read_bytes()
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return both, alone


class TlsServer(RawServer):
    """The same over TLS."""

    def __init__(self, behave, pem):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pem)
        super().__init__(behave)
        self.origin = self.origin.replace("http:", "https:")

    def _serve(self, connection):
        try:
            secure = self._context.wrap_socket(connection, server_side=True)
        except (ssl.SSLError, OSError):
            connection.close()  # the other side did not like the certificate
            return
        super()._serve(secure)


@pytest.fixture
def secure(certificate):
    with TlsServer(lambda *_: answer({"title": "Safe"}), certificate[0]) as server:
        yield server


def test_unknown_certificate_is_refused_with_what_to_do(secure):
    with Client(secure.origin) as client, pytest.raises(ConnectionFailedError) as e:
        client.landing_page()
    assert "certificate" in str(e.value)
    assert 'verify="/path/to/ca.pem"' in str(e.value)
    assert secure.received == []


@pytest.mark.parametrize("written", [str, Path, lambda path: f"~/{path.name}"])
def test_own_certificate_is_accepted_by_its_file(
    secure, certificate, written, monkeypatch
):
    path = Path(certificate[1])
    monkeypatch.setenv("HOME", str(path.parent))
    with Client(secure.origin, verify=written(path)) as client:
        assert client.landing_page().title == "Safe"
        other = client.aio.connection.stranger("https://x.test", 1)
        assert other.verify == written(path)


def test_own_certificate_is_accepted_by_the_environment(
    secure, certificate, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    with Client(secure.origin) as client:
        assert client.landing_page().title == "Safe"


def test_context_of_the_user_is_used(secure, certificate):
    context = ssl.create_default_context(cafile=certificate[1])
    with Client(secure.origin, verify=context) as client:
        assert client.landing_page().title == "Safe"


def test_any_certificate_is_accepted_only_when_asked_for(secure):
    with Client(secure.origin, verify=False) as client:
        assert client.landing_page().title == "Safe"
        other = client.aio.connection.stranger("https://x.test", 1)
        assert other.verify is True


def test_exception_from_checking_is_for_the_one_server_that_it_was_made_for(
    secure, certificate
):
    """A redirect, a file or an item elsewhere is checked as always."""
    there = f"{secure.origin}/item"

    def redirecting(*_):
        return answer({}, 302, {"Location": there})

    async def look(connection):
        reader = StacReader(connection)
        try:
            return await StacInspector(reader).look(there)
        finally:
            await reader.close()

    with TlsServer(redirecting, certificate[0]) as own:
        client = Client(own.origin, verify=False)
        with client:
            for url in (there, f"{own.origin}/moved"):
                with pytest.raises(ConnectionFailedError, match="not trusted"):
                    run(client.aio.connection.send, requests.get(url))
            assert not run(look, client.aio.connection).answered
        assert own.received
    assert secure.received == []


@pytest.mark.parametrize(
    ("url", "is_checked"),
    [
        ("https://zoo.example.org/acme/ogc-api/jobs", False),
        ("http://zoo.example.org/acme/ogc-api/jobs", False),
        ("https://zoo.example.org:8443/", True), ("https://www.example.org/", True),
    ],
)  # fmt: skip
def test_exception_is_also_for_where_a_plain_server_redirects_to(
    url, is_checked, monkeypatch
):
    monkeypatch.setattr(Pools, "_made", lambda _, verify, **_kept: verify)
    pools = Pools("http://zoo.example.org/acme/ogc-api", verify=False)

    async def get():
        return pools.get(url, keep=True, bound=Bound.ANYWHERE)

    assert run(get) is is_checked


def test_missing_certificate_file_is_the_users_to_correct(tmp_path):
    missing = str(tmp_path / "no.pem")
    with (
        Client("https://127.0.0.1:9", verify=missing) as client,
        pytest.raises(InputError, match=r"no\.pem cannot be used"),
    ):
        client.landing_page()


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_proxy_of_the_environment_is_used_for_others(name, monkeypatch):
    with RawServer(lambda *_: answer({"title": "Through"})) as proxy:
        monkeypatch.setenv(name, proxy.origin)
        with Client("http://zoo.example.org/acme/ogc-api", auth="token-1") as client:
            assert client.landing_page().title == "Through"
        (asked,) = proxy.received
        assert asked.path == "http://zoo.example.org/acme/ogc-api"
        assert asked.headers["host"] == "zoo.example.org"


def test_encrypted_connection_is_asked_of_the_proxy(monkeypatch):
    with RawServer(lambda *_: answer(status=407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
        with (
            Client("https://zoo.example.org/api", auth="token-1") as client,
            pytest.raises(ConnectionFailedError, match=r"(?s)407.*HTTPS_PROXY"),
        ):
            client.landing_page()
    assert {(one.method, one.path) for one in proxy.received} == {
        ("CONNECT", "zoo.example.org:443")
    }
    assert "token-1" not in repr(proxy.received)


def test_hosts_without_proxy_are_left_to_the_environment(monkeypatch):
    with RawServer(lambda *_: answer({})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        monkeypatch.setenv("NO_PROXY", "127.0.0.2")
        url = "http://127.0.0.2:9/"
        with Client(url) as client, pytest.raises(ConnectionFailedError):
            client.landing_page()
        assert proxy.received == []


def test_missing_proxy_is_said_so(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with (
        Client("http://zoo.example.org/") as client,
        pytest.raises(ConnectionFailedError, match="Nothing was sent"),
    ):
        client.landing_page()


class BehindProxy:
    """Knows itself under another host and without the prefix of its proxy."""

    own = "http://backend.svc:8080/ogc-api"
    prefix = "/gateway/team-7"

    def __init__(self):
        self.paths = []
        self.lock = threading.Lock()

    def __call__(self, _connection, received):
        path = received.path.partition("?")[0]
        with self.lock:
            self.paths.append(path)
        if not path.startswith(f"{self.prefix}/ogc-api"):
            return answer({"title": "Gateway: unknown route"}, 404)
        tail = path.removeprefix(f"{self.prefix}/ogc-api")

        def link(rel, below):
            return {"rel": rel, "href": f"{self.own}{below}"}

        status = {
            "jobID": "j 1",
            "status": "successful",
            "processID": "p",
            "links": [link("results", "/jobs/j%201/results")],
        }
        match received.method, tail:
            case "GET", "":
                links = [link("self", ""), link("processes", "/processes"),
                         link("job-list", "/jobs")]  # fmt: skip
                return answer({"title": "Behind", "links": links})
            case "GET", "/processes" if "page=2" not in received.path:
                following = [link("next", "/processes?page=2")]
                return answer({"processes": [{"id": "p"}], "links": following})
            case "GET", "/processes":
                return answer({"processes": [{"id": "q"}], "links": []})
            case "GET", "/processes/p":
                return answer(
                    {"id": "p", "links": [link("execute", "/processes/p/execution")]}
                )
            case "POST", "/processes/p/execution":
                return answer(status, 201, {"Location": f"{self.own}/jobs/j%201"})
            case "GET", "/jobs":
                return answer({"jobs": [status], "links": []})
            case "GET", "/jobs/j%201":
                return answer(status)
            case "GET", "/jobs/j%201/results":
                return answer({"out": 7})
        return answer({"title": "NoSuch", "detail": tail}, 404)


@pytest.mark.filterwarnings("ignore::ogc_widgets.errors.LinkWarning")
def test_whole_loop_stays_below_the_prefix_of_a_proxy():
    behind = BehindProxy()
    with RawServer(behind) as server:
        url = f"{server.origin}{behind.prefix}/ogc-api"
        with Client(url) as client:
            assert [one.id for one in client.processes()] == ["p", "q"]
            job = client.execute("p", {}).wait(60)
            assert job.url == f"{url}/jobs/j%201"
            assert job.results().outputs == {"out": 7}
            assert [one.id for one in client.jobs()] == ["j 1"]
            assert client.job("j 1").refresh().is_finished
    assert all(path.startswith(behind.prefix) for path in behind.paths)
