"""References within the AsyncAPI document, and names of its parts."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = "#/components/schemas/{name}"


def to(*path: str) -> dict[str, str]:
    """A reference to a part of the document."""
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in path)
    return {"$ref": "#/" + "/".join(escaped)}


def to_schema(struct: type) -> dict[str, str]:
    """A reference to the schema of a struct."""
    return {"$ref": SCHEMA.format(name=struct.__name__)}


def summary_and_rest(thing: object) -> tuple[str, str]:
    """The first line of a docstring, and what follows it."""
    first, _, rest = (thing.__doc__ or "").strip().partition("\n")
    return first, " ".join(rest.split())
