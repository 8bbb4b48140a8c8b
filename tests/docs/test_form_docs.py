"""The page about forms says what the examples of the tests say."""

from __future__ import annotations

import form_docs
from form_examples import EXAMPLES


def test_page_is_up_to_date() -> None:
    page = form_docs.PAGE.read_text("utf-8")
    assert page == form_docs.page_text(page), "run: python scripts/form_docs.py"


def test_every_example_has_a_picture_and_every_picture_an_example() -> None:
    drawn = {path.name for path in form_docs.PICTURES.glob("*.png")}
    assert drawn == {form_docs.picture(one) for one in EXAMPLES}


def test_every_kind_of_field_has_an_example() -> None:
    # A STAC field has a page of its own.
    from typing import get_args

    from ogc_widgets.form.fields.fields import Kind

    assert {one.kind for one in EXAMPLES} == set(get_args(Kind)) - {"stac"}
