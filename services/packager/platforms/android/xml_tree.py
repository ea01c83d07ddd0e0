"""An Android manifest as a tree, whichever of its two encodings it was read from.

What the exporter changes is understood: texts, whole numbers, truths. All else is kept as it was
read, for the encoding that it came from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

ANDROID: Final = "http://schemas.android.com/apk/res/android"


class ManifestError(ValueError):
    """A manifest that cannot be read, or lacks something."""


class Kept(msgspec.Struct, frozen=True):
    """A value that nobody changes: a reference, a set of flags, a hexadecimal number."""

    content: Any


Value = str | int | bool | Kept


class Attribute(msgspec.Struct, kw_only=True):
    """One attribute; ``resource_id`` is how the system finds it, if it has one."""

    name: str
    value: Value
    namespace: str = ""
    resource_id: int | None = None
    kept: Any = None  # of its encoding


class Element(msgspec.Struct, kw_only=True):
    """One element; children that are bytes are kept as they were read."""

    name: str
    attributes: list[Attribute]
    children: list[Element | bytes]
    namespaces: list[tuple[str, str]]  # prefix and URI, declared here
    namespace: str = ""
    kept: Any = None  # of its encoding

    def elements(self, name: str) -> Iterator[Element]:
        """Its own children of that name."""
        for child in self.children:
            if isinstance(child, Element) and child.name == name:
                yield child

    def only(self, name: str) -> Element:
        """Its one child of that name.

        Raises:
            ManifestError: There is none, or more than one.
        """
        found = [*self.elements(name)]
        if len(found) != 1:
            raise ManifestError(f"<{self.name}> has {len(found)} elements <{name}>, not one")
        return found[0]

    def attribute(self, name: str, namespace: str = ANDROID) -> Attribute:
        """One of its attributes.

        Raises:
            ManifestError: It has none of that name.
        """
        for attribute in self.attributes:
            if (attribute.namespace, attribute.name) == (namespace, name):
                return attribute
        raise ManifestError(f"<{self.name}> has no attribute {name!r}")

    def walk(self) -> Iterator[Element]:
        """Itself and all below."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()
