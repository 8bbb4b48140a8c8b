"""Outputs as what the libraries of the field work with."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ogc_widgets.client.results.delimited import read_delimited
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
    import pandas as pd
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
