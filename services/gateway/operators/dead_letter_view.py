"""A dead letter as operators read it: what its subject and headers say, without its payload."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from shared.domain.events import Timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.jetstream.batch_get import Stored

Disposition = Literal["open", "replayed", "superseded", "gone"]
GroupKey = tuple[str, str, str]  # consumer, reason, cause


class DeadLetterFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dead letters; what is not given does not matter."""

    consumer: str | None = None
    reason: str | None = None
    cause: str | None = None
    platform: str | None = None

    def matches(self, letter: DeadLetter) -> bool:
        """Whether the letter is one of these."""
        return all(
            wanted is None or getattr(letter, name) == wanted
            for name, wanted in msgspec.structs.asdict(self).items()
        )


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One dead letter without its payload; ``export_id`` is None where the message named none."""

    seq: int
    at: Timestamp
    consumer: str
    reason: str
    cause: str
    error: str
    platform: str | None
    export_id: str | None
    project_id: str | None
    generation: int | None
    attempts: int
    deliveries: int
    worker: str
    first_at: str
    last_at: str
    standing: Disposition = "open"  # what has become of its export

    @property
    def group_key(self) -> GroupKey:
        """What letters are grouped by."""
        return self.consumer, self.reason, self.cause


class DeadLetterGroup(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Dead letters of one consumer, reason and cause."""

    consumer: str
    reason: str
    cause: str
    count: int
    open: int
    platforms: dict[str, int]
    first_at: Timestamp
    last_at: Timestamp
    newest_seq: int
    error: str  # of the newest


def from_headers(message: Stored) -> DeadLetter:
    """A dead letter by its subject and headers."""
    headers = message.headers
    consumer, export_id = message.subject.split(".")[1:3]
    named = _named(message) if export_id != "unknown" else None
    subject = headers.get("Aethel-Subject", "").split(".")
    return DeadLetter(
        seq=message.seq,
        at=message.at,
        consumer=consumer,
        reason=headers.get("Aethel-Reason", ""),
        cause=headers.get("Aethel-Cause", ""),
        error=headers.get("Aethel-Error", ""),
        platform=subject[2] if len(subject) > 2 else None,  # noqa: PLR2004 - exports.<event>.<platform>
        export_id=export_id if named else None,
        project_id=named.project_id if named else None,
        generation=named.generation if named else None,
        attempts=_number(headers, "Aethel-Attempts"),
        deliveries=_number(headers, "Aethel-Deliveries"),
        worker=headers.get("Aethel-Worker", ""),
        first_at=headers.get("Aethel-First-At", ""),
        last_at=headers.get("Aethel-Last-At", ""),
    )


class _Named(msgspec.Struct):
    """What names the export, in the payload."""

    project_id: str
    generation: int = 1


def _named(message: Stored) -> _Named | None:
    """By the headers that we write, or by the payload of somebody else's message."""
    headers = message.headers
    if "Aethel-Project-Id" in headers:
        return _Named(headers["Aethel-Project-Id"], _number(headers, "Aethel-Generation") or 1)
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(message.payload, type=_Named)
    return None


def _number(headers: dict[str, Any], name: str) -> int:
    text = headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else 0


def grouped(letters: Iterable[DeadLetter]) -> list[DeadLetterGroup]:
    """Letters, given oldest first, by consumer, reason and cause; the most frequent first."""
    by_cause: dict[GroupKey, list[DeadLetter]] = {}
    for letter in letters:
        by_cause.setdefault(letter.group_key, []).append(letter)
    return sorted(map(_group, by_cause.values()), key=lambda group: -group.count)


def _group(letters: Sequence[DeadLetter]) -> DeadLetterGroup:
    first, newest = letters[0], letters[-1]
    return DeadLetterGroup(
        consumer=first.consumer,
        reason=first.reason,
        cause=first.cause,
        count=len(letters),
        open=sum(letter.standing == "open" for letter in letters),
        platforms=dict(Counter(letter.platform or "unknown" for letter in letters)),
        first_at=first.at,
        last_at=newest.at,
        newest_seq=newest.seq,
        error=newest.error,
    )
