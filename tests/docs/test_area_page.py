"""The page about areas: its table is what the package does, its code works."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ogc_widgets import ProcessForm
from ogc_widgets.area.area import Area
from ogc_widgets.area.encoding import Encoding
from ogc_widgets.area.recognition.recognise import recognise
from ogc_widgets.area.words import label_of
from ogc_widgets.protocol import InputDescription

PAGE = "docs/area.md"
TEXT = (Path(__file__).resolve().parents[2] / PAGE).read_text(encoding="utf-8")
CODE = "\n".join(re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE))
ROWS = re.findall(
    r"^\| `(\{.*?\})` \| ([^|]+) \| ([^|]+) \| `(.*)` \|$", TEXT, re.MULTILINE
)


def test_every_row_of_the_table_is_read():
    table = TEXT.partition("| what is sent |")[2].partition("\n\n")[0]
    assert len(ROWS) == len(table.strip().splitlines()) - 1


@pytest.mark.parametrize(("description", "hint", "encoding", "sent"), ROWS)
def test_row_says_what_is_recognised_and_sent(description, hint, encoding, sent):
    read = json.loads(description)
    found = recognise(InputDescription.from_json(read.get("id", "x"), read))
    assert found is not None
    usual = Encoding.usual(found)
    assert label_of(usual) == encoding
    assert usual.encode(Area.box(5, 40, 6, 41)) == json.loads(sent)
    words = {
        "format": "format",
        "reference": "reference",
        "shape of the object": "schema",
        "names of the members": "schema",
        "numbers and name": "schema",
        "type in the CWL package": "cwl:type",
        "media type": "media type",
    }
    assert found.reason == words.get(hint, "name")


@pytest.mark.parametrize(("description", "hint", "encoding", "sent"), ROWS)
def test_form_does_the_same(description, hint, encoding, sent):
    described = json.loads(description)
    name = described.get("id", "x")
    form = ProcessForm({"id": "p", "version": "1", "inputs": {name: described}})
    form.fields[name].shape = [5, 40, 6, 41]
    assert form.inputs == {name: json.loads(sent)}
    form.close()


def test_code_of_the_page_works(capsys):
    names: dict[str, object] = {}
    exec(compile(CODE, PAGE, "exec"), names)  # our own page
    area_map = names["area_map"]
    assert area_map.geometry == {"type": "Point", "coordinates": [14.3, 45.3]}
    area_map.close()
