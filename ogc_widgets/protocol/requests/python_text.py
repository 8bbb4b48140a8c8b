"""Pieces of Python source: values, and what is read from the environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

TOKEN = "$TOKEN"  # noqa: S105 # the place of a secret, not one
BASIC = f"Basic {TOKEN}"
BEARER = f"Bearer {TOKEN}"
_WIDTH = 80
_STEP = 4


def params_text(names: Iterable[str]) -> str:
    """Write query members as Python; empty if there are none."""
    pairs = [f'{quoted(name)}: os.environ["{variable(name)}"]' for name in names]
    return f"{{{', '.join(pairs)}}}" if pairs else ""


def variable(name: str) -> str:
    """The variable of the environment that holds a query member.

    Its beginning keeps ``path`` and ``lang`` from meaning those of the shell.
    """
    return "PARAM_" + re.sub(r"\W", "_", name, flags=re.ASCII).upper()


def headers_text(known: Mapping[str, str]) -> str:
    """Write headers as a dict of Python."""
    pairs = (f"{quoted(k)}: {_from_environment(v)}" for k, v in known.items())
    return f"{{{', '.join(pairs)}}}"


def literal(value: object, indent: int) -> str:
    """Write a value as Python, on one line where that is short."""
    inner = indent + _STEP
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        ends = "{}"
        parts = [f"{literal(k, inner)}: {literal(v, inner)}" for k, v in value.items()]
    elif isinstance(value, (list, tuple)):
        ends = "[]"
        parts = [literal(item, inner) for item in value]
    else:
        return repr(value)
    line = f"{ends[0]}{', '.join(parts)}{ends[1]}"
    if len(line) + indent <= _WIDTH and "\n" not in line:
        return line
    lines = "".join(f"{' ' * inner}{part},\n" for part in parts)
    return f"{ends[0]}\n{lines}{' ' * indent}{ends[1]}"


def quoted(text: str) -> str:
    """Write a text in double quotes, as most Python code has it."""
    plain = repr(text)
    return f'"{plain[1:-1]}"' if plain[0] == "'" and '"' not in plain else plain


def _from_environment(value: str) -> str:
    """Write the value of a header that may end with a secret."""
    before = value.replace(TOKEN, "")
    parts = [quoted(before)] if before or value != TOKEN else []
    parts += ['os.environ["TOKEN"]'] if before != value else []
    return " + ".join(parts)
