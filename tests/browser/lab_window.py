"""A page of Chromium on a notebook in a real JupyterLab."""

from __future__ import annotations

import ast
import contextlib
import json
import secrets
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import nbformat
from jupyter_client import BlockingKernelClient
from waiting import PATIENCE_S, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyterlab_program import JupyterLab
    from playwright.sync_api import Browser, Locator, Page

OUTPUT = Path(__file__).parent / "output"


class LabPage:
    """A browser window on JupyterLab; its methods are what a person does there.

    Attributes:
        page: The Playwright page, for everything that has no method here.
        lab: The JupyterLab behind it.
        path: The open notebook, relative to ``lab.root``.
        script_errors: Exceptions that no script on the page has caught.
        hosts: Hosts outside this machine that the page has asked for.

    JupyterLab is loaded with the first notebook, and stays for those after it.
    """

    def __init__(self, lab: JupyterLab, browser: Browser) -> None:
        self.lab = lab
        self.path = ""
        self.script_errors: list[str] = []
        self.hosts: set[str] = set()
        self._kernel: BlockingKernelClient | None = None
        self._shown: Any = None
        self._context = browser.new_context(
            extra_http_headers={"Authorization": f"token {lab.token}"},
        )
        self._context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page: Page = self._context.new_page()
        self.page.on("pageerror", self._note_error)
        self.page.on("request", self._note_host)
        self.page.set_default_timeout(1000 * PATIENCE_S)
        self.begin()

    def begin(self) -> None:
        """Make the window as large as a new one, and forget what was noted on it."""
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.mouse.move(0, 0)
        self.script_errors.clear()
        self.hosts.clear()

    def _note_error(self, error: Any) -> None:
        # What JupyterLab says of its own requests to a kernel that was shut down, and
        # of what it was doing with a notebook that was closed. anywidget gives a model
        # two seconds to load, which a busy machine exceeds, and says so; what it then
        # leaves undone is done by our script, see test_busy_page.py.
        said = str(error).removeprefix("Error: ")
        if not said.startswith(
            ("Disposed", "Canceled future for ", "[anywidget] Failed to initialize")
        ):
            self.script_errors.append(str(error))

    def _note_host(self, request: Any) -> None:
        scheme, _, rest = request.url.partition("://")
        host = rest.partition("/")[0].rpartition(":")[0] or rest.partition("/")[0]
        if scheme in {"http", "https", "ws", "wss"} and host != "127.0.0.1":
            self.hosts.add(host)

    # -- notebooks ---------------------------------------------------------------

    def write_notebook(self, *cells: str, path: str = "test.ipynb") -> str:
        """Make a notebook of code cells in the root folder of JupyterLab."""
        notebook = nbformat.v4.new_notebook()
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        target = self.lab.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
        return path

    def copy_notebook(self, source: Path) -> str:
        """Copy a notebook of the repository into the root folder of JupyterLab."""
        shutil.copy(source, self.lab.root / source.name)
        return source.name

    def open(
        self, path: str, *, theme: str = "light", width: int | None = None
    ) -> None:
        """Open a notebook instead of the one before, and wait for its kernel.

        Args:
            path: The notebook, relative to the root folder.
            theme: "light" or "dark".
            width: Width of the outputs in CSS pixels, see :meth:`set_width`.
        """
        if self.path:
            self.leave()
            self.command("docmanager:open", path=path)
        else:
            # A workspace of its own, so that nothing of another window is open in it.
            place = f"lab/workspaces/test-{secrets.token_hex(4)}/tree/{quote(path)}"
            self.page.goto(f"{self.lab.url}{place}")
        self.path = path
        self.page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
        self.wait_idle()
        self.set_theme(theme)
        # The side bar shows the files; hide it, as a person with a narrow screen does.
        if self.page.locator("#jp-left-stack").is_visible():
            self.command("application:toggle-left-area")
        if width is not None:
            self.set_width(width)

    def show(self, *cells: str, theme: str = "light", width: int | None = None) -> None:
        """Write a notebook of these cells, open it and run them all."""
        self.leave()
        self.open(self.write_notebook(*cells), theme=theme, width=width)
        self.run_all()

    def show_once(self, *cells: str, width: int) -> None:
        """The same, unless these cells are already there from the test before."""
        if self._shown != cells:
            self.show(*cells, width=width)
            self._shown = cells
        self.set_width(width)

    def leave(self) -> None:
        """Close the notebook without saving it, and shut down its kernel."""
        self._shown = None
        if self._kernel is not None:
            self._kernel.stop_channels()
            self._kernel = None
        if self.path:
            self.page.evaluate(
                """() => {
                  for (const widget of [...window.jupyterapp.shell.widgets("main")])
                    if (widget.context) widget.dispose();
                }"""
            )
            self.lab.shut_down_kernels()

    def reload(self) -> None:
        """Save and reload the page, as Ctrl+S and F5 do; the kernel stays."""
        self.save()
        self.page.reload()
        self.page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
        self.page.locator(".jp-NotebookPanel-toolbar").first.wait_for()
        self.wait_idle()  # the notebook is seen before it is connected

    def save(self) -> Any:
        """Save the notebook and return it as it is in the file."""
        self.command("docmanager:save")
        return nbformat.read(self.lab.root / self.path, as_version=4)

    # -- cells -------------------------------------------------------------------

    def run_all(self, *, timeout_s: float = 120) -> None:
        """Run all cells and wait until the last one has ended without an error."""
        self.command("notebook:run-all-cells", timeout_s=timeout_s)
        errors = self.cell_errors()
        assert not errors, f"cells failed: {errors}"

    def restart_kernel(self) -> None:
        """Kernel > Restart Kernel, and the confirmation; everything in it is gone."""
        if self._kernel is not None:
            self._kernel.stop_channels()
            self._kernel = None
        self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget
              .sessionContext.session.kernel.restart()"""
        )
        self.wait_idle()

    def start_cell(self, code: str) -> None:
        """Add a cell at the end and run it, without waiting for it."""
        self.page.evaluate(
            """(code) => {
              const panel = window.jupyterapp.shell.currentWidget;
              panel.model.sharedModel.addCell({ cell_type: "code", source: code });
              panel.content.activeCellIndex = panel.content.widgets.length - 1;
              void window.jupyterapp.commands.execute("notebook:run-cell");
            }""",
            code,
        )

    def cell_errors(self) -> list[str]:
        """The errors in the outputs of the notebook."""
        return self.page.evaluate(
            """() => {
              const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
              const errors = [];
              for (const cell of cells) {
                for (const output of cell.toJSON().outputs ?? []) {
                  if (output.output_type === "error") {
                    errors.push(`${output.ename}: ${output.evalue}`);
                  }
                }
              }
              return errors;
            }"""
        )

    def wait_idle(self, *, timeout_s: float = 120) -> None:
        """Wait until the kernel has started and runs nothing."""
        self.page.wait_for_function(
            """() => {
              const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
              return context?.isReady && context.session?.kernel?.status === "idle";
            }""",
            timeout=timeout_s * 1000,
        )

    def output(self, index: int = -1) -> Locator:
        """The output area of a cell (by default the last one that has any)."""
        outputs = self.page.locator(".jp-NotebookPanel .jp-OutputArea-output")
        return outputs.last if index == -1 else outputs.nth(index)

    # -- the kernel --------------------------------------------------------------

    def python(self, expression: str, *, timeout_s: float = PATIENCE_S) -> Any:
        """The value of an expression in the kernel of the notebook, as JSON.

        Waits while the kernel runs a cell. Raises AssertionError with the kernel's
        message when the expression raises.
        """
        reply = self._ask(
            "", {"value": f"__import__('json').dumps({expression})"}, timeout_s
        )
        value = reply["user_expressions"]["value"]
        assert value["status"] == "ok", f"{value.get('ename')}: {value.get('evalue')}"
        # The kernel answers with the repr of a string.
        return json.loads(ast.literal_eval(value["data"]["text/plain"]))

    def execute(self, code: str, *, timeout_s: float = PATIENCE_S) -> None:
        """Run statements in the kernel of the notebook, outside of any cell."""
        reply = self._ask(code, {}, timeout_s)
        assert reply["status"] == "ok", f"{reply.get('ename')}: {reply.get('evalue')}"

    def wait_python(self, expression: str, *, timeout_s: float = PATIENCE_S) -> Any:
        """Wait until an expression in the kernel is true, and return its value."""
        deadline = time.monotonic() + timeout_s
        while not (value := self.python(expression)):
            assert time.monotonic() < deadline, f"{expression} did not become true"
            # Lets the page work on its messages meanwhile.
            self.page.wait_for_timeout(100)
        return value

    def _ask(
        self, code: str, expressions: dict[str, str], timeout_s: float
    ) -> dict[str, Any]:
        client = self._kernel or self._connect()
        message = client.execute(
            code, silent=True, store_history=False, user_expressions=expressions
        )
        deadline = time.monotonic() + timeout_s
        while True:
            reply = client.get_shell_msg(timeout=max(0.1, deadline - time.monotonic()))
            if reply["parent_header"].get("msg_id") == message:
                return reply["content"]

    def _connect(self) -> BlockingKernelClient:
        kernel = next(s for s in self.lab.sessions() if s["path"] == self.path)[
            "kernel"
        ]
        client = BlockingKernelClient()
        client.load_connection_file(
            str(self.lab.runtime / f"kernel-{kernel['id']}.json")
        )
        client.start_channels(iopub=False, stdin=False, hb=False, control=False)
        self._kernel = client
        return client

    # -- looks -------------------------------------------------------------------

    def command(self, name: str, *, timeout_s: float = 30, **arguments: Any) -> None:
        """Carry out a command of JupyterLab and wait for its end."""
        self.page.set_default_timeout(timeout_s * 1000)
        self.page.evaluate(
            """([name, args]) =>
              window.jupyterapp.commands.execute(name, args).then(() => null)""",
            [name, arguments],
        )
        self.page.set_default_timeout(1000 * PATIENCE_S)

    def set_theme(self, theme: str) -> None:
        """Switch to the "light" or "dark" theme of JupyterLab."""
        light = "true" if theme == "light" else "false"
        name = "JupyterLab Light" if theme == "light" else "JupyterLab Dark"
        if self.page.locator(f"body[data-jp-theme-light={light}]").count() == 0:
            self.command("apputils:change-theme", theme=name)
        self.page.locator(f"body[data-jp-theme-light={light}]").wait_for(
            state="attached"
        )

    def set_width(self, width: int) -> None:
        """Resize the window until the outputs of the notebook have this width."""

        def is_so() -> bool:
            size = self.page.viewport_size
            now = self.page.evaluate(
                """async () => {
                  // JupyterLab lays out its parts some frames later.
                  for (const _ of "123") await new Promise(requestAnimationFrame);
                  const panel = document.querySelector(".jp-NotebookPanel .jp-Cell");
                  const areas = [...document.querySelectorAll(".jp-OutputArea-output")];
                  // A card that is not shown has no width.
                  const area = areas.find((one) => one.offsetWidth);
                  if (area) return area.offsetWidth;
                  const prompt = panel.querySelector(".jp-InputPrompt");
                  return panel.clientWidth - (prompt?.offsetWidth ?? 64) - 20;
                }"""
            )
            if size is None or abs(now - width) <= 1:
                return True
            self.page.set_viewport_size(
                {"width": size["width"] + width - now, "height": size["height"]}
            )
            return False

        wait_for(is_so)

    def screenshot(self, name: str, *, of: Locator | None = None) -> Path:
        """Keep a picture as ``output/<name>.png``: of an element, or of the window."""
        OUTPUT.mkdir(exist_ok=True)
        path = OUTPUT / f"{name}.png"
        (of or self.page).screenshot(path=path, animations="disabled")
        return path

    def close(self) -> None:
        if self._kernel is not None:
            self._kernel.stop_channels()
        self._context.close()


@contextlib.contextmanager
def lab_page_on(lab: JupyterLab, browser: Browser) -> Iterator[LabPage]:
    """A window that is closed afterwards, together with its kernels."""
    window = LabPage(lab, browser)
    try:
        yield window
    finally:
        window.close()
        lab.shut_down_kernels()
