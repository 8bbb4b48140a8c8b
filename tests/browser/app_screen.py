"""What a person sees of an App, and does to it with the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from lab_window import LabPage

# Notes each different text of the job line, and whether a cell was running just then.
# The kernel itself is idle in between also then: what widgets say goes past its cells.
_WATCH = """(job) => {
  const seen = [];
  let last = "";
  const note = () => {
    const prompts = document.querySelectorAll(".jp-InputPrompt");
    const isRunning = [...prompts].some((one) => one.textContent.startsWith("[*]"));
    const bar = job.querySelector("[role=progressbar]");
    const percent = bar.getAttribute("aria-valuenow") ?? "";
    const said = job.querySelector(".ogcw-job-said").textContent;
    const now = { percent, said, kind: job.dataset.kind };
    if (JSON.stringify(now) === last) return;
    last = JSON.stringify(now);
    seen.push({ ...now, kernel: isRunning ? "busy" : "idle" });
  };
  new MutationObserver(note).observe(job, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
  note();
  window.jobLines = seen;
}"""


class AppScreen:
    """An App in a notebook.

    Args:
        window: The window in which the notebook is open.
        name: The variable that holds the App in the kernel.
    """

    def __init__(self, window: LabPage, name: str = "app") -> None:
        self.window = window
        self.name = name
        # The tour shows one App; its cell is the first with an output.
        self.app = window.page.locator(".ogcw-app").first
        self.map = self.app.locator(".leaflet-container")
        self.job = self.app.locator(".ogcw-job")
        self.log = self.job.locator(".ogcw-job-log")
        self.rows = self.app.locator(".ogcw-items-table tr[data-id]")
        # A canvas: it says how many shapes it has drawn.
        self.footprints = self.app.locator(".ogcw-map-items")
        self.selected = self.app.locator(".ogcw-map-selected")
        self.area = self.app.get_by_role("textbox", name="Area of interest")

    def button(self, name: str) -> Locator:
        return self.app.get_by_role("button", name=name, exact=True)

    def python(self, expression: str) -> Any:
        """The value of an expression of ``app`` in the kernel."""
        return self.window.python(expression)

    # -- the area ------------------------------------------------------------------

    def draw_box(self, *, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw a rectangle; the corners are fractions of the map's size."""
        self.map.scroll_into_view_if_needed()
        self.button("Draw a rectangle").click()
        box = self.map.bounding_box()
        assert box is not None
        corners = [
            (box["x"] + x * box["width"], box["y"] + y * box["height"])
            for x, y in (start, end)
        ]
        mouse = self.window.page.mouse
        mouse.move(*corners[0])
        mouse.down()
        mouse.move(*corners[1], steps=8)
        mouse.up()

    def open_form(self) -> None:
        """Press Form: the results may stand in its place."""
        self.button("Form").click()
        expect(self.area).to_be_visible()

    def area_on_page(self) -> list[float]:
        text = self.area.input_value()
        return [float(part) for part in text.split(",")] if text else []

    def area_in_python(self) -> list[float]:
        text = self.python(f"{self.name}.form.inputs.get('aoi', '')")
        return [float(part) for part in text.split(",")] if text else []

    # -- the job -------------------------------------------------------------------

    def press_run(self) -> None:
        """Press Run, wait for the new job, and note from then on what its line says.

        Until the kernel has taken the message, the job before stands there with its
        logs: who presses one of them then reads an old log.
        """
        identity = self.job.locator(".ogcw-job-id")
        before = identity.text_content() or ""
        if not self.button("Run").is_visible():
            self.button("Form").click()  # the results stand in its place
        self.button("Run").scroll_into_view_if_needed()
        self.button("Run").click()
        expect(identity).not_to_have_text(before, timeout=60_000)
        self.job.evaluate(_WATCH)

    def wait_for_job(self, kind: str, *, timeout_s: float = 120) -> None:
        """Wait until the panel shows this state: "running", "successful", ..."""
        expect(self.job).to_have_attribute("data-kind", kind, timeout=timeout_s * 1000)

    def lines(self) -> list[dict[str, Any]]:
        """What was different in the job line since Run was pressed."""
        return self.window.page.evaluate("window.jobLines")

    def read_log(self) -> None:
        """Wait until a log can be read, which takes no press while the job runs."""
        expect(self.log).to_contain_text("INFO", timeout=60_000)

    def press_stop(self) -> None:
        """Press Stop and confirm it."""
        act = self.job.locator(".ogcw-job-act")
        act.get_by_role("button", name="Stop").click()
        act.locator(".ogcw-job-yes").click()
