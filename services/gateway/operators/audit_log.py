"""Who did what, when and why: the stream ``AUDIT``, which nobody can change."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from shared.domain.events import Timestamp, now
from shared.jetstream.batch_get import read_newest
from shared.jetstream.publishing import publish
from shared.jetstream.topology import AUDIT, audit_subject

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.tokens import User

AuditAction = Literal[
    "replay", "replay-many", "drop", "drop-many", "drop-many-result", "delete-project"
]


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did."""

    action: AuditAction = msgspec.field(name="act")  # as it lies in the stream
    by: str
    email: str = ""
    at: Timestamp = msgspec.field(default_factory=now)
    reason: str
    target: dict[str, Any]  # what it was done to


class StoredAuditEntry(msgspec.Struct, frozen=True):
    """An entry and its place in the stream."""

    seq: int
    entry: AuditEntry


class AuditLog:
    """Each entry is written before its deed: what cannot be recorded is not done."""

    def __init__(self, nc: Client) -> None:
        self._nc = nc
        self._js = nc.jetstream()

    async def record(self, action: AuditAction, by: User, *, reason: str, **target: Any) -> None:
        """Record what is about to be done.

        Raises:
            UnavailableError: It is not recorded, so it must not be done.
        """
        entry = AuditEntry(
            action=action, by=by.user_id, email=by.email, reason=reason, target=target
        )
        headers = {"Nats-Msg-Id": uuid.uuid4().hex}
        await publish(
            self._js, audit_subject(action), msgspec.json.encode(entry), headers, patience_s=10.0
        )

    async def newest(self, *, before_seq: int | None, limit: int) -> list[StoredAuditEntry]:
        """Entries, newest first."""
        found = await read_newest(self._nc, AUDIT, before_seq=before_seq, limit=limit)
        return [
            StoredAuditEntry(message.seq, msgspec.json.decode(message.payload, type=AuditEntry))
            for message in found
        ]
