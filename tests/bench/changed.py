"""A project that was exported before, and of which one file has changed: how soon it is out again.

The peer packs the whole with ``zip -6`` and sends nothing; ours packs, hashes and sends all parts
to an S3 server that discards them. What the first export has deflated lies in the packager's cache.
``changed.again`` packs as the packing bench does; ``changed.export`` is a whole export by the
handler, with its sandbox, its checks of the cached objects and the fetch of the changed one.

What no cache can save, in CPU seconds for 291 MB: the artifact's SHA-256 0.17, on one core, as no
state of it can be kept for what has not changed; sending 0.13 to 0.18, its CRC32C included;
reading, and the CRCs of what is stored, 0.05. That is 0.2 s of two cores that do nothing else.
Without sending, packing takes 0.33: the SHA-256 in a thread of its own, and as much in the others.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import uvloop

from services.packager.archive.compression import CompressionLevel
from services.packager.archive.member import Member
from services.packager.build.packing import pages_of
from services.packager.handler import PackagerHandler
from services.packager.storage.derived_files import ProjectDerivedFiles
from services.packager.storage.disk_cache import DiskCache
from shared.domain.events import ExportRequested, now
from shared.domain.options import ExportOptions
from shared.domain.project import StoredFile, decode_snapshot, encode_snapshot
from shared.jetstream.progress_reporter import ProgressReporter
from shared.settings import NatsSettings
from shared.storage import keys
from shared.storage.bucket import Storage, open_storage
from shared.templates import BUILT
from tests.bench.packing import Took, faster, members_of, stream, told, took, zip_6
from tests.bench.project import mixed_project
from tests.bench.sink import discarding_s3
from tests.projects import BUILDS, snapshot_of, store
from tests.servers import empty_bucket, empty_nats, from_packages

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Collection, Iterator
    from typing import Any

    from nats.js import JetStreamContext

    from services.packager.archive.pages import PageStore
    from shared.settings import S3Settings
    from tests.bench.measurement import Measurement
    from tests.servers import Servers

ROUNDS: Final = 5
MIN_SPEEDUP: Final = 30
CACHE_BYTES: Final = 8 << 30
EXPORT: Final = "0197b0a0-0000-7000-8000-000000000000"


def measure(cache: Path, *, rounds: int = ROUNDS) -> Iterator[Measurement]:
    """The first time with an empty cache, then after a change, each time of another script."""
    project = mixed_project(cache)
    members = [_hashed(member) for member in members_of(project)]
    theirs, first, again = [], [], []
    with discarding_s3() as sink:
        for number in range(rounds):
            theirs.append(took(partial(zip_6, project, "-")))
            with tempfile.TemporaryDirectory() as folder:
                derived = ProjectDerivedFiles(DiskCache(Path(folder), CACHE_BYTES), "p1")
                pages = pages_of(derived, CompressionLevel.BALANCED)
                run = partial(_streamed, sink=sink, pages=pages)
                first.append(took(partial(run, members)))
                again.append(took(partial(run, _one_changed(members, number))))
        exported = _exports(project, sink, rounds)
    yield from told("changed.first", first)
    yield from told("changed.again", again)
    yield faster("changed.over_zip_6", theirs, again, MIN_SPEEDUP)
    yield from told("changed.export", exported)
    yield faster("changed.export_over_zip_6", theirs, exported, MIN_SPEEDUP)


def _streamed(members: list[Member], *, sink: S3Settings, pages: PageStore) -> None:
    uvloop.run(stream(members, sink, pages))


def _hashed(member: Member) -> Member:
    """A project's files have their SHA-256 in the snapshot, and a cache to be read from."""
    with member.open() as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return msgspec.structs.replace(member, sha256=digest, open_unchecked=member.open)


def _one_changed(members: list[Member], number: int) -> list[Member]:
    scripts = [at for at, member in enumerate(members) if member.path.endswith(".js")]
    at = scripts[len(scripts) * number // ROUNDS]
    with members[at].open() as file:
        data = file.read() + b"// changed"
    changed = Member.of_bytes(members[at].path, data)
    return [*members[:at], _hashed(changed), *members[at + 1 :]]


def _exports(project: Path, sink: S3Settings, rounds: int) -> list[Took]:
    """Exports by the packager's handler, each after another change."""
    files = {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file()
    }
    with tempfile.TemporaryDirectory() as folder, from_packages(Path(folder)) as servers:
        return uvloop.run(_exported(servers, sink, files, Path(folder), rounds))


async def _exported(
    servers: Servers, sink: S3Settings, files: dict[str, bytes], folder: Path, rounds: int
) -> list[Took]:
    async with (
        empty_nats(NatsSettings(url=servers.nats_url)) as nc,
        empty_bucket(servers.s3) as projects,
        open_storage(sink) as discarding,
    ):
        storage = _Outgoing(projects, discarding)
        handler = PackagerHandler(storage, DiskCache(folder / "cache", CACHE_BYTES), BUILDS, BUILT)
        snapshot = await store(projects, files)
        BUILDS.protections()  # starts the server
        runs = []
        for number in range(rounds + 1):
            runs.append(await _export(handler, nc.jetstream(), snapshot))
            snapshot = await _changed(projects, snapshot, number)
        return runs[1:]


async def _export(handler: PackagerHandler, js: JetStreamContext, snapshot: str) -> Took:
    """One export to its last part."""
    event = ExportRequested(
        export_id=EXPORT,
        project_id="p1",
        user_id="u",
        platform="source",
        configuration="release",
        options=ExportOptions(),
        snapshot=snapshot,
        created_at=now(),
    )
    reporter = ProgressReporter(js, EXPORT, 1)
    began_s, before = time.perf_counter(), _computed_s()
    (made,) = await handler(event, reporter)
    run = Took(time.perf_counter() - began_s, _computed_s() - before)
    await reporter.close()
    await handler.discard(made)
    return run


async def _changed(projects: Storage, snapshot: str, number: int) -> str:
    """The next snapshot: one script is another one."""
    key = keys.snapshot("p1", snapshot)
    files = list(decode_snapshot(await projects.get(key)).files)
    scripts = [at for at, file in enumerate(files) if file.path.endswith(".js")]
    at = scripts[len(scripts) * number // (ROUNDS + 1)]
    data = b"// changed\n" * (1_000 + number)
    digest = hashlib.sha256(data).hexdigest()
    blob = keys.blob("p1", 0, digest)
    await projects.put(blob, data)
    files[at] = StoredFile(files[at].path, digest, len(data), blob, 0)
    changed = snapshot_of("p1", files)
    await projects.put(keys.snapshot("p1", changed.id), encode_snapshot(changed))
    return changed.id


def _computed_s() -> float:
    """By this process, the server of its builds, and all builds that have ended."""
    mine = os.times()
    server = BUILDS._process
    assert server
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    theirs = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return mine.user + mine.system + theirs


class _Outgoing(Storage):
    """Reads where the project lies; what is uploaded is discarded."""

    def __init__(self, projects: Storage, sink: Storage) -> None:
        super().__init__(projects._s3, projects._presigner, projects.bucket)
        self._sink = sink

    async def start_upload(self, key: str, *, content_type: str) -> str:
        return await self._sink.start_upload(key, content_type=content_type)

    async def put_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        data: bytes | bytearray | memoryview,
        *,
        crc32c: str | None = None,
    ) -> str:
        return await self._sink.put_part(key, upload_id, number, data, crc32c=crc32c)

    async def abort_upload(
        self, key: str, upload_id: str, *, sending: Collection[asyncio.Task[Any]] = ()
    ) -> bool:
        """Of the discarding server, too."""
        return await self._sink.abort_upload(key, upload_id, sending=sending)
