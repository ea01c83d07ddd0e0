"""The place of one export in the fair order, without putting everything that waits in order.

Turns go by load (:func:`shared.domain.fair_order.fair_order`), so by levels: who has ``load``
builds running takes the first turn at level ``load``, the next at ``load + 1``. At a level those
come first whose first turn is there, by rank, then those who had one at the level before, in the
same order. So two never change places from level to level, and the turns before one's own can be
counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from shared.domain.fair_order import QueuedExport, Tenant


class Queuer(NamedTuple):
    """A user, or a project of one, and the turns it waits for; the least of them has the first."""

    load: int  # builds that are running
    began: int  # sequence at which the last one began
    first_seq: int  # of the first export it waits for
    name: str
    turns: int

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Who comes first of those who have a turn at the same level."""
        return -self.load, self.began, self.first_seq, self.name


def place_of(
    export: QueuedExport,
    waiting: Mapping[Tenant, dict[str, QueuedExport]],
    running: Iterable[QueuedExport],
    began: Mapping[str, int],
    *,
    later: Mapping[str, QueuedExport],
    known: dict[str, Queuer],
) -> int:
    """Where an export stands, from 1, in time that grows with those who wait and not with what for.

    Most users are as they were when the last place was asked for: they are not looked at again.

    Args:
        export: One of ``waiting``, and not of ``later``.
        waiting: By tenant and id, in the order of their sequences.
        running: What is built now.
        began: When a build of each user and project last began, in sequences.
        later: Those of ``waiting`` that may not be built yet.
        known: Users as they were the last time, without those of whom anything has changed since,
            or will with time; the others are added.
    """
    load = Counter(share for one in running for share in one.tenant)
    late = Counter(one.tenant for one in later.values())
    projects: dict[str, list[Queuer]] = defaultdict(list)
    known.pop(export.tenant[0], None)  # its projects are looked at, too
    for tenant, theirs in waiting.items():
        if tenant[0] not in known and (turns := len(theirs) - late[tenant]):
            first = next(one for one in theirs.values() if one.export_id not in later)
            name = tenant[1]
            queuer = Queuer(load[name], began.get(name, 0), first.seq, name, turns)
            projects[tenant[0]].append(queuer)
    for user, found in projects.items():
        seq = min(found).first_seq
        known[user] = Queuer(load[user], began.get(user, 0), seq, user, _turns_of(found))
    user, project = export.tenant
    turn = _turns_before(project, _own_turn(export, waiting[export.tenant], later), projects[user])
    return _turns_before(user, turn, known.values()) + 1


def _own_turn(
    export: QueuedExport, theirs: dict[str, QueuedExport], later: Mapping[str, QueuedExport]
) -> int:
    """How many of its tenant's exports come before it; it is mostly asked of the newest."""
    newer = takewhile(lambda one: one.seq > export.seq, reversed(theirs.values()))
    behind = {export.export_id, *(one.export_id for one in newer)}
    return len(theirs) - len(behind) - sum(id_ in theirs and id_ not in behind for id_ in later)


def _turns_of(projects: Iterable[Queuer]) -> int:
    return sum(project.turns for project in projects)


def _turns_before(name: str, turn: int, queuers: Collection[Queuer]) -> int:
    """How many turns come before somebody's next but ``turn``, the own ones among them."""
    own = next(queuer for queuer in queuers if queuer.name == name)
    level, rank = own.load + turn, own.rank
    return turn + sum(_turns_upto(level, rank, other) for other in queuers if other is not own)


def _turns_upto(level: int, rank: tuple[int, int, int, str], other: Queuer) -> int:
    """How many turns another one has before whoever has that rank takes one at that level."""
    below = max(level - other.load, 0)
    at_level = other.load <= level and below < other.turns and other.rank < rank
    return min(below, other.turns) + at_level
