"""Asking for an export: everything between the request and the event that starts it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import msgspec
import uuid_utils

from services.gateway.exports.availability import check_available
from shared.domain.entry_page import check_entry_page
from shared.domain.events import ExportRequested, now
from shared.domain.export_document import Document, fold
from shared.domain.options import Configuration, ExportOptions, Platform
from shared.domain.platforms import check_options
from shared.errors import ConflictError, UnavailableError
from shared.jetstream import topology
from shared.jetstream.errors import AWAY, NatsUnavailableError

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.gateway.exports.exports import Exports
    from services.gateway.exports.start import GenerationStarter
    from services.gateway.http.idempotency import Idempotency, Start
    from services.gateway.http.rate_limiter import RateLimiter
    from services.gateway.projects.membership import Projects
    from services.gateway.projects.snapshots import Snapshots
    from shared.domain.project import Project
    from shared.stores.worker_registry import Workers
    from shared.tokens import User

FULL_SHARE: Final = 0.9  # of EXPORTS; the rest is kept for the events that end exports
FULL_CHECK_S: Final = 5.0


class ExportRequest(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """The body of an export request."""

    platform: Platform
    configuration: Configuration = "release"
    options: ExportOptions = ExportOptions()


class StreamFullError(UnavailableError):
    """New exports wait while what is left is kept for the running ones."""

    code = "stream-full"
    title = "Too much is under way"
    retry_after_s = 60


class ExportRequests:
    """The one way in which a new export begins."""

    def __init__(
        self,
        js: JetStreamContext,
        exports: Exports,
        *,
        projects: Projects,
        snapshots: Snapshots,
        workers: Workers,
        idempotency: Idempotency,
        limiter: RateLimiter,
        starter: GenerationStarter,
    ) -> None:
        self._js = js
        self._exports = exports
        self._projects = projects
        self._snapshots = snapshots
        self._workers = workers
        self._idempotency = idempotency
        self._limiter = limiter
        self._starter = starter
        self._room_checked_at = -FULL_CHECK_S

    async def submit(
        self, project_id: str, user: User, wanted: ExportRequest, *, key: str | None
    ) -> Document:
        """Put an export into the stream; only then it exists.

        Args:
            project_id: What is exported, as it is now.
            user: Who asks.
            wanted: The platform and its options.
            key: The ``Idempotency-Key``. One that is known is answered with its export as it
                stands, whatever a new request would be refused for.

        Returns:
            The export as it stands.

        Raises:
            ConflictError: The project has no files.
            KeyReusedError: The key stands for another request.
            InvalidRequestError, ProjectError, PlatformUnavailableError: It could not be built.
            QuotaExceededError, TooManyRequestsError: Too few build minutes, too many requests.
            UnavailableError: Not acknowledged; the same request may be sent again.
        """
        project = (await self._projects.get(project_id, user, "viewer")).value
        known = await self._idempotency.find(user.user_id, project_id, key, wanted)
        if known is not None:
            return await self._begin(known, user, repeated=True)
        self._limiter.hit(user.user_id)
        event = await self._first_event(project, user, wanted)
        start = await self._idempotency.keep(event, key, wanted)
        return await self._begin(start, user, repeated=start is not event)

    async def _first_event(
        self, project: Project, user: User, wanted: ExportRequest
    ) -> ExportRequested:
        """The event that asks for it, once nothing that can be seen speaks against it."""
        spec = check_options(wanted.platform, wanted.configuration, wanted.options)
        if project.head is None:
            raise ConflictError("the project has no files yet: push some first")
        entries = await self._snapshots.entry_files(project.id, project.head, user)
        if spec.needs_entry_page:
            check_entry_page(entries, exclude=wanted.options.exclude_patterns)
        check_available(spec, wanted, await self._workers.living(), entries)
        await self._check_room()
        asked_at = now()
        return ExportRequested(
            export_id=str(uuid_utils.uuid7()),
            project_id=project.id,
            user_id=user.user_id,
            platform=wanted.platform,
            configuration=wanted.configuration,
            options=wanted.options,
            snapshot=project.head,
            at=asked_at,
            created_at=asked_at,
        )

    async def _begin(self, start: Start, user: User, *, repeated: bool) -> Document:
        first, seq = await self._starter.begin(start, user, repeated=repeated)
        if repeated:
            return await self._exports.get(start.project_id, start.export_id)
        return fold(None, first, seq)

    async def _check_room(self) -> None:
        if time.monotonic() - self._room_checked_at < FULL_CHECK_S:
            return
        try:
            info = await self._js.stream_info(topology.EXPORTS)
        except AWAY as error:
            raise NatsUnavailableError(f"EXPORTS does not answer: {error!r}") from error
        limit = info.config.max_bytes or 0
        if limit > 0 and info.state.bytes >= FULL_SHARE * limit:
            raise StreamFullError("the event stream is nearly full; running exports go first")
        self._room_checked_at = time.monotonic()
