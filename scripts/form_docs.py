"""Write the examples in docs/forms.md: ``form_docs.py [--pictures [name ...]]``.

The page keeps its own words; what stands between the two marks is made from the same
examples that the tests use. With ``--pictures`` they are drawn in Chromium, too: all,
or those that are named.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "form"), str(ROOT / "tests" / "browser")]

from form_examples import (  # type: ignore[import-not-found]  # noqa: E402 # by the path
    EXAMPLES,
    Example,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

PAGE = ROOT / "docs" / "forms.md"
PICTURES = ROOT / "docs" / "screenshots" / "form"
BEGIN = "<!-- The examples: made by scripts/form_docs.py, do not edit. -->"
END = "<!-- The examples end here. -->"
_WIDTH = 460
_MARGIN = 8

# What is understood without a field of its own, and what becomes of it.
DIALECTS = (
    (
        "`nullable`, `type` or a branch with `null`, wherever it stands",
        'null can be sent, by "no value" or from the menu of the field; an input that '
        "says no `minOccurs` can be left out",
    ),
    ("`default`", "shown, and therefore sent; left out with a note if it is not valid"),
    ("`examples`, `example`", "grey text in the empty box"),
    ("`example` of the process", "fills the form, if it is enough for a run"),
    ("an empty `schema`", "text or JSON; left out if no `minOccurs` asks for it"),
    ("`$ref` into the description, `$defs`, `$id`, `$anchor`", "followed, cycles too"),
    ("`$ref` to OGC, GeoJSON and STAC schemas", "known to the package, never fetched"),
    ("`$ref` to anything else", "a JSON field with a note; nothing is fetched"),
    (
        "`minOccurs` (1 if it is not said), `maxOccurs`",
        "required, and a list above 1; with a schema that is that list already, or one "
        "or the list of them, still one list. Pairs and boxes make a list of lists",
    ),
    ("`extended-schema`, `original-schema`", "read beside `schema`"),
    (
        "no `schema`, but `type`, `enum`, `items`, ... on the input itself",
        "read as its schema; a list as `schema` is a choice between its members",
    ),
    (
        "inputs as a list, `literalDataDomains` or one `literalDataDomain`, `formats`, "
        "`supportedCRS`",
        "read like the newer form: values, ranges with open or closed ends, defaults",
    ),
    (
        "`x-ogc-uom`, `uom`, `UOMs`",
        "the unit beside the box, by the last word of an address",
    ),
    (
        "`enum` on a list, a default that is the JSON of a list",
        "options of its items; the list",
    ),
    ("`dateTime`, `xs:int` and other types that are not JSON Schema's", "understood"),
    ("OpenAPI 3.0's boolean `exclusiveMinimum`", "understood"),
    ("titles in several languages", "English, or the first"),
    ("`deprecated`, `readOnly`", "folded away with the optional ones"),
    ("`not`, `contains`, `propertyNames`, `uniqueItems`", "checked before sending"),
    (
        "`x-ui-widget`, `-order`, `-advanced`, `-hidden`, `-placeholder`, `-title`, "
        "`-description`, `-rows`, `-step`, `-password`",
        "followed, under `x-ui`, `x-ui-…`, `x-ui:…` and `ui:…`",
    ),
    ("`enumNames`, `x-enumNames`, `x-enum-varnames`", "names of the options"),
    ("anything over the limits of size and depth", "one JSON field; the rest works"),
)


def picture(example: Example) -> str:
    """File name of the picture of an example."""
    return f"{example.name.replace(' ', '-')}.png"


def page_text(page: str) -> str:
    """The page with its examples as they are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{examples_text()}\n{END}{after}"


def examples_text() -> str:
    """Keywords in a table, then every kind of field with its picture."""
    groups = dict.fromkeys(example.group for example in EXAMPLES)
    rows = [
        (f"`{keyword}`" if _is_code(keyword) else keyword, _link(example))
        for example in EXAMPLES
        for keyword in example.keywords
    ]
    parts = ["## Keywords\n", _table(("Keyword", "Field"), rows)]
    parts += ["And without a field of their own:\n"]
    parts += [_table(("Keyword or habit", "What becomes of it"), DIALECTS)]
    for group in groups:
        parts.append(f"## {group}\n")
        parts += [_section(one) for one in EXAMPLES if one.group == group]
    return "\n".join(parts)


def _is_code(keyword: str) -> bool:
    words = keyword.replace(",", " ").replace(":", " ").split()
    return not {"of", "with", "as", "and", "by", "in", "to", "no", "a"} & set(words)


def _link(example: Example) -> str:
    return f"[{example.name}](#{example.name.lower().replace(' ', '-')})"


def _section(example: Example) -> str:
    described = json.dumps(example.input, ensure_ascii=False)
    value = json.dumps(example.value, ensure_ascii=False)
    lines = [f"### {example.name}\n"]
    if example.text:
        lines.append(f"{example.text}\n")
    lines.append(
        f"![The field for {example.name}](screenshots/form/{picture(example)})\n"
    )
    # What is cut off is no JSON any more.
    language = "json" if _short(described) == described else "text"
    lines.append(f"```{language}\n{_short(described)}\n```\n")
    lines.append(f"sends `{_short(value)}`\n")
    return "\n".join(lines)


def _short(text: str, limit: int = 400) -> str:
    return text if len(text) <= limit else f"{text[:limit]} …"


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|"]
    lines += [f"| {left} | {right} |" for left, right in rows]
    return "\n".join(lines) + "\n"


def draw(folder: Path, wanted: Collection[str] = ()) -> None:
    """Draw the wanted examples, or all, filled with their values."""
    import chromium
    from form_states import (  # type: ignore[import-not-found] # by the path above
        state_of,
        traits,
    )
    from playwright.sync_api import sync_playwright
    from view_page import (  # type: ignore[import-not-found] # by the path above
        CHROMIUM_ARGS,
        show_view,
    )

    from ogc_widgets.form import ProcessForm

    folder.mkdir(parents=True, exist_ok=True)
    path = chromium.find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        page = browser.new_page(reduced_motion="reduce")
        for example in EXAMPLES:
            if wanted and example.name not in wanted:
                continue
            form = ProcessForm(example.process)
            form.inputs = {"x": example.value}
            state: dict[str, Any] = {**traits([]), **state_of(form)}
            show_view(page, ProcessForm, state, width=_WIDTH)
            box = page.locator(".ogcw-f-body").bounding_box()
            assert box is not None  # it was just drawn
            page.screenshot(
                path=folder / picture(example),
                clip={
                    "x": box["x"] - _MARGIN,
                    "y": box["y"] - _MARGIN,
                    "width": box["width"] + 2 * _MARGIN,
                    "height": box["height"] + 2 * _MARGIN,
                },
            )
        browser.close()


def main(arguments: list[str]) -> None:
    """Write the page, and its pictures if they are asked for."""
    PAGE.write_text(page_text(PAGE.read_text("utf-8")), "utf-8")
    if "--pictures" in arguments:
        draw(PICTURES, arguments[arguments.index("--pictures") + 1 :])


if __name__ == "__main__":
    main(sys.argv[1:])
