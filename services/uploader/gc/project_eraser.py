"""The eraser removes a deleted project with all that it held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from shared.domain.events import ExportCanceled, now
from shared.domain.log_keys import keys_of
from shared.domain.project import Project
from shared.jetstream.key_value import ConflictingWriteError
from shared.storage import keys
from shared.stores.artifacts import artifacts_of
from shared.stores.exports import export_key
from shared.stores.projects import MARKER_S, membership_key, project_key
from shared.tracing.context import within

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from services.uploader.gc.retention import KeptExport
    from shared.domain.export_document import Document
    from shared.jetstream.event_log import EventLog
    from shared.jetstream.key_value import KeyValueStore, Record
    from shared.storage.bucket import Storage
    from shared.stores.artifacts import ArtifactRecord
    from shared.stores.build_results import BuildResults
    from shared.stores.debug_keys import DebugKeys
    from shared.stores.play_links import PlayLinks

log = structlog.get_logger()


class ProjectEraser:
    """Erases one deleted project at a time; who dies in between is followed by the next pass."""

    def __init__(
        self,
        storage: Storage,
        events: EventLog,
        *,
        projects: KeyValueStore[Project],
        exports: KeyValueStore[Document],
        artifacts: KeyValueStore[ArtifactRecord],
        build_results: BuildResults,
        play_links: PlayLinks,
        debug_keys: DebugKeys,
    ) -> None:
        self._storage = storage
        self._events = events
        self._projects = projects
        self._exports = exports
        self._artifacts = artifacts
        self._build_results = build_results
        self._play_links = play_links
        self._debug_keys = debug_keys

    async def erase(self, found: Record[Project], exports: Collection[KeptExport]) -> int:
        """Erase a deleted project once all of its exports have ended: bytes first, then documents.

        The record stays as a tombstone, which keeps the id from being given to somebody else, who
        would then own what is left in the stream. An export that was asked for in the very moment
        of the deletion shows up behind it, and goes all the same.
        """
        project = found.value
        if await self._cancel_running(exports) or not (project.owner or exports):
            return 0
        prefix = keys.project(project.id)
        for upload in await self._storage.uploads(prefix):
            await self._storage.abort_upload(upload.key, upload.upload_id)
        await self._storage.delete([item.key async for item in self._storage.objects(prefix)])
        for export in exports:  # no other: one that has come meanwhile may run
            await self._exports.delete(export_key(project.id, export.export_id))
        for key in await self._artifacts.keys(artifacts_of(project.id)):
            await self._artifacts.delete(key)
        await self._build_results.forget_all(project.id)
        await self._play_links.revoke_all(project.id)
        await self._debug_keys.forget(project.id)
        for user in (project.owner, *project.members):
            await self._projects.delete(membership_key(user, project.id), marker_s=MARKER_S)
        tombstone = Project(
            id=project.id,
            name="",
            owner="",
            created_at=project.created_at,
            updated_at=now(),
            deleted_at=project.deleted_at,
        )
        try:
            await self._projects.replace(
                project_key(project.id), tombstone, revision=found.revision
            )
        except ConflictingWriteError:
            return 0
        return 1

    async def _cancel_running(self, exports: Iterable[KeptExport]) -> int:
        """End the exports of a deleted project that its deletion has missed; how many there are."""
        running = [export for export in exports if export.runs]
        for export in running:
            found = await self._exports.get(export_key(export.project_id, export.export_id))
            if found is None or found.value.state.ended:
                continue
            reason = "The project was deleted."
            canceled = ExportCanceled(**found.value.identity, reason=reason)
            with within(await self._events.trace_of(canceled.export_id)):
                if not (await self._events.publish(canceled)).duplicate:
                    log.info("export.cancel-requested", reason=reason, **keys_of(canceled))
        return len(running)
