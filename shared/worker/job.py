"""The jobs that a process works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.worker.retry import History

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from shared.domain.events import Event, ExportStarted
    from shared.jetstream.event_log import StoredEvent
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.worker.message import TakenMessage


@dataclass(kw_only=True, eq=False)
class Job:
    """One event in a worker's hands, and all that belongs to its attempt."""

    event: Event
    message: TakenMessage  # its heartbeat keeps the event ours
    reporter: ProgressReporter
    history: History = field(
        default_factory=History
    )  # as the stream had it when the event was taken
    stored: Sequence[StoredEvent] = ()  # what that was read from
    newest_seq: int | None = None  # of all its events, as long as that is known without asking
    began: ExportStarted | None = None  # published without having asked; perhaps in the stream
    attempting: bool = False  # an attempt has started and the stream does not have its end yet
    task: asyncio.Task[Any] | None = None  # the handler at work
    canceled: bool = False  # its user has ended it
    cancel_heard_at: float | None = None  # when a cancel was last announced, the loop's clock

    @property
    def attempt(self) -> int:
        """The attempt's number, from 1."""
        return self.history.next_attempt

    def cancel(self) -> None:
        """Stop the attempt, or keep it from starting."""
        self.canceled = True
        if self.task is not None:
            self.task.cancel()


class RunningJobs:
    """The jobs that one worker has in hand, each export at most once."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}  # by export id

    def __contains__(self, job: Job) -> bool:
        return self._jobs.get(job.event.export_id) is job

    @property
    def export_ids(self) -> tuple[str, ...]:
        """The ids of the exports in hand, sorted."""
        return tuple(sorted(self._jobs))

    @property
    def jobs(self) -> list[Job]:
        """The jobs in hand, the one that was taken last at the end."""
        return list(self._jobs.values())

    def add(self, job: Job) -> bool:
        """Whether the job is now running; not where another one of its export is."""
        return self._jobs.setdefault(job.event.export_id, job) is job

    def remove(self, job: Job) -> None:
        """It has ended; nothing happens where it was never added."""
        if job in self:
            del self._jobs[job.event.export_id]

    def find(self, event: Event) -> Job | None:
        """The job of the event's export and generation."""
        job = self._jobs.get(event.export_id)
        return job if job and job.event.generation == event.generation else None
