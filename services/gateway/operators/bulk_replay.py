"""A bulk replay: what was asked for, how far it is, and what follows from that.

Unless it shall keep going whatever comes, the first dead letter of each cause is a canary: its
export runs to its end before any other letter of that cause is replayed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec

from services.gateway.operators.dead_letter_view import DeadLetter, DeadLetterFilter, GroupKey
from shared.domain.events import Timestamp, now
from shared.tokens import User

LEASE: Final = timedelta(seconds=30)  # one that was not touched for so long has lost its gateway
WAITING: Final = "waiting for the first of each cause to come to its end"
SHOWN: Final = 20  # outcomes of single letters

Outcome = Literal["replayed", "duplicate", "superseded", "refused", "held"]
CanaryOutcome = Literal["running", "passed", "failed", "inconclusive"]


class BulkReplayRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be replayed, and how fast."""

    filter: DeadLetterFilter = DeadLetterFilter()
    limit: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    max_per_second: Annotated[float, msgspec.Meta(ge=0.1, le=100)] = 5.0
    dry_run: bool = False
    stop_on_same_cause: bool = True
    reason: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class ReplayResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What came of one letter; ``held``: the canary of its cause failed."""

    seq: int
    export_id: str | None
    outcome: Outcome
    detail: str = ""


class Canary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A letter that was replayed before all others of its cause.

    ``inconclusive``: its export was canceled, erased, or failed by its project's own fault; then
    the next letter of the cause is tried.
    """

    consumer: str
    reason: str
    cause: str
    seq: int
    export_id: str
    project_id: str
    generation: int
    outcome: CanaryOutcome = "running"
    detail: str = ""

    @property
    def group_key(self) -> GroupKey:
        """The cause that it stands for."""
        return self.consumer, self.reason, self.cause


class BulkReplay(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A request and how far it is; kept in a bucket, so that it outlives its gateway."""

    id: str
    by: User
    request: BulkReplayRequest = msgspec.field(name="order")
    status: Literal["running", "done", "stopped"] = "running"
    phase: Literal["canaries", "rest"] = "rest"
    detail: str = ""
    created_at: Timestamp
    updated_at: Timestamp
    matching: int  # letters, when it was asked for
    until_seq: int  # letters that come later are not its business
    cursor: int = 0  # the last letter of the rest that was looked at
    counts: dict[str, int] = {}  # by outcome
    canaries: tuple[Canary, ...] = ()
    last: tuple[ReplayResult, ...] = ()  # the newest outcomes

    @property
    def handled(self) -> int:
        """How many letters were looked at."""
        return sum(self.counts.values())

    @property
    def is_abandoned(self) -> bool:
        """Nobody has touched it for longer than anybody who works on it would."""
        return self.updated_at <= now() - LEASE

    def causes(self, *outcomes: CanaryOutcome) -> set[GroupKey]:
        """The causes whose canary has one of these outcomes."""
        return {canary.group_key for canary in self.canaries if canary.outcome in outcomes}

    def has_canary(self, letter: DeadLetter) -> bool:
        """Whether a letter was replayed as a canary."""
        return any(canary.seq == letter.seq for canary in self.canaries)

    def with_canary(self, canary: Canary) -> BulkReplay:
        """The replay with one more canary under way."""
        result = ReplayResult(seq=canary.seq, export_id=canary.export_id, outcome="replayed")
        return msgspec.structs.replace(
            self._counted(result), canaries=(*self.canaries, canary), detail=WAITING
        )

    def with_outcomes(self, outcomes: dict[int, tuple[CanaryOutcome, str]]) -> BulkReplay:
        """The replay with what has come of canaries, by their sequences."""
        canaries = []
        for canary in self.canaries:
            outcome, detail = outcomes.get(canary.seq, (canary.outcome, canary.detail))
            canaries.append(msgspec.structs.replace(canary, outcome=outcome, detail=detail))
        return msgspec.structs.replace(self, canaries=tuple(canaries), updated_at=now())

    def after(self, letter: DeadLetter, result: ReplayResult) -> BulkReplay:
        """The replay once a letter of the rest is done."""
        return msgspec.structs.replace(self._counted(result), cursor=letter.seq)

    def touched(self, at: datetime | None = None) -> BulkReplay:
        """The replay with somebody at work on it."""
        return msgspec.structs.replace(self, updated_at=at or now())

    def without_canaries_running(self) -> BulkReplay:
        """The replay when every canary has come to its end."""
        return msgspec.structs.replace(self, phase="rest", detail="", updated_at=now())

    def stopped(self, detail: str) -> BulkReplay:
        """The replay when the rest is left as it is."""
        return msgspec.structs.replace(self, status="stopped", detail=detail, updated_at=now())

    def finished(self) -> BulkReplay:
        """The replay when nothing more is to be done; stopped where a canary failed."""
        failed = [
            f"{canary.cause}: the first that was replayed failed again ({canary.detail})"
            for canary in self.canaries
            if canary.outcome == "failed"
        ]
        if failed:
            return self.stopped("; ".join(failed))
        return msgspec.structs.replace(self, status="done", detail="", updated_at=now())

    def _counted(self, result: ReplayResult) -> BulkReplay:
        count = self.counts.get(result.outcome, 0) + 1
        return msgspec.structs.replace(
            self,
            counts={**self.counts, result.outcome: count},
            last=(*self.last, result)[-SHOWN:],
            updated_at=now(),
        )
