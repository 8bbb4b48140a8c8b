"""Execute requests as people have them: as JSON, a file, or a cURL command."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentError, ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ogc_widgets.errors import InputError
from ogc_widgets.form.schema import exact
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.reading import ID_NAMES, first, mapping
from ogc_widgets.protocol.requests.requests import ExecuteRequest

_MAX_FILE_BYTES: Final = 16 * 1024 * 1024
# A prompt of a shell may stand before it, or a variable that takes the answer.
_CURL: Final = pattern(r"\s*(?:[$>!%]\s*|\w+=\$\(\s*)?curl(?:\.exe)?\s", re.IGNORECASE)
_CURL_DATA: Final = ("-d", "--data", "--data-raw", "--data-binary", "--json")


def read_text(path: str | Path) -> str:
    """The text of a file with a set of inputs.

    Raises:
        InputError: There is no such file, or it is too large or no text.
    """
    if not isinstance(path, str | Path):
        raise InputError(
            f"A file of inputs is the path of one, not {type(path).__name__}.",
            advice="A dict or JSON text is taken by form.load_request(...).",
        )
    path = Path(path).expanduser()
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise InputError(f"{path} is larger than {_MAX_FILE_BYTES >> 20} MiB.")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.",
            advice="Pass the path of a JSON file, for example one of form.save_inputs. "
            "A dict or JSON text is taken by form.load_request(...).",
        ) from None


def request_in(request: object) -> Any:  # noqa: ANN401 # JSON that nobody has looked at
    """An execute request as people paste it, as JSON.

    Args:
        request: The request as a dict, as JSON text, or as a cURL command.

    Raises:
        InputError: It is text, and no JSON was found in it.
    """
    if not isinstance(request, str):
        return request
    text = _body_of(request) if _CURL.match(request) else request
    try:
        return exact.loads(text)
    except exact.NotJsonError as error:
        raise InputError(
            f"The request {error}.",
            advice="Paste the JSON body of the request, or a whole cURL command.",
        ) from None


def inputs_in(request: object) -> dict[str, Any]:
    """Input id to value, from an execute request or its inputs.

    Raises:
        InputError: There are no inputs in it.
    """
    whole: Mapping[str, Any] = {"inputs": request}
    if isinstance(request, Mapping) and "inputs" in request:
        whole = request
    entries = whole["inputs"]
    if isinstance(entries, list) and not all(
        first(mapping(entry), *ID_NAMES) for entry in entries
    ):
        raise InputError("An entry of the list of inputs has no id.")
    if isinstance(entries, (Mapping, list)):
        return _read(whole).inputs
    raise InputError(
        "There are no inputs in this.",
        advice='An execute request looks like {"inputs": {"name": "value"}}.',
    )


def outputs_in(request: object) -> dict[str, Any]:
    """The choice of outputs of an execute request; empty if it makes none."""
    if not isinstance(request, Mapping) or "inputs" not in request:
        return {}
    wishes = _read(request).outputs or {}
    return {name: want for name, want in wishes.items() if isinstance(want, Mapping)}


def _read(request: Mapping[str, Any]) -> ExecuteRequest:
    with silent():  # people may paste requests of old drafts
        return ExecuteRequest.from_json(request)


def _body_of(command: str) -> str:
    """What a cURL command sends, as tutorials and browsers write it.

    Raises:
        InputError: It sends nothing, or the content of a file.
    """
    # A backslash, or a caret on Windows, at the end of a line continues it.
    joined = re.sub(r"[\\^]\r?\n", " ", command.strip().lstrip("$>!% "))
    joined = re.sub(r"\$'((?:[^'\\]|\\.)*)'", _ansi_quoted, joined)
    parser = ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument(*_CURL_DATA, dest="data", action="append", default=[])
    try:
        data = parser.parse_known_args(shlex.split(joined))[0].data
    except ValueError:
        raise InputError(
            "The command is not complete: a quotation mark is not closed.",
            advice="Copy the whole command, or only the JSON body.",
        ) from None
    except ArgumentError:
        data = []
    if not data:
        raise InputError(
            "The command sends no request: it has no -d or --data.",
            advice="Paste the JSON body of the request.",
        )
    if data[0].startswith("@"):
        raise InputError(
            f"The command sends the file {data[0][1:]}, which is not in it.",
            advice="Paste the content of that file.",
        )
    return str(data[0])


def _ansi_quoted(found: re.Match[str]) -> str:
    """$'...' as the shell reads it, which is how browsers copy requests."""
    return shlex.quote(re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _unescaped, found.group(1)))


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r"}.get(code, code)
