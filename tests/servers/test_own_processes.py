"""The processes that real servers bring: a form for each, and some are run."""

from __future__ import annotations

import pytest
from subjects import REAL

from ogc_widgets.form import ProcessForm

pytestmark = pytest.mark.filterwarnings("ignore::ogc_widgets.errors.OgcWarning")

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]],
}
INSIDE = "POLYGON ((0.5 0.5, 1 0.5, 1 1, 0.5 1, 0.5 0.5))"

# Server, process, inputs, output, its value.
RUNS = [
    ("pygeoapi", "hello-world", {"name": "Ada"}, "echo", "Hello Ada!"),
    ("pygeoapi", "hello-world", {"name": "Ada", "message": "Hi."}, "echo",
     "Hello Ada! Hi."),
    ("pygeoapi", "echo", {"echoInput": "Test", "pause": 5.5}, "echoOutput", "Test"),
    ("pygeoapi", "shapely-functions",
     {"operation": "measurement:area", "geoms": [SQUARE]}, "result", 4),
    ("pygeoapi", "shapely-functions",
     {"operation": "predicates:covers", "geoms": [SQUARE, INSIDE]}, "result", True),
    ("wraptile", "return_base_model", {"scene_spec": {"threshold": 0.5, "factor": 2}},
     "return_value", {"threshold": 0.5, "factor": 2}),
]  # fmt: skip

# The echo waits for its shortest pause, so it is asked once only.
CASES = [
    (*run, mode)
    for run in RUNS
    for mode in ("async", "sync")
    if (run[1], mode) != ("echo", "async")
]


@pytest.mark.parametrize("subject", REAL, indirect=True)
def test_every_process_of_the_server_gets_a_form_with_all_its_inputs(subject, client):
    for summary in client.processes():
        process = client.process(summary.id)
        form = ProcessForm(process)
        assert (list(form.fields) and set(form.fields) == set(process.inputs)) or (
            process.inputs == {}
        )
        # What nobody has touched is not sent, unless it is shown as a default.
        assert set(form.inputs) <= {
            name for name, one in process.inputs.items() if "default" in str(one.raw)
        }
        form.close()


@pytest.mark.parametrize(
    ("subject", "process", "inputs", "output", "value", "mode"),
    CASES,
    ids=[f"{one[0]}-{one[1]}-{one[-1]}-{n}" for n, one in enumerate(CASES)],
    indirect=["subject"],
)
def test_process_of_the_server_runs_with_what_its_form_gives(
    subject, client, process, inputs, output, value, mode
):
    form = ProcessForm(client.process(process))
    form.inputs = inputs
    job = client.execute(process, form.require_valid(), mode=mode).wait(60)
    assert job.status.status == "successful"
    assert job.results().outputs[output] == value
    form.close()
