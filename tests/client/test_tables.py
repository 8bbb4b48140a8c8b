"""Outputs that are tables or pictures: read as people mean them, sorted, in Python."""

from __future__ import annotations

import io
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pyarrow import parquet
from test_content import FEATURE, encoded, server_of

import ogc_widgets as ogc
from ogc_widgets.client.results.content import Content
from ogc_widgets.client.results.files.result_files import ResultFile
from ogc_widgets.client.results.tables import reading
from ogc_widgets.client.results.tables.reading import table_of
from ogc_widgets.errors import InputError, MissingExtraError, ProtocolError

if TYPE_CHECKING:
    from ogc_widgets.client import Results
    from ogc_widgets.client.results.tables.table import Table


def results_of(value: Any, **files: bytes) -> Results:
    with (
        server_of({"a": value}, **files) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        return client.job("1").results()


def read(data: bytes, media_type: str = "text/csv") -> Table:
    file = ResultFile("a", "", media_type, data)
    content = Content("a", "a", "a", "table", media_type, value=data, file=file)
    return table_of(content, data)


def all_rows(table: Table) -> list[list[Any]]:
    return table.rows(range(table.count))


@pytest.mark.parametrize(
    ("data", "media_type", "names", "first"),
    [
        (b"lake,km2\nEagle,50.6\n", "text/csv", ["lake", "km2"], ["Eagle", "50.6"]),
        (b"lake;km2\nEagle;50,6\n", "text/csv", ["lake", "km2"], ["Eagle", "50,6"]),
        (b"lake\tkm2\nEagle\t5\n", "text/csv", ["lake", "km2"], ["Eagle", "5"]),
        (b"lake|km2\r\nEagle|5\r\n", "text/csv", ["lake", "km2"], ["Eagle", "5"]),
        (b"a, b\n1,2\n", "text/tab-separated-values", ["a, b"], ["1,2"]),
        (b'name,n\n"a, ""b""\nc",1\n', "text/csv", ["name", "n"], ['a, "b"\nc', "1"]),
        (b"\xef\xbb\xbfa,b\n1,2\n", "text/csv", ["a", "b"], ["1", "2"]),
        ("é;ü\n1;2\n".encode("utf-16"), "text/csv", ["é", "ü"], ["1", "2"]),
        ("é;ü\nß;2\n".encode("cp1252"), "text/csv; charset=cp1252", ["é", "ü"],
         ["ß", "2"]),
        (b"sep=;\na;b,c\n1;2\n", "text/csv", ["a", "b,c"], ["1", "2"]),
        (b"# by a model\n# of lakes\na,b\n1,2\n", "text/csv", ["a", "b"], ["1", "2"]),
        (b"#id,b\n1,2\n", "text/csv", ["#id", "b"], ["1", "2"]),
        (b"1,2\n3,4\n", "text/csv", ["column 1", "column 2"], ["1", "2"]),
        (b"2022-05-12,x\n", "text/csv", ["column 1", "column 2"], ["2022-05-12", "x"]),
        (b",2019,2020\nDE,1,2\n", "text/csv", ["column 1", "2019", "2020"],
         ["DE", "1", "2"]),
        (b"a,b\n1\n", "text/csv", ["a", "b"], ["1", ""]),
        (b"a\nx\n", "text/csv", ["a"], ["x"]),
    ],
)  # fmt: skip
def test_file_is_read_as_it_was_written(
    data: bytes, media_type: str, names: list[str], first: list[str]
) -> None:
    table = read(data, media_type)
    assert [column.name for column in table.columns] == names
    assert all_rows(table)[0] == first


def test_columns_are_numbers_or_dates_where_all_their_cells_are() -> None:
    table = read(b"d;n;w\n2022-05-12;1,5;a\n;NA;2\n2022-05-13T10:00:00Z;-2e3;\n")
    assert [column.kind for column in table.columns] == ["date", "number", "text"]
    assert table.order(1, descending=False) == [2, 0, 1]


@pytest.mark.parametrize(
    ("descending", "order"), [(False, [2, 1, 0, 3, 4]), (True, [0, 1, 2, 3, 4])]
)
def test_numbers_are_sorted_as_numbers_and_empty_cells_are_last(
    descending: bool, order: list[int]
) -> None:
    table = read(b"n,x\n10,1\n9,1\n-1.5,1\n,1\nNaN,1\n")
    assert table.order(0, descending=descending) == order


@pytest.mark.parametrize(
    ("data", "media_type", "said"),
    [
        (b"<!doctype html><html>", "text/csv", "begins like a web page"),
        (b"", "text/csv", "empty"),
        (b"no PAR1", "application/vnd.apache.parquet", "as Parquet"),
    ],
)
def test_what_is_no_table_says_so(data: bytes, media_type: str, said: str) -> None:
    link = {"href": "http://s.test/a.dat", "type": media_type}
    content = results_of(link).contents["a"]
    with pytest.raises(ProtocolError, match=said):
        table_of(content, data)


def test_cells_of_several_kinds_are_sorted_kind_by_kind() -> None:
    rows = [{"a": one} for one in ([1], "b", 3, "A", None, {"b": 1}, 2)]
    table = table_of(results_of(rows).contents["a"], b"")
    assert table.order(0, descending=False) == [6, 2, 3, 1, 0, 5, 4]


def as_parquet() -> bytes:
    file = io.BytesIO()
    days = [date(2022, 5, 12), None]
    columns = {"lake": ["Butt", "Eagle"], "day": days, "km2": [32.4, 50.6]}
    parquet.write_table(pa.table({**columns, "wkb": [b"123", None]}), file)
    return file.getvalue()


def test_parquet_is_read_in_parts_with_its_types() -> None:
    table = read(as_parquet(), "application/vnd.apache.parquet")
    assert [c.kind for c in table.columns] == ["text", "date", "number", "text"]
    assert table.rows([1])[0][:3] == ["Eagle", None, 50.6]
    assert table.order(1, descending=True) == [0, 1]


@pytest.mark.parametrize(
    "value",
    [
        [{"lake": "Butt", "km2": 32.4}, {"lake": "Eagle", "km2": 50.6}],
        {"value": "lake;km2\nButt;32,4\nEagle;50,6\n", "mediaType": "text/csv"},
        encoded(b"sep=,\nlake,km2\nButt,32.4\nEagle,50.6\n", "text/csv"),
        encoded(as_parquet(), "application/vnd.apache.parquet"),
        {"type": "FeatureCollection", "features": [
            {**FEATURE, "properties": {"lake": "Butt", "km2": 32.4}},
            {**FEATURE, "properties": {"lake": "Eagle", "km2": 50.6}}]},
    ],
    ids=["records", "text", "bytes", "parquet", "features"],
)  # fmt: skip
def test_table_becomes_a_data_frame(value: Any) -> None:
    frame = results_of(value).table("a")[["lake", "km2"]]
    wanted = pd.DataFrame({"lake": ["Butt", "Eagle"], "km2": [32.4, 50.6]})
    assert frame.astype({"lake": object}).equals(wanted.astype({"lake": object}))


def test_picture_becomes_an_image() -> None:
    file = io.BytesIO()
    Image.effect_noise((60, 40), 90).save(file, "PNG")
    assert results_of(encoded(file.getvalue(), "image/png")).image("a").size == (60, 40)
    for data in (b"<html>", file.getvalue()[:900]):
        with pytest.raises(ProtocolError):
            results_of(encoded(data, "image/png")).image("a")


def test_what_cannot_be_opened_says_what_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results = results_of(7)
    with pytest.raises(InputError, match="has no output 'b'"):
        results.table("b")
    with pytest.raises(InputError, match="not a table"):
        results.table("a")
    with pytest.raises(InputError, match="not a picture"):
        results.image("a")
    for name in ("pandas", "PIL"):
        monkeypatch.setitem(sys.modules, name, None)
    for open_it in (results.table, results.image):
        with pytest.raises(MissingExtraError, match=r"ogc-widgets\[data\]"):
            open_it("a")


def test_parquet_without_its_library_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"ogc-widgets\[data\]"):
        read(as_parquet(), "application/vnd.apache.parquet")


CELLS = st.one_of(
    st.sampled_from(
        ["", "NA", " nan", "1", "+2", "-3.5", ".5", "1e3", "4,5", "Ä", "ä"]
    ),
    st.sampled_from(["2022-05-12", "ß", "ss", "a b", "0", "-0", "1e999", "٣", "\r"]),
    st.text("ab1.,-+ ", max_size=5),
)


@given(
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=30),
    ragged=st.booleans(),
)
def test_large_tables_are_read_as_small_ones(
    rows: list[list[str]], ragged: bool
) -> None:
    lines = ["name;n", *(";".join(row) for row in rows), *(["x"] if ragged else [])]
    data = "\n".join(lines).encode()
    slow = read(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_LARGE", 0)
        fast = read(data)
    assert [*fast.columns] == [*slow.columns]
    assert all_rows(fast) == all_rows(slow)
    for at in range(len(slow.columns)):
        for descending in (False, True):
            wanted = slow.order(at, descending=descending)
            assert [*fast.order(at, descending=descending)] == wanted


def test_large_table_is_read_by_pyarrow() -> None:
    data = b"lake;km2\n" + b"Eagle;50,6\n" * 100_000
    table = read(data)
    assert isinstance(table, reading.ArrowTable)
    assert (table.count, table.about) == (
        100_000, "separated by semicolon, decimal comma",
    )  # fmt: skip
    order = table.order(1, descending=True)
    assert (order[0], order.index(99_999)) == (0, 99_999)


@pytest.mark.parametrize("kind", ["uint8", "int64", "float64", "bool"])
def test_parquet_is_sorted_either_way_whatever_its_numbers_are(kind: str) -> None:
    values = pa.array([1, 0, None, 1, 0], pa.int64()).cast(kind)
    file = io.BytesIO()
    parquet.write_table(pa.table({"n": values}), file)
    table = read(file.getvalue(), "application/vnd.apache.parquet")
    assert [*table.order(0, descending=True)] == [0, 3, 1, 4, 2]
    assert [*table.order(0, descending=False)] == [1, 4, 0, 3, 2]
