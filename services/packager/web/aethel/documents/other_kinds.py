"""Kinds of documents that the engine's editors make and no game shows are known by their fields."""

from __future__ import annotations

from typing import Any, Final

# What it is, what the game will lack, and the fields that tell: all have to be there.
KINDS: Final[tuple[tuple[str, str, frozenset[str]], ...]] = (
    ("a blueprint", "its logic", frozenset(("eventGraph",))),
    ("a visual script", "its logic", frozenset(("nodes", "edges", "variables"))),
    ("a behaviour tree", "its behaviour", frozenset(("rootId", "nodes"))),
    ("a Niagara system", "its particles", frozenset(("emitters",))),
    ("an answer of the AI's create_level", "its actors", frozenset(("actors",))),
    ("an answer of the AI's create_blueprint", "its logic", frozenset(("events", "components"))),
)
VIDEO: Final = "AETHEL_PROJECT"


def name_of(content: Any) -> str:
    """What the document is and what the game will lack; empty where nobody knows."""
    if not isinstance(content, dict):
        return ""
    if content.get("magic") == VIDEO:
        return "is a video project, no scene: the game will lack its timeline"
    if _is_graph(content):
        return "is a scene graph, which saves no geometry: there is nothing to show"
    if _is_sequence(content):
        return "is a sequence, which no game plays: the game will lack its timeline"
    for kind, lack, fields in KINDS:
        if all(isinstance(content.get(field), list | dict | str) for field in fields):
            return f"is {kind}, which no game plays: the game will lack {lack}"
    return ""


def _is_graph(content: dict[str, Any]) -> bool:
    nodes = content.get("nodes")
    return isinstance(nodes, list) and any(
        isinstance(node, dict) and isinstance(node.get("transform"), dict) for node in nodes
    )


def _is_sequence(content: dict[str, Any]) -> bool:
    groups = content.get("groups")
    return isinstance(groups, list) and any(
        isinstance(group, dict) and isinstance(group.get("tracks"), list) for group in groups
    )
