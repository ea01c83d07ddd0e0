"""Who comes next in the queue of a platform: users take turns, and within a user the projects do.

Whoever has the fewest builds running comes first, among equals whose last build began longest ago.
All of it follows from events, so that every process comes to the same order, and the position that
a user is told is the place in it.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict, deque
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import msgspec
from msgspec import UNSET

from shared.domain.events import (
    AttemptFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    TerminalEvent,
)
from shared.domain.loads import Load
from shared.domain.queue_place import Crowd

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from shared.domain.events import AnyEvent


Tenant = tuple[str, str]
REMEMBERED: Final = 20_000  # users and projects whose last build is known; the others never had one


class QueuedExport(msgspec.Struct, frozen=True, kw_only=True):
    """An export that is not built yet, and what is known of its attempts."""

    export_id: str
    generation: int
    load: Load
    seq: int  # of its ``requested``
    attempts: int = 0
    running: ExportStarted | None = None
    early: bool = False  # its newest attempt began out of turn: its message may be anywhere
    retry_at: datetime | None = None

    @property
    def tenant(self) -> Tenant:
        """What the share of its user, and within it of its project, is counted by."""
        user_id, project_id = self.load.user_id, self.load.project_id
        return user_id, f"{user_id}\n{project_id}"

    def due(self, at: datetime) -> bool:
        """Whether it may be built at a moment."""
        return self.retry_at is None or self.retry_at <= at


class PlatformQueue:
    """The exports of one platform that are not built yet: a fold over events in stream order."""

    def __init__(self) -> None:
        self._waiting: dict[str, dict[Tenant, dict[str, QueuedExport]]] = {}  # oldest first
        self._running: dict[str, QueuedExport] = {}
        self._retried: dict[str, QueuedExport] = {}  # those of the waiting that had to be due first
        self._tenants: dict[str, Tenant] = {}  # of every export
        self._began: dict[str, int] = {}  # user or project → sequence of the newest ``started``
        self._crowd = Crowd()

    def apply(self, event: AnyEvent, seq: int) -> None:
        """What ``event`` changes; applying one twice changes nothing more."""
        known = self._known(event.export_id)
        if isinstance(event, ExportRequested):
            if known is None or event.generation > known.generation:
                self._request(event, seq)
            return
        if known is None or event.generation != known.generation:
            return
        match event:
            case ExportStarted(stage="build"):
                self._start(known, event, seq)
            case AttemptFailed(stage="build"):
                self._wait_again(msgspec.structs.replace(known, retry_at=event.retry_at))
            case ExportPackaged() | TerminalEvent():
                self.forget(event.export_id)

    def forget(self, export_id: str) -> None:
        """It is built, has ended, or its message is gone."""
        self._running.pop(export_id, None)
        self._retried.pop(export_id, None)
        tenant = self._tenants.pop(export_id, None)
        if tenant is None:
            return
        projects = self._waiting.get(tenant[0], {})
        if (theirs := projects.get(tenant)) is not None:
            theirs.pop(export_id, None)
            if not theirs:
                del projects[tenant]
            if not projects:
                del self._waiting[tenant[0]]
        self._touch(tenant[0])

    def lost(self, export_id: str) -> None:
        """Its worker has died: it waits again."""
        known = self._running.get(export_id)
        if known is not None:
            self._wait_again(known)

    @property
    def any_waiting(self) -> bool:
        """Whether anybody waits, as far as was heard."""
        return bool(self._waiting)

    @property
    def running(self) -> list[QueuedExport]:
        """Those that are built now, as far as events tell."""
        return list(self._running.values())

    def order(self, at: datetime, *, but: Collection[str] = ()) -> list[QueuedExport]:
        """Those that could be built ``at`` a moment, fairest first, without those in ``but``."""
        waiting = [
            export
            for theirs in self._queues()
            for export in theirs.values()
            if export.due(at) and export.export_id not in but
        ]
        return fair_order(waiting, self.running, self._began)

    def firsts(
        self, at: datetime, *, but: Collection[str] = (), small_only: bool = False
    ) -> list[QueuedExport]:
        """The same, but of each tenant the first alone, or the first small one: quick for many."""

        def fits(export: QueuedExport) -> bool:
            wanted = export.load.is_small or not small_only
            return wanted and export.due(at) and export.export_id not in but

        found = (next(filter(fits, theirs.values()), None) for theirs in self._queues())
        return fair_order([export for export in found if export], self.running, self._began)

    def place(self, export_id: str, at: datetime) -> int | None:
        """Its place in the order ``at`` a moment, from 1; None where it could not be built then."""
        later = {id_: export for id_, export in self._retried.items() if not export.due(at)}
        export = self._known(export_id)
        if export is None or export_id in self._running or export_id in later:
            return None
        for one in self._retried.values():  # it depends on the moment
            self._touch(one.tenant[0])
        return self._crowd.place(export, self._waiting, self.running, self._began, later)

    def _queues(self) -> Iterable[dict[str, QueuedExport]]:
        return chain.from_iterable(theirs.values() for theirs in self._waiting.values())

    def _touch(self, user: str) -> None:
        self._crowd.touch(user, waits=user in self._waiting)

    def _known(self, export_id: str) -> QueuedExport | None:
        tenant = self._tenants.get(export_id)
        if tenant is None:
            return None
        return self._running.get(export_id) or self._waiting[tenant[0]][tenant][export_id]

    def _request(self, event: ExportRequested, seq: int) -> None:
        self.forget(event.export_id)
        export = QueuedExport(
            export_id=event.export_id,
            generation=event.generation,
            load=Load.of(event),
            seq=seq,
        )
        self._tenants[export.export_id] = export.tenant
        self._theirs(export)[export.export_id] = export
        self._touch(export.load.user_id)

    def _start(self, known: QueuedExport, event: ExportStarted, seq: int) -> None:
        self.forget(known.export_id)
        self._tenants[known.export_id] = known.tenant
        self._running[known.export_id] = msgspec.structs.replace(
            known, running=event, early=event.out_of_turn is not UNSET, attempts=event.attempt
        )
        for share in known.tenant:
            newest = max(seq, self._began.pop(share, 0))
            self._began[share] = newest
        while len(self._began) > REMEMBERED:
            oldest = next(iter(self._began))
            del self._began[oldest]
            for user in (oldest, oldest.rpartition("\n")[0]):  # it is one, or a project of one
                self._touch(user)

    def _wait_again(self, export: QueuedExport) -> None:
        """Before what its tenant has asked for later."""
        self.forget(export.export_id)
        waiting = msgspec.structs.replace(export, running=None)
        if waiting.retry_at is not None:
            self._retried[export.export_id] = waiting
        theirs = self._theirs(export)
        in_line = sorted([waiting, *theirs.values()], key=lambda one: one.seq)
        theirs.clear()
        theirs.update((one.export_id, one) for one in in_line)
        self._tenants[export.export_id] = export.tenant
        self._touch(export.load.user_id)

    def _theirs(self, export: QueuedExport) -> dict[str, QueuedExport]:
        """What waits for the tenant of an export, which is about to."""
        return self._waiting.setdefault(export.load.user_id, {}).setdefault(export.tenant, {})


class InLine(Protocol):
    """What waits or runs for a user, and within it for one of the user's projects or films."""

    @property
    def seq(self) -> int:
        """When it was asked for."""
        ...

    @property
    def tenant(self) -> Tenant:
        """What the two shares are counted by."""
        ...


InLineT = TypeVar("InLineT", bound=InLine)


def fair_order(
    waiting: Iterable[InLineT],
    running: Iterable[InLineT],
    began: Mapping[str, int],
) -> list[InLineT]:
    """The order in which free slots take ``waiting``, were nothing that runs to end meanwhile.

    ``began`` says of users and projects when one of theirs last began, in sequences of the caller.
    """
    load = Counter(share for export in running for share in export.tenant)
    queues: dict[str, dict[str, deque[InLineT]]] = defaultdict(lambda: defaultdict(deque))
    for export in sorted(waiting, key=lambda export: export.seq):
        user, project = export.tenant
        queues[user][project].append(export)

    def turn(share: str, first: InLineT) -> tuple[int, int, int, str]:
        return load[share], began.get(share, 0), first.seq, share

    projects = {
        user: [turn(project, queue[0]) for project, queue in theirs.items()]
        for user, theirs in queues.items()
    }
    for turns in projects.values():
        heapq.heapify(turns)
    users = [turn(user, queues[user][turns[0][-1]][0]) for user, turns in projects.items()]
    heapq.heapify(users)
    clock = max(began.values(), default=0)
    order: list[InLineT] = []
    while users:
        user_load, _, _, user = heapq.heappop(users)
        project_load, _, _, project = heapq.heappop(projects[user])
        queue = queues[user][project]
        order.append(queue.popleft())
        clock += 1
        if queue:
            heapq.heappush(projects[user], (project_load + 1, clock, queue[0].seq, project))
        if projects[user]:
            first = queues[user][projects[user][0][-1]][0]
            heapq.heappush(users, (user_load + 1, clock, first.seq, user))
    return order
