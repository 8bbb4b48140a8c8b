"""The page around a report: light and dark, on a screen and on paper."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ogc_widgets import __version__
from ogc_widgets.client.results.downloads import save
from ogc_widgets.reports.markup import Markup, joined, tag

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CODE: Final = 60_000
"""Characters of code in a report."""
# Nothing is fetched and nothing runs, whatever stands in the page.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

_STYLE: Final = """
:root {
  color-scheme: light dark;
  --bg: #ffffff; --soft-bg: #f5f6f7; --text: #1f2328; --soft: #59636e;
  --line: #d9dee3; --accent: #1565c0;
  --good: #2e7d32; --bad: #b3261e; --warn: #9a5b00; --idle: #59636e; --work: #1565c0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #15181c; --soft-bg: #1f2429; --text: #e6e9ec; --soft: #9aa4af;
    --line: #343b43; --accent: #64b5f6;
    --good: #81c784; --bad: #f2a19b; --warn: #e5b567; --idle: #9aa4af; --work: #64b5f6;
  }
  figure img { filter: brightness(.92); }
}
* { box-sizing: border-box; }
body {
  max-width: 920px; margin: 0 auto; padding: 28px 24px 40px;
  background: var(--bg); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
  overflow-wrap: anywhere;
}
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; }
h2 {
  font-size: 18px; margin: 34px 0 10px; padding-top: 14px;
  border-top: 1px solid var(--line);
}
h3 { font-size: 15px; margin: 20px 0 6px; }
p { margin: 6px 0; }
.soft, figcaption, caption { color: var(--soft); }
.state { font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.idle { color: var(--idle); } .work { color: var(--work); }
.box {
  border: 1px solid var(--line); border-left: 4px solid var(--bad);
  border-radius: 4px; padding: 10px 14px; margin: 12px 0; white-space: pre-line;
}
.box.note { border-left-color: var(--warn); }
table { border-collapse: collapse; font-size: 14px; width: 100%; }
caption { text-align: left; padding-bottom: 4px; }
th, td {
  text-align: left; vertical-align: top; padding: 5px 14px 5px 0;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums;
}
th { font-weight: 600; }
thead th { color: var(--soft); font-weight: 500; white-space: nowrap; }
.facts th { width: 32%; font-weight: 500; color: var(--soft); }
.facts small { display: block; font: 12px ui-monospace, Menlo, Consolas, monospace; }
.facts td { white-space: pre-line; }
.number, [align="right"] { text-align: right; white-space: nowrap; }
.wide { overflow-x: auto; }
@media screen {
  .wide { overflow-wrap: break-word; }
  .wide table { min-width: 680px; }
  .wide td { max-width: 320px; }
}
.values { display: flex; flex-wrap: wrap; gap: 10px 36px; margin: 10px 0; }
.values > div { min-width: 0; }
.values b { display: block; font-size: 24px; line-height: 1.3; }
figure { margin: 12px 0; }
figure img {
  display: block; width: 100%; max-width: 640px; height: auto;
  border: 1px solid var(--line); border-radius: 4px;
}
figcaption { font-size: 13px; margin-top: 4px; }
pre {
  background: var(--soft-bg); border: 1px solid var(--line); border-radius: 4px;
  padding: 10px 12px; margin: 6px 0; font: 12.5px/1.45 ui-monospace, Menlo, Consolas,
  monospace; white-space: pre-wrap; max-height: 460px; overflow: auto;
}
mark { background: none; color: var(--bad); font-weight: 600; }
.steps { list-style: none; margin: 4px 0; padding: 0; }
.steps li { padding: 2px 0; }
.steps li::before { content: "○"; display: inline-block; width: 22px; }
.steps .done::before { content: "✓"; color: var(--good); }
.steps .bad::before { content: "✕"; }
.bar {
  display: flex; height: 12px; border-radius: 6px; overflow: hidden; margin: 12px 0 6px;
  background: var(--soft-bg);
}
.bar span { flex-basis: 0; background: currentColor; min-width: 2px; }
.counts span { margin-right: 18px; }
footer { margin-top: 40px; font-size: 13px; color: var(--soft); }
@media (max-width: 560px) {
  body { padding: 18px 14px; }
  .facts th, .facts td { display: block; width: auto; }
  .facts th { border: 0; padding-bottom: 0; }
}
@media print {
  :root {
    --bg: #ffffff; --soft-bg: #ffffff; --text: #000000; --soft: #444444;
    --line: #bbbbbb; --good: #1b5e20; --bad: #8c1d18; --warn: #6b3f00; --idle: #444444;
    --work: #0d47a1;
  }
  @page { margin: 16mm 14mm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  table { font-size: 9.5pt; }
  pre { max-height: none; font-size: 8pt; }
  h2, h3 { break-after: avoid; }
  figure, tr, .box { break-inside: avoid; }
  figure img { filter: none; }
  .bar span { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def page_of(title: str, parts: Iterable[Markup | None]) -> str:
    """Write the page.

    Args:
        title: Title of the page.
        parts: What stands on it.
    """
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    head = joined(
        [
            Markup('<meta charset="utf-8">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
            Markup('<meta name="viewport" content="width=device-width">'),
            Markup('<meta name="referrer" content="no-referrer">'),
            tag("title", title),
            Markup(f"<style>{_STYLE}</style>"),
        ]
    )
    foot = tag("footer", f"Written by ogc_widgets {__version__}, {at}.")
    body = tag("body", tag("main", joined(parts)), foot)
    return f'<!doctype html>\n<html lang="en">{tag("head", head)}{body}</html>\n'


def write(html: str, path: str | Path | None, name: str) -> Path:
    """Write the file; an earlier one of that name stays until this one is whole.

    Args:
        html: The page.
        path: Where to; a folder if there is one of that name.
        name: Name of the file where the path does not say it.

    Raises:
        InputError: It cannot be written.
    """
    target = Path(name if path is None else path)
    return save(html.encode(), target / name if target.is_dir() else target)
