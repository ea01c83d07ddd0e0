"""Exports on the real storage and the real streams."""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import threading
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager.handler import PackagerHandler
from services.packager.project import files as project_module
from services.packager.project import snapshot as snapshot_module
from services.packager.storage.disk_cache import DiskCache
from services.packager.storage.object_fetcher import ObjectLostError
from shared.domain.build_warnings import MOST, BuildWarnings
from shared.domain.events import (
    ExportCanceled,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    ExportStopped,
    now,
)
from shared.domain.options import ExportOptions
from shared.domain.project import decode_snapshot
from shared.errors import ProjectError
from shared.jetstream.event_log import EventLog
from shared.jetstream.log_reader import read_lines
from shared.jetstream.progress_reporter import ProgressReporter
from shared.jetstream.topology import packager_durable
from shared.metrics import cache as metrics
from shared.settings import RetrySettings
from shared.storage import keys
from shared.storage.bucket import Storage
from shared.storage.s3_client import StorageUnavailableError
from shared.templates import BUILT
from shared.worker.circuit_breaker import CircuitBreaker
from shared.worker.contract import Consumer
from shared.worker.worker import Worker
from tests import engine
from tests.projects import BUILDS, store
from tests.unit.packager.web.aethel.formats.reading import editor_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.export_document import Eta, Status
    from shared.domain.options import Platform

EXPORT = "01234567-89ab-7def-8123-456789abcdef"
PAGE = b"<!doctype html><html><head><title>Star Courier</title></head>Go</html>"


def _project() -> dict[str, bytes]:
    noise = random.Random(7)
    files = {f"assets/tile{n:03}.png": noise.randbytes(2_000) for n in range(300)}
    files["assets/music.ogg"] = noise.randbytes(9 << 20)
    files["assets/heights.bin"] = bytes(range(256)) * 40_000
    files["assets/unknown.dat"] = noise.randbytes(6 << 20)
    files["index.html"] = PAGE
    files["js/main.js"] = b"console.log('hello')\n" * 500
    files["empty.txt"] = b""
    return files


def _requested(snapshot: str, platform: Platform = "source", **options: Any) -> ExportRequested:
    return ExportRequested(
        export_id=EXPORT,
        project_id="p1",
        user_id="u",
        platform=platform,
        configuration="release",
        options=ExportOptions(**options),
        snapshot=snapshot,
        created_at=now(),
    )


async def _download(storage: Storage, packaged: ExportPackaged) -> bytes:
    """Commit the upload as the uploader would, and read the artifact."""
    artifact, upload = packaged.artifact, packaged.upload
    parts = await storage.list_parts(artifact.key, upload.upload_id)
    etags = "".join(f"{part.etag}\n" for part in parts)
    assert upload.parts_sha256 == hashlib.sha256(etags.encode()).hexdigest()
    assert [part.size_bytes for part in parts[:-1]] == [upload.part_bytes] * (len(parts) - 1)
    await storage.complete_upload(artifact.key, upload.upload_id, parts, crc32c=artifact.crc32c)
    data = await storage.get(artifact.key)
    assert hashlib.sha256(data).hexdigest() == artifact.sha256
    return data


async def _export(
    handler: PackagerHandler, js: JetStreamContext, event: ExportRequested
) -> ExportPackaged:
    reporter = ProgressReporter(js, event.export_id, event.generation)
    try:
        (packaged,) = await handler(event, reporter)
    finally:
        await reporter.close()
    return packaged


async def test_source_comes_out_as_it_went_in(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """Every file of the project is in the artifact, byte for byte, and the manifest names it."""
    files = _project()
    packaged = await _export(handler, js, _requested(await store(storage, files)))
    data = await _download(storage, packaged)
    assert len(data) == packaged.artifact.size_bytes
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest = msgspec.json.decode(archive.read("export-manifest.json"))
        assert {name: archive.read(name) for name in archive.namelist() if name in files} == files
        assert [file["path"] for file in manifest["files"]] == sorted(files)
    assert packaged.artifact.file_name == "star-courier-1.0.0-source.zip"
    assert packaged.upload.part_count == 2


async def test_warnings_go_with_the_artifact(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """All are counted, the first come along, and none is so long that it fills a record."""
    tags = "".join(f'\n<img src="/{"x" * 900}{number}.png">' for number in range(MOST + 5))
    page = PAGE + b"<p>Hello</p>"
    snapshot = await store(storage, {"index.html": page + tags.encode()})
    warnings = (await _export(handler, js, _requested(snapshot, "web"))).warnings
    assert isinstance(warnings, BuildWarnings)
    assert (warnings.count, len(warnings.first)) == (MOST + 5, MOST)
    assert {warning.file for warning in warnings.first} == {"index.html"}
    assert [warning.line for warning in warnings.first] == list(range(2, MOST + 2))
    assert max(len(warning.message) for warning in warnings.first) <= 500
    quiet = await store(storage, {"index.html": page})
    assert (await _export(handler, js, _requested(quiet, "web"))).warnings is msgspec.UNSET


async def test_choosing_files_keeps_nobody_waiting(
    handler: PackagerHandler,
    storage: Storage,
    js: JetStreamContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hundred patterns take seconds for a large project: once, and beside the event loop."""
    threads: list[threading.Thread] = []

    def seen(*arguments: Any) -> Any:
        threads.append(threading.current_thread())
        return project_module.selected(*arguments)

    monkeypatch.setattr(snapshot_module, "selected", seen)
    snapshot = await store(storage, {"index.html": PAGE, "notes.txt": b""})
    await _export(handler, js, _requested(snapshot, exclude_patterns=("*.txt",)))
    (thread,) = threads
    assert thread is not threading.current_thread()


async def test_web_has_its_page_and_what_hosts_need(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """The page links the manifest that was made for it."""
    snapshot = await store(storage, _project())
    data = await _download(storage, await _export(handler, js, _requested(snapshot, "web")))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"manifest.webmanifest" in archive.read("index.html")
        assert {"_headers", "serve.json", "manifest.webmanifest"} <= set(archive.namelist())


async def test_a_game_of_the_engine_s_comes_with_its_player(
    handler: PackagerHandler, storage: Storage, nc: Client, js: JetStreamContext
) -> None:
    """From the stored snapshot to a site that starts; what was left out stands in the log."""
    files = engine.project(
        **{
            "scenes/main.json": engine.level(
                engine.entity("e", engine.component("Script", scriptId="scripts/main.ts"))
            ),
            "scripts/main.ts": b"export const update = (ctx: object) => ctx",
            "assets/unused.png": random.Random(7).randbytes(200_000),
        }
    )
    snapshot = await store(storage, files)
    packaged = await _export(handler, js, _requested(snapshot, "web"))
    with zipfile.ZipFile(io.BytesIO(await _download(storage, packaged))) as archive:
        boot = msgspec.json.decode(archive.read("aethel.json"))
        assert boot["gameId"] == "p1"
        assert {boot["scripts"], "index.html", *boot["files"]} <= set(archive.namelist())
        assert "assets/unused.png" not in archive.namelist()
    lines = [line.line.message for line in await read_lines(nc, EXPORT)]
    assert any(line.startswith("assets/: left out, as nothing uses it") for line in lines)


async def test_a_broken_game_is_its_maker_s_to_repair(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """Everything at once, nothing is uploaded, nothing is tried again."""
    files = engine.project(**{"scenes/main.json": b"{", "scripts/a.ts": b"let = 1 1"})
    snapshot = await store(storage, files)
    with pytest.raises(ProjectError, match=r"(?s)scenes/main\.json.*scripts/a\.ts:1"):
        await _export(handler, js, _requested(snapshot, "web"))
    assert await storage.uploads("") == []


@pytest.mark.parametrize(
    "options", [{"platform": "source"}, {"platform": "web", "format": "single-file"}]
)
async def test_an_artifact_beyond_its_limit_is_not_kept(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext, options: dict[str, Any]
) -> None:
    """It is its maker's to repair: the limit is told, no part stays, nothing is tried again."""
    snapshot = await store(storage, engine.project())
    with pytest.raises(ProjectError, match="1,000 bytes") as caught:
        await _export(handler, js, _requested(snapshot, **options, max_bytes=1_000))
    assert (caught.value.code, caught.value.retryable) == ("artifact-too-large", False)
    assert await storage.uploads("") == []


@pytest.mark.parametrize("after_awaits", [2, 10, 40])
async def test_a_cancel_stops_what_works_for_the_export(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext, after_awaits: int
) -> None:
    """Wherever it hits, the scratch folder goes and no program is left."""
    scripts = {f"scripts/s{n}.ts": b"export default 1" for n in range(300)}
    event = _requested(await store(storage, engine.project(**scripts)), "web")
    event = msgspec.structs.replace(event, configuration="debug")
    task = asyncio.create_task(_export(handler, js, event))
    for _ in range(after_awaits):
        await asyncio.sleep(0.005)
    task.cancel()
    with suppress(asyncio.CancelledError):
        packaged = await task
        await storage.abort_upload(packaged.artifact.key, packaged.upload.upload_id)
    assert await storage.uploads("") == []
    assert list(handler._cache.folder.glob("work/*")) == []  # it may have hit before there was one


async def test_the_same_request_gives_the_same_artifact(
    storage: Storage, js: JetStreamContext, cache: DiskCache
) -> None:
    """Cold cache or warm, one thread or four: same key, same bytes."""
    event = _requested(await store(storage, _project()), "web")
    artifacts = []
    for threads in (1, 2, 4):
        handler = PackagerHandler(storage, cache, BUILDS, BUILT, threads=threads)
        artifacts.append((await _export(handler, js, event)).artifact)
    assert artifacts[1:] == artifacts[:1] * 2


@pytest.mark.parametrize("name", ["level-editor", "terrain", "old-export"])
async def test_what_editors_write_is_converted_where_nothing_else_can_be_reached(
    name: str, handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """Scenes become levels; an old export finds its files under the names they were stored by."""
    files = editor_project(name)
    packaged = await _export(handler, js, _requested(await store(storage, files), "web"))
    with zipfile.ZipFile(io.BytesIO(await _download(storage, packaged))) as archive:
        if name == "old-export":
            logo = "assets/1767225600000_logo.png"
            assert archive.read(logo) == files[logo]
            assert archive.read("game.js") == files["source/game.js"]
        else:
            assert b'"formatVersion":"1.0.0"' in archive.read("scenes/main.json")


async def test_other_options_have_another_key(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """Artifacts never overwrite one another."""
    snapshot = await store(storage, {"index.html": PAGE})
    first = await _export(handler, js, _requested(snapshot))
    second = await _export(handler, js, _requested(snapshot, compression="lz4"))
    assert first.artifact.key != second.artifact.key


async def test_a_full_cache_misses_nothing(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """Each object counts once an export; what is never made, as a large deflated page, does not."""
    scripts = {f"{n:03}.js": b"console.log('hello')\n" * 500 for n in range(40)}  # a page
    large = {"a.bin": bytes(range(256)) * 40_000, "b.ogg": random.Random(7).randbytes(70_000)}
    snapshot = await store(storage, scripts | large)
    stored = decode_snapshot(await storage.get(keys.snapshot("p1", snapshot)))
    counts = []
    for _ in range(2):
        before = _cache_counts()
        await _export(handler, js, _requested(snapshot))
        counts.append([now - then for now, then in zip(_cache_counts(), before, strict=True)])
    objects = len(stored.objects)
    (first_hits, first_misses, _, made), (hits, misses, found, made_again) = counts
    assert (first_hits, first_misses) == (0, objects)
    assert (hits, misses, made_again) == (objects, 0, 0)
    assert made == found > 0


def _cache_counts() -> list[float]:
    counters = (metrics.CACHE_READS, metrics.DERIVED)
    return [
        counter.labels(outcome)._value.get() for counter in counters for outcome in ("hit", "miss")
    ]


async def test_a_damaged_cache_is_fetched_again(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext, cache: DiskCache
) -> None:
    """What lies on the disk is checked before it is packed."""
    snapshot = await store(storage, _project())
    event = _requested(snapshot)
    first = await _export(handler, js, event)
    stored = decode_snapshot(await storage.get(keys.snapshot("p1", snapshot)))
    for key in stored.objects:
        with cache.path(key).open("r+b") as cached:
            cached.seek(1_000)
            cached.write(b"damage")
    assert (await _export(handler, js, event)).artifact == first.artifact


async def test_damage_beside_known_sums_is_found_too(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext, cache: DiskCache
) -> None:
    """What an earlier export has seen is not hashed anew, but compared, and fetched again."""
    noise = {f"{n}.ogg": random.Random(n).randbytes(100_000) for n in range(6)}
    snapshot = await store(storage, noise)
    event = _requested(snapshot)
    first = await _export(handler, js, event)
    stored = decode_snapshot(await storage.get(keys.snapshot("p1", snapshot)))
    good = {key: cache.path(key).read_bytes() for key in stored.objects}
    for key in [*good][::2]:
        with cache.path(key).open("r+b") as cached:
            cached.seek(50_000)
            cached.write(b"damage")
    assert (await _export(handler, js, event)).artifact == first.artifact
    assert {key: cache.path(key).read_bytes() for key in good} == good


async def test_damage_in_the_storage_is_ours_and_tried_again(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """Never packed, never blamed on the maker, and no upload is left."""
    snapshot = await store(storage, _project())
    stored = decode_snapshot(await storage.get(keys.snapshot("p1", snapshot)))
    music = next(file for file in stored.files if file.path == "assets/music.ogg")
    await storage.put(music.object, bytes(music.size))
    with pytest.raises(ObjectLostError, match=r"assets/music\.ogg is damaged") as caught:
        await _export(handler, js, _requested(snapshot))
    assert caught.value.retryable
    assert await storage.uploads("") == []


@pytest.mark.parametrize("lost", ["snapshot", "object"])
async def test_what_is_missing_is_ours_and_tried_again(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext, lost: str
) -> None:
    """A snapshot or an object that is gone is an operator's to repair."""
    snapshot = await store(storage, _project())
    key = keys.snapshot("p1", snapshot)
    if lost == "object":
        key = next(iter(decode_snapshot(await storage.get(key)).objects))
    await storage.delete([key])
    with pytest.raises(ObjectLostError):
        await _export(handler, js, _requested(snapshot))
    assert await storage.uploads("") == []


async def test_another_project_s_snapshot_is_not_taken(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """A stored snapshot must be the one that its key says."""
    other = await store(storage, {"index.html": PAGE}, project_id="p2")
    data = await storage.get(keys.snapshot("p2", other))
    await storage.put(keys.snapshot("p1", other), data)
    with pytest.raises(ObjectLostError, match="another snapshot"):
        await _export(handler, js, _requested(other))


async def test_a_tiny_cache_is_enough(
    storage: Storage, js: JetStreamContext, tmp_path: Path
) -> None:
    """A project many times larger than the cache is packed all the same."""
    files = _project()
    cache = DiskCache(tmp_path / "tiny", 1 << 20)
    handler = PackagerHandler(storage, cache, BUILDS, BUILT)
    packaged = await _export(handler, js, _requested(await store(storage, files)))
    with zipfile.ZipFile(io.BytesIO(await _download(storage, packaged))) as archive:
        assert archive.testzip() is None
        assert files.keys() <= set(archive.namelist())


@pytest.mark.parametrize("after_awaits", [1, 5, 20, 60, 150])
async def test_a_cancelled_export_leaves_no_upload(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext, after_awaits: int
) -> None:
    """Wherever the cancel hits, nothing of the upload remains and no thread goes on."""
    event = _requested(await store(storage, _project()))
    task = asyncio.create_task(_export(handler, js, event))
    for _ in range(after_awaits):
        await asyncio.sleep(0.001)
    task.cancel()
    try:
        packaged = await task
    except asyncio.CancelledError:
        assert await storage.uploads("") == []
    else:  # it had been done before
        await storage.abort_upload(packaged.artifact.key, packaged.upload.upload_id)


class _Recorder(ProgressReporter):
    """Keeps what is told, and sends it on."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.reported: list[tuple[Status, float, Eta | None]] = []

    def progress(self, status: Status, percent: float, step: str, eta: Eta | None = None) -> None:
        self.reported.append((status, percent, eta))
        super().progress(status, percent, step, eta)


async def test_progress_comes_from_bytes_and_ends_at_ninety(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """It goes through preparing and packaging to 90, where the uploader takes over."""
    event = _requested(await store(storage, _project()))
    reporter = _Recorder(js, EXPORT, 1)
    await handler(event, reporter)
    await reporter.close()
    statuses = [status for status, _, _ in reporter.reported]
    percents = [percent for _, percent, _ in reporter.reported]
    assert statuses == sorted(statuses, key=["preparing", "packaging"].index)
    assert percents[-1] == pytest.approx(90)
    assert max(percents) <= 90
    etas = [eta for _, _, eta in reporter.reported if eta]
    assert all(eta.p50_s <= eta.p90_s for eta in etas)


async def test_the_log_is_for_the_maker(
    handler: PackagerHandler, storage: Storage, nc: Client, js: JetStreamContext
) -> None:
    """Sizes, what was left out, and warnings with their place."""
    files = {**_project(), "index.html": b'<img src="/logo.png">', "notes/a.psd": b"x" * 100}
    event = _requested(await store(storage, files), "web", exclude_patterns=("**/*.psd",))
    await _export(handler, js, event)
    lines = [(line.line.level, line.line.message) for line in await read_lines(nc, EXPORT)]
    assert ("warning", "index.html:1: '/logo.png' starts with /, so it only works at the top of a host; write it relative") in lines  # fmt: skip # noqa: E501
    text = "\n".join(message for _, message in lines)
    assert "Left out by excludePatterns and includeAssets: 1 files, 0.0 MB." in text
    assert "The project is a web page of its own: 307 files" in text


async def _until(found: Callable[[list[Any]], bool], events: EventLog) -> list[Any]:
    while True:
        known = [event for _, event in await events.of(EXPORT)]
        if found(known):
            return known
        await asyncio.sleep(0.02)


def _consumer(platform: Platform) -> Consumer:
    return Consumer(
        durable=packager_durable(platform),
        event_type=ExportRequested,
        stage="build",
        retry=RetrySettings(),
        worker="test",
        drain_timeout_s=0.1,
    )


async def test_a_request_on_the_stream_becomes_packaged(
    handler: PackagerHandler, storage: Storage, nc: Client, js: JetStreamContext
) -> None:
    """The worker runs the handler and publishes its event."""
    events = EventLog(js)
    await events.publish(_requested(await store(storage, _project()), "web"))
    stop = asyncio.Event()
    working = asyncio.create_task(
        Worker(nc, _consumer("web"), handler, CircuitBreaker("web", storage.check)).run(stop)
    )
    known = await _until(lambda all_: any(isinstance(f, ExportPackaged) for f in all_), events)
    stop.set()
    await working
    assert [type(event) for event in known] == [ExportRequested, ExportStarted, ExportPackaged]
    await _download(storage, known[-1])


async def test_what_the_storage_refuses_to_show_is_lost(
    storage: Storage, uploaders_storage: Storage, cache: DiskCache, js: JetStreamContext
) -> None:
    """AWS says "denied" for an object that is missing, to those who may not list the bucket."""
    event = _requested(await store(storage, _project()))
    handler = PackagerHandler(uploaders_storage, cache, BUILDS, BUILT)  # may read snapshots alone
    with pytest.raises(ObjectLostError, match="is not in the storage"):
        await _export(handler, js, event)


class _StuckStorage(Storage):
    """Takes every part and never says so."""

    def __init__(self, real: Storage) -> None:
        super().__init__(real._s3, real._presigner, real.bucket)
        self.part_taken = asyncio.Event()

    async def put_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        data: bytes | bytearray | memoryview,
        *,
        crc32c: str | None = None,
    ) -> str:
        await super().put_part(key, upload_id, number, data, crc32c=crc32c)
        self.part_taken.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody waits for ever")


async def test_a_cancel_by_the_user_is_obeyed(
    storage: Storage, cache: DiskCache, nc: Client, js: JetStreamContext
) -> None:
    """The attempt stops in the middle of an upload, its parts go, the receipt is published."""
    events = EventLog(js)
    event = _requested(await store(storage, _project()))
    await events.publish(event)
    stop = asyncio.Event()
    stuck = _StuckStorage(storage)
    handler = PackagerHandler(stuck, cache, BUILDS, BUILT)
    worker = Worker(nc, _consumer("source"), handler, CircuitBreaker("source", storage.check))
    working = asyncio.create_task(worker.run(stop))
    await stuck.part_taken.wait()
    assert len(await storage.uploads("")) == 1
    await events.publish(ExportCanceled(**event.identity, reason="test"))
    await _until(lambda all_: any(isinstance(event, ExportStopped) for event in all_), events)
    assert await storage.uploads("") == []
    stop.set()
    await working


async def test_a_refused_part_ends_the_export_with_the_storage_s_word(
    storage: Storage, cache: DiskCache, js: JetStreamContext
) -> None:
    """The thread that packs stops, the upload goes, and what the storage said is raised."""

    class Refusing(_StuckStorage):
        async def put_part(self, *_: object, **__: object) -> str:
            raise StorageUnavailableError("503")

    handler = PackagerHandler(Refusing(storage), cache, BUILDS, BUILT)
    with pytest.raises(StorageUnavailableError, match="503"):
        await _export(handler, js, _requested(await store(storage, _project())))
    assert await storage.uploads("") == []
