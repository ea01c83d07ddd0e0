"""Who comes next in the queue of a platform: users take turns, and within a user the projects do.

Whoever has the fewest builds running comes first, among equals whose last build began longest ago.
All of it follows from events, so that every process comes to the same order, and the position that
a user is told is the place in it.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict, deque
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from shared.domain.events import (
    AttemptFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    TerminalEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.domain.events import AnyEvent


class QueuedExport(msgspec.Struct, frozen=True, kw_only=True):
    """An export that is not built yet, and what is known of its attempts."""

    export_id: str
    generation: int
    user_id: str
    project_id: str
    seq: int  # of its ``requested``
    attempts: int = 0
    running: ExportStarted | None = None
    early: bool = False  # its newest attempt began out of turn: its message may be anywhere
    retry_at: datetime | None = None


class PlatformQueue:
    """The exports of one platform that are not built yet: a fold over events in stream order."""

    def __init__(self) -> None:
        self._exports: dict[str, QueuedExport] = {}
        self._began: dict[str, int] = {}  # user or project → sequence of the newest ``started``

    def apply(self, event: AnyEvent, seq: int) -> None:
        """What ``event`` changes; applying one twice changes nothing more."""
        known = self._exports.get(event.export_id)
        if isinstance(event, ExportRequested):
            if known is None or event.generation > known.generation:
                self._exports[event.export_id] = QueuedExport(
                    export_id=event.export_id,
                    generation=event.generation,
                    user_id=event.user_id,
                    project_id=event.project_id,
                    seq=seq,
                )
            return
        if known is None or event.generation != known.generation:
            return
        change = msgspec.structs.replace
        match event:
            case ExportStarted(stage="build"):
                self._exports[event.export_id] = change(
                    known,
                    running=event,
                    early=event.out_of_turn is not UNSET,
                    attempts=event.attempt,
                )
                self._note(known, seq)
            case AttemptFailed(stage="build"):
                self._exports[event.export_id] = change(
                    known, running=None, retry_at=event.retry_at
                )
            case ExportPackaged() | TerminalEvent():
                self.forget(event.export_id)

    def forget(self, export_id: str) -> None:
        """It is built, has ended, or its message is gone."""
        self._exports.pop(export_id, None)

    def lost(self, export_id: str) -> None:
        """Its worker has died: it waits again."""
        known = self._exports.get(export_id)
        if known is not None:
            self._exports[export_id] = msgspec.structs.replace(known, running=None)

    @property
    def running(self) -> list[QueuedExport]:
        """Those that are built now, as far as events tell."""
        return [export for export in self._exports.values() if export.running]

    def order(self, at: datetime, *, but: Iterable[str] = ()) -> list[QueuedExport]:
        """Those that could be built ``at`` a moment, fairest first, without those in ``but``."""
        left_out = set(but)
        waiting = [
            export
            for export in self._exports.values()
            if export.running is None
            and (export.retry_at is None or export.retry_at <= at)
            and export.export_id not in left_out
        ]
        return fair_order(waiting, self.running, self._began)

    def _note(self, export: QueuedExport, seq: int) -> None:
        for share in _shares(export):
            self._began[share] = max(seq, self._began.get(share, 0))


def fair_order(
    waiting: Iterable[QueuedExport],
    running: Iterable[QueuedExport],
    began: Mapping[str, int],
) -> list[QueuedExport]:
    """The order in which free slots take ``waiting``, were nothing that runs to end meanwhile.

    ``began`` says of users and projects when a build of theirs last began, in stream sequences.
    """
    load = Counter(share for export in running for share in _shares(export))
    queues: dict[str, dict[str, deque[QueuedExport]]] = defaultdict(lambda: defaultdict(deque))
    for export in sorted(waiting, key=lambda export: export.seq):
        user, project = _shares(export)
        queues[user][project].append(export)

    def turn(share: str, first: QueuedExport) -> tuple[int, int, int, str]:
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
    order: list[QueuedExport] = []
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


def _shares(export: QueuedExport) -> tuple[str, str]:
    """What the share of its user, and within it of its project, is counted by."""
    return export.user_id, f"{export.user_id}\n{export.project_id}"
