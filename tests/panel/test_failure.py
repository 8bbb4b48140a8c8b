import pytest

from ogc_widgets.panel.job.logs import first_error_line, log_lines, read_failure

TRACEBACK = """\
Traceback (most recent call last):
  File "/opt/service.py", line 412, in water_bodies
    exit_status = runner.execute()
                  ^^^^^^^^^^^^^^^^
RuntimeError: The area lies outside the scene.
"""


def test_failure_leads_with_the_exception_when_message_is_a_traceback():
    failure = read_failure(TRACEBACK)
    assert failure.lead == "RuntimeError: The area lies outside the scene."
    assert failure.details.startswith("Traceback (most recent call last):")
    assert "line 412" in failure.details


def test_failure_keeps_what_the_server_wrote_before_the_traceback():
    failure = read_failure("Step crop failed:\n" + TRACEBACK)
    assert failure.lead == (
        "Step crop failed\nRuntimeError: The area lies outside the scene."
    )


def test_failure_keeps_every_line_of_an_exception_of_several_lines():
    failure = read_failure(TRACEBACK + "Use an area inside it.\nOr another scene.\n")
    assert failure.lead.splitlines() == [
        "RuntimeError: The area lies outside the scene.",
        "Use an area inside it.",
        "Or another scene.",
    ]


def test_failure_is_the_message_when_there_is_no_traceback():
    failure = read_failure("Unknown band: nirr\n\nBands are green and nir.\n")
    assert failure.lead == "Unknown band: nirr\n\nBands are green and nir."
    assert failure.details == ""


def test_failure_says_something_when_the_traceback_was_cut():
    cut = "\n".join(TRACEBACK.splitlines()[:3])
    assert read_failure(cut).lead == "exit_status = runner.execute()"


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("all fine\nstill fine", None),
        ("start\nERROR  window outside\nend", 1),
        ("start\n\nTraceback (most recent call last):", 2),
        ("rasterio.errors.RasterioIOError: no such file", 0),
        ("0 errors\nfinished without errors\nerrors: 0", None),
        ("terrorism statistics read", None),
        ("step 1\nFATAL out of memory", 1),
        ("Killed", 0),
        ("", None),
    ],
)
def test_first_error_is_found_where_a_reader_would_look(log, line):
    assert first_error_line(log) == line


def test_log_shows_the_last_state_of_a_progress_bar():
    log = "reading\r\n 10 %\r 50 %\r100 %\ndone\r\n"
    assert log_lines(log) == "reading\n100 %\ndone\n"


def test_log_has_no_colours_and_no_controls_when_a_terminal_wrote_it():
    log = "\x1b[31mERROR\x1b[0m bad\x00 \x1b]8;;http://x\x07link\x1b]8;;\x07 \u202eevil"
    assert log_lines(log) == "ERROR bad link evil"
