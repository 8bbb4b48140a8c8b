"""Form generators behind one face: ours, ipywidgets-jsonschema and ipyautoui.

Each is asked the same three things about one optional input ``x``: can a form be made,
what does it send while nobody touched it, and does a value come back unchanged.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import socket
import warnings
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Generator:
    """One generator.

    Args:
        name: What it is called.
        make: Makes a form of input id to schema, and the ids that are required.
        member: Name of the attribute with the value of the whole form.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[Mapping[str, Any], list[str]], object],
        member: str,
    ) -> None:
        self.name = name
        self.make = make
        self.member = member

    def read(self, form: object) -> dict[str, Any]:
        """What the form would send."""
        return dict(getattr(form, self.member))

    def write(self, form: object, value: dict[str, Any]) -> None:
        """Put values into the form."""
        setattr(form, self.member, value)


def _ours(schemas: Mapping[str, Any], required: list[str]) -> object:
    from ogc_widgets import ProcessForm

    inputs = {
        key: {"schema": schema, "minOccurs": int(key in required)}
        for key, schema in schemas.items()
    }
    return ProcessForm({"id": "p", "inputs": inputs})


def _as_object(schemas: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(schemas), "required": required}


def _ipywidgets_jsonschema(schemas: Mapping[str, Any], required: list[str]) -> object:
    return import_module("ipywidgets_jsonschema").Form(_as_object(schemas, required))


def _ipyautoui(schemas: Mapping[str, Any], required: list[str]) -> object:
    return import_module("ipyautoui").AutoUi(schema=_as_object(schemas, required))


OURS = Generator("ogc_widgets", _ours, "inputs")


def peers() -> list[Generator]:
    """The other generators, as far as they are installed."""
    every = {
        "ipywidgets_jsonschema": Generator(
            "ipywidgets-jsonschema", _ipywidgets_jsonschema, "data"
        ),
        "ipyautoui": Generator("ipyautoui", _ipyautoui, "value"),
    }
    return [one for name, one in every.items() if find_spec(name)]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No warnings, no output, no log lines, and no way out to the internet."""

    def refuse(*_: object) -> None:
        raise ConnectionRefusedError("a form needs no network")

    connect = socket.socket.connect
    socket.socket.connect = refuse  # type: ignore[method-assign]
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
        socket.socket.connect = connect  # type: ignore[method-assign]


def same(first: object, second: object) -> bool:
    """Whether two values are the same JSON (``True`` is not ``1``)."""
    try:
        return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    except (TypeError, ValueError):
        return False


def score(
    generator: Generator, schema: object, value: object, untouched: object
) -> str:
    """What a generator can do with one schema: some of the letters B, U and R.

    B: a form is Built. U: Untouched, it sends what a person would expect (nothing, or
    the default). R: Round trip, the value comes back unchanged.
    """
    letters = ""
    with quiet():
        try:
            form = generator.make({"x": schema}, [])
            now = generator.read(form)
        except Exception:  # noqa: BLE001 # whatever a peer raises counts as "cannot"
            return letters
        letters += "B"
        if same(now, untouched):
            letters += "U"
        try:
            generator.write(form, {"x": value})
            if same(generator.read(form), {"x": value}):
                letters += "R"
        except Exception:  # noqa: BLE001 # the same
            return letters
    return letters
