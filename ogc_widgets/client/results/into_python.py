"""Outputs as what the libraries of the field work with."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.results.delimited import read_delimited
from ogc_widgets.client.results.output_files import LeftOut
from ogc_widgets.client.results.tables import (
    features_in,
    is_parquet,
    properties_of,
    read_parquet,
    records_in,
)
from ogc_widgets.errors import InputError, MissingExtraError, ProtocolError
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    import pystac
    from PIL import Image

    from ogc_widgets.client.results.content import Content


def table(content: Content) -> pd.DataFrame:
    """Read a table as a data frame; see :meth:`Results.table`."""
    # Imported here: it takes half a second, and only this needs it.
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError("A data frame", "data") from error
    if content.kind not in ("table", "features", "json"):
        name = clean(content.id)
        raise InputError(f"{name!r} is no table: it is of the kind {content.kind!r}.")
    data = content.read() if content.file else b""
    if content.kind == "table" and is_parquet(content, data):
        return read_parquet(data).to_pandas()
    if content.kind == "table" and isinstance(content.value, str | bytes | dict):
        found = read_delimited(data, content.media_type)
        return pd.read_csv(
            io.StringIO(found.text),
            sep=found.separator,
            decimal=found.decimal,
            header=0 if found.has_header else None,
            names=found.names,
            index_col=False,
        )
    value = content.json()
    if content.kind == "features":
        return pd.DataFrame(properties_of(features_in(value)))
    return pd.DataFrame(records_in(value))


def item_collection(
    items: Iterable[Mapping[str, Any]],
) -> tuple[pystac.ItemCollection, list[LeftOut]]:
    """STAC items as pystac has them, and what it could not read and why.

    See :meth:`Results.item_collection`.
    """
    # Imported here: pystac is slow to load and most never need it.
    try:
        import pystac
    except ImportError as error:
        raise MissingExtraError("An item collection", "stac") from error

    good: list[pystac.Item] = []
    left_out: list[LeftOut] = []
    for item in items:
        try:
            good.append(pystac.Item.from_dict(_complete(item)))
        # pystac takes much for granted, and raises whatever comes of it.
        except Exception as error:  # noqa: BLE001 # told with the item
            name = clean(item.get("id"), limit=100)
            said = clean(error, limit=200).rstrip(".")
            why = f"pystac cannot read it ({type(error).__name__}: {said})"
            left_out.append(LeftOut(name, why))
    return pystac.ItemCollection(good), left_out


def _complete(item: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what pystac insists on and servers forget."""
    defaults = {"stac_version": "1.0.0", "links": [], "assets": {}, "properties": {}}
    known = {name: value for name, value in item.items() if value is not None}
    filled = {**defaults, **known, "geometry": item.get("geometry")}
    filled["properties"] = {"datetime": None, **filled["properties"]}
    return filled


def image(content: Content) -> Image.Image:
    """Open a picture; see :meth:`Results.image`."""
    try:
        import PIL
        from PIL import Image
    except ImportError as error:
        raise MissingExtraError("Opening a picture", "data") from error
    name = clean(content.id)
    if content.kind not in ("picture", "raster"):
        raise InputError(f"{name!r} is no picture: it is of the kind {content.kind!r}.")
    try:
        found = Image.open(io.BytesIO(content.read()))
        found.load()
    except PIL.UnidentifiedImageError as error:
        raise ProtocolError(
            f"{name!r} is no picture that Pillow can open.",
            advice=f"Its bytes are results.contents[{content.id!r}].read().",
        ) from error
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        said = clean(error, limit=200).rstrip(".")
        raise ProtocolError(f"{name!r} cannot be opened: {said}.") from error
    return found
