"""What a reader is shown of an export: the folded state, with what is made at read time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from shared.domain.events import now
from shared.domain.progress import NOWHERE, QueuePosition
from shared.domain.waiting import shown
from shared.tokens import Ticket, Tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.domain.export_document import Document, State
    from shared.domain.progress import LogLine, Progress


class Links:
    """Our own links, with tickets that are made when they are read."""

    def __init__(
        self, tokens: Tokens, *, public_url: str, websocket_url: str, ticket_ttl_s: int
    ) -> None:
        self._tokens = tokens
        self._public_url = public_url.rstrip("/")
        self._websocket_url = websocket_url.rstrip("/")
        self._ticket_ttl_s = ticket_ttl_s

    def status(self, project_id: str, export_id: str) -> str:
        """Where the export can be read."""
        return f"{self._public_url}/api/projects/{project_id}/export/{export_id}"

    def websocket(
        self, project_id: str, export_id: str, *, user_id: str, generation: int, seq: int
    ) -> str:
        """Where it can be watched; the ticket is checked at connect only."""
        ticket = Ticket(
            use="watch",
            export_id=export_id,
            project_id=project_id,
            user_id=user_id,
            generation=generation,
            seq=seq,
        )
        signed = self._tokens.ticket(ticket, lives_s=self._ticket_ttl_s)
        return f"{self._websocket_url}/export/{export_id}?ticket={signed}"

    def download(self, state: State) -> str | None:
        """Works without a header until the artifact expires."""
        if state.status != "completed" or state.download_expires_at is None:
            return None
        left_s = (state.download_expires_at - now()).total_seconds()
        if left_s <= 0:
            return None
        ticket = Ticket(
            use="download",
            export_id=state.id,
            project_id=state.project_id,
            user_id=state.user_id,
            generation=state.generation,
        )
        signed = self._tokens.ticket(ticket, lives_s=left_s)
        return f"{self.status(state.project_id, state.id)}/download?ticket={signed}"


def present(
    document: Document,
    links: Links,
    *,
    progress: Progress | None = None,
    queue_position: QueuePosition = NOWHERE,
    lines: Iterable[LogLine] = (),
) -> State:
    """The whole state as a reader sees it: as of now, with its last log lines and fresh links."""
    state = as_of_now(document, progress=progress, queue_position=queue_position)
    return msgspec.structs.replace(
        state,
        logs=tuple(
            f"[{line.at.isoformat(timespec='milliseconds')}] {line.message}" for line in lines
        ),
        download_url=links.download(state),
    )


def as_of_now(
    document: Document,
    *,
    progress: Progress | None = None,
    queue_position: QueuePosition = NOWHERE,
) -> State:
    """The folded state with what only this moment knows.

    That is the newest progress, why and where it waits, and whether its artifact has expired.
    """
    state = _with_progress(document, progress)
    if (wait := document.wait) is not None:
        reason = queue_position.reason or wait.obstacle(None, now())
        state = msgspec.structs.replace(
            state,
            waiting_reason=shown(reason),
            current_step=wait.sentence(reason),
            position=queue_position.position,
            eta=queue_position.eta,
        )
    else:
        state = msgspec.structs.replace(state, waiting_reason=None)
    if has_expired(state):
        state = msgspec.structs.replace(state, progress=0.0)  # 100 means that it can be downloaded
    return with_retry_refusal(state, retry_refusal(state))


def has_expired(state: State) -> bool:
    """Whether its artifact can no longer be downloaded."""
    return state.download_expires_at is not None and state.download_expires_at <= now()


def retry_refusal(state: State) -> str | None:
    """Why the export cannot be retried at this moment; None where it can."""
    if not state.ended:
        return "It has not ended yet."
    return None if has_expired(state) else state.retry_disabled_reason


def with_retry_refusal(state: State, refusal: str | None) -> State:
    """The state with whether it can be retried; of an expired one its step says so, too."""
    state = msgspec.structs.replace(state, can_retry=refusal is None, retry_disabled_reason=refusal)
    if not has_expired(state):
        return state
    expired = f"The artifact expired on {state.download_expires_at:%Y-%m-%d at %H:%M} UTC."
    remedy = refusal or "Retry the export to make it again."
    return msgspec.structs.replace(state, current_step=f"{expired} {remedy}")


def _with_progress(document: Document, progress: Progress | None) -> State:
    """The folded state with newer progress merged in.

    Progress of another generation says nothing. While the export waits for a worker, and after its
    end, only the percentage that it had reached still shows.
    """
    state = document.state
    if progress is None or progress.generation != state.generation:
        return state
    if progress.percent < state.progress:
        return state
    if state.ended or document.wait is not None:
        return msgspec.structs.replace(state, progress=progress.percent)
    return msgspec.structs.replace(
        state,
        status=progress.status,
        progress=progress.percent,
        current_step=progress.step,
        eta=progress.eta,
    )
