"""Outputs of a job as something to look at: kind, title, unit, and bytes in parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.http.loop import run
from ogc_widgets.client.results.files.remote_file import (
    BUDGET_BYTES,
    SAFE,
)
from ogc_widgets.client.results.files.result_files import ResultFile, files_of
from ogc_widgets.client.results.kinds import Kind, as_number, kind_of, measured, unit_in
from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.protocol import media_types as media
from ogc_widgets.protocol.answers.results import is_item
from ogc_widgets.protocol.secrets import why_it_ended
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import parse_json, read_text

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.results.files.opening import Opened
    from ogc_widgets.client.results.files.remote_file import RemoteFile, Source
    from ogc_widgets.protocol.answers.results import ResultsDocument
    from ogc_widgets.protocol.documents.descriptions import OutputDescription
    from ogc_widgets.protocol.json_type import JsonValue

_KEPT = 2_000
_ONE_WORD = 100  # bytes
# How Parquet begins, and what stands at its end where it has geometries.
_PARQUET, _GEO, _FOOT = b"PAR1", b'"primary_column"', 1_000_000
_MAY_BE_PAGES = frozenset({"link", "text", "file"})
_ARTICLES: dict[Kind, str] = {
    "items": "STAC",
    "features": "a file with features",
    "raster": "a raster",
    "picture": "a picture",
    "table": "a table",
    "dataset": "a dataset",
    "json": "JSON",
}

_EXPRESSIONS: dict[Kind, str] = {
    "items": "results.to_geodataframe()",
    "features": "results.to_geodataframe({id})",
    "raster": "results.to_xarray(output={id})",
    "dataset": "results.to_xarray(output={id})",
    "table": "results.table({id})",
    "picture": "results.image({id})",
    "file": "results.download('results', outputs=[{output_id}])",
    "link": "results.download('results', outputs=[{output_id}])",
}
_READ: Final = "results.contents[{id}].{how}()"


class _WebPageError(ProtocolError):
    """A web page came in place of a file; ``start`` is how it begins."""

    def __init__(self, what: str, *, safe: str, advice: str, start: bytes) -> None:
        super().__init__(what, safe=safe, advice=advice)
        self.start = start


@dataclass(frozen=True)
class Content:
    """An output, or one of several values of an output, to look at.

    Attributes:
        id: Output id; with a number where the output has several values.
        output_id: The same without the number.
        title: The server's title, or the id; not cleaned.
        kind: What it is to look at.
        media_type: Its media type as far as it is known, or ``""``.
        unit: Unit of measure, or ``""``.
        value: The value, without what servers wrap around it; for a reference the
            object with its ``href``.
        file: The file that it is; None for a single value.
    """

    id: str
    output_id: str
    title: str
    kind: Kind
    media_type: str = ""
    unit: str = ""
    value: Any = field(default=None, repr=False)
    file: ResultFile | None = None

    @property
    def name(self) -> str:
        """Name of its file, or its id where it is none."""
        return self.file.name if self.file is not None else self.id

    @property
    def why_not(self) -> str:
        """One sentence for people if a reference cannot be read from here."""
        return self.file.why_not if self.file is not None else ""

    @property
    def size(self) -> int | None:
        """Its size in bytes where that is known without asking for it."""
        return self.file.known_size if self.file is not None else None

    @property
    def url(self) -> str:
        """Address of a reference, or ``""``."""
        return self.file.url if self.file is not None else ""

    @property
    def expression(self) -> str:
        """The line of Python that opens it, given its ``results``."""
        line, how = _EXPRESSIONS.get(self.kind, "results.outputs[{id}]"), "text"
        if self.file is not None:
            name, media_type = self.file.name.lower(), media.bare(self.media_type)
            is_drawing = name.endswith(".svg") or media_type == "image/svg+xml"
            if self.kind == "picture" and is_drawing:  # which Pillow does not open
                line = _READ
            if self.kind in ("value", "text", "json") and self.url:
                line = _READ
            if media.is_json(media_type) or name.endswith(".json"):
                how = "json"
        return line.format(id=repr(self.id), output_id=repr(self.output_id), how=how)

    def need_kind(self, what: str, *kinds: Kind) -> None:
        """Refuse it where it is of none of some kinds.

        Args:
            what: What it was asked for as, such as ``"a table"``.
            kinds: The kinds that can be that.

        Raises:
            InputError: It is of another kind; with the line that opens it.
        """
        if self.kind not in kinds:
            raise InputError(
                f"{clean(self.id)!r} is not {what}: it is of the kind {self.kind!r}.",
                advice=f"Use {self.expression}",
            )

    def _need_file(self) -> ResultFile:
        if self.file is None:
            raise InputError(
                f"{clean(self.id)!r} is a value, not a file.",
                advice=f"Use {self.expression}",
            )
        return self.file

    @property
    def source(self) -> Source:
        """Its bytes, to be read in parts; nothing is fetched before.

        Raises:
            InputError: It is no file, or cannot be read from here.
        """
        return self._need_file().source

    def read(self) -> bytes:
        """Read all of it.

        Raises:
            InputError: It is no file, is too large, or cannot be read from here.
            ServerError: It could not be read.
        """
        return run(self.aio_read)

    async def aio_read(self) -> bytes:
        """The same, awaited in the loop of the package."""
        source = self.source
        size = await source.size()
        if size > BUDGET_BYTES:
            raise InputError(
                f"{clean(self.id)} has {size / 1e6:,.0f} MB, too much to be read at "
                "once.",
                safe="Nothing was fetched.",
                advice=f"Save it with results.download(folder, outputs="
                f"[{self.output_id!r}]), or read parts of it: results.contents"
                f"[{self.id!r}].open()",
            )
        data = await source.read(0, size)
        self.refuse_page(data)
        return data

    def refuse_page(self, start: bytes) -> None:
        """Refuse a web page that came in place of a file, such as one to sign in.

        Raises:
            ProtocolError: The file begins like one and should not.
        """
        if self.kind in _MAY_BE_PAGES or not media.is_page(start):
            return
        raise _WebPageError(
            f"The file says it is {_ARTICLES.get(self.kind, 'a file')} and begins like "
            "a web page.",
            safe=SAFE,
            advice=why_it_ended(self.url) if self.url else "",
            start=start[:_KEPT],
        )

    async def aio_opened(self) -> Opened:
        """Read it to be shown in a browser, awaited in the loop of the package."""
        return await self._need_file().aio_opened()

    def text(self) -> str:
        """Read all of it as text; raises as :meth:`read` does."""
        return read_text(self.read(), self.media_type, "")

    def json(self) -> JsonValue:
        """Read all of it as JSON; raises as :meth:`read` does, or a ProtocolError."""
        if not self.url and not isinstance(self.value, bytes | str):
            value: JsonValue = self.value
            return value
        return parse_json(self.read(), content_type=self.media_type)

    def open(self) -> RemoteFile:
        """Open it where it lies, for libraries that read files in parts.

        Its calls wait for the server, so they are not for the loop's thread.

        Raises:
            InputError: It is no file, or cannot be read from here.
        """
        return self._need_file().open()


def known(content: Content, data: bytes) -> Content:
    """The same output as what all of its bytes turn out to be.

    A reference is said to be JSON, text or Parquet, and may hold records, features or
    one number.

    Raises:
        ProtocolError: It is said to be JSON, and is none.
    """
    if not content.url or content.file is None:
        return content
    file = replace(content.file, data=data)
    if content.kind == "json":
        value: Any = parse_json(data, content_type=content.media_type)
        kind = kind_of(value, None)
        if kind in ("features", "table", "value"):
            unit = unit_in(value) or content.unit
            value = measured(value)
            return replace(content, kind=kind, file=file, value=value, unit=unit)
    if content.kind == "text" and len(data) <= _ONE_WORD:
        word = read_text(data, content.media_type, "").strip()
        if word and "\n" not in word:
            number = as_number(word)
            return replace(content, kind="value", file=file, value=number)
    if content.kind == "table" and data[:4] == _PARQUET and _GEO in data[-_FOOT:]:
        return replace(content, kind="features", file=file)
    return content


def contents_of(
    connection: Connection,
    document: ResultsDocument,
    described: Mapping[str, OutputDescription],
) -> dict[str, Content]:
    """What there is to look at, by id; described outputs come first, in their order."""

    def holds_items(value: object) -> bool:
        return bool(document.items) and _holds_items(value, document.stac)

    names = [*(n for n in described if n in document.outputs), *document.outputs]
    found: dict[str, Content] = {}
    for name in dict.fromkeys(names):
        value = document.outputs[name]
        kind = document.media_types.get(name, "")
        about = described.get(name)
        several: list[tuple[object, ResultFile | None]] = [(value, None)]
        if not holds_items(value):
            several = _several(value, files_of(name, value, kind, connection))
        for number, (one, file) in enumerate(several, 1):
            suffix = f" {number}" if len(several) > 1 else ""
            content = Content(
                id=_free(name + suffix, found),
                output_id=name,
                title=((about.title if about else "") or name) + suffix,
                kind="items" if holds_items(one) else kind_of(one, file),
                media_type=file.media_type if file else kind,
                unit=unit_in(one) or (about.unit if about else ""),
                value=measured(one),
                file=file,
            )
            found[content.id] = content
    return found


def _free(name: str, taken: Mapping[str, object]) -> str:
    while name in taken:
        name += "+"
    return name


def _several(
    value: object, files: list[ResultFile]
) -> list[tuple[object, ResultFile | None]]:
    """The values of an output that are looked at one by one, each with its file."""
    if isinstance(value, list) and len(files) == len(value) > 1:
        return list(zip(value, files, strict=True))
    return [(value, files[0] if files else None)]


def _holds_items(value: object, stac: Collection[str]) -> bool:
    """Whether it is STAC, or all of it refers to what turned out to be."""
    if isinstance(value, Mapping) and value.get("type") == "FeatureCollection":
        value = value.get("features")
    members = value if isinstance(value, list) else [value]
    found = [one for one in members if isinstance(one, Mapping)]
    return bool(found) and all(
        is_item(one) or "stac_version" in one or one.get("href") in stac
        for one in found
    )


def no_such_output(name: str, outputs: Iterable[str]) -> InputError:
    """Make the error for the name of an output that a job does not have."""
    known = clean(", ".join(outputs), limit=300)
    return InputError(
        f"The job has no output {clean(name)!r}.", advice=f"It has: {known}."
    )
