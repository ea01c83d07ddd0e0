"""The nodes of a model are named as its file names them, or as three.js does."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

MOST_LISTED: Final = 20
_BLANK: Final = re.compile(r"\s")
_DROPPED: Final = re.compile(r"[\[\].:/]")
_NUMBERED: Final = re.compile(r"_\d+\Z")
_ALSO_NAMED: Final = ("meshes", "cameras")  # the loader makes objects of these, too


class NodeNames(msgspec.Struct, frozen=True):
    """What may stand behind the ``#`` of a reference to a model."""

    own: tuple[str, ...] = ()  # of the nodes that are shown, in the order of the file
    cleaned: frozenset[str] = frozenset()  # as three.js has them, less the number behind equal ones

    def __contains__(self, name: str) -> bool:
        return name in self.own or name in self.cleaned or _NUMBERED.sub("", name) in self.cleaned

    @property
    def listed(self) -> str:
        """Some of them, for people."""
        names = [name for name in dict.fromkeys(self.own) if name]
        more = f" and {len(names) - MOST_LISTED:,} more" if len(names) > MOST_LISTED else ""
        return ", ".join(map(repr, names[:MOST_LISTED])) + more or "none with a name"


def names_in(document: dict[str, Any]) -> NodeNames:
    """The names of a model's nodes.

    Args:
        document: Its JSON, of which nothing is certain.
    """
    nodes, meshes = _objects(document, "nodes"), _objects(document, "meshes")
    own = tuple(_own_name(nodes[number], meshes) for number in _shown(document, nodes))
    others = (entry.get("name") for field in _ALSO_NAMED for entry in _objects(document, field))
    named = (name for name in (*own, *others) if isinstance(name, str) and name)
    return NodeNames(own=own, cleaned=frozenset(map(_cleaned, named)))


def _shown(document: dict[str, Any], nodes: list[dict[str, Any]]) -> list[int]:
    """The nodes of the scene that the file shows; all of them where it has none."""
    scenes = _objects(document, "scenes")
    number = document.get("scene", 0)
    if not isinstance(number, int) or not 0 <= number < len(scenes):
        return list(range(len(nodes)))
    found: set[int] = set()
    waiting = _indices(scenes[number], "nodes")
    while waiting:
        node = waiting.pop()
        if node not in found and 0 <= node < len(nodes):
            found.add(node)
            waiting += _indices(nodes[node], "children")
    return sorted(found)


def _own_name(node: dict[str, Any], meshes: list[dict[str, Any]]) -> str:
    """A node without a name is known by that of its mesh."""
    name, mesh = node.get("name"), node.get("mesh")
    if not name and isinstance(mesh, int) and 0 <= mesh < len(meshes):
        name = meshes[mesh].get("name")
    return name if isinstance(name, str) else ""


def _cleaned(name: str) -> str:
    """As ``PropertyBinding.sanitizeNodeName`` of three.js leaves it."""
    return _DROPPED.sub("", _BLANK.sub("_", name))


def _objects(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = document.get(name)
    found = entries if isinstance(entries, list) else []
    return [entry if isinstance(entry, dict) else {} for entry in found]


def _indices(entry: dict[str, Any], name: str) -> list[int]:
    found = entry.get(name)
    return [item for item in found if isinstance(item, int)] if isinstance(found, list) else []
