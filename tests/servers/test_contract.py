"""Every verb on every server."""

from __future__ import annotations

import pytest
from contract import VERBS, WORKS, outcome

# Links that have to be brought back, and documents off the standard, are the matter.
pytestmark = pytest.mark.filterwarnings("ignore::ogc_widgets.errors.OgcWarning")


@pytest.mark.parametrize("verb", VERBS)
def test_verb_does_what_the_server_can(verb, subject, client, outcomes):
    result = outcome(verb, subject, client)
    outcomes.setdefault(subject.key, {})[verb] = result
    assert result == subject.expected.get(verb, WORKS)
