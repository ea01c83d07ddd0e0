"""What can be done to an export: cancel it, start it again.

Both are one publish; where somebody else (a worker, another request) was quicker, the stream says
who, and the answer says what is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from msgspec import UNSET, UnsetType

from services.gateway.exports.exports import FILES_GONE
from shared.domain.events import ExportCanceled
from shared.domain.export_document import fold
from shared.domain.export_view import retry_refusal
from shared.domain.log_keys import keys_of
from shared.domain.next_generation import failed_upload, next_generation
from shared.errors import ConflictError
from shared.jetstream.event_log import EventLog
from shared.jetstream.headroom import FOR_EXPORTS
from shared.storage.multipart_check import can_be_committed
from shared.tracing import spans
from shared.tracing.context import current, within

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.gateway.exports.export_lists import ExportLists
    from services.gateway.exports.exports import Exports
    from services.gateway.exports.start import GenerationStarter
    from services.gateway.http.idempotency import Idempotency, Start
    from services.gateway.projects.snapshots import Snapshots
    from services.gateway.quotas.user_quotas import UserQuotas
    from shared.domain.export_document import Document, State
    from shared.jetstream.headroom import Headroom
    from shared.service.cell_rate import CellRate
    from shared.storage.bucket import Storage
    from shared.tokens import User
    from shared.tracing.context import TraceContext

log = structlog.get_logger()


class StateConflictError(ConflictError):
    """The export's state does not allow this; the answer says what it is."""

    def __init__(self, state: State, reason: str) -> None:
        super().__init__(reason)
        self.members: dict[str, Any] = {
            "reason": reason,
            "export": {"id": state.id, "status": state.status},
        }


class NotRetryableError(StateConflictError):
    """It runs, it has completed, or what it was made of is gone."""

    code = "not-retryable"
    title = "The export cannot be retried"


class NotCancelableError(StateConflictError):
    """It has ended otherwise."""

    code = "not-cancelable"
    title = "The export has ended"


class ExportLifecycle:
    """Cancel and retry, for users and for operators."""

    def __init__(
        self,
        js: JetStreamContext,
        exports: Exports,
        *,
        lists: ExportLists,
        snapshots: Snapshots,
        storage: Storage,
        idempotency: Idempotency,
        rate: CellRate,
        starter: GenerationStarter,
        quotas: UserQuotas,
        headroom: Headroom,
    ) -> None:
        self._events = EventLog(js)
        self._exports = exports
        self._lists = lists
        self._snapshots = snapshots
        self._storage = storage
        self._idempotency = idempotency
        self._rate = rate
        self._starter = starter
        self._quotas = quotas
        self._headroom = headroom

    async def cancel(self, document: Document, *, reason: str) -> Document:
        """End an export; one that is canceled already stays so.

        Returns:
            The document afterwards.

        Raises:
            NotCancelableError: It ended otherwise, perhaps this very moment.
        """
        if not document.state.ended:
            canceled = ExportCanceled(**document.identity, reason=reason)
            by = spans.links_to(current())
            with (
                within(await self._events.trace_of(canceled.export_id)),
                spans.span("cancel", links=by),
            ):
                first = await self._events.publish_first(canceled)
                if first.event == canceled:
                    _log_cancel(canceled)
            document = fold(document, first.event, first.seq)
        if document.state.status != "canceled":
            raise NotCancelableError(document.state, f"It is {document.state.status} already.")
        return document

    async def cancel_all(self, project_id: str, *, reason: str) -> None:
        """End every export of a project that has not ended yet."""
        async for document in self._lists.running(project_id):
            canceled = ExportCanceled(**document.identity, reason=reason)
            with within(await self._events.trace_of(document.state.id)):
                if not (await self._events.publish(canceled)).duplicate:
                    _log_cancel(canceled)

    async def retry(self, document: Document, user: User, *, key: str | None) -> Document:
        """Start an export that has ended again, as its next generation.

        Returns:
            The document afterwards.

        Raises:
            NotRetryableError: Says why; also where another retry came first.
            KeyReusedError: The key stands for something else.
            QuotaExceededError, TooManyRequestsError: Too few build minutes, too many requests.
            StreamFullError: There is no room for new work.
        """
        content, project_id = ["retry", document.state.id], document.state.project_id
        known = await self._idempotency.find(user.user_id, project_id, key, content)
        if known is not None:
            return await self.begin(document, known, user, repeated=True)
        self._rate.take(user.user_id)
        with spans.span("retry", links=await self._links_to(document)):
            start = await self.next_start(document, user_id=user.user_id)
            await self._quotas.restart(user.user_id)
            kept = await self._idempotency.keep(start, key, content)
            return await self.begin(document, kept, user, repeated=kept is not start)

    async def _links_to(self, document: Document) -> list[TraceContext]:
        """Where the trace of the generation before has come to."""
        if not spans.recording():
            return []
        return spans.links_to(await self._events.trace_of(document.state.id))

    async def next_start(
        self, document: Document, *, user_id: str, replay_of: int | UnsetType = UNSET
    ) -> Start:
        """What starts the next generation: the upload alone where that had failed, or a build.

        Raises:
            NotRetryableError: It runs, it has completed, or what it was made of is gone.
            StreamFullError: There is no room for new work.
        """
        if refusal := retry_refusal(document.state):
            raise NotRetryableError(document.state, refusal)
        start = await self._what_failed(document)
        if start is None:
            raise NotRetryableError(document.state, FILES_GONE)
        await self._headroom.check(FOR_EXPORTS)
        here = current()
        return next_generation(
            document,
            start,
            user_id=user_id,
            replay_of=replay_of,
            trace_id=here.id if here else UNSET,
        )

    async def _what_failed(self, document: Document) -> Start | None:
        """What has to be done again; None where its input is gone."""
        upload = failed_upload(document)
        if upload and await can_be_committed(self._storage, upload):
            return upload
        request = document.request
        if request and await self._snapshots.keep(request.project_id, request.snapshot):
            return request
        return None

    async def begin(
        self, document: Document, start: Start, user: User | None, *, repeated: bool = False
    ) -> Document:
        """Start a generation (:meth:`GenerationStarter.begin`) and show the document afterwards.

        Raises:
            NotRetryableError: Another one came first.
        """
        first = await self._starter.begin(start, user, repeated=repeated)
        document = fold(document, first.event, first.seq)
        if first.event != start:
            raise NotRetryableError(document.state, "It was started again by somebody else.")
        return document


def _log_cancel(canceled: ExportCanceled) -> None:
    """The line of a cancel that the stream has taken; its reason names who asked for it."""
    log.info("export.cancel-requested", reason=canceled.reason, **keys_of(canceled))
