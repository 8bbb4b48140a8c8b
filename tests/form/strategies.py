"""Schemas as servers might write them, and values that they allow."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

# JSON can say half a character, UTF-8 cannot.
ODD = "\u00df\u6f22\U0001f30d\ud800\udc80\0\x1b\r\n\u2028\u202e\"\\'<"
TEXTS = st.one_of(
    # To JSON two halves that stand together are one character.
    st.one_of(st.text(st.characters(), max_size=8), st.text(ODD, max_size=8)).map(
        lambda text: text.encode("utf-16", "surrogatepass").decode(
            "utf-16", "surrogatepass"
        )
    ),
    st.sampled_from(["green", "EPSG:4326", "1", "true", "null", " ", "", "{}", "[1]"]),
)
NUMBERS = (
    st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, -0.0, 2**53 + 1, 1e22, 0.1, 10**200])
    | st.decimals(allow_nan=False, allow_infinity=False, places=30)
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["\ud800", "a", "b", "type", "value", "crs", "bbox", "href", "a/b", "~"]
)


@st.composite
def schemas(draw: st.DrawFn, depth: int = 0) -> dict[str, Any]:
    """A schema of any of the shapes that the form distinguishes."""
    makers = [_text, _number, _boolean, _enum, _const, _anything, _several]
    if depth < 3:
        makers += [_array, _tuple, _object, _map, _union, _types]
    schema = draw(draw(st.sampled_from(makers))(depth))
    for keyword, makes in (
        ("title", TEXTS),
        ("nullable", st.booleans()),
        ("default", values(dict(schema))),
    ):
        if draw(st.integers(0, 9 if keyword != "default" else 4)) == 0:
            schema[keyword] = draw(makes)
    return schema


@st.composite
def _text(draw: st.DrawFn, _depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    extra = draw(
        st.sampled_from(
            [
                {},
                {},
                {"format": "uri"},
                {"format": "date"},
                {"format": "date-time"},
                {"format": "password"},
                {"format": "email"},
                {"contentMediaType": "text/xml"},
                {"contentMediaType": "application/json"},
                {"contentMediaType": "image/tiff", "contentEncoding": "base64"},
                {"minLength": 1},
                {"maxLength": 4},
                {"pattern": "^EPSG:\\d+$"},
                {"format": "wkt"},
            ]
        )
    )
    return {**schema, **extra}


@st.composite
def _number(draw: st.DrawFn, _depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": draw(st.sampled_from(["number", "integer"]))}
    extra = draw(
        st.sampled_from(
            [
                {},
                {},
                {"minimum": 0},
                {"minimum": 0, "exclusiveMinimum": True},
                {"exclusiveMaximum": 10},
                {"multipleOf": 2},
                {"minimum": 2**60},
            ]
        )
    )
    return {**schema, **extra}


def _boolean(_depth: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.just({"type": "boolean"})


def _anything(_depth: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(
        [
            {},
            {"type": "object"},
            {"type": "array"},
            {"type": "null"},
            {"format": "geojson-geometry"},
            {"format": "ogc-bbox"},
            {"type": "dateTime"},
            {"type": "xs:int"},
        ]
    ).map(dict)


@st.composite
def _enum(draw: st.DrawFn, _depth: int) -> dict[str, Any]:
    return {"enum": draw(st.lists(SCALARS, min_size=1, max_size=4))}


@st.composite
def _several(draw: st.DrawFn, _depth: int) -> dict[str, Any]:
    options = draw(st.lists(TEXTS, min_size=2, max_size=4, unique=True))
    return {"type": "array", "items": {"enum": options}, "uniqueItems": True}


@st.composite
def _const(draw: st.DrawFn, _depth: int) -> dict[str, Any]:
    return {"const": draw(JSON)}


@st.composite
def _array(draw: st.DrawFn, depth: int) -> dict[str, Any]:
    extra = draw(
        st.sampled_from(
            [{}, {}, {"minItems": 1}, {"maxItems": 2}, {"uniqueItems": True}]
        )
    )
    return {"type": "array", "items": draw(schemas(depth + 1)), **extra}


@st.composite
def _tuple(draw: st.DrawFn, depth: int) -> dict[str, Any]:
    items = draw(st.lists(schemas(depth + 1), min_size=1, max_size=3))
    fixed = draw(st.sampled_from([{}, {"items": False}, {"minItems": len(items)}]))
    return {"type": "array", "prefixItems": items, **fixed}


@st.composite
def _object(draw: st.DrawFn, depth: int) -> dict[str, Any]:
    properties = draw(st.dictionaries(KEYS, schemas(depth + 1), max_size=3))
    names = list(properties)
    required = [name for name in names if draw(st.booleans())]
    more: dict[str, Any] = {}
    match draw(st.sampled_from(["", "", "closed", "open", "rule", "needs"])):
        case "closed":
            more = {"additionalProperties": False}
        case "open":
            more = {"additionalProperties": draw(schemas(depth + 1))}
        case "rule":
            more = {
                "if": {"properties": {draw(KEYS): draw(schemas(depth + 1))}},
                "then": {"properties": {draw(KEYS): draw(schemas(depth + 1))}},
                "else": {"required": [draw(KEYS)]},
            }
        case "needs":
            more = {"dependentRequired": {draw(KEYS): [draw(KEYS)]}}
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        **more,
    }


@st.composite
def _map(draw: st.DrawFn, depth: int) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": draw(schemas(depth + 1))}


@st.composite
def _union(draw: st.DrawFn, depth: int) -> dict[str, Any]:
    keyword = draw(st.sampled_from(["oneOf", "anyOf", "allOf"]))
    # Of two equal ones a form shows one.
    branches = draw(
        st.lists(schemas(depth + 1), min_size=1, max_size=3, unique_by=repr)
    )
    if keyword != "allOf" and draw(st.integers(0, 2)) == 0:
        null = [{"type": "null"}, {"const": None}, {"enum": [None]}]
        branches.append(draw(st.sampled_from(null)))
    return {keyword: branches}


@st.composite
def _types(draw: st.DrawFn, _depth: int) -> dict[str, Any]:
    names = ["string", "number", "boolean", "null", "array", "object"]
    return {"type": draw(st.lists(st.sampled_from(names), min_size=1, unique=True))}


@st.composite
def values(draw: st.DrawFn, schema: Any, depth: int = 0) -> Any:
    """A value that has a good chance of being allowed by a schema."""
    if not isinstance(schema, dict) or draw(st.integers(0, 9)) == 0 or depth > 6:
        return draw(JSON)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return draw(st.sampled_from(schema["enum"]))
    for keyword in ("oneOf", "anyOf", "allOf"):
        if schema.get(keyword):
            return draw(values(draw(st.sampled_from(schema[keyword])), depth + 1))
    names = schema.get("type")
    name = draw(st.sampled_from(names)) if isinstance(names, list) else names
    if name == "string":
        samples = ["EPSG:4326", "2021-07-13", "2021-07-13T10:30:00Z", "a:b", "a@b.org"]
        return draw(TEXTS | st.sampled_from(samples))
    if name in ("number", "integer"):
        return draw(st.integers(-5, 5) | NUMBERS)
    if name == "boolean":
        return draw(st.booleans())
    if name == "array":
        if "prefixItems" in schema:
            return [draw(values(item, depth + 1)) for item in schema["prefixItems"]]
        size = draw(st.integers(0, 3))
        return [draw(values(schema.get("items", {}), depth + 1)) for _ in range(size)]
    if name == "object":
        members = schema.get("properties", {})
        chosen = {k: v for k, v in members.items() if draw(st.integers(0, 3))}
        made = {key: draw(values(one, depth + 1)) for key, one in chosen.items()}
        rule = schema.get("then", {}).get("properties", {})
        if rule and draw(st.booleans()):
            made |= {key: draw(values(one, depth + 1)) for key, one in rule.items()}
        if schema.get("additionalProperties") and draw(st.booleans()):
            made[draw(TEXTS)] = draw(values(schema["additionalProperties"], depth + 1))
        return made
    return draw(JSON)
