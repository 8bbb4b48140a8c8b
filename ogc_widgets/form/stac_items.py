"""The STAC documents that a form names: added, checked, shown on the map.

What is known of them is an advice, never a barrier: the server may reach what cannot be
reached from here. The form itself asks nobody. It is handed a
:class:`~ogc_widgets.client.stac.stac_reader.StacInspector` (an app binds one), says
which addresses stand in it, and shows what came of it. Documents that stand in the form
themselves are judged without one.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.stac.stac_documents import StacFacts, facts_of
from ogc_widgets.errors import InputError
from ogc_widgets.form.drafts import stac_drafts
from ogc_widgets.form.fields.fields import KIND_WORDS
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol.plain import plain
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ogc_widgets.client.stac.stac_reader import Inspection, StacInspector
    from ogc_widgets.form.fields.fields import StacHint
    from ogc_widgets.form.page.form_page import FormPage
    from ogc_widgets.form.values import FormValues
    from ogc_widgets.protocol.json_type import JsonValue

Check = dict[str, str]

# So many addresses are looked at by themselves; the others when they are asked for.
MOST_LOOKS: Final = 100
# A half-typed address is not asked for; the page also says when a row is left.
TYPING_S: Final = 1.2
_LONG_KEY: Final = 300


@dataclass
class _Look:
    """An address that is being looked at, or was.

    Attributes:
        waits: Whether it waits for the end of typing.
        seen: What was seen, None before.
        give_up: Gives up.
    """

    waits: bool
    seen: Inspection | None = None
    give_up: Callable[[], object] | None = None


class StacItems:
    """The STAC documents of one form."""

    def __init__(self, page: FormPage, values: FormValues) -> None:
        self._page, self._values = page, values
        self._inspector: StacInspector | None = None
        self._looks: dict[str, _Look] = {}
        # Key of a check to the text that it is about, and how the field takes it.
        self._texts: dict[str, tuple[str, StacHint]] = {}
        self._entries = [
            entry for entry in values.entries.values() if entry.field.holds("stac")
        ]

    @property
    def has_fields(self) -> bool:
        """Whether the form takes STAC documents at all."""
        return bool(self._entries)

    @property
    def inspector(self) -> StacInspector | None:
        """What looks at the addresses of STAC documents in the form, None for nobody.

        A form asks nobody by itself; an app binds one that uses its client.
        """
        return self._inspector

    @inspector.setter
    def inspector(self, inspector: StacInspector | None) -> None:
        with publishing(self._page):
            self.close()
            self._inspector = inspector
            self.follow()

    def features(self) -> dict[str, list[dict[str, Any]]]:
        """Key of a check to the GeoJSON features of that document, not checked."""
        found = {key: self._facts(*about) for key, about in self._texts.items()}
        return {
            key: list(facts.features)
            for key, facts in found.items()
            if facts is not None and facts.features
        }

    def takes_one(self, path: str) -> bool:
        """Whether the field at a path takes one STAC item only."""
        found = self._values.part_at(path)
        return found is not None and stac_drafts.takes_one(found[0])

    def add(self, path: str, items: Iterable[Any]) -> None:
        """Add STAC items to the field at a path, by address where they have one.

        Args:
            path: Input id, or the path of a part of it.
            items: Items as dicts or pystac objects, or addresses.

        Raises:
            InputError: The field does not take STAC items, or not these.
        """
        found = self._values.part_at(path)
        plain = [_plain_item(one) for one in items]
        draft = None if found is None else stac_drafts.with_items(*found, plain)
        if draft is None:
            raise InputError(f"{path!r} does not take STAC items.")
        self._values.set_part(path, draft)

    def follow(self, *, is_typing: bool = False) -> None:
        """Check what stands in the form now, and give up on what does not any more."""
        with publishing(self._page):
            self._texts = {
                check_key(part.stac, text): (text, part.stac)
                for entry in self._entries
                for part, text in stac_drafts.documents_in(entry.field, entry.draft)
                if part.stac is not None
            }
            addresses = [
                text.strip()
                for text, hint in self._texts.values()
                if not _is_document(text, hint) and _is_web(text)
            ]
            wanted = dict.fromkeys(addresses[:MOST_LOOKS])
            for address, look in list(self._looks.items()):
                if address not in wanted and look.seen is None:
                    self._forget(address)
            for address in wanted:
                known = self._looks.get(address)
                if known is None or (known.waits and not is_typing):
                    self._look_at(address, after_s=TYPING_S if is_typing else 0)
            self._show()

    def on_look(self, key: str = "") -> None:
        """A row was left, or its address is to be looked at whatever it is."""
        with publishing(self._page):
            if key in self._texts:
                self._look_at(self._texts[key][0].strip(), insist=True)
            self.follow()

    def close(self) -> None:
        """Give up on everything that is not back yet."""
        for address in list(self._looks):
            self._forget(address)

    def _show(self) -> None:
        found = {key: self._check(*about) for key, about in self._texts.items()}
        self._page.item_checks = {key: one for key, one in found.items() if one}

    def _forget(self, address: str) -> None:
        look = self._looks.pop(address, None)
        if look is not None and look.seen is None and look.give_up is not None:
            look.give_up()

    def _look_at(
        self, address: str, *, after_s: float = 0, insist: bool = False
    ) -> None:
        if self._inspector is None:
            return
        self._forget(address)
        look = self._looks[address] = _Look(waits=after_s > 0)

        def done(seen: Inspection) -> None:  # from any thread, or at once
            with publishing(self._page):
                look.seen, look.waits = seen, False
                self._show()

        look.give_up = self._inspector.inspect(
            address, done, after_s=after_s, insist=insist
        )

    def _facts(self, text: str, hint: StacHint) -> StacFacts | None:
        if _is_document(text, hint):
            return _facts_in(text)
        look = self._looks.get(text.strip())
        return look.seen.facts if look is not None and look.seen is not None else None

    def _check(self, text: str, hint: StacHint) -> Check | None:
        if _is_document(text, hint):
            facts = _facts_in(text)
            return None if facts is None else judge(facts, hint)
        look = self._looks.get(text.strip())
        if look is None or look.waits:
            return None
        seen = look.seen
        if seen is None:
            return {"state": "busy"}
        if seen.private:
            return {"state": "unread", "words": seen.why_not}
        if seen.facts.kind:
            return judge(seen.facts, hint)
        if "file" in hint.wants and seen.answered:
            return None  # it need not be a STAC document
        return {"state": "bad", "words": seen.why_not}


def judge(facts: StacFacts, hint: StacHint) -> Check:
    """What a field says about a document.

    Returns:
        ``state``: "good", "odd" (something else than asked for) or "bad"; beside these
        a form knows "busy" and "unread". ``id`` and ``date`` of the document, ``words``
        for why not.
    """
    if not facts.kind:
        return {"state": "bad", "words": "This is not a STAC document."}
    kind = KIND_WORDS[facts.kind].partition(" ")[2]
    note = facts.date if facts.kind == "item" else kind
    if facts.kind == "items":
        note = f"{facts.count:,} item{'' if facts.count == 1 else 's'}"
    check = {"state": "good", "id": facts.id or facts.title or kind, "date": note}
    if facts.kind not in hint.wants:
        asked = " or ".join(KIND_WORDS[kind] for kind in hint.wants[:2])
        check["state"] = "odd"
        check["words"] = f"This is {KIND_WORDS[facts.kind]}, not {asked}."
    return check


def check_key(hint: StacHint | None, text: str) -> str:
    """By which name the page asks for the check of a text.

    The same address may be right in one field and wrong in another; long texts are
    named by their length and checksum.
    """
    wants = " ".join(hint.wants) if hint is not None else ""
    name = text.strip()
    if len(name) > _LONG_KEY:
        content = name.encode("utf-8", errors="surrogatepass")
        name = f"{len(content)} {zlib.crc32(content):08x}"
    return f"{wants}|{name}"


def _is_document(text: str, hint: StacHint) -> bool:
    return hint.documents and stac_drafts.is_document(text)


@lru_cache(maxsize=64)
def _facts_in(text: str) -> StacFacts | None:
    """What a document says that stands in the form; it is read at every keystroke."""
    try:
        return facts_of(exact.loads(text))
    except exact.NotJsonError:
        return None


def _is_web(text: str) -> bool:
    start = text.strip()[:8].lower()
    return start.startswith(("http://", "https://"))


def _plain_item(item: Any) -> JsonValue:  # noqa: ANN401 # of whichever library
    """A STAC item as a dict, or its address where an object knows it."""
    address = item.get_self_href() if hasattr(item, "get_self_href") else None
    value: JsonValue = address or plain(item)
    return value
