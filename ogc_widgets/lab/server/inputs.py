"""Check the inputs of an execute request and turn them into CWL's."""

from __future__ import annotations

import base64
import binascii
import json
import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import urlsplit

import jsonschema_rs

from ogc_widgets.lab.engines.engine import STAGED
from ogc_widgets.lab.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    Json: TypeAlias = str | int | float | bool | list["Json"] | dict[str, "Json"] | None
    CwlType: TypeAlias = str | dict[str, Any]

_INT32, _INT64 = 2**31, 2**63
_STRING_FORMATS = "string_format.yaml#"
_QUALIFIED = {"value", "mediaType", "encoding", "schema", "format"}
# What a literal of CWL is in words and in JSON Schema.
_LITERALS: dict[str, tuple[str, dict[str, Any]]] = {
    "string": ("a text", {"type": "string"}),
    "boolean": ("true or false", {"type": "boolean"}),
    "int": (
        "a whole number",
        {"type": "integer", "minimum": -_INT32, "exclusiveMaximum": _INT32},
    ),
    "long": (
        "a whole number",
        {"type": "integer", "minimum": -_INT64, "exclusiveMaximum": _INT64},
    ),
    "float": ("a number", {"type": "number"}),
    "double": ("a number", {"type": "number"}),
}


class _Unfit(Exception):  # noqa: N818 - says why a value does not fit
    def __init__(self, detail: str, path: str = "") -> None:
        super().__init__(detail)
        self.path = path


@dataclass
class CheckedInputs:
    """Inputs ready for the runner.

    Attributes:
        order: The CWL input object, without the files to be written.
        files: File name in the staging folder to its bytes.
    """

    order: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


def check_inputs(
    described: Mapping[str, Any], inputs: Mapping[str, Any]
) -> CheckedInputs:
    """Check inputs against the description and convert them."""
    checked = CheckedInputs()
    known = ", ".join(described["inputs"]) or "none"
    errors = {
        key: f"is not an input of this process (its inputs: {known})"
        for key in inputs
        if key not in described["inputs"]
    }
    for key, description in described["inputs"].items():
        value = inputs.get(key)
        if value is None:
            if description.get("minOccurs", 1) > 0:
                errors[key] = "is required"
            continue
        converter = _Converter(key, checked.files)
        try:
            converted = converter.convert(described["types"][key], value)
            _check_schema(description.get("schema") or {}, value)
        except _Unfit as unfit:
            errors[f"{key}{unfit.path}"] = str(unfit)
        else:
            checked.order[key] = converted
    if errors:
        raise Problem(
            "invalid-inputs",
            reason="; ".join(f"{path}: {detail}" for path, detail in errors.items()),
            errors=[
                {"input": path.split("/", 1)[0], "path": path, "detail": detail}
                for path, detail in errors.items()
            ],
        )
    return checked


def _check_schema(schema: dict[str, Json], value: Json) -> None:
    """Check what the description says beyond the CWL type (ranges, patterns...)."""
    plain = _without_references(schema)
    if not isinstance(plain, dict):
        return
    try:
        validator = jsonschema_rs.validator_for(plain)
    except ValueError:
        return  # a schema that cannot be used must not keep anyone from running
    instance = _bare(value)
    if plain.get("type") == "array" and not isinstance(instance, list):
        instance = [instance]  # as the conversion does
    for error in validator.iter_errors(instance):
        path = "".join(f"/{part}" for part in error.instance_path)
        raise _Unfit(error.message, path)


def _without_references(schema: Json) -> Json:
    # References lead to other servers, files have their own rules, and geometry
    # schemas made from CWL records are often wrong: only plain constraints count.
    if isinstance(schema, dict):
        if {"$ref", "oneOf", "properties"} & schema.keys():
            return {}
        return {key: _without_references(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_without_references(each) for each in schema]
    return schema


def _is_qualified(value: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(value, dict) and {"value"} <= value.keys() <= _QUALIFIED


def _bare(value: Json) -> Json:
    """Return what a qualified value holds, and any other value as it is."""
    if _is_qualified(value):
        return value["value"]
    return [_bare(each) for each in value] if isinstance(value, list) else value


class _Converter:
    """Turns the values of one input into CWL's.

    Raises:
        _Unfit: A value does not fit the type.
    """

    def __init__(self, key: str, files: dict[str, bytes]) -> None:
        self._key = key
        self._files = files

    def convert(self, cwl_type: CwlType, value: Json, path: str = "") -> Json:
        if isinstance(cwl_type, dict):
            if "union" in cwl_type:
                return self._union(cwl_type["union"], value, path)
            if "array" in cwl_type:
                return self._array(cwl_type["array"], value, path)
            if "enum" in cwl_type:
                return self._enum(cwl_type["enum"], _bare(value), path)
            return self._record(cwl_type, value, path)
        if cwl_type in {"File", "stdin"}:
            return self._file(value, path)
        if cwl_type == "Directory":
            return {"class": "Directory", "location": _address(value, path)}
        bare = _bare(value)
        if cwl_type in _LITERALS:
            words, schema = _LITERALS[cwl_type]
            if not jsonschema_rs.is_valid(schema, bare):
                raise _Unfit(f"must be {words}", path)
        if cwl_type in {"int", "long"} and isinstance(bare, float):
            return int(bare)
        return bare

    def _union(self, alternatives: list[CwlType], value: Json, path: str) -> Json:
        if value is None and "null" in alternatives:
            return None
        reasons: list[_Unfit] = []
        for each in alternatives:
            if each == "null":
                continue
            try:
                return self.convert(each, value, path)
            except _Unfit as unfit:
                reasons.append(unfit)
        if len(reasons) == 1:
            raise reasons[0]
        raise _Unfit(" and ".join(map(str, reasons)) or "must be empty", path)

    def _array(self, item: CwlType, value: Json, path: str) -> list[Json]:
        value = _bare(value)
        # One value where many are possible is what 1.0 clients send.
        values = value if isinstance(value, list) else [value]
        return [
            self.convert(item, each, f"{path}/{index}")
            for index, each in enumerate(values)
        ]

    def _enum(self, symbols: list[str], value: Json, path: str) -> str:
        # Descriptions show the last part of a symbol that is an address.
        shown = {symbol: symbol.rsplit("/", 1)[-1] for symbol in symbols}
        for symbol, word in shown.items():
            if value in (symbol, word):
                return symbol
        raise _Unfit(f"must be one of: {', '.join(shown.values())}", path)

    def _record(self, cwl_type: Mapping[str, Any], value: Json, path: str) -> Json:
        fields = cwl_type["fields"]
        if _STRING_FORMATS in cwl_type["record"] and isinstance(_bare(value), str):
            return {"value": _bare(value)}
        if isinstance(value, dict) and isinstance(value.get("value"), dict):
            value = value["value"]
        if not isinstance(value, dict):
            raise _Unfit("must be an object", path)
        record: dict[str, Any] = {}
        for name, each in fields.items():
            if name in value:
                record[name] = self.convert(each, value[name], f"{path}/{name}")
            elif not (isinstance(each, dict) and "null" in each.get("union", ())):
                raise _Unfit(f"needs the member {name!r}", path)
        if unknown := sorted(value.keys() - fields.keys()):
            raise _Unfit(f"has no member {unknown[0]!r}", path)
        return record

    def _file(self, value: Json, path: str) -> dict[str, Any]:
        if isinstance(value, dict) and "href" in value:
            return {"class": "File", "location": _address(value, path)}
        if _is_web_address(value):
            return {"class": "File", "location": value}
        media_type, content = _content(value, path)
        suffix = mimetypes.guess_extension(media_type) or ""
        name = f"{self._key}-{len(self._files)}{suffix}"
        self._files[name] = content
        return {"class": "File", "path": f"{STAGED}/{name}"}


def _is_web_address(value: Json) -> TypeGuard[str]:
    try:
        return isinstance(value, str) and urlsplit(value).scheme in {"http", "https"}
    except ValueError:  # such as http://[
        return False


def _address(value: Json, path: str) -> str:
    href = value.get("href") if isinstance(value, dict) else value
    if not _is_web_address(href):
        # Paths would read this machine's files for anybody who can reach the port.
        raise _Unfit("must be a link: {'href': 'https://...'}", path)
    return href


def _content(value: Json, path: str) -> tuple[str, bytes]:
    """Return media type and bytes of a file that was sent by value."""
    media_type, encoding = "text/plain", None
    if _is_qualified(value):
        media_type = str(value.get("mediaType") or media_type)
        encoding, value = value.get("encoding"), value["value"]
    if encoding == "base64" and isinstance(value, str):
        try:
            return media_type, base64.b64decode(value, validate=True)
        except binascii.Error:
            raise _Unfit("is not valid base64", path) from None
    if isinstance(value, str):
        return media_type, value.encode()
    if isinstance(value, (dict, list)):
        return "application/json", json.dumps(value).encode()
    raise _Unfit("must be a link, a text or an object", path)
