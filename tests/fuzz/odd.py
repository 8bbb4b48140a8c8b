"""Documents and headers with odd things in them, chosen by a seeded random."""

from __future__ import annotations

import json
import re

from perturb import NAMES, perturbed, places

# What json.dumps would not write stands between these marks until the end.
_TOKEN = re.compile(r'"\\ue001(.*?)\\ue001"')
_TOKENS = [
    "-0.0", "-0", "1e-999999999", "1.0000000000000000000001e-999999999", "1E+400",
    "1e308", "-1e-400", "0e999999999", "NaN", "-Infinity", "1" * 401, "9" * 5000,
    "0." + "3" * 400, "1e99999999999999999999", "100000000000000000000.0",
    "[" * 70 + "]" * 70, "[" * 30_000, '{"a":' * 60 + "1" + "}" * 60, "01", "'x'",
    "9223372036854775808", "1e20", "-1e20", "undefined",
]  # fmt: skip
_TEXTS = [
    "\ud800", "\udfff\ud800", "\x00", "\x1b[31m", "\u202e", "\ufeff",
    "e" + "\u0301" * 300,
    "a" * 200_000, "\u2028", "%00", "%", "http://[::1", "http://a:b@c:99999/", "//x:x",
    "http://\ud800/", "http://xn--/", "http://" + "a" * 300 + "/", "http://ⅷ.test/",
    "data:,x", "\\\\x\\y", "mailto:x", "s3://", "s3:///x", "file:///etc/passwd",
    "2026-02-30T25:61:61Z", "-9999-01-01", "0000-00-00T00:00:00Z", "P1Y", "Infinity",
    "NaN", "1e400", "--5", "٣", "²", "½", "0x10", "1_000", "(", "[", "a{99999999}",
    "\\", "(?P<x>", "#/", "#/$defs/%", "#/inputs/0/~2", "#", "$", "{x}", "{", "%s",
]  # fmt: skip
_HEADERS = [
    "ETag", "Retry-After", "Link", "Location", "Content-Type", "Content-Range",
    "WWW-Authenticate", "Content-Disposition", "Content-Encoding", "Date", "Set-Cookie",
    "Preference-Applied", "Last-Modified", "Accept-Ranges", "Content-Location",
    "Content-Length", "Content-Crs", "Transfer-Encoding", "Content-Digest",
]  # fmt: skip
_HEADER_VALUES = [
    b"", b" ", b"\xe9t\xe9", b'"\xe9"', b'W/"\xc3\xa9\xff"', b"\xff\xfe", b"a" * 7000,
    b"0", b"-1", b"-0.0", b"1e400", b"9" * 400, b"1e999999999", b"NaN", b"\xb2", b"1.5",
    b"Thu, 99 Foo 99999 99:99:99 GMT", b"Thu, 01 Jan 0001 00:00:00 +9999",
    b"bytes 0-9/*", b"bytes 9-0/5", b"bytes 0-" + b"9" * 40 + b"/" + b"9" * 40,
    b"bytes */*", b"<http://[>; rel=next", b"<>; rel", b'<\xe9>; rel="next"',
    b"<" * 2000,
    b'<a>; rel="next"; title*=x', b"http://[", b"http://\xe9/", b"//", b"/jobs/\xff",
    b"/jobs/%ff%00", b"?", b"http://a:99999999/jobs/1", b"text/html; charset=\x80",
    b"application/json; charset=idna", b"application/json; charset=punycode",
    b"application/json; charset=undefined", b"application/json; charset=hex",
    b"application/json; charset=utf-7", b"application/json; charset=unicode_escape",
    b"application/json; charset=utf-16", b"application/json; charset=mbcs",
    b"multipart/related", b"multipart/related; boundary=", b"image/tiff",
    b'multipart/related; boundary="\xff"', b"application/geo+json; x=", b";", b"/",
    b"gzip", b"br, gzip", b"x" * 100, b'Basic realm="\xff', b"Bearer ,,=,", b"chunked",
    b"attachment; filename*=idna''%ff", b"attachment; filename=\xff../../x",
    b"sha-256=:x:", b"a=b; Max-Age=99999999999999999999; Domain=\xff",
]  # fmt: skip
_STATUS = [200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 410, 429, 500, 503, 599]


def wrong(document, random):
    """A copy of a document with one to five odd things in it."""
    made = perturbed(document, random, times=4)
    for _ in range(random.randint(0, 2)):
        found = places([made], [])
        holder, key = random.choice(found)
        if holder is not made and not (isinstance(made, (dict, list)) and made):
            continue
        match random.randint(0, 3):
            case 0 if isinstance(holder, dict) and isinstance(key, str):
                # The same member once more.
                holder[f"\ue002{key}"] = random.choice(_TEXTS)
            case 1 if isinstance(holder, dict):
                holder[random.choice([*_TEXTS[:12], *NAMES])] = holder.pop(key)
            case 2:
                holder[key] = random.choice(_TEXTS)
            case _:
                holder[key] = f"\ue001{random.choice(_TOKENS)}\ue001"
    return made


def as_text(document):
    """The document as it stands on the wire, which need not be JSON."""
    text = json.dumps(document).replace('"\\ue002', '"')
    return _TOKEN.sub(lambda found: found[1].replace('\\"', '"'), text)


def wrong_headers(random):
    """One or two headers, as bytes."""
    return [
        (random.choice(_HEADERS).encode(), random.choice(_HEADER_VALUES))
        for _ in range(random.randint(1, 2))
    ]


def wrong_answer(answer, random):
    """An answer with things changed in its body, its headers, or its status."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    what = random.choice(
        ["body", "body", "body", "headers", "headers", "status", "all"]
    )
    if what in ("body", "all"):
        try:
            body = as_text(wrong(json.loads(body), random)).encode()
        except ValueError:
            body = random.choice(
                [b"", b"\xff\xfe", b"\x00" * 9, body[: len(body) // 2]]
            )
    if what in ("status", "all"):
        status = random.choice(_STATUS)
        first = b"HTTP/1.1 %d \xe9" % status
        body = b"" if status in (204, 304) else body
    added = wrong_headers(random) if what in ("headers", "all") else []
    names = {b"content-length", *(name.lower() for name, _ in added)}
    lines = [one for one in lines if one.partition(b":")[0].lower() not in names]
    lines += [b"%s: %s" % one for one in added]
    if b"Content-Length" not in dict(added):
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([first, *lines]) + b"\r\n\r\n" + body


def smaller(document):
    """Documents with one part less, or with a part in place of the whole."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield {k: v for k, v in document.items() if k != key}
            for less in smaller(value):
                yield {k: less if k == key else v for k, v in document.items()}
    elif isinstance(document, list):
        for n, value in enumerate(document):
            yield [*document[:n], *document[n + 1 :]]
            for less in smaller(value):
                yield [*document[:n], less, *document[n + 1 :]]
    elif isinstance(document, str) and len(document) > 40 and "\ue001" not in document:
        yield document[: len(document) // 2]
