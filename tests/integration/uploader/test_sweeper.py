from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from services.uploader.gc.sweeper import Sweeper
from shared.domain.events import (
    Artifact,
    ExportCanceled,
    ExportFailed,
    ExportPackaged,
    ExportRequested,
    PendingUpload,
    now,
)
from shared.domain.export_document import Document, fold
from shared.domain.options import ExportOptions
from shared.domain.project import Project, Retired, Snapshot, StoredFile, encode_snapshot
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.storage import keys
from shared.storage.bucket import Storage
from shared.stores.artifacts import ArtifactRecord, bind_artifacts
from shared.stores.build_results import BuildResult, BuildResults
from shared.stores.debug_keys import BUCKET as DEBUG_KEYS
from shared.stores.debug_keys import DebugKey, DebugKeys
from shared.stores.exports import bind_exports
from shared.stores.projects import bind_projects, membership_key, project_key
from tests.unit.sample_events import OOPS, identity, requested

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.storage.bucket import Upload

HEAD, OLD, RETIRED = "a" * 64, "b" * 64, "c" * 64
NO_GRACE = timedelta(0)


def artifact(key: str) -> Artifact:
    """One of five bytes."""
    return Artifact(
        key=key,
        file_name="game.zip",
        content_type="application/zip",
        size_bytes=5,
        sha256="0" * 64,
        crc32c="AAAAAA==",
    )


class World:
    """A project with blobs and snapshots, and a sweeper."""

    def __init__(
        self,
        storage: Storage,
        uploaders_storage: Storage,
        projects: KeyValueStore[Project],
        exports: KeyValueStore[Document],
        js: JetStreamContext,
    ) -> None:
        self.storage = storage
        self._swept = uploaders_storage
        self.projects = projects
        self.exports = exports
        self._js = js

    async def snapshot(self, name: str, blob: str) -> str:
        """Store a blob and a snapshot that names it; the blob's key."""
        key = keys.blob("p", 0, blob * 64)
        await self.storage.put(key, b"bytes")
        stored = Snapshot(id=name, project_id="p", files=(StoredFile("f", blob * 64, 5, key, 0),))
        await self.storage.put(keys.snapshot("p", name), encode_snapshot(stored))
        return key

    async def project(self, **fields: object) -> None:
        """Create the project's record."""
        record = Project(id="p", name="P", owner="u", created_at=now(), updated_at=now(), head=HEAD)
        await self.projects.create(project_key("p"), msgspec.structs.replace(record, **fields))

    async def export(self, snapshot: str, *, canceled: bool = False) -> None:
        """An export of that snapshot, folded."""
        requested = ExportRequested(
            export_id="01900000-0000-7000-8000-000000000001",
            project_id="p",
            user_id="u",
            platform="web",
            configuration="release",
            options=ExportOptions(),
            snapshot=snapshot,
            created_at=now(),
        )
        document = fold(None, requested, 1)
        if canceled:
            document = fold(document, ExportCanceled(**requested.identity, reason="gone"), 2)
        await self.exports.create(f"p.{requested.export_id}", document)

    async def sweep(self, grace: timedelta = NO_GRACE) -> dict[str, int]:
        """One pass."""
        return +await (await self.sweeper(grace)).sweep()

    async def sweeper(self, grace: timedelta = NO_GRACE) -> Sweeper:
        """One that has seen nothing yet."""
        return await Sweeper.bind(self._js, self._swept, grace=grace)

    async def keys(self) -> set[str]:
        """What lies in the bucket."""
        return {item.key async for item in self.storage.objects("")}


@pytest.fixture
async def world(js: JetStreamContext, storage: Storage, uploaders_storage: Storage) -> World:
    """Empty servers."""
    return World(
        storage,
        uploaders_storage,
        await bind_projects(js),
        await bind_exports(js),
        js,
    )


async def test_what_no_snapshot_in_use_names_is_collected(world: World) -> None:
    """The head's blobs stay; those of a snapshot that nobody uses any more go, with it."""
    kept = await world.snapshot(HEAD, "1")
    gone = await world.snapshot(OLD, "2")
    await world.project()
    assert await world.sweep() == {"object": 2}
    left = await world.keys()
    assert kept in left
    assert gone not in left
    assert keys.snapshot("p", OLD) not in left


async def test_after_a_collection_new_blobs_go_under_a_new_epoch(world: World) -> None:
    """The record says so: its epoch has grown and nothing is condemned any more."""
    await world.snapshot(HEAD, "1")
    await world.snapshot(OLD, "2")
    await world.project()
    await world.sweep()
    found = await world.projects.get(project_key("p"))
    assert found is not None
    assert (found.value.epoch, found.value.condemned) == (1, None)


@pytest.mark.parametrize("protection", ["running export", "just retired", "young"])
async def test_what_may_still_be_needed_stays(world: World, protection: str) -> None:
    """A running export's snapshot, one that was the head a moment ago, and anything young."""
    await world.snapshot(HEAD, "1")
    blob = await world.snapshot(OLD, "2")
    retired = (Retired(OLD, now()),) if protection == "just retired" else ()
    await world.project(retired=retired)
    if protection == "running export":
        await world.export(OLD)
    await world.sweep(NO_GRACE if protection == "running export" else timedelta(hours=1))
    assert blob in await world.keys()


async def test_a_collection_that_was_interrupted_is_finished(world: World) -> None:
    """A list that was entered into the record is carried out by the next sweep."""
    await world.snapshot(HEAD, "1")
    orphan = keys.blob("p", 0, "9" * 64)
    await world.storage.put(orphan, b"bytes")
    names = "projects/p/condemned/0.json"
    await world.storage.put(names, msgspec.json.encode([orphan]))
    await world.project(condemned=names, epoch=1)
    await world.sweep(timedelta(hours=1))
    assert not {orphan, names} & await world.keys()


async def test_what_is_unreferenced_goes_although_a_collection_was_under_way(world: World) -> None:
    """One sweep is enough: it finishes what was begun, then looks for what came since."""
    await world.snapshot(HEAD, "1")
    gone = await world.snapshot(OLD, "2")
    names = "projects/p/condemned/0.json"
    await world.storage.put(names, b"[]")
    await world.project(condemned=names, epoch=1)
    assert await world.sweep() == {"object": 2}
    assert not {gone, names} & await world.keys()


async def test_lists_of_sweepers_that_died_go_too(world: World) -> None:
    """One that was written and never entered into the record, or entered and cleared."""
    await world.snapshot(HEAD, "1")
    kept = await world.keys()
    await world.storage.put(f"{keys.condemned('p')}left.json", b"[]")
    await world.project()
    assert await world.sweep(timedelta(hours=1)) == {}
    assert await world.sweep() == {"object": 1}
    assert await world.keys() == kept


async def test_sweepers_at_the_same_time_leave_nothing_of_theirs(world: World) -> None:
    """One wins; the list of the other is gone as well."""
    await world.snapshot(HEAD, "1")
    kept = await world.keys()
    await world.snapshot(OLD, "2")
    await world.project()
    await asyncio.gather(*(world.sweep() for _ in range(3)))
    assert await world.keys() == kept


async def test_packs_stay_with_their_index(world: World) -> None:
    """A pack that one file of the head lies in stays, and so does its index."""
    pack = keys.pack("p", 0, "7" * 64)
    await world.storage.put(pack, b"bytes")
    await world.storage.put(keys.pack_index(pack), b"{}")
    stored = Snapshot(id=HEAD, project_id="p", files=(StoredFile("f", "8" * 64, 5, pack, 0),))
    await world.storage.put(keys.snapshot("p", HEAD), encode_snapshot(stored))
    await world.project()
    assert await world.sweep() == {}
    assert {pack, keys.pack_index(pack)} <= await world.keys()


async def test_expired_artifacts_go_with_their_record(world: World, js: JetStreamContext) -> None:
    """One that has expired is deleted; one that lives on is not."""
    records = await bind_artifacts(js)
    for name, lives in (("old", timedelta(seconds=-1)), ("new", timedelta(hours=1))):
        key = keys.artifact("p", name, "game.zip")
        await world.storage.put(key, b"bytes")
        await world.storage.put(keys.artifact_list(key), b"{}")
        record = ArtifactRecord(
            project_id="p", state="ready", artifact=artifact(key), expires_at=now() + lives
        )
        await records.create(f"p.{name}", record)
    assert await world.sweep() == {"artifact": 1}
    new = keys.artifact("p", "new", "game.zip")
    assert await world.keys() == {new, keys.artifact_list(new)}
    assert await records.get("p.old") is None


async def test_half_finished_uploads_are_aborted_when_they_are_old(world: World) -> None:
    """An upload that nobody waits for goes after the grace period, not before."""
    key = keys.artifact("p", "b", "game.zip")
    await world.storage.start_upload(key, content_type="x/y")
    await world.storage.put(keys.artifact_list(key), b"{}")
    assert await world.sweep(timedelta(hours=1)) == {}
    assert await world.sweep() == {"upload": 1}
    assert await world.storage.uploads("") == []
    assert await world.keys() == set()


async def test_uploads_of_a_running_export_are_left_alone(world: World) -> None:
    """However short the grace is: nobody can tell whether it is just being written."""
    await world.project()
    await world.storage.start_upload(keys.artifact("p", "b", "game.zip"), content_type="x/y")
    await world.export(HEAD)
    assert await world.sweep() == {}
    await world.exports.delete("p.01900000-0000-7000-8000-000000000001")
    await world.export(HEAD, canceled=True)
    assert await world.sweep() == {"upload": 1}


@pytest.mark.parametrize(("ended_days_ago", "swept"), [(89, {}), (91, {"export": 1})])
async def test_exports_are_forgotten_long_after_their_end(
    world: World, ended_days_ago: int, swept: dict[str, int]
) -> None:
    """A bucket that only grows would be full one day, and nothing could be told any more."""
    ended = {**identity(), "at": now() - timedelta(days=ended_days_ago)}
    document = fold(fold(None, requested(), 1), ExportFailed(**ended, stage="build", error=OOPS), 2)
    await world.exports.create(f"p.{document.state.id}", document)
    assert await world.sweep() == swept


@pytest.mark.parametrize(("ended_h", "swept"), [(1, {}), (-1, {"upload": 1})])
async def test_parts_of_a_failed_upload_wait_for_a_retry(
    world: World, ended_h: int, swept: dict[str, int]
) -> None:
    """They are kept for the grace period after the failure, however old they are."""
    key = keys.artifact("p", "b", "game.zip")
    upload_id = await world.storage.start_upload(key, content_type="x/y")
    upload = PendingUpload(upload_id=upload_id, part_count=1, part_bytes=8, parts_sha256="0" * 64)
    packed = ExportPackaged(**identity(), artifact=artifact(key), upload=upload, build_s=1)
    failed = ExportFailed(
        **{**identity(), "at": now() + timedelta(hours=ended_h)}, stage="upload", error=OOPS
    )
    document = fold(fold(fold(None, requested(), 1), packed, 2), failed, 3)
    await world.exports.create(f"p.{packed.export_id}", document)
    assert await world.sweep() == swept


async def test_a_sweeper_sees_what_has_changed_since_its_last_pass(
    world: World, js: JetStreamContext
) -> None:
    """Exports that came, ended and went; artifacts that came and expired."""
    await world.snapshot(HEAD, "1")
    blob = await world.snapshot(OLD, "2")
    await world.project()
    sweeper = await world.sweeper()
    await world.export(OLD)
    assert +await sweeper.sweep() == {}
    assert blob in await world.keys()
    await world.exports.delete("p.01900000-0000-7000-8000-000000000001")
    await world.export(OLD, canceled=True)
    key = keys.artifact("p", "a", "game.zip")
    await world.storage.put(key, b"bytes")
    record = ArtifactRecord(project_id="p", state="ready", artifact=artifact(key), expires_at=now())
    await (await bind_artifacts(js)).create("p.a", record)
    assert +await sweeper.sweep() == {"object": 2, "artifact": 1}
    assert not {blob, key} & await world.keys()


async def test_a_pass_reads_nothing_again(world: World, nc: Client) -> None:
    """However many exports are kept, one costs what has changed since the last."""
    await world.project()
    sweeper, costs = await world.sweeper(), []
    for count in (1, 40):
        for number in range(count):
            export_id = f"01900000-0000-7000-8000-{count:06}{number:06}"
            document = fold(None, msgspec.structs.replace(requested(), export_id=export_id), 1)
            await world.exports.create(f"p.{export_id}", document)
        await sweeper.sweep()
        begun = nc.stats["out_msgs"]
        await sweeper.sweep()
        costs.append(nc.stats["out_msgs"] - begun)
    assert costs[1] == costs[0]


async def test_a_deleted_project_is_erased_once_its_exports_have_ended(
    world: World, js: JetStreamContext
) -> None:
    """Bytes, documents and the index of members go; a tombstone keeps the id from being reused."""
    await world.snapshot(HEAD, "1")
    await world.project(deleted_at=now())
    members = await js.key_value("projects")
    await members.put(membership_key("u", "p"), b"{}")
    results = await BuildResults.bind(js)
    for project, inputs in (("p", "1" * 64), ("p", "2" * 64), ("p2", "1" * 64)):
        built = BuildResult(artifact_key="k", built_at=now())
        await results.keep(project, inputs, built, until=now() + timedelta(days=1))
    debug_keys = await DebugKeys.bind(js)
    for project in ("p", "p2"):
        await debug_keys.of(project, _debug_key)
    await world.export(HEAD)
    assert await world.sweep() == {}
    await world.exports.delete("p.01900000-0000-7000-8000-000000000001")
    await world.export(HEAD, canceled=True)
    assert await world.sweep() == {"project": 1}
    assert await world.keys() == set()
    assert await world.exports.get("p.01900000-0000-7000-8000-000000000001") is None
    assert [bool(await results.find("p", digit * 64)) for digit in "12"] == [False, False]
    assert await results.find("p2", "1" * 64)
    kept = await KeyValueStore.bind(js, DEBUG_KEYS, DebugKey)
    assert await kept.get("p") is None
    assert await kept.get("p2")
    tombstone = await world.projects.get(project_key("p"))
    assert tombstone is not None
    assert tombstone.value.owner == ""
    assert await world.sweep() == {}


def _debug_key(project_id: str) -> DebugKey:
    return DebugKey(private_key=project_id.encode(), certificate=b"")


async def test_a_debug_key_that_was_made_behind_a_deletion_goes_too(
    world: World, js: JetStreamContext
) -> None:
    """A build was still under way; the next pass forgets its key, too."""
    await world.project(deleted_at=now())
    assert await world.sweep() == {"project": 1}
    await (await DebugKeys.bind(js)).of("p", _debug_key)
    assert await world.sweep() == {}
    assert await (await KeyValueStore.bind(js, DEBUG_KEYS, DebugKey)).get("p") is None


async def test_exports_that_a_deletion_has_missed_are_canceled(
    world: World, js: JetStreamContext
) -> None:
    """Its gateway died in the middle of it, say."""
    await world.snapshot(HEAD, "1")
    await world.project(deleted_at=now())
    await world.export(HEAD)
    assert await world.sweep() == {}
    (_, event) = await EventLog(js).last("01900000-0000-7000-8000-000000000001") or (0, None)
    assert isinstance(event, ExportCanceled)


async def test_an_export_that_shows_up_behind_a_deletion_goes_too(world: World) -> None:
    """It was asked for in the very moment; its document came when all else was erased."""
    await world.project(deleted_at=now())
    assert await world.sweep() == {"project": 1}
    await world.export(HEAD, canceled=True)
    assert await world.sweep() == {"project": 1}
    assert await world.exports.get("p.01900000-0000-7000-8000-000000000001") is None
    assert await world.sweep() == {}


async def test_an_export_that_comes_while_its_project_is_erased_is_ended(
    world: World, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its document outlives that pass, so that the next one finds what is to be canceled."""
    await world.project(deleted_at=now())
    uploads = Storage.uploads

    async def asked_meanwhile(storage: Storage, prefix: str) -> list[Upload]:
        if prefix == keys.project("p"):
            await world.export(HEAD)
        return await uploads(storage, prefix)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Storage, "uploads", asked_meanwhile)
        assert await world.sweep() == {"project": 1}
    assert await world.sweep() == {}
    (_, event) = await EventLog(js).last("01900000-0000-7000-8000-000000000001") or (0, None)
    assert isinstance(event, ExportCanceled)


async def test_a_record_that_cannot_be_read_does_not_end_the_service(
    world: World, js: JetStreamContext, storage: Storage
) -> None:
    """Nothing is swept, for what it names is not known, and the uploader goes on."""
    await world.snapshot(OLD, "2")
    await world.project()
    await js.publish("$KV.exports.p.x", b'{"of": "a later release"}')
    before, stop = await world.keys(), asyncio.Event()
    sweeper = await Sweeper.bind(js, storage, grace=NO_GRACE)
    running = asyncio.create_task(sweeper.run(stop, interval_s=0.01))
    await asyncio.sleep(1)
    assert not running.done()
    stop.set()
    await running
    assert await world.keys() == before
