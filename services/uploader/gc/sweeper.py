"""The sweeper removes what nobody needs any more; no other service deletes anything.

Every pass may be stopped at any point and run again, by several processes at once: what is to go is
marked by compare-and-set before it goes.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import structlog

from services.uploader.artifact_claims import ArtifactClaims
from services.uploader.gc.blob_collector import BlobCollector
from services.uploader.gc.film_collector import FilmCollector
from services.uploader.gc.project_eraser import ProjectEraser
from services.uploader.gc.retention import DEAD_LETTER_GRACES, KeptExport
from services.uploader.gc.usage_recount import UsageRecount
from shared.domain.events import now
from shared.domain.usage import Usage
from shared.errors import StorageRefusedError, UnavailableError
from shared.jetstream.bucket_view import BucketView
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import ConflictingWriteError, KeyValueStore, Record
from shared.jetstream.topology import (
    ARTIFACTS_BUCKET,
    EXPORTS_BUCKET,
    PLAY_LINKS_BUCKET,
    USAGE_BUCKET,
)
from shared.metrics import sweeps as metrics
from shared.metrics.born import born
from shared.storage import keys
from shared.stores.artifacts import artifact_record_key
from shared.stores.build_results import BuildResults
from shared.stores.debug_keys import DebugKeys
from shared.stores.exports import bind_exports
from shared.stores.play_links import PlayLinks
from shared.stores.projects import bind_projects, project_key
from shared.stores.sweep_hold import SweepHeldError, SweepHold
from shared.stores.usage import Usages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.export_document import Document
    from shared.domain.project import Project
    from shared.storage.bucket import Storage
    from shared.stores.artifacts import ArtifactRecord

log = structlog.get_logger()

KINDS: Final = ("export", "upload", "artifact", "object", "film", "project", "link")
LISTED_WITHIN: Final = timedelta(days=1)  # an export is listed by then, or it is gone
LONGEST_ATTEMPT: Final = timedelta(days=1)  # an export under way may be writing any younger upload

born(metrics.SWEPT, kind=KINDS)
born(metrics.SWEEPS, outcome=("done", "held", "failed"))


class Sweeper:
    """Passes over everything that is stored, again and again.

    What is to be known of exports, artifacts and users stays in memory from one pass to the next.
    """

    def __init__(
        self,
        storage: Storage,
        claims: ArtifactClaims,
        projects: KeyValueStore[Project],
        exports: KeyValueStore[Document],
        events: EventLog,
        *,
        nc: Client,
        hold: SweepHold,
        build_results: BuildResults,
        play_links: PlayLinks,
        debug_keys: DebugKeys,
        usages: Usages,
        grace: timedelta,
        history: timedelta,
    ) -> None:
        self._storage = storage
        self._hold = hold
        self._play_links = play_links
        self._debug_keys = debug_keys
        self._usages = usages
        self._claims = claims
        self._projects = projects
        self._exports = exports
        self._grace = grace
        self._history = history
        self._kept = BucketView(
            nc, EXPORTS_BUCKET, lambda value: KeptExport.of(exports.decode(value))
        )
        self._due = BucketView(
            nc, ARTIFACTS_BUCKET, lambda value: _due_at(claims.records.decode(value))
        )
        self._linked = BucketView(nc, PLAY_LINKS_BUCKET, bytes)
        self._counted = BucketView(nc, USAGE_BUCKET, msgspec.json.Decoder(Usage).decode)
        self._eraser = ProjectEraser(
            storage,
            events,
            projects=projects,
            exports=exports,
            artifacts=claims.records,
            build_results=build_results,
            play_links=play_links,
            debug_keys=debug_keys,
        )

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
            nc=js._nc,  # noqa: SLF001 - whoever looks at a bucket needs to know of reconnects
            hold=SweepHold(js),
            build_results=await BuildResults.bind(js),
            play_links=await PlayLinks.bind(js),
            debug_keys=await DebugKeys.bind(js),
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
            How many of each kind went: export, upload, artifact, object, film (a piece of one),
            project, link.

        Raises:
            SweepHeldError: Nothing, or nothing more, may go now.
        """
        await self._hold.check()
        swept: Counter[str] = Counter()
        begun = now()
        recount = UsageRecount(self._usages, (await self._counted.look()).values())
        exports = dict(await self._kept.look())
        old = await self._delete_old_documents(exports)
        swept["export"] += len(old)
        swept["artifact"] += await self._delete_expired_artifacts()
        swept["upload"] += await self._abort_stale_uploads(exports.values())
        by_project = _by_project(exports.values())
        projects, films = [], FilmCollector(self._storage, grace=self._grace)
        for key in await self._projects.keys(project_key("*")):
            found = await self._projects.get(key)
            if found is None:
                continue
            await self._hold.check()
            projects.append(found.value)
            mine = by_project[found.value.id]
            if found.value.deleted_at is not None:
                swept["project"] += await self._eraser.erase(found, mine)
            else:
                collector = BlobCollector(self._storage, self._projects, grace=self._grace)
                swept["object"] += await collector.collect(key, found, mine)
                swept["film"] += await films.collect(found.value.id, mine)
        swept["link"] += await self._play_links.sweep(
            dict(await self._linked.look()),
            {(each.project_id, each.export_id) for key, each in exports.items() if key not in old},
            {project.id for project in projects if project.deleted_at is None},
            begun - LISTED_WITHIN,
        )
        await self._debug_keys.sweep(
            project.id
            for project in projects
            if project.deleted_at is not None and project.deleted_at > begun - LISTED_WITHIN
        )
        await recount.finish(projects, (exports[key] for key in exports if key not in old))
        for kind, count in swept.items():
            metrics.SWEPT.labels(kind).inc(count)
        return swept

    async def _delete_old_documents(self, exports: Mapping[str, KeptExport]) -> set[str]:
        """Delete the documents of exports that ended long ago: their bucket has limits, too."""
        history = max(self._history, DEAD_LETTER_GRACES * self._grace)
        before = now() - history
        old = {
            key
            for key, export in exports.items()
            if (ended := export.ended_or_expired_at) and ended < before
        }
        for key in old:
            await self._exports.delete(key)
        return old

    async def _delete_expired_artifacts(self) -> int:
        """Delete expired artifacts; they are marked before, so that no uploader extends them."""
        due = [key for key, at in (await self._due.look()).items() if at <= now()]
        gone = 0
        for key in due:
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

    async def _abort_stale_uploads(self, exports: Collection[KeptExport]) -> int:
        """Abort the uploads that no export waits for and none can be writing.

        An export whose upload failed still waits for it: a retry goes on from there.
        """
        awaited = {
            upload_id
            for export in exports
            if export.uploads and export.is_retryable(self._grace)
            for upload_id in export.uploads
        }
        busy = {export.project_id for export in exports if export.runs}
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
        """Delete what was written beside an artifact that was not to be; films have none."""
        if not artifact_key.startswith(keys.artifacts(artifact_key.split("/")[1])):
            return
        record = artifact_record_key(artifact_key.split("/")[1], artifact_key)
        if await self._claims.records.get(record) is None:
            await self._storage.delete([keys.artifact_list(artifact_key)])


def _due_at(record: ArtifactRecord) -> datetime:
    """When an artifact is to go; one whose deletion has begun, at once."""
    return datetime.min.replace(tzinfo=UTC) if record.state == "deleting" else record.expires_at


def _by_project(exports: Iterable[KeptExport]) -> defaultdict[str, list[KeptExport]]:
    found = defaultdict[str, list[KeptExport]](list)
    for export in exports:
        found[export.project_id].append(export)
    return found
