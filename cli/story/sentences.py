"""What the log lines of an export mean, in words for somebody who does not know the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.log_values import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cli.story.lines import StoryLine

CONTEXT: Final = {  # of all lines of an export, and what every line has
    *("event", "level", "timestamp", "service", "export_id", "project_id", "generation"),
    *("attempt", "trace_id", "consumer", "exception"),
}
LETTERS: Final = 300  # of one value


def sentence(line: StoryLine) -> str:
    """What the line says; of one that is not known here its name and its keys."""
    shown = Shown(line.keys)
    if found := SENTENCES.get(line.event):
        return found.format_map(shown) if isinstance(found, str) else found(shown)
    keys = " ".join(f"{name}={shown[name]}" for name in line.keys if name not in CONTEXT)
    return f"{one_line(line.event)} {keys}".strip()


class Shown(dict[str, str]):
    """The keys of a line as they are read: each in one line, bounded, with its unit."""

    def __init__(self, keys: Mapping[str, Any]) -> None:
        super().__init__({name: _shown(name, value) for name, value in keys.items()})

    def __missing__(self, _name: str) -> str:
        return "?"


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "size_bytes" and isinstance(value, int):
        return f"{value / 1e6:.1f} MB" if value >= 100_000 else f"{value:,} bytes"  # noqa: PLR2004
    if isinstance(value, int | float) and (name == "seconds" or name.endswith("_s")):
        return f"{value:,} s"
    text = one_line(str(value))
    return text if len(text) <= LETTERS else f"{text[:LETTERS]}…"


def _started(line: Shown) -> str:
    work = "upload" if line["consumer"] == "uploader" else "build"
    said = "attempt {attempt} to " + work + " begins on {worker}, {waited_s} after it was due"
    return said.format_map(line)


def _attempt_failed(line: Shown) -> str:
    after = {
        "retry": "it is tried again in {retry_s}",
        "end": "the export ends",
        "dead-letter": "it becomes a dead letter ({reason})",
    }.get(line["next"], "")
    return ("attempt {attempt} failed after {seconds}: {error} ({code}); " + after).format_map(line)


def _ended(line: Shown) -> str:
    said = "the export is {outcome}, {seconds} after it was asked for, in {attempts} attempt(s)"
    if line["outcome"] in {"failed", "refused"}:
        said += ": {code}"
    return said.format_map(line)


def _opened(line: Shown) -> str:
    how = "comes back to watch" if line["resumed"] == "yes" else "watches"
    return f"{line['user_id']} {how}"


def _closed(line: Shown) -> str:
    said = "{user_id} has watched for {seconds} and got {messages} messages; " + CLOSED.get(
        line["close_code"], "closed with {close_code}"
    )
    return said.format_map(line)


def _stopped(line: Shown) -> str:
    parts = "are gone" if line["parts_aborted"] == "yes" else "are left to the sweeper"
    return f"nothing of it runs any more; uploaded parts {parts}"


def _downloaded(line: Shown) -> str:
    who = line["user_id"] if "user_id" in line else f"whoever has the ticket of {line['ticket_of']}"
    return f"{who} got a link to the artifact"


def _play_link(line: Shown) -> str:
    return f"{line['user_id']} {'made' if line['is_new'] == 'yes' else 'changed'} a play link"


CLOSED: Final = {
    "1000": "all was told",
    "1005": "the client went away",
    "1006": "the connection was lost",
    "4001": "the service stopped or was not ready: come back",
    "4002": "too slow: come back",
}
SENTENCES: Final[dict[str, str | Callable[[Shown], str]]] = {
    "export.accepted": "accepted: {user_id} asks for {platform} ({configuration})",
    "export.asked-again": "asked for again with the same Idempotency-Key; it is this one",
    "export.retried": "{user_id} starts it again: generation {generation}",
    "export.replayed": "an operator replays dead letter {dead_letter} (the audit log has who, and"
    " why): generation {generation}",
    "export.cancel-requested": "to be canceled: {reason}",
    "attempt.started": _started,
    "stage.ended": "{stage} took {seconds}",
    "attempt.failed": _attempt_failed,
    "attempt.handed-back": "the worker stops: attempt {attempt} does not count",
    "worker.lost": "the worker of the last attempt has died (it was heard of no more; {crashes} so"
    " far): it is tried again in {retry_s}",
    "message.skipped": "nothing is left to be done here",
    "message.returned": "given back, something is away: {error}",
    "export.packaged": "packed in {seconds}: {size_bytes}, {warnings} warning(s)",
    "export.committed": "committed in {seconds}: the artifact can be downloaded",
    "export.reused": "nothing has changed since it was built ({built_at}): that is used again",
    "reuse.failed": "whether it was built before cannot be found out ({error}): it is built",
    "reuse.unanswered": "no uploader says whether it was built before ({error}): it is built",
    "build-result.lost": "what it was built of cannot be recorded: {error}",
    "cancel.acknowledged": _stopped,
    "message.dead-lettered": "became dead letter {dead_letter} ({reason}): {cause}",
    "dead-letter.owed": "its dead letter ({reason}) cannot be written yet",
    "export.reaped": "had stopped moving; the reaper acts: {action}, {outcome}",
    "export.ended": _ended,
    "socket.opened": _opened,
    "socket.closed": _closed,
    "socket.refused": "somebody may not watch: {code} ({close_code})",
    "download.link-made": _downloaded,
    "play-link.made": _play_link,
    "play-link.revoked": "{user_id} revoked its play link",
    "request.refused": "{method} {route} is refused with {status}: {code}",
    "request.unavailable": "a request cannot be answered: {error}",
    "request.answered": "{method} {route} is answered with {status} in {duration_s}",
}
