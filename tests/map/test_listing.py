"""Sorted, filtered, ticked: what a table of items shows, without a page."""

from __future__ import annotations

import numpy as np
import pytest

from ogc_widgets.client.results.item_columns import ItemColumns
from ogc_widgets.errors import InputError
from ogc_widgets.map.filter import mask_of
from ogc_widgets.map.footprints import item_ids
from ogc_widgets.map.listing import ItemList

WATER = [3.0, None, 11.0, 3.0, "no number", 7.0]


def listed(items):
    return ItemList(items, ItemColumns.of(items, item_ids(items)), lambda _item: ())


@pytest.fixture
def lakes():
    return listed(
        [
            {
                "id": f"Lake {name}",
                "properties": {"water": water, "datetime": f"2021-0{at + 1}-01"},
            }
            for at, (name, water) in enumerate(zip("bCaDEf", WATER, strict=True))
        ]
    )


def names(items):
    return [row["id"][-1] for row in items.part(0, 100)]


def test_rows_are_sorted_stably_with_what_has_no_value_last(lakes):
    lakes.sort("water")
    assert names(lakes) == ["b", "D", "f", "a", "C", "E"]
    lakes.sort("water", descending=True)
    assert names(lakes) == ["a", "f", "b", "D", "C", "E"]
    lakes.sort("id")
    assert names(lakes) == ["a", "b", "C", "D", "E", "f"]
    lakes.sort("date", descending=True)
    assert names(lakes) == ["f", "E", "D", "a", "C", "b"]
    lakes.sort("")
    assert names(lakes) == [*"bCaDEf"]
    with pytest.raises(InputError, match="no numbers 'snow'"):
        lakes.sort("snow")


def test_conditions_hold_together_and_rows_stay_sorted(lakes):
    lakes.sort("id", descending=True)
    lakes.filter.within("water", 3, 7)
    assert lakes.arrange().tolist() == [True, False, False, True, False, True]
    assert names(lakes) == ["f", "D", "b"]
    start = lakes.columns.dates[1]
    lakes.filter.within("date", start, lakes.columns.dates[4])
    lakes.filter.text = "LAKE d"
    lakes.arrange()
    assert names(lakes) == ["D"]
    assert (lakes.row_of("Lake D"), lakes.row_of("Lake b")) == (0, -1)
    lakes.filter.within("date", None, None)
    lakes.filter.within("water", None, None)
    lakes.filter.text = ""
    assert lakes.arrange() is None


def test_histogram_counts_every_value_once(lakes):
    lakes.filter.by = "water"
    state = lakes.filter.state()
    assert sum(state["bars"]) == 4
    # Whole numbers from 3 to 11 have a bar each.
    assert [at + 3 for at, count in enumerate(state["bars"]) if count] == [3, 7, 11]
    assert state["low"] < 3 < 11 < state["high"]


def test_what_has_fewer_than_three_values_is_not_offered():
    items = listed(
        [
            {"id": n, "properties": {"a": n % 2, "b": n, "datetime": "2021-01-01"}}
            for n in range(9)
        ]
    )
    assert [one["by"] for one in items.filter.choices] == ["b"]


def test_rows_are_ticked_as_they_stand(lakes):
    lakes.sort("id")
    lakes.tick(1, 3, on=True)
    assert lakes.checked == ["Lake b", "Lake C", "Lake D"]
    lakes.filter.text = "b"
    lakes.arrange()
    assert lakes.ticks() == {"count": 3, "listed": "all"}
    lakes.tick(0, 0, on=False)
    assert lakes.checked == ["Lake C", "Lake D"]
    assert np.unpackbits(np.frombuffer(lakes.bits(), np.uint8), bitorder="little")[
        :6
    ].tolist() == [0, 1, 0, 1, 0, 0]


def run(code, items):
    space = {"results": type("Results", (), {"items": items})}
    exec(code, space)  # the code that the page copies
    return space["items"]


@pytest.mark.parametrize(
    ("ids", "chosen"),
    [
        (["a", "b", "c"], [0, 2]),
        (["a", "a", None, "b"], [1, 2]),  # ids that say nothing
        ([f"i{n}" for n in range(200)], [*range(5, 90), 99, 101, 102]),
        (["a", "b"], [0, 1]),
    ],
)
def test_code_gives_the_items_that_are_ticked(ids, chosen):
    items = [{"id": name, "n": n} for n, name in enumerate(ids)]
    made = listed(items)
    for at in chosen:
        made.tick(at, at, on=True)
    code = made.code("results.items")
    assert run(code, items) == [items[at] for at in chosen]
    assert code.count("\n") <= 1
    assert len(code) < 300


@pytest.mark.parametrize("value", [[True], [1, 0, 1], "abc", [[True] * 3]])
def test_mask_that_does_not_fit_is_refused(value):
    with pytest.raises(InputError, match="mask of 3"):
        mask_of(value, 3)


def test_mask_of_all_is_none_and_others_are_copied():
    mask = np.array([True, False, True])
    found = mask_of(mask, 3)
    mask[:] = False
    assert found.tolist() == [True, False, True]
    assert mask_of([True] * 3, 3) is None
    assert mask_of([], 0) is None
