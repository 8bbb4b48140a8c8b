"""A report, as a browser reads it: only what reports are made of may be in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Whatever else is in a report, a server has put it there.
TAGS = frozenset(
    "html head meta title style body main footer h1 h2 h3 p span small b div pre code "  # noqa: SIM905 # shorter
    "mark ul li table caption thead tbody tr th td figure figcaption img br".split()
)
ATTRIBUTES = frozenset(
    "lang charset http-equiv content name class scope colspan align src alt style "  # noqa: SIM905 # as above
    "role aria-label".split()
)


class Page(HTMLParser):
    """Reads a report, and fails where something else is in it."""

    def __init__(self, path):
        super().__init__()
        self.html = path.read_text(encoding="utf-8")
        self.tags, self.images, self.texts = [], [], []
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        if tag == "img":
            self.images.append(dict(attrs))
            assert re.match(r"data:image/[a-z+]+;base64,", dict(attrs)["src"])

    def handle_data(self, data):
        if self.lasttag != "style":
            self.texts.append(data)

    @property
    def text(self):
        return " ".join("\n".join(self.texts).split())
