"""A page with one view in it and a stand-in for the kernel's side of its model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ogc_widgets.view.base import STATIC, View

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

_PAGE = """<!doctype html><meta charset="utf-8"><style>{css}</style>
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

_BOOT = """({script, traits}) => {
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
      tell: (event, said) => {
        for (const f of [...(listeners[event] ?? [])]) f(said);
      },
      put(changes) {
        Object.assign(traits, changes);
        for (const name of Object.keys(changes))
          for (const f of [...(listeners[`change:${name}`] ?? [])]) f();
      },
      listening: () => Object.values(listeners).reduce((n, s) => n + s.size, 0),
    };
  };
  const url = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
  return import(url).then((module) => {
    window.view = module.default;
    window.show = (start, el) => {
      const model = makeModel(start);
      const cleanup = view.render({ model, el });
      return { model, cleanup };
    };
    const shown = window.show(traits, document.getElementById("view"));
    window.model = shown.model;
    window.cleanup = shown.cleanup;
  });
}"""


def script_of(view: type[View]) -> str:
    """The script that the view's anywidget sends to the page."""
    script = view._script if isinstance(view._script, tuple) else (view._script,)
    return "\n".join(
        Path(part).read_text(encoding="utf-8") for part in (STATIC / "base.js", *script)
    )


def style_of(view: type[View]) -> str:
    style = view._style if isinstance(view._style, tuple) else (view._style,)
    return "\n".join(
        Path(part).read_text(encoding="utf-8")
        for part in (STATIC / "theme.css", *style)
    )


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
    show_script(page, script_of(view), style_of(view), traits, width=width, theme=theme)


def show_script(
    page: Any,
    script: str,
    style: str,
    traits: dict[str, Any],
    *,
    width: int = 1100,
    theme: str = "light",
) -> None:
    """The same from the texts of script and style sheet, as a notebook holds them."""
    tokens = " ".join(f"{name}: {value};" for name, value in _THEMES[theme].items())
    page.set_viewport_size({"width": width + 32, "height": 900})
    page.set_content(
        _PAGE.format(
            css=style,
            tokens=tokens,
            width=width,
            light="true" if theme == "light" else "false",
        )
    )
    page.evaluate(
        _BOOT,
        {"script": script, "traits": json.loads(json.dumps(traits))},
    )
