"""What an IP address says, in every spelling: read from no other place."""

from __future__ import annotations

import socket

import pytest

from ogc_widgets.protocol.addresses import is_metadata, is_public, read_ip


@pytest.mark.parametrize(
    "host",
    [
        "127.1", "0x7f.1", "0177.1", "127.0.1", "2130706433", "0x7f000001", "0x", "0",
        "10.0.65535", "1.2.3.4", "1.2.3.256", "1.2.65536", "08.1", "1..2", "1.2.3.4.5",
        "4294967296", "127.0.0.1", "fe80", "0x7f.0x", "1.16777216", "0177.0.0.1", "",
    ],
)  # fmt: skip
def test_host_is_read_as_the_system_reads_it(host):
    try:
        known = socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        known = "None"
    assert str(read_ip(host)) == known


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("64:ff9b::8.8.8.8", True),
        ("::ffff:8.8.8.8", True),
        ("0.0.0.0", False),
        ("10.0.0.7", False),
        ("100.64.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("224.0.0.251", False),
        ("239.1.1.1", False),
        ("255.255.255.255", False),
        ("168.63.129.16", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:10.0.0.7", False),
        ("64:ff9b::10.0.0.7", False),
        ("2002:7f00:1::", False),
        ("fc00::1", False),
        ("fe80::1%eth0", False),
        ("ff02::1", False),
    ],
)
def test_address_is_public_when_it_is_the_same_machine_for_everybody(host, public):
    assert is_public(read_ip(host)) is public


@pytest.mark.parametrize(
    ("host", "secret"),
    [
        ("169.254.169.254", True),
        ("2852039166", True),
        ("[::ffff:169.254.169.254]", True),
        ("64:ff9b::a9fe:a9fe", True),
        ("fe80::1%2", True),
        ("fd00:ec2::254", True),
        ("100.100.100.200", True),
        ("127.0.0.1", False),
        ("10.0.0.7", False),
    ],
)
def test_metadata_address_is_known_in_every_form(host, secret):
    assert is_metadata(read_ip(host)) is secret
