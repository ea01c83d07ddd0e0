"""The hierarchy is sound if each id is there once, each parent exists, and none is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.schema.scenes import Entity


class Identified(Protocol):
    """Something with an id."""

    @property
    def id(self) -> str:
        """Its name for others."""
        ...


def check(entities: Mapping[int, Entity], file: str, path: str, findings: Findings) -> None:
    """Report every id that stands twice, every missing parent, every cycle."""
    check_unique(entities, file, path, findings)
    parents = {entity.id: entity.parent_id for entity in entities.values()}
    for number, entity in entities.items():
        if entity.parent_id is not None and entity.parent_id not in parents:
            name = entity.name or entity.id
            message = f"there is no parent {entity.parent_id!r}: {name!r} stands at the root"
            findings.warning(file, message, path=f"{path}[{number}].parentId")
    for members in cycles(parents):
        chain = " in ".join(repr(member) for member in (*members, members[0]))
        findings.error(
            file, f"the hierarchy is cyclic: {chain}; give one of them no parent", path=path
        )


def check_unique(items: Mapping[int, Identified], file: str, path: str, findings: Findings) -> None:
    """Report every id that stands twice."""
    first: dict[str, int] = {}
    for number, item in items.items():
        if item.id in first:
            message = f"the id {item.id!r} is that of {path}[{first[item.id]}] already"
            findings.error(file, message, path=f"{path}[{number}].id")
        else:
            first[item.id] = number


def cycles(parents: Mapping[str, str | None]) -> list[list[str]]:
    """Each circle of ancestors once, in linear time."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in parents:
        trail: dict[str, int] = {}
        at: str | None = start
        while at is not None and at in parents and at not in done and at not in trail:
            trail[at] = len(trail)
            at = parents[at]
        if at is not None and at in trail:
            found.append(list(trail)[trail[at] :])
        done.update(trail)
    return found


def inactive(entities: Collection[Entity]) -> set[str]:
    """The ids of all that is not there: switched off itself, or below something that is."""
    below: dict[str, list[str]] = {}
    for entity in entities:
        if entity.parent_id is not None:
            below.setdefault(entity.parent_id, []).append(entity.id)
    waiting = [entity.id for entity in entities if entity.active is False]
    found: set[str] = set()
    while waiting:
        entity_id = waiting.pop()
        if entity_id not in found:
            found.add(entity_id)
            waiting += below.get(entity_id, ())
    return found
