"""A page with one view in it and a stand-in for the kernel's side of its model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ogc_widgets.view.scripts import SHARED, STATIC

if TYPE_CHECKING:
    from ogc_widgets.view.base import View

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# JupyterLab's colours for the two themes, as its own style sheets set them.
_THEMES = {
    "light": {
        "--jp-layout-color0": "#ffffff",
        "--jp-layout-color1": "#ffffff",
        "--jp-layout-color2": "#eeeeee",
        "--jp-ui-font-color0": "rgba(0, 0, 0, 1)",
    },
    "dark": {
        "--jp-layout-color0": "#111111",
        "--jp-layout-color1": "#212121",
        "--jp-layout-color2": "#424242",
        "--jp-ui-font-color0": "rgba(255, 255, 255, 1)",
    },
}

_PAGE = """<!doctype html><meta charset="utf-8">
<style>:root {{ {tokens} }} html {{ background: var(--jp-layout-color0); }}
body {{ margin: 16px; }} #view {{ width: {width}px; }}
/* What JupyterLab says about elements inside of outputs. */
.jp-ThemedContainer button {{ border-radius: 2px; }}
.jp-OutputArea-output pre {{ border: none; margin: 0; padding: 0; overflow: auto;
  word-break: break-all; word-wrap: break-word; white-space: pre-wrap; }}
h2 {{ font: 600 12px system-ui; color: var(--jp-ui-font-color0); margin: 14px 0 4px; }}
</style>
<body data-jp-theme-light="{light}" class="jp-ThemedContainer jp-OutputArea-output">
<div id="view"></div>"""

_BOOT = """async ({shared, own, traits}) => {
  window.makeModel = (start) => {
    const traits = {...start};
    const listeners = {};
    return {
      sent: [],
      contents: [],
      get: (name) => traits[name],
      set: (name, value) => { traits[name] = value; },
      save_changes: () => {},
      on: (event, f) => { (listeners[event] ??= new Set()).add(f); },
      off: (event, f) => { listeners[event]?.delete(f); },
      // A kernel gives a word to each message, unless it is not there any more.
      send(message, _callbacks, [buffer] = []) {
        this.contents.push(message);
        const secret = buffer && { secret: new TextDecoder().decode(buffer) };
        this.sent.push({ ...message, ...secret });
        const answer = () => this.tell("msg:custom", { type: "heard" });
        if (!window.noKernel) setTimeout(answer);
      },
      tell: (event, said, buffers) => {
        for (const f of [...(listeners[event] ?? [])]) f(said, buffers);
      },
      put(changes) {
        Object.assign(traits, changes);
        for (const name of Object.keys(changes))
          for (const f of [...(listeners[`change:${name}`] ?? [])]) f();
      },
      listening: () => Object.values(listeners).reduce((n, s) => n + s.size, 0),
    };
  };
  // What js/view/load.js does, without a widget manager.
  const addressOf = (code) =>
    URL.createObjectURL(new Blob([code], {type: "text/javascript"}));
  const code = own.replaceAll('"ogc_widgets/view"', JSON.stringify(addressOf(shared)));
  window.view = (await import(addressOf(code))).default;
  window.show = (start, el) => {
    const model = makeModel(start);
    const cleanup = view.render({ model, el });
    return { model, cleanup };
  };
  const shown = window.show(traits, document.getElementById("view"));
  window.model = shown.model;
  window.cleanup = shown.cleanup;
}"""


def script_of(name: str) -> str:
    """A script as the package carries it."""
    return (STATIC / f"{name}.js").read_text(encoding="utf-8")


def show_view(
    page: Any,
    view: type[View],
    traits: dict[str, Any],
    *,
    width: int = 1100,
    theme: str = "light",
) -> None:
    """Fill a page with one view; afterwards ``model`` is its model on the page."""
    traits = {"problem": "", **traits}
    scripts = script_of(SHARED), script_of(view._script)
    show_scripts(page, scripts, traits, width=width, theme=theme)


def show_scripts(
    page: Any,
    scripts: tuple[str, str],
    traits: dict[str, Any],
    *,
    width: int = 1100,
    theme: str = "light",
) -> None:
    """The same from the texts of the two scripts, as a notebook holds them."""
    tokens = " ".join(f"{name}: {value};" for name, value in _THEMES[theme].items())
    page.set_viewport_size({"width": width + 32, "height": 900})
    page.set_content(
        _PAGE.format(
            tokens=tokens, width=width, light="true" if theme == "light" else "false"
        )
    )
    shared, own = scripts
    page.evaluate(
        _BOOT,
        {"shared": shared, "own": own, "traits": json.loads(json.dumps(traits))},
    )
