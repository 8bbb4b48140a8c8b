"""Where a reference inside of a description leads: pointers, anchors and ``$id``.

``referencing`` resolves; nothing is ever fetched. Servers mix the drafts of JSON Schema
and make mistakes, so one tolerant reading of all drafts takes the place of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from referencing import Anchor, Registry, Resource, Specification
from referencing.exceptions import Unresolvable

from ogc_widgets.form.schema import exact

if TYPE_CHECKING:
    from referencing._core import Resolver

    from ogc_widgets.protocol.json_type import JsonObject, JsonValue

_MAX_SEARCHED: Final = 20_000
_MAX_ADDRESS: Final = 2_000


def resolver_of(document: JsonObject) -> Resolver[Any]:
    """What finds references by pointer, by anchor and by the addresses claimed."""
    if not exact.size_exceeds(document, _MAX_SEARCHED):
        resource = _ANY_DRAFT.create_resource(document)
        try:
            registry: Registry[Any] = Registry().with_resource("", resource).crawl()
            found: Resolver[Any] = registry.resolver(resource.id() or "")
        except (AttributeError, TypeError, ValueError):
            pass  # a part names its draft and does not keep to it
        else:
            return found
    return by_pointer_only(document)


def by_pointer_only(document: JsonObject) -> Resolver[Any]:
    """What finds references as places in a document, which is not searched."""
    registry: Registry[Any] = Registry().with_resource("", Resource.opaque(document))
    found: Resolver[Any] = registry.resolver()
    return found


def look_up(
    resolvers: Iterable[Resolver[Any]], reference: str
) -> tuple[JsonObject | bool, Resolver[Any]] | None:
    """The first schema that a reference means, with what finds the references in it."""
    if len(reference) > _MAX_ADDRESS:
        return None
    for resolver in resolvers:
        try:
            found = resolver.lookup("#" if reference == "#/" else reference)
        except (Unresolvable, ValueError, TypeError, KeyError):
            continue
        if isinstance(found.contents, (Mapping, bool)):
            return found.contents, found.resolver
    return None


def within(resolver: Resolver[Any], schema: JsonObject) -> Resolver[Any]:
    """What finds the references of a part of a schema that has its own ``$id``."""
    return resolver.in_subresource(_ANY_DRAFT.create_resource(schema))


def _own_name(schema: JsonValue) -> str:
    own = schema.get("$id", schema.get("id")) if isinstance(schema, Mapping) else ""
    if not isinstance(own, str) or len(own) > _MAX_ADDRESS:
        return ""
    try:
        urlsplit(own)
    except ValueError:
        return ""
    return own


def _id_of(schema: JsonValue) -> str | None:
    own = _own_name(schema)
    return own if own and not own.startswith("#") else None


def _anchors_in(
    specification: Specification[Any], schema: JsonValue
) -> Iterator[Anchor[Any]]:
    if not isinstance(schema, Mapping):
        return
    # Until draft 7 an anchor was a fragment in the place of an address.
    fragment = _own_name(schema).partition("#")[2]
    for name in (schema.get("$anchor"), schema.get("$dynamicAnchor"), fragment):
        if isinstance(name, str) and name:
            resource = specification.create_resource(schema)
            yield Anchor(name, resource)  # type: ignore[call-arg] # made by attrs


def _parts_of(node: Any) -> list[Any]:  # noqa: ANN401 # JSON that has parts
    parts = node.values() if isinstance(node, Mapping) else node
    return [part for part in parts if isinstance(part, (Mapping, list))]


_ANY_DRAFT: Final[Specification[Any]] = Specification(  # type: ignore[call-arg] # by attrs
    name="any draft",
    id_of=_id_of,
    subresources_of=_parts_of,
    anchors_in=_anchors_in,
    maybe_in_subresource=lambda segments, resolver, subresource: (  # noqa: ARG005 # its
        resolver.in_subresource(subresource)
    ),
)
