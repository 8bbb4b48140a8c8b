"""The provider of ``provider_site.py`` as a test sees it, and a person who uses it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import httpx
from ports import free_port

SITE = Path(__file__).parent / "provider_site.py"
ROBOT = ("robot", "robot-secret")
LAB = ("lab", "lab-secret")
NOTEBOOK = "notebook"
STUDENT = ("student", "water")


class OidcProvider:
    """A running provider; ``issuer`` is its address."""

    def __init__(self):
        port = free_port()
        self.issuer = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [sys.executable, SITE, str(port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout.readline() == "ready\n"
        self.http = httpx.Client(base_url=self.issuer, trust_env=False, timeout=60)

    def tokens_last(self, seconds):
        self.http.put("/test/lifetime", content=str(seconds)).raise_for_status()

    def end_time_of_tokens(self):
        self.http.post("/test/expire").raise_for_status()

    def take_all_tokens_back(self):
        self.http.post("/test/revoke").raise_for_status()

    def accepts(self, token):
        """Ask, as a server does that protects its processes (RFC 7662)."""
        said = self.http.post("/introspect/", data={"token": token}, auth=LAB)
        return said.is_success and said.json()["active"]

    def type_code(self, address, user_code, *, action="accept"):
        """Be the student: open the page, log in, type the code, agree."""
        with httpx.Client(follow_redirects=True, trust_env=False, timeout=60) as person:

            def send(page, **fields):
                token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.text)
                fields["csrfmiddlewaretoken"] = token[1]
                return person.post(page.url, data=fields).raise_for_status()

            page = person.get(address)
            if "password" in page.text:
                page = send(page, username=STUDENT[0], password=STUDENT[1])
            page = send(page, user_code=user_code)
            send(page, action=action)

    def close(self):
        self.http.close()
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()
