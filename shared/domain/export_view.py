"""What a reader is shown of an export: the folded state, with what is made at read time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from shared.domain.events import now
from shared.domain.progress import NOWHERE, QueuePosition
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
    """The state as a reader sees it.

    With the newest progress or its place in the queue, the last log lines, and fresh links.
    """
    state = with_progress(document.state, progress)
    if state.status == "queued":
        state = msgspec.structs.replace(
            state, position=queue_position.position, eta=queue_position.eta
        )
    refusal = retry_refusal(state)
    return msgspec.structs.replace(
        state,
        logs=tuple(
            f"[{line.at.isoformat(timespec='milliseconds')}] {line.message}" for line in lines
        ),
        download_url=links.download(state),
        can_retry=refusal is None,
        retry_disabled_reason=refusal,
    )


def retry_refusal(state: State) -> str | None:
    """Why the export cannot be retried at this moment; None where it can."""
    if not state.ended:
        return "It has not ended yet."
    expired = state.download_expires_at is not None and state.download_expires_at <= now()
    return None if expired else state.retry_disabled_reason


def with_progress(state: State, progress: Progress | None) -> State:
    """The state with newer chatter merged in.

    Chatter of another generation says nothing; while an export waits for its next attempt, and
    after its end, only what it had reached still shows.
    """
    if progress is None or progress.generation != state.generation:
        return state
    if progress.percent < state.progress:
        return state
    if state.ended or state.status == "queued":
        return msgspec.structs.replace(state, progress=progress.percent)
    return msgspec.structs.replace(
        state,
        status=progress.status,
        progress=progress.percent,
        current_step=progress.step,
        eta=progress.eta,
    )
