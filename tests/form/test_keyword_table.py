"""Our column of the table that `make bench` prints beside other form generators."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from form_keywords import CASES  # found by the path above
from form_peers import OURS, score  # the same


@pytest.mark.parametrize(("schema", "value", "untouched"), CASES.values(), ids=CASES)
def test_a_form_is_built_sends_nothing_untouched_and_keeps_a_value(
    schema: Any, value: Any, untouched: Any
) -> None:
    assert score(OURS, schema, value, untouched) == "BUR"
