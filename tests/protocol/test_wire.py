from __future__ import annotations

import contextlib
import json
import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogc_widgets.errors import DialectWarning, ProtocolError
from ogc_widgets.protocol.wire import dump_json, parse_json


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN}', b"[Infinity]", b"[-Infinity]", b"", b"{", b"<html>",
        b"[" * 100_000, b"[" * 65 + b"]" * 65, b"\xff\xfe", b'{"a": 1} x',
    ],
)  # fmt: skip
def test_reading_refuses_when_it_is_not_proper_json(body):
    with pytest.raises(ProtocolError):
        parse_json(body)


def test_error_names_place_type_and_beginning_when_html_comes_instead_of_json():
    with pytest.raises(ProtocolError) as caught:
        parse_json(
            b"<!DOCTYPE html><title>Sign in</title>",
            source="https://x.org/api",
            content_type="text/html",
        )
    text = str(caught.value)
    assert "https://x.org/api" in text
    assert "text/html" in text
    assert "<!DOCTYPE html>" in text


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b"3.14159265358979323846", Decimal("3.14159265358979323846")),
        (b"0.1", 0.1),
        (b"39.834000000000003", 39.834000000000003),
        (b"0.1000000000000000055511151231257827", 0.1),
        ("\ufeff[1]".encode(), [1]),
    ],
)
def test_numbers_keep_their_digits_when_read(body, value):
    read = parse_json(body)
    assert read == value
    assert type(read) is type(value)


def test_last_member_counts_when_a_name_is_repeated():
    with pytest.warns(DialectWarning, match="repeats the member 'a'"):
        assert parse_json(b'{"a": 1, "b": 2, "a": 3}') == {"a": 3, "b": 2}


# Of ISO-2022-JP all bytes are ASCII as well.
@pytest.mark.parametrize(("charset", "t"), [("ISO-8859-1", "é"), ("ISO-2022-JP", "水")])
def test_charset_is_used_when_declared(charset, t):
    body = f'{{"t": "{t}"}}'.encode(charset)
    content_type = f"application/json; charset={charset}"
    assert parse_json(body, content_type=content_type) == {"t": t}


def test_latin_1_is_read_with_a_warning_when_nothing_is_declared():
    with pytest.warns(DialectWarning, match="not UTF-8"):
        assert parse_json(b'{"t": "\xe9"}') == {"t": "é"}


def test_decimals_are_written_as_numbers_when_sent():
    text = dump_json({"n": Decimal("1.2345678901234567890123"), "s": "Decimal"})
    assert text == '{"n": 1.2345678901234567890123, "s": "Decimal"}'


@pytest.mark.parametrize(
    "value", [float("nan"), Decimal("NaN"), float("inf"), b"bytes"]
)
def test_writing_refuses_when_json_has_no_such_value(value):
    with pytest.raises((ValueError, TypeError), match="JSON"):
        dump_json([value])


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_reading_raises_only_our_error_when_the_body_is_anything(body):
    with contextlib.suppress(ProtocolError, DialectWarning):
        parse_json(body)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False,
        allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)  # fmt: skip
def test_value_comes_back_when_written_and_read(value):
    assert json.loads(dump_json(value)) == value


@pytest.mark.parametrize(
    "digits",
    ["9" * 401, "-" + "9" * 5000, "1e999", "1e999999999", "0." + "1" * 400,
     "1." + "0" * 50 + "1e-999999999"],
)  # fmt: skip
def test_number_is_kept_as_text_when_nobody_can_compute_with_it(digits):
    started = time.thread_time()
    with pytest.warns(DialectWarning, match="kept as text"):
        assert parse_json(f'{{"progress": {digits}}}') == {"progress": digits}
    # 15 s and 1.9 GB when it was computed with.
    assert time.thread_time() - started < 1


@pytest.mark.parametrize("digits", ["1" * 308, "1e308", "-1.7976931348623157e308"])
def test_number_is_a_number_up_to_the_limits_of_a_double(digits):
    assert parse_json(digits) == (int(digits) if digits.isdigit() else float(digits))
