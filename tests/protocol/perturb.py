"""Documents made wrong: members renamed, dropped, of other types, nested deeper."""

from __future__ import annotations

import copy

ODD_VALUES = [
    None, True, False, 0, -1, 2**70, 1.5, float("inf"), "", " ", "x", "null", "\x00<b>",
    "http://[", "//", "javascript:alert(1)", [], {}, [None], [[]], {"": None},
    {"value": {"value": {"value": None}}}, ["a", 1, None, {}], {"href": None},
    {"href": ["x"]}, {"id": {"id": "x"}}, {"type": ["Feature"]},
    # Beyond a double, beyond what a date or a size can be, halves of characters.
    -0.0, 1e308, 10**20, 10**400, -(10**400), "9" * 401, "1e999999999", "1e-999999999",
    "\ud800", "a\udfffb", {"\ud800": "\ud800"}, ["\udc00"], "9999-99-99T99:99:99Z",
    "10000-01-01T00:00:00Z", "2026-01-01T00:00:00+99:99", [[[[]]]], [{}], {"": {}},
]  # fmt: skip
NAMES = [
    "id", "ID", "jobID", "job_id", "identifier", "name", "value", "href", "rel", "type",
    "links", "link", "status", "State", "outputs", "inputs", "schema", "process",
    "processDescription", "executionUnit", "features", "geometry", "", "x-1",
]  # fmt: skip


def perturbed(document, random, times=3):
    """A copy of a document in which some things are wrong."""
    box = [copy.deepcopy(document)]
    for _ in range(random.randint(1, times)):
        _change(box, random)
    return box[0]


def places(value, found):
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], (dict, list)):
            places(value[key], found)
    return found


def _change(box, random):
    holder, key = random.choice(places(box, []))
    match random.randint(0, 6):
        case 0 if holder is not box:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[random.choice([*NAMES, key.upper(), f"{key}s"])] = holder.pop(key)
        case 2:
            holder[key] = [holder[key]]
        case 3:
            holder[key] = {random.choice(NAMES): holder[key]}
        case 4 if isinstance(holder[key], dict):
            holder[key] = list(holder[key].values())
        case 4 if isinstance(holder[key], list):
            holder[key] = {str(n): item for n, item in enumerate(holder[key])}
        case 5 if isinstance(holder[key], (int, float)):
            holder[key] = str(holder[key])
        case _:
            holder[key] = copy.deepcopy(random.choice(ODD_VALUES))
