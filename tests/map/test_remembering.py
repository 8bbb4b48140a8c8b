from __future__ import annotations

import pytest

from ogc_widgets.area.geometry import normalise
from ogc_widgets.area.remembering import remembered
from ogc_widgets.errors import InputError

RING = [[x / 1000, x % 7 / 1000] for x in range(5000)]


def test_large_question_is_asked_once_and_its_answer_cannot_be_spoilt():
    asked = []

    @remembered
    def ask(value):
        asked.append(1)
        return {"coordinates": [list(position) for position in value["ring"]]}

    first = ask({"ring": RING})
    first["coordinates"][0][0] = 99
    assert ask({"ring": [list(p) for p in RING]})["coordinates"] == RING
    assert len(asked) == 1
    ask({"ring": RING[:-1]})
    assert len(asked) == 2


def test_answer_is_its_own_answer():
    asked = []

    @remembered
    def ask(value):
        asked.append(1)
        return {"type": "x", "ring": value["ring"][::-1] if len(asked) < 2 else 0}

    answer = ask({"ring": RING})
    assert ask(answer) == answer
    assert len(asked) == 1


def test_changed_outline_is_checked_again():
    circle = [[x, (x - 50) ** 2] for x in (n / 100 for n in range(4500, 5500))]
    ring = [[x, y / 100] for x, y in circle] + [[55, 1], [45, 1]]
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]] * 1]}
    good = normalise({**shape, "coordinates": [_dense(ring)]})
    assert normalise(good) == good
    bad = _dense(ring)
    bad[10], bad[400] = bad[400], bad[10]
    with pytest.raises(InputError, match="crosses itself"):
        normalise({"type": "Polygon", "coordinates": [bad]})


def test_oldest_answer_is_forgotten_when_there_are_many():
    asked = []

    @remembered
    def ask(value):
        asked.append(1)
        return {"number": value["number"]}

    for number in range(100):
        ask({"ring": RING, "number": number})
    ask({"ring": RING, "number": 99})
    assert len(asked) == 100
    ask({"ring": RING, "number": 0})
    assert len(asked) == 101


def _dense(ring):
    """The ring with three more points on each side, so that it is large."""
    made = []
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        made += [
            [a[0] + (b[0] - a[0]) * t / 4, a[1] + (b[1] - a[1]) * t / 4]
            for t in range(4)
        ]
    return [*made, made[0]]
