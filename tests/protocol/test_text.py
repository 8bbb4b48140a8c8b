from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogc_widgets.protocol.text import clean, escape_html


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("<b>x</b>", "<b>x</b>"),
        ("a\nb\tc", "a b c"),
        ("a\x00b\x07c", "abc"),
        ("\x1b[31mred", "␛[31mred"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("z\u200bero\ufeff", "zero"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("bad \ud800 half", "bad \ufffd half"),
        ("o" + 100 * "\u0301" + "n", "o" + 3 * "\u0301" + "n"),
        ("ก" + 100 * "\u0e47", "ก" + 5 * "\u0e47"),
        ("လျှို့ဝှက်", "လျှို့ဝှက်"),
        (None, ""),
        (12, "12"),
    ],
)
def test_text_is_plain_when_the_server_sends_odd_characters(raw, shown):
    assert clean(raw) == shown


def test_text_is_cut_and_says_how_much_when_it_is_long():
    assert clean("x" * 1_200, limit=200) == "x" * 200 + "… (1,000 more)"


def test_lines_are_kept_when_asked_for():
    assert clean("a\r\nb\u2028c\td", lines=True) == "a\nb\nc\td"


@settings(deadline=None)
@given(st.text())
def test_html_has_no_markup_when_the_text_is_anything(text):
    html = escape_html(text, lines=True)
    assert not set("<>\"'") & set(html)
    assert "\x00" not in html


@settings(deadline=None)
@given(st.text(), st.integers(0, 50))
def test_length_is_bounded_when_the_text_is_anything(text, limit):
    assert len(clean(text, limit=limit)) <= limit + len("… (1,000,000 more)")
