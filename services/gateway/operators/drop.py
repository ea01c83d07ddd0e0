"""Dropping dead letters; of many each is reported, and the audit log says which really went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from services.gateway.operators.dead_letter_view import DeadLetterFilter, from_headers
from shared.errors import NotFoundError

if TYPE_CHECKING:
    from services.gateway.operators.audit_log import AuditLog
    from services.gateway.operators.dead_letters import DeadLetters
    from shared.tokens import User

DropOutcome = Literal["dropped", "gone"]


class BulkDropRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which letters to drop."""

    filter: DeadLetterFilter
    limit: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    dry_run: bool = False
    reason: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class DropResult(msgspec.Struct, frozen=True):
    """What came of one letter; ``gone``: somebody else was quicker, or its time was over."""

    seq: int
    outcome: DropOutcome


class BulkDrop(msgspec.Struct, frozen=True, kw_only=True):
    """What came of all of them."""

    matching: int
    results: tuple[DropResult, ...] = ()

    @property
    def dropped(self) -> int:
        """How many went."""
        return sum(result.outcome == "dropped" for result in self.results)


class DeadLetterDropper:
    """Drops one, or many, oldest first."""

    def __init__(self, letters: DeadLetters, audit_log: AuditLog) -> None:
        self._letters = letters
        self._audit_log = audit_log

    async def drop_many(self, request: BulkDropRequest, by: User) -> BulkDrop:
        """Remove all letters that match, for good.

        The audit log has two entries: what is about to be done, then what was done.

        Raises:
            UnavailableError: It was not begun, or broke off; the audit log says where.
        """
        found = [letter.seq async for letter in self._letters.oldest(request.filter)]
        if request.dry_run:
            return BulkDrop(matching=len(found))
        target = {"filter": msgspec.to_builtins(request.filter), "limit": request.limit}
        await self._audit_log.record(
            "drop-many", by, reason=request.reason, **target, matching=len(found)
        )
        outcomes: dict[int, DropOutcome] = {}
        try:
            for seq in found[: request.limit]:
                outcomes[seq] = await self._outcome(seq)
        finally:
            await self._audit_log.record(
                "drop-many-result",
                by,
                reason=request.reason,
                **target,
                dropped=[seq for seq, outcome in outcomes.items() if outcome == "dropped"],
                gone=[seq for seq, outcome in outcomes.items() if outcome == "gone"],
            )
        return BulkDrop(
            matching=len(found), results=tuple(DropResult(*item) for item in outcomes.items())
        )

    async def drop(self, seq: int, by: User, *, reason: str) -> None:
        """Remove one letter for good.

        Raises:
            NotFoundError: There is none (any more).
        """
        letter = from_headers(await self._letters.get(seq))
        await self._audit_log.record(
            "drop", by, reason=reason, seq=seq, exportId=letter.export_id, cause=letter.cause
        )
        await self._letters.drop(seq)

    async def _outcome(self, seq: int) -> DropOutcome:
        try:
            await self._letters.drop(seq)
        except NotFoundError:
            return "gone"
        return "dropped"
