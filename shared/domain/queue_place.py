"""The place of one export in the fair order, without putting everything that waits in order.

Turns go by load (:func:`shared.domain.fair_order.fair_order`), so by levels: who has ``load``
builds running takes the first turn at level ``load``, the next at ``load + 1``. At a level those
come first whose first turn is there, by rank, then those who had one at the level before, in the
same order. So two never change places from level to level, and the turns before one's own can be
counted: those who have as many builds running and wait for as many turns are counted together.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.domain.fair_order import QueuedExport, Tenant


class Queuer(NamedTuple):
    """A user, or a project of one, and the turns it waits for; the least of them has the first."""

    load: int  # builds that are running
    began: int  # sequence at which the last one began
    first_seq: int  # of the first export it waits for
    name: str
    turns: int

    @property
    def kind(self) -> tuple[int, int]:
        """With whom it is counted."""
        return self.load, self.turns

    @property
    def rank(self) -> tuple[int, int, str]:
        """Who comes first of those who have their first turn at the same level."""
        return self.began, self.first_seq, self.name


class Turns:
    """The turns that queuers wait for, so kept that those before somebody's are soon counted."""

    def __init__(self, queuers: Iterable[Queuer] = ()) -> None:
        self._queuers: dict[str, Queuer] = {}
        self._ranks: defaultdict[tuple[int, int], list[tuple[int, int, str]]] = defaultdict(list)
        for queuer in queuers:
            self.put(queuer)

    def put(self, queuer: Queuer) -> None:
        """It waits so now."""
        self.drop(queuer.name)
        self._queuers[queuer.name] = queuer
        insort(self._ranks[queuer.kind], queuer.rank)

    def drop(self, name: str) -> None:
        """It does not wait, or nobody knows how."""
        queuer = self._queuers.pop(name, None)
        if queuer is not None:
            ranks = self._ranks[queuer.kind]
            del ranks[bisect_left(ranks, queuer.rank)]
            if not ranks:
                del self._ranks[queuer.kind]

    def before(self, name: str, turn: int) -> int:
        """How many turns come before somebody's next but ``turn``, the own ones among them."""
        own, found = self._queuers[name], 0
        level = own.load + turn
        for (load, turns), ranks in self._ranks.items():
            below = max(level - load, 0)
            found += len(ranks) * min(below, turns)
            if load <= level and below < turns:  # they have a turn at that level
                found += _ahead(own, load, ranks)
        return found


def _ahead(own: Queuer, load: int, ranks: list[tuple[int, int, str]]) -> int:
    """How many of those who began at a level have their turns at a later one before somebody."""
    if load == own.load:
        return bisect_left(ranks, own.rank)
    return len(ranks) if load > own.load else 0


class Crowd:
    """The users who wait; who has not changed since the last look is not looked at again."""

    def __init__(self) -> None:
        self._changed: set[str] = set()  # and wait: nobody else is remembered
        self._turns = Turns()

    def touch(self, user: str, *, waits: bool) -> None:
        """Something has changed with a user, or may with time."""
        self._turns.drop(user)
        if waits:
            self._changed.add(user)
        else:
            self._changed.discard(user)

    def place(
        self,
        export: QueuedExport,
        waiting: Mapping[str, Mapping[Tenant, dict[str, QueuedExport]]],
        running: Iterable[QueuedExport],
        began: Mapping[str, int],
        later: Mapping[str, QueuedExport],
    ) -> int:
        """Where an export stands, from 1, in time that grows with the users who have changed.

        Args:
            export: One of ``waiting``, and not of ``later``.
            waiting: By user, tenant and id, in the order of their sequences.
            running: What is built now.
            began: When a build of each user and project last began, in sequences.
            later: Those of ``waiting`` that may not be built yet.
        """
        load = Counter(share for one in running for share in one.tenant)
        late = Counter(one.tenant for one in later.values())

        def projects_of(user: str) -> Iterable[Queuer]:
            for tenant, theirs in waiting[user].items():
                if turns := len(theirs) - late[tenant]:
                    seq = next(one.seq for id_, one in theirs.items() if id_ not in later)
                    name = tenant[1]
                    yield Queuer(load[name], began.get(name, 0), seq, name, turns)

        for user in self._changed:
            if found := list(projects_of(user)):
                seq, turns = min(found).first_seq, sum(project.turns for project in found)
                self._turns.put(Queuer(load[user], began.get(user, 0), seq, user, turns))
        self._changed.clear()
        user, project = export.tenant
        own = _own_turn(export, waiting[user][export.tenant], later)
        return self._turns.before(user, Turns(projects_of(user)).before(project, own)) + 1


def _own_turn(
    export: QueuedExport, theirs: dict[str, QueuedExport], later: Mapping[str, QueuedExport]
) -> int:
    """How many of its tenant's exports come before it; it is mostly asked of the newest."""
    newer = takewhile(lambda one: one.seq > export.seq, reversed(theirs.values()))
    behind = {export.export_id, *(one.export_id for one in newer)}
    return len(theirs) - len(behind) - sum(id_ in theirs and id_ not in behind for id_ in later)
