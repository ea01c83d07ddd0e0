"""Asking for an export: everything between the request and the event that starts it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import uuid_utils
from msgspec import UNSET, UnsetType

from services.gateway.exports.availability import check_available
from services.gateway.http.idempotency import KeyReusedError
from shared.domain.entry_page import check_entry_page, kind_of
from shared.domain.events import ExportRequested, now
from shared.domain.export_document import Document, fold
from shared.domain.options import Configuration, ExportOptions, Platform
from shared.domain.platforms import check_options
from shared.errors import (
    ConflictError,
    ExportError,
    InvalidRequestError,
    TooManyRequestsError,
    UnavailableError,
)
from shared.jetstream.headroom import FOR_EXPORTS
from shared.tracing import spans

if TYPE_CHECKING:
    from services.gateway.exports.export_lists import ExportLists
    from services.gateway.exports.exports import Exports
    from services.gateway.exports.start import GenerationStarter
    from services.gateway.http.idempotency import Idempotency, Start
    from services.gateway.projects.membership import Projects
    from services.gateway.projects.snapshots import Snapshots
    from services.gateway.quotas.user_quotas import UserQuotas
    from shared.domain.platforms import PlatformSpec
    from shared.domain.project import Project
    from shared.jetstream.event_log import FirstEvent
    from shared.jetstream.headroom import Headroom
    from shared.service.cell_rate import CellRate
    from shared.stores.worker_registry import Workers
    from shared.tokens import User

OPTIONS_BYTES: Final = 4 << 10  # an export's record and events hold them several times


class ExportRequest(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """The body of an export request.

    ``fresh`` has it built even where nothing has changed since an earlier export.
    """

    platform: Platform
    configuration: Configuration = "release"
    options: ExportOptions = ExportOptions()
    fresh: bool | UnsetType = UNSET  # what leaves it out keeps its digest of earlier versions


class ExportRequests:
    """The one way in which a new export begins."""

    def __init__(
        self,
        exports: Exports,
        *,
        lists: ExportLists,
        projects: Projects,
        snapshots: Snapshots,
        workers: Workers,
        idempotency: Idempotency,
        rate: CellRate,
        starter: GenerationStarter,
        quotas: UserQuotas,
        headroom: Headroom,
    ) -> None:
        self._exports = exports
        self._lists = lists
        self._projects = projects
        self._snapshots = snapshots
        self._workers = workers
        self._idempotency = idempotency
        self._rate = rate
        self._starter = starter
        self._quotas = quotas
        self._headroom = headroom

    async def submit(
        self, project_id: str, user: User, wanted: ExportRequest, *, key: str | None, trace_id: str
    ) -> Document:
        """Put an export into the stream; only then it exists.

        Args:
            project_id: What is exported, as it is now.
            user: Who asks.
            wanted: The platform and its options.
            key: The ``Idempotency-Key``. One that is known is answered with its export as it
                stands, whatever a new request would be refused for.
            trace_id: The request's; the export keeps it.

        Returns:
            The export as it stands.

        Raises:
            ConflictError: The project has no files.
            KeyReusedError: The key stands for another request.
            InvalidRequestError, ProjectError, PlatformUnavailableError: It could not be built.
            QuotaExceededError, TooManyRequestsError: Too few build minutes, too many requests.
            QuotaUsedUpError, RateUsedUpError: Too many exports are kept, or asked for in a day.
            UnavailableError: Not acknowledged; the same request may be sent again.
        """
        found = await self._projects.get(project_id, user, "viewer")
        try:
            self._rate.take(user.user_id)
            event = await self._first_event(found.value, user, wanted, trace_id)
        except ExportError as error:
            known = await self._idempotency.find(user.user_id, project_id, key, wanted)
            if known is None:
                raise
            if not isinstance(error, TooManyRequestsError):
                self._rate.give_back(user.user_id)
            return await self._repeat(known, user, key, wanted)
        kept = await self._idempotency.keep(event, key, wanted)
        if kept is not event:
            self._rate.give_back(user.user_id)
            return await self._repeat(kept, user, key, wanted)
        try:
            await self._quotas.add_export(user.user_id)
            first = await self._begin(event, user)
            document = fold(None, first.event, first.seq)
        except ExportError as error:
            if isinstance(error, UnavailableError) or not key:
                raise
            await self._idempotency.forget(event, key)
            document = await self._begun_by_another(event, error)
            with suppress(KeyReusedError):
                await self._idempotency.keep(event, key, wanted)
        self._lists.accepted(document)
        return document

    async def _first_event(
        self, project: Project, user: User, wanted: ExportRequest, trace_id: str
    ) -> ExportRequested:
        """The event that asks for it, once nothing that can be seen speaks against it."""
        _check_size(wanted.options)
        spec = check_options(wanted.platform, wanted.configuration, wanted.options)
        if project.head is None:
            raise ConflictError("the project has no files yet: push some first")
        entries = await self._snapshots.entry_files(project.id, project.head, user)
        if spec.needs_entry_page and not wanted.options.output_dir:
            check_entry_page(entries, exclude=wanted.options.exclude_patterns)
        await self._check_available(spec, wanted, entries)
        await self._headroom.check(FOR_EXPORTS)
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
            kind=kind_of(entries) or UNSET,
            project_bytes=project.head_bytes or UNSET,
            fresh=True if wanted.fresh else UNSET,
            trace_id=trace_id,
        )

    async def _check_available(
        self, spec: PlatformSpec, wanted: ExportRequest, entries: frozenset[str]
    ) -> None:
        """Nobody is refused by what was known a moment ago (raises PlatformUnavailableError)."""
        try:
            check_available(spec, wanted, await self._workers.lately(), entries)
        except ExportError:
            check_available(spec, wanted, await self._workers.living(), entries)

    async def _repeat(
        self, start: Start, user: User, key: str | None, wanted: ExportRequest
    ) -> Document:
        """Begin what an earlier request has kept, unless it has begun.

        That one may be refused meanwhile and forget the key, before it looks whether it has begun:
        whoever begins keeps it afterwards, so the key of an export that runs is never lost.
        """
        if await self._starter.accepted(start) is not None:
            return await self._exports.get(start.project_id, start.export_id)
        try:
            await self._quotas.add_export(user.user_id)
            await self._begin(start, user)
        except ExportError as error:
            return await self._begun_by_another(start, error)
        with suppress(KeyReusedError):  # by another request, meanwhile
            await self._idempotency.keep(start, key, wanted)
        document = await self._exports.get(start.project_id, start.export_id)
        self._lists.accepted(document)
        return document

    async def _begin(self, start: Start, user: User) -> FirstEvent:
        """Begin what has been counted; what is refused is no longer, nor is one that has begun."""
        _name(start)
        try:
            first = await self._starter.begin(start, user)
        except UnavailableError:
            raise  # nobody knows what came of it
        except ExportError:
            await self._quotas.remove_export(user.user_id)
            raise
        if first.by_another:
            await self._uncount_copy(user.user_id)
        return first

    async def _uncount_copy(self, user_id: str) -> None:
        """Give back what a copy of a request has taken; where that fails, the sweeper does."""
        with suppress(UnavailableError):
            await self._quotas.remove_copy(user_id)

    async def _begun_by_another(self, start: Start, refused: ExportError) -> Document:
        """The export, where the same request, sent twice at once, has begun it; else ``refused``.

        Raises:
            ExportError: It has not.
        """
        if isinstance(refused, UnavailableError) or await self._starter.accepted(start) is None:
            raise refused
        return await self._exports.get(start.project_id, start.export_id)


def _name(start: Start) -> None:
    """Say in the request's span which export it is about."""
    spans.here().set(
        {
            "aethel.export.id": start.export_id,
            "aethel.project.id": start.project_id,
            "aethel.platform": start.platform,
        }
    )


def _check_size(options: ExportOptions) -> None:
    """Raise InvalidRequestError for options that would make a large record of every export."""
    if (size := len(msgspec.json.encode(options))) > OPTIONS_BYTES:
        reason = (
            f"all options together may have {OPTIONS_BYTES} bytes as JSON, these have {size}: "
            "write fewer, wider patterns"
        )
        raise InvalidRequestError("the options are too large", [("options", reason)])
