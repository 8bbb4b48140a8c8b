"""The closed set of field kinds, and the one value that describes any field.

A process description is reduced to a tree of :class:`Field`. Everything else in the
form (drafts, validation, the page) works on this tree and never on raw schemas, so
that the peculiarities of servers end at the reduction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ogc_widgets.area.hint import AreaHint
    from ogc_widgets.protocol.json_type import JsonValue

Kind = Literal[
    "text",  # one line; format says more (uri, email, uuid, ...)
    "multiline",  # several lines: prose or code, see media_types
    "number",
    "integer",
    "date",
    "time",
    "datetime",
    "duration",
    "boolean",
    "null",
    "const",  # exactly one value, shown and sent
    "choice",  # one of a list
    "multichoice",  # several of a list
    "list",
    "tuple",
    "object",
    "map",  # names chosen by the user
    "union",  # one of several kinds
    "file",  # content as text, by upload or by reference
    "secret",  # never leaves Python once typed
    "area",  # a shape on the map
    "stac",  # address of a STAC document, or the document itself
    "json",  # anything else
]


KIND_WORDS: Final[dict[str, str]] = {
    "item": "a STAC item",
    "collection": "a STAC collection",
    "catalog": "a STAC catalogue",
    "items": "a list of items",
    "file": "a file",
}
"""What documents that a field of kind ``stac`` may want are called."""


class Unset(Enum):
    """The type of :data:`UNSET`."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET
"""Nothing was entered: the input is left out of the request."""

Value: TypeAlias = "JsonValue | Unset"
"""What is sent of a field."""

Draft: TypeAlias = "JsonValue"
"""What stands on the screen; see :mod:`ogc_widgets.form.drafts.codec`."""

EXTRA_MEMBERS: Final = ""
"""Where the draft of an object keeps its members that the schema does not name."""

_NO_DEFS: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an object asks for under a condition, and what otherwise.

    Attributes:
        condition: A schema of the object.
        required: Names that are asked for if it holds, and if not.
        members: Names that apply if it holds, and if not.
    """

    condition: Mapping[str, Any]
    required: tuple[tuple[str, ...], ...]
    members: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class StacHint:
    """How an input takes STAC documents.

    Attributes:
        wants: What may stand there: "item", "items" (a list of them as one document),
            "collection", "catalog", "file" (any file).
        writes: An address is sent as text, or as a link ``{"href": ...}``.
        documents: Whether the document itself can be sent.
    """

    wants: tuple[str, ...] = ("item",)
    writes: Literal["text", "link"] = "text"
    documents: bool = False

    @property
    def words(self) -> str:
        """What is asked for: "STAC item", "STAC item or collection"."""
        if "file" in self.wants:
            return "file or STAC item"
        # Who takes catalogues takes lists, too; three words are enough.
        names = [KIND_WORDS[kind].partition(" ")[2] for kind in self.wants[:3]]
        plain = [names[0], *(name.removeprefix("STAC ") for name in names[1:])]
        if len(plain) < 3:
            return " or ".join(plain)
        return f"{', '.join(plain[:-1])} or {plain[-1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the form, or of a part of it.

    Attributes:
        kind: One of the closed set of kinds.
        key: Input id or member name; "" for list items and branches without one.
        label: What the field is called, the server's words.
        description: The server's explanation, plain text.
        required: Whether a request without it is refused.
        nullable: Whether the value null is allowed.
        default: Shown (and therefore sent) until changed; UNSET where there is none.
        schema: JSON Schema 2020-12 of the value, references into ``defs``.
        defs: The definitions that ``schema`` refers to.
        format: Format of a text, such as "uri".
        media_types: Media types of a file or of multi-line text.
        binary: Whether content is sent as base64.
        modes: How a file can be given: "text", "upload", "reference".
        qualified: Whether file content always goes into ``{"value": ...}``.
        typed: Media type that is always named beside the value, because texts of other
            types may stand in its place; else "".
        options: Values of a choice; the one value of a const.
        option_labels: What the options are called.
        minimum: Smallest value; see ``exclusive``.
        maximum: Largest value; see ``exclusive``.
        exclusive: Whether the bounds (minimum, maximum) themselves are excluded.
        step: Values are multiples of this.
        unit: Unit of measure.
        item: Field of each item of a list, of each value of a map, and of the members
            that an object takes beside those it describes.
        fields: Members of an object, items of a tuple.
        rules: Conditions on the members of an object.
        conditional: Whether the object has this member only under a condition.
        branches: The kinds that a union offers.
        min_items: Fewest items of a list (or members of a map).
        max_items: Most items, None for any number.
        occurrences: Whether the list is there because the input takes several values;
            one value alone is then allowed too.
        area: How an area is to be written.
        stac: How STAC documents are taken.
        envelope: Name of the only member of the object that wraps the value, or "".
        advanced: Whether the field belongs with the optional ones.
        order: Position wished for by the description.
        placeholder: Example text.
        rows: Height of multi-line text, 0 for one line.
        widget: Presentation wished for by the description ("slider", "radio", ...).
        custom: Makes the widget of the registered field that draws it.
        note: Advice of ours that stands under the field.
        cwl_type: Type in the application package, where it is said.
    """

    kind: Kind
    key: str = ""
    label: str = ""
    description: str = ""
    required: bool = False
    nullable: bool = False
    default: Any = UNSET
    schema: Mapping[str, Any] = field(default_factory=dict, repr=False)
    defs: Mapping[str, Any] = field(
        default_factory=lambda: _NO_DEFS, repr=False, compare=False
    )
    format: str = ""
    media_types: tuple[str, ...] = ()
    binary: bool = False
    modes: tuple[str, ...] = ()
    qualified: bool = False
    typed: str = ""
    options: tuple[Any, ...] = ()
    option_labels: tuple[str, ...] = ()
    minimum: Any = None
    maximum: Any = None
    exclusive: tuple[bool, bool] = (False, False)
    step: Any = None
    unit: str = ""
    item: Field | None = None
    fields: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = ()
    conditional: bool = False
    branches: tuple[Field, ...] = ()
    min_items: int = 0
    max_items: int | None = None
    occurrences: bool = False
    area: AreaHint | None = None
    stac: StacHint | None = None
    envelope: str = ""
    advanced: bool = False
    order: float | None = None
    placeholder: str = ""
    rows: int = 0
    widget: str = ""
    custom: Callable[[Field], Any] | None = None
    note: str = ""
    cwl_type: str = ""

    def walk(self) -> Iterator[Field]:
        """This field and everything in it, outermost first."""
        yield self
        parts = (*self.fields, *self.branches)
        for part in (*parts, self.item) if self.item is not None else parts:
            yield from part.walk()

    def holds(self, kind: Kind) -> bool:
        """Whether it, or a part of it, is of a kind."""
        return any(part.kind == kind for part in self.walk())


def join_path(*parts: str | int) -> str:
    """Path of a part of an input: ``join_path("stac_items", 1) == "stac_items/1"``.

    "/" and "~" inside a name are escaped as in JSON Pointer (RFC 6901).
    """
    return "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split_path(path: str) -> list[str]:
    """The parts of a path made by :func:`join_path`."""
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")]


def number_of_step(step: str) -> int | None:
    """The number of a row that a part of a path names, or None; a name may be any text.

    Text that Python calls a digit ("²") is not always one that it can read.
    """
    return int(step) if step.isdecimal() and len(step) < 10 else None


def name_of_step(step: str) -> str:
    """What a part of a path is called: rows are counted from one."""
    number = number_of_step(step)
    return step if number is None else str(number + 1)
