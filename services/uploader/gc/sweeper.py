"""The sweeper removes what nobody needs any more; no other service deletes anything.

Every pass may be stopped at any point and run again, by several processes at once: what is to go is
marked by compare-and-set before it goes.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import structlog

from services.uploader.artifact_claims import ArtifactClaims
from services.uploader.gc.blob_collector import BlobCollector
from services.uploader.gc.retention import DEAD_LETTER_GRACES, ended_or_expired_at, is_retryable
from services.uploader.gc.usage_recount import UsageRecount
from shared.domain.events import ExportCanceled, ExportPackaged, now
from shared.domain.next_generation import failed_upload
from shared.domain.project import Project
from shared.errors import StorageRefusedError, UnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore, Record
from shared.metrics import sweeps as metrics
from shared.metrics.born import born
from shared.storage import keys
from shared.stores.artifacts import artifact_record_key, artifacts_of
from shared.stores.exports import bind_exports, export_key, exports_of
from shared.stores.play_links import PlayLinks
from shared.stores.projects import MARKER_S, bind_projects, membership_key, project_key
from shared.stores.sweep_hold import SweepHeldError, SweepHold
from shared.stores.usage import Usages
from shared.tracing.context import within

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.domain.export_document import Document
    from shared.storage.bucket import Storage
    from shared.stores.artifacts import ArtifactRecord

log = structlog.get_logger()

KINDS: Final = ("export", "upload", "artifact", "object", "project", "link")
LISTED_WITHIN: Final = timedelta(days=1)  # an export is listed by then, or it is gone
LONGEST_ATTEMPT: Final = timedelta(days=1)  # an export under way may be writing any younger upload

born(metrics.SWEPT, kind=KINDS)
born(metrics.SWEEPS, outcome=("done", "held", "failed"))


class Sweeper:
    """Passes over everything that is stored, again and again."""

    def __init__(
        self,
        storage: Storage,
        claims: ArtifactClaims,
        projects: KeyValueStore[Project],
        exports: KeyValueStore[Document],
        events: EventLog,
        *,
        hold: SweepHold,
        play_links: PlayLinks,
        usages: Usages,
        grace: timedelta,
        history: timedelta,
    ) -> None:
        self._storage = storage
        self._events = events
        self._hold = hold
        self._play_links = play_links
        self._usages = usages
        self._claims = claims
        self._projects = projects
        self._exports = exports
        self._grace = grace
        self._history = history

    @classmethod
    async def bind(
        cls,
        js: JetStreamContext,
        storage: Storage,
        *,
        grace: timedelta,
        history: timedelta = timedelta(days=90),
    ) -> Sweeper:
        """Bind to the buckets."""
        return cls(
            storage,
            await ArtifactClaims.bind(js),
            await bind_projects(js),
            await bind_exports(js),
            EventLog(js),
            hold=SweepHold(js),
            play_links=await PlayLinks.bind(js),
            usages=await Usages.bind(js),
            grace=grace,
            history=history,
        )

    async def run(self, stop: asyncio.Event, *, interval_s: float) -> None:
        """Sweep every ``interval_s`` until told to stop; a failed pass is logged and repeated."""
        metrics.SWEPT_AT.set_to_current_time()  # it has the interval to sweep for the first time
        while not stop.is_set():
            began, clock = time.time(), time.perf_counter()
            outcome = await self._try_to_sweep()
            metrics.SWEEPS.labels(outcome).inc()
            if outcome == "done":
                metrics.SWEPT_AT.set(began)
                metrics.SWEEP_SECONDS.set(time.perf_counter() - clock)
            try:
                await asyncio.wait_for(stop.wait(), interval_s)
            except TimeoutError:
                continue

    async def _try_to_sweep(self) -> Literal["done", "held", "failed"]:
        try:
            swept = await self.sweep()
        except SweepHeldError as held:
            log.info("sweep.held", why=str(held))
            return "held"
        except (UnavailableError, StorageRefusedError) as error:
            log.warning("sweep.failed", error=str(error))
        except Exception:
            log.exception("sweep.failed")  # whatever it is, artifacts must still be committed
        else:
            log.info("sweep.done", **swept)
            return "done"
        return "failed"

    async def sweep(self) -> Counter[str]:
        """Pass over everything once.

        Returns:
            How many of each kind went: export, upload, artifact, object, project, link.

        Raises:
            SweepHeldError: Nothing, or nothing more, may go now.
        """
        await self._hold.check()
        swept: Counter[str] = Counter()
        begun = now()
        recount = await UsageRecount.begin(self._usages)
        documents = await self._documents()
        old = await self._delete_old_documents(documents)
        swept["export"] += len(old)
        swept["artifact"] += await self._delete_expired_artifacts()
        swept["upload"] += await self._abort_stale_uploads(documents)
        projects = []
        for key in await self._projects.keys(project_key("*")):
            found = await self._projects.get(key)
            if found is None:
                continue
            await self._hold.check()
            projects.append(found.value)
            mine = [d for d in documents if d.state.project_id == found.value.id]
            if found.value.deleted_at is not None:
                swept["project"] += await self._erase(found, mine)
            else:
                collector = BlobCollector(self._storage, self._projects, grace=self._grace)
                swept["object"] += await collector.collect(key, found, mine)
        swept["link"] += await self._play_links.sweep(
            {(d.state.project_id, d.state.id) for d in documents if d.state.id not in old},
            {project.id for project in projects if project.deleted_at is None},
            begun - LISTED_WITHIN,
        )
        await recount.finish(projects, (d for d in documents if d.state.id not in old))
        for kind, count in swept.items():
            metrics.SWEPT.labels(kind).inc(count)
        return swept

    async def _documents(self) -> list[Document]:
        found = [await self._exports.get(key) for key in await self._exports.keys()]
        return [record.value for record in found if record is not None]

    async def _delete_old_documents(self, documents: list[Document]) -> set[str]:
        """Delete the documents of exports that ended long ago: their bucket has limits, too."""
        history = max(self._history, DEAD_LETTER_GRACES * self._grace)
        old = [
            document.state
            for document in documents
            if (ended := ended_or_expired_at(document)) and ended < now() - history
        ]
        for state in old:
            await self._exports.delete(export_key(state.project_id, state.id))
        return {state.id for state in old}

    async def _delete_expired_artifacts(self) -> int:
        """Delete expired artifacts; they are marked before, so that no uploader extends them."""
        gone = 0
        for key in await self._claims.records.keys():
            found = await self._claims.records.get(key)
            if found is not None and await self._delete_if_expired(key, found):
                gone += 1
        return gone

    async def _delete_if_expired(self, key: str, found: Record[ArtifactRecord]) -> bool:
        record = found.value
        if record.state != "deleting":
            if record.expires_at > now():
                return False
            try:
                deleting = msgspec.structs.replace(record, state="deleting")
                await self._claims.records.replace(key, deleting, revision=found.revision)
            except ConflictingWriteError:
                return False
        artifact = record.artifact.key
        await self._storage.delete([artifact, keys.artifact_list(artifact)])
        await self._claims.records.delete(key)
        return True

    async def _abort_stale_uploads(self, documents: list[Document]) -> int:
        """Abort the uploads that no export waits for and none can be writing.

        An export whose upload failed still waits for it: a retry goes on from there.
        """
        awaited = {
            event.upload.upload_id
            for document in documents
            if not document.state.ended
            or (failed_upload(document) and is_retryable(document, self._grace))
            for event in document.events.values()
            if isinstance(event, ExportPackaged)
        }
        busy = {document.state.project_id for document in documents if not document.state.ended}
        before, long_before = now() - self._grace, now() - max(self._grace, LONGEST_ATTEMPT)
        stale = [
            upload
            for upload in await self._storage.uploads(keys.PROJECTS)
            if upload.upload_id not in awaited
            and upload.started <= (long_before if upload.key.split("/")[1] in busy else before)
        ]
        for upload in stale:
            await self._storage.abort_upload(upload.key, upload.upload_id)
            await self._delete_list(upload.key)
        return len(stale)

    async def _delete_list(self, artifact_key: str) -> None:
        """Delete what was written beside an artifact that was not to be."""
        record = artifact_record_key(artifact_key.split("/")[1], artifact_key)
        if await self._claims.records.get(record) is None:
            await self._storage.delete([keys.artifact_list(artifact_key)])

    async def _cancel_running(self, documents: list[Document]) -> int:
        """End the exports of a deleted project that its deletion has missed; how many there are."""
        running = [document for document in documents if not document.state.ended]
        for document in running:
            canceled = ExportCanceled(**document.identity, reason="The project was deleted.")
            with within(await self._events.trace_of(canceled.export_id)):
                await self._events.publish(canceled)
        return len(running)

    async def _erase(self, found: Record[Project], documents: list[Document]) -> int:
        """Erase a deleted project once all of its exports have ended: bytes first, then documents.

        The record stays as a tombstone, which keeps the id from being given to somebody else, who
        would then own what is left in the stream. An export that was asked for in the very moment
        of the deletion shows up behind it, and goes all the same.
        """
        project = found.value
        if await self._cancel_running(documents) or not (project.owner or documents):
            return 0
        prefix = keys.project(project.id)
        for upload in await self._storage.uploads(prefix):
            await self._storage.abort_upload(upload.key, upload.upload_id)
        await self._storage.delete([item.key async for item in self._storage.objects(prefix)])
        for key in await self._exports.keys(exports_of(project.id)):
            await self._exports.delete(key)
        for key in await self._claims.records.keys(artifacts_of(project.id)):
            await self._claims.records.delete(key)
        await self._play_links.revoke_all(project.id)
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
