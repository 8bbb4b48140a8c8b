"""The draft of an area: the text in its field, and the way that was chosen to send it.

It becomes a shape for the map, a value for the request, and is made of either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ogc_widgets.area.boxes import GEOMETRY_TYPES, orders_of
from ogc_widgets.area.encoding import Encoding
from ogc_widgets.area.hint import QUALIFIED, AreaHint, form_of, order_of
from ogc_widgets.area.reading import read_numbers
from ogc_widgets.errors import InputError
from ogc_widgets.form.drafts.secrets_store import SecretsStore
from ogc_widgets.form.drafts.tree import members_of
from ogc_widgets.form.fields.fields import UNSET, Draft, Field, Value
from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from ogc_widgets.area.area import Area
    from ogc_widgets.protocol.json_type import JsonValue

_TEXTS = ("bbox-text", "wkt", "geojson-text", "as-typed")
_KINDS: dict[str, tuple[str, ...]] = {
    "geojson-geometry": GEOMETRY_TYPES,
    "geojson-feature": ("Feature",),
    "geojson-collection": ("FeatureCollection",),
}
# What a value of another shape than its encoding makes may raise.
_NO_AREA = (InputError, TypeError, ValueError, LookupError, AttributeError)


class _Given(NamedTuple):
    """A value from Python, with the text and the encoding that stand for it."""

    text: str
    encoding: str
    crs: str | None
    value: Value


@dataclass(frozen=True)
class AreaDraft:
    """What stands in the field of an area.

    Args:
        encoding: How it is sent.
        text: The text in the field.
        ref: Name of the value from Python that the text stands for, in the store.
        is_given: Whether numbers came from Python or are the server's default: it is
            known what is sent, and only not always where it is.
        raw: JSON that was written by hand in place of all this.
    """

    encoding: Encoding
    text: str = ""
    ref: JsonValue = None
    is_given: bool = False
    raw: JsonValue = None

    @classmethod
    def of(cls, field: Field, draft: Draft) -> AreaDraft:
        """What a draft says, as far as it is one of this field."""
        members, hint = members_of(draft), field.area or AreaHint(("as-typed",))
        chosen, text = members.get("encoding"), members.get("text")
        crs = members.get("crs") or hint.default_crs
        return cls(
            Encoding(
                str(chosen) if chosen in hint.encodings else hint.default,
                crs if isinstance(crs, str) else None,
                hint,
            ),
            text if isinstance(text, str) else "",
            members.get("ref"),
            members.get("given") is True,
            members.get("json"),
        )

    @property
    def draft(self) -> dict[str, JsonValue]:
        """It as a draft."""
        draft = {"encoding": self.encoding.id, "crs": self.encoding.crs}
        more = (
            {"given": True} if self.is_given else {"ref": self.ref} if self.ref else {}
        )
        return {**draft, "text": self.text, **more}

    @property
    def is_half_typed(self) -> bool:
        """Whether text stands there that may become an area, and is none yet."""
        if not isinstance(self.raw, str):
            return bool(self.text) and not self.is_given
        try:
            exact.loads(self.raw)
        except exact.NotJsonError:
            return True
        return False

    # -- what it stands for ------------------------------------------------------------

    def value(self, secrets: SecretsStore) -> Value:
        """What is sent, UNSET for nothing.

        Raises:
            InputError: The text is no area, or cannot be sent that way.
            NotJsonError: It is JSON that was written by hand, and is none.
        """
        if isinstance(self.raw, str):
            return cast("JsonValue", exact.loads(self.raw))
        if not self.text.strip():
            return UNSET
        if self.is_given and read_numbers(self.text) is not None:
            is_text = self.encoding.form == "bbox-text"
            return self.text if is_text else exact.loads(f"[{self.text}]")
        given = secrets.get(self.ref) if self.ref else None
        now = (self.text, self.encoding.id, self.encoding.crs)
        if isinstance(given, _Given) and given[:3] == now:
            # Set from Python and not edited since: every digit and member is kept.
            return given.value
        return cast("JsonValue", self.encoding.from_text(self.text))

    def area(self, secrets: SecretsStore) -> Area | None:
        """The area for the map, None where nothing is sent or there is none to draw."""
        shape = self.shape(secrets)
        if shape is None or self.encoding.is_undecided or self.ref or self.is_given:
            return shape
        try:
            self.encoding.check(shape)
        except InputError:
            return None
        return shape

    def shape(self, secrets: SecretsStore) -> Area | None:
        """The area that the text says, or else the value.

        Where only a box is sent, the outline that it is the box of is still there in
        the text.
        """
        encoding = self.encoding
        is_projected = encoding.form == "bbox-object" and not encoding.system.in_degrees
        if self.text and not (is_projected and read_numbers(self.text) is not None):
            try:
                return encoding.read(self.text)
            except InputError:
                pass
        try:
            value = self.value(secrets)
            return None if value is UNSET else encoding.decode(value)
        except (InputError, exact.NotJsonError):
            return None

    def advice(self, secrets: SecretsStore) -> str:
        """What to know about an area that can be sent, or ""."""
        area = self.area(secrets)
        if area is not None:
            return self.encoding.notice(area)
        try:
            value = self.value(secrets)
            if isinstance(value, list) and not self.encoding.is_undecided:
                self.encoding.decode(value)
        except InputError as error:
            return f"{error.what} {error.advice} It is sent all the same."
        except exact.NotJsonError:
            pass
        return ""

    # -- with something else in it -----------------------------------------------------

    def drawn(self, area: Area) -> dict[str, JsonValue]:
        """The draft for a drawn shape, written the way that the field is set to.

        Raises:
            InputError: The shape cannot be sent that way.
        """
        encoding = self.encoding
        text = encoding.text_of(area)
        if encoding.form == "as-typed":
            text = encoding.encode(area)
        elif not encoding.is_undecided:
            encoding.check(area)
        return AreaDraft(encoding, text).draft

    def emptied(self) -> dict[str, JsonValue] | None:
        """The draft without its area; the way of sending that was chosen stays."""
        is_usual = self.encoding.id == self.encoding.hint.default
        return None if is_usual else AreaDraft(self.encoding).draft

    def changed(self, what: str, value: JsonValue) -> dict[str, JsonValue]:
        """The draft with another encoding or reference system, the same shape in it.

        Raises:
            InputError: The shape cannot be converted to that system.
        """
        before = replace(self, ref=None, is_given=False)
        hint, text = self.encoding.hint, self.text
        encoding = AreaDraft.of(
            Field(kind="area", area=hint), {**before.draft, what: value}
        ).encoding
        # The shape stays, and its numbers follow; numbers whose order was not known
        # stay, and are a shape now.
        area = before.shape(SecretsStore()) if text.strip() else None
        if area is not None:
            if encoding.form == "bbox-object" and not encoding.system.is_known:
                raise InputError(
                    f"The area cannot be converted to {encoding.system.short_name} "
                    "here.",
                    advice="Clear it first, then type four numbers in that system.",
                )
            # Numbers may have been in the old system: the text goes on in degrees.
            text = encoding.text_of(area)
        return AreaDraft(encoding, text).draft


def value_of(field: Field, draft: Draft, secrets: SecretsStore) -> Value:
    """The value that the draft of an area stands for.

    Raises:
        InputError: The text is no area, or cannot be sent that way.
    """
    value = AreaDraft.of(field, draft).value(secrets)
    if field.typed and isinstance(value, str):
        return {"value": value, "mediaType": field.typed}
    return value


# -- values from Python ----------------------------------------------------------------


def as_chosen(field: Field, draft: Draft) -> Field:
    """The field with the way of sending in front that a draft is set to."""
    if field.area is None:
        return field
    chosen = members_of(draft).get("encoding")
    return replace(field, area=field.area.starting_with(chosen))


def draft_of(field: Field, value: JsonValue, secrets: SecretsStore) -> Draft:
    """The draft that shows a value as an area; None if no text can."""
    if field.area is None:
        return None
    if field.typed and isinstance(value, Mapping):
        value = value.get("value")
    crs = members_of(value).get("crs") or field.area.default_crs
    crs = crs if isinstance(crs, str) else None
    fitting = [Encoding(one, crs, field.area) for one in _fitting(field.area, value)]
    if not fitting:
        return None
    numbers = _numbers_text(value)
    if fitting[0].is_undecided and numbers is not None:
        return AreaDraft(fitting[0], numbers, is_given=True).draft
    for encoding in fitting:
        text = encoding.to_text(value)
        if text is not None and text.strip():
            made = AreaDraft(encoding, text)
            if exact.same(made.value(secrets), value):
                return made.draft
    try:  # no encoder would write it like this, but it may be an area all the same
        fitting[0].decode(value)
    except _NO_AREA:
        return None
    if numbers is not None:
        return AreaDraft(fitting[0], numbers, is_given=True).draft
    # No text makes exactly this value, so it is kept beside the one that shows it.
    text = value if isinstance(value, str) else exact.dumps(value)
    given = _Given(text, fitting[0].id, crs, value)
    return AreaDraft(fitting[0], text, ref=secrets.put(given)).draft


def _fitting(hint: AreaHint, value: JsonValue) -> list[str]:
    """The encodings that a value may be in, the best one first.

    Of the orders of its numbers only the one that the input wants counts: in another
    one the value is another area. Where that is not known, the value may tell.
    """
    found: dict[str, str] = {}
    for encoding in hint.encodings:
        form, order = form_of(encoding), order_of(encoding)
        name = encoding.removesuffix(f"-{order}")
        if name in found or not _has_form(value, name):
            continue
        found[name] = encoding
        if AreaHint((encoding,)).is_undecided:
            same = [one for one in hint.encodings if form_of(one) == form][1:]
            numbers: Any = read_numbers(value) if isinstance(value, str) else value
            among = [order_of(one) for one in same]
            told = orders_of(numbers, among) if numbers and len(numbers) == 4 else ()
            if len(told) == 1:
                found[name] = same[among.index(told[0])]
    return list(found.values())


def _has_form(value: JsonValue, name: str) -> bool:
    """Whether a value is of the JSON type, and GeoJSON kind, that an encoding makes."""
    form, members = form_of(name), members_of(value)
    if form in _TEXTS:
        return isinstance(value, str)
    if form == "bbox-array":
        return isinstance(value, list)
    if form in _KINDS:
        is_inside = name.startswith(QUALIFIED)
        inner = members_of(members.get("value")) if is_inside else members
        return inner.get("type") in _KINDS[form]
    is_plain = isinstance(value, Mapping) and members.get("type") is None
    return is_plain and ("bbox" in members) == (form == "bbox-object")


def _numbers_text(value: JsonValue) -> str | None:
    """The numbers of a value as text, digit by digit; None if it is something else."""
    if isinstance(value, str):
        return value if read_numbers(value) is not None else None
    kinds = {*map(type, value)} if isinstance(value, list) else {str}
    return exact.dumps(value)[1:-1] if kinds <= {int, float, Decimal} else None
