"""What is known of the STAC documents that a form names: an advice, never a barrier.

The form itself asks nobody. It is handed a
:class:`~ogc_widgets.client.stac.stac_inspector.StacInspector` (an app binds one), says
which addresses stand in it, and shows what came of it. Documents that stand in the form
themselves are judged without one.
"""

from __future__ import annotations

import threading
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.stac.stac_documents import KIND_WORDS, StacFacts, facts_of
from ogc_widgets.form.fields import stac_fields
from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ogc_widgets.client.stac.stac_inspector import Inspection, StacInspector
    from ogc_widgets.form.fields.fields import Field, StacHint

Check = dict[str, Any]

# So many addresses are looked at by themselves; the others when they are asked for.
MOST_LOOKS: Final = 100
# A half-typed address is not asked for; the page also says when a row is left.
TYPING_S: Final = 1.2
_LONG_KEY: Final = 300


class ItemChecks:
    """Keeps a form's checks in step with the texts that stand in it.

    Args:
        changed: Called when a look came back, from any thread.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._lock = threading.RLock()
        self._inspector: StacInspector | None = None
        self._seen: dict[str, Inspection] = {}
        self._pending: dict[str, Callable[[], None]] = {}
        self._waiting: set[str] = set()
        self._parts: dict[str, tuple[str, StacHint]] = {}

    @property
    def inspector(self) -> StacInspector | None:
        """What looks at addresses, None for nobody; settable."""
        return self._inspector

    @inspector.setter
    def inspector(self, inspector: StacInspector | None) -> None:
        self.close()
        self._seen.clear()
        self._inspector = inspector

    def follow(
        self, fields: Mapping[str, Field], drafts: Mapping[str, Any], after_s: float
    ) -> dict[str, Check]:
        """Check what stands in a form now, and give up on what does not any more.

        Args:
            fields: Input id to field, of those that STAC documents may stand in.
            drafts: Input id to what is on the screen.
            after_s: Seconds to wait before new addresses are looked at.

        Returns:
            Key to check; see :func:`check_key`.
        """
        self._parts = {
            check_key(part.stac, text): (text, part.stac)
            for key, field in fields.items()
            for part, text in stac_fields.documents_in(field, drafts.get(key))
            if part.stac is not None
        }
        with self._lock:
            self._follow_addresses(after_s)
        return self.checks()

    def _follow_addresses(self, after_s: float) -> None:
        addresses = [
            text.strip()
            for text, hint in self._parts.values()
            if not (hint.documents and stac_fields.is_document(text)) and _is_web(text)
        ]
        wanted = dict.fromkeys(addresses[:MOST_LOOKS])
        for address in [one for one in self._pending if one not in wanted]:
            self._pending.pop(address)()
        for address in wanted:
            is_late = address in self._waiting and not after_s
            if is_late or address not in {*self._seen, *self._pending}:
                self._start(address, after_s=after_s)

    def look_again(self, key: str) -> None:
        """Look at the address of a check because the user asked for it."""
        with self._lock:
            if key in self._parts:
                self._start(self._parts[key][0].strip(), insist=True)

    def checks(self) -> dict[str, Check]:
        """Key to what is known: see :func:`judge`."""
        found = {
            key: self._check(text, hint) for key, (text, hint) in self._parts.items()
        }
        return {key: check for key, check in found.items() if check is not None}

    def features(self) -> dict[str, list[dict[str, Any]]]:
        """Key to the GeoJSON features of each document that has some."""
        found: dict[str, list[dict[str, Any]]] = {}
        for key, (text, hint) in self._parts.items():
            facts = self._facts(text, hint)
            if facts is not None and facts.features:
                found[key] = list(facts.features)
        return found

    def close(self) -> None:
        """Give up on everything that is not back yet."""
        with self._lock:
            pending, self._pending = self._pending, {}
            self._waiting.clear()
        for give_up in pending.values():
            give_up()

    def _start(self, address: str, *, after_s: float = 0, insist: bool = False) -> None:
        if self._inspector is None:
            return
        before = self._pending.pop(address, None)
        if before is not None:
            before()
        if insist:
            self._seen.pop(address, None)
        if after_s:
            self._waiting.add(address)
        else:
            self._waiting.discard(address)
        came_at_once = False

        def done(seen: Inspection) -> None:
            nonlocal came_at_once
            with self._lock:
                came_at_once = True
                self._seen[address] = seen
                self._pending.pop(address, None)
                self._waiting.discard(address)
            self._changed()

        give_up = self._inspector.inspect(address, done, after_s=after_s, insist=insist)
        if not came_at_once:
            self._pending[address] = give_up

    def _facts(self, text: str, hint: StacHint) -> StacFacts | None:
        if hint.documents and stac_fields.is_document(text):
            return _facts_in(text)
        seen = self._seen.get(text.strip())
        return seen.facts if seen is not None else None

    def _check(self, text: str, hint: StacHint) -> Check | None:
        facts = self._facts(text, hint)
        if hint.documents and stac_fields.is_document(text):
            return None if facts is None else judge(facts, hint)
        seen = self._seen.get(text.strip())
        if seen is None:
            is_asked = text.strip() in self._pending and (
                text.strip() not in self._waiting
            )
            return {"state": "busy"} if is_asked else None
        if seen.private:
            return {"state": "unread", "words": seen.why_not}
        if seen.facts.kind:
            return judge(seen.facts, hint)
        if "file" in hint.wants and seen.answered:
            # It need not be a STAC document.
            return None
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
    note = facts.date
    if facts.kind == "items":
        note = f"{facts.count:,} item{'' if facts.count == 1 else 's'}"
    elif facts.kind != "item":
        note = KIND_WORDS[facts.kind].partition(" ")[2]
    name = facts.id or facts.title or KIND_WORDS[facts.kind].partition(" ")[2]
    check = {"state": "good", "id": name, "date": note}
    if facts.kind not in hint.wants:
        asked = " or ".join(KIND_WORDS[kind] for kind in hint.wants[:2])
        is_there = KIND_WORDS[facts.kind]
        check["state"] = "odd"
        check["words"] = f"This is {is_there}, not {asked}."
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
