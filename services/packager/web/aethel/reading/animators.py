"""Animators are told by the models that they can play on: those of their entity, and below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel.scenes import AnimatorUse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from services.packager.web.aethel.schema.scenes import Entity

MOST_BELOW: Final = 200  # entities that are looked at; of more nothing is known
PRIMITIVE: Final = "primitive:"


def animators_of(entities: Collection[Entity]) -> Iterator[AnimatorUse]:
    """Every Animator that has a controller; without models where not all are known."""
    by_id = {entity.id: entity for entity in entities}
    below: dict[str, list[Entity]] = {}
    for entity in entities:
        if entity.parent_id is not None:
            below.setdefault(entity.parent_id, []).append(entity)
    for entity in by_id.values():
        controllers = [data.get("controllerPath") for data in _data(entity, "Animator")]
        named = [name for name in controllers if isinstance(name, str) and name]
        models = _models(entity, below) if named else ()
        for name in named:
            yield AnimatorUse(name, models)


def _models(root: Entity, below: dict[str, list[Entity]]) -> tuple[str, ...]:
    """Of an entity, and all below it; none where a prefab, or anybody, may bring others."""
    models: dict[str, None] = {}
    waiting, seen = [root], {root.id}
    while waiting:
        entity = waiting.pop()
        if len(seen) > MOST_BELOW or (entity.prefab_id and not entity.prefab_instance_id):
            return ()
        for data in _data(entity, "MeshRenderer"):
            name = data.get("meshId")
            if isinstance(name, str) and name and not name.startswith(PRIMITIVE):
                models.setdefault(name.partition("#")[0])
        for child in below.get(entity.id, ()):
            if child.id not in seen:
                seen.add(child.id)
                waiting.append(child)
            if len(seen) > MOST_BELOW:
                return ()
    return tuple(models)


def _data(entity: Entity, kind: str) -> Iterator[dict[str, Any]]:
    for document in entity.components or []:
        if isinstance(document, dict) and document.get("type") == kind:
            data = document.get("data")
            if isinstance(data, dict):
                yield data
