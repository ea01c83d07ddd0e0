"""Pushing, exporting and uploading on a running stack, beside the bare calls to its storage.

The peers use the same S3 client and the same servers in the same run, so that the machine and
SeaweedFS weigh the same on both sides.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from cli import api_client as api
from cli.local.credentials import open_credentials
from cli.local.stack import Stack, local_stack
from cli.project_folder import ProjectFolder, read_folder
from cli.watch import follow
from services.packager.archive.part_digest import DigestedParts
from services.packager.archive.zip import ZipStream
from shared.jetstream import topology
from shared.jetstream.publishing import publish
from shared.settings import S3Settings, load
from shared.storage import keys
from shared.storage.bucket import Part, Storage, open_storage
from shared.storage.permissions import BACKUP
from tests.bench.measurement import Measurement
from tests.bench.packing import members_of
from tests.bench.project import mixed_project
from tests.nats_users import connect_as
from tests.pushing import push_folder, push_unread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

ROUNDS: Final = 3  # of what takes seconds
TINY_ROUNDS: Final = 9
PART_BYTES: Final = 8 << 20
IN_FLIGHT: Final = 4
BIG_UPLOAD_BYTES: Final = 2 << 30
PEERS: Final = keys.project("bench-peers")  # where the bare calls put their objects


def measure(cache: Path) -> Iterator[Measurement]:
    """All numbers that need a stack."""
    project = mixed_project(cache)
    with tempfile.TemporaryDirectory() as data, local_stack(Path(data)) as stack:
        yield from asyncio.run(_measure(stack, project, Path(data)))


async def _measure(stack: Stack, project: Path, data: Path) -> list[Measurement]:
    async with (
        open_storage(_as_backup(stack, data)) as storage,
        api.connect(stack.state.gateway_url, stack.state.token) as client,
    ):
        return [
            *await _pushing(client, storage, project),
            *await _cold_export(client, storage, project, data),
            await _tiny(client, storage, stack),
            await _memory(client, stack),
        ]


async def _pushing(client: api.Client, storage: Storage, project: Path) -> list[Measurement]:
    """The project into new projects, beside the same bytes as one object straight into S3.

    The object is in memory, comes by one hop and is not hashed: to read the files, hash them at
    both ends and send them over one hop more takes 0.74 s of computing in a bare loop, beside the
    6.4 s that the object takes with SeaweedFS: 1.12 is the floor in CPU.
    """
    folder = read_folder(project)
    whole = b"".join((project / path).read_bytes() for path in folder.manifest.files)
    pushes, uploads, again = [], [], 0
    for number in range(ROUNDS):
        started = time.perf_counter()
        await push_unread(client, f"bench-{number}", project)
        pushes.append(time.perf_counter() - started)
        again = (await push_folder(client, f"bench-{number}", folder)).sent_files
        started = time.perf_counter()
        await _upload(storage, f"{PEERS}{number}", whole)
        uploads.append(time.perf_counter() - started)
    ratio = statistics.median(pushes) / statistics.median(uploads)
    return [
        Measurement(name="push.over_one_object", value=ratio, unit="×", target=1.2),
        Measurement(name="push.unchanged_sends", value=again, unit="", target=0),
    ]


async def _cold_export(
    client: api.Client, storage: Storage, project: Path, data: Path
) -> list[Measurement]:
    """An export with an empty cache, beside reading one object, packing, and uploading."""
    exports, peers, watched = [], [], []
    for number in range(ROUNDS):
        shutil.rmtree(data / "cache", ignore_errors=True)
        seen = _Progress()
        started = time.perf_counter()
        await _export(client, f"bench-{number}", "source", seen)
        exports.append(time.perf_counter() - started)
        watched.append(seen)
        started = time.perf_counter()
        async for _ in storage.read(f"{PEERS}{number}"):
            pass
        packed = await asyncio.to_thread(
            lambda: [
                bytes(part)
                for part in DigestedParts(ZipStream(members_of(project)), part_bytes=PART_BYTES)
            ]
        )
        await _upload_parts(storage, f"{PEERS}packed-{number}", packed)
        peers.append(time.perf_counter() - started)
    ratio = statistics.median(exports) / statistics.median(peers)
    middle = sorted(watched, key=lambda seen: seen.largest_jump)[len(watched) // 2]
    return [
        Measurement(name="export.cold_over_peer", value=ratio, unit="×", target=2),
        Measurement(name="progress.values", value=middle.values, unit="", target=20, limit="≥"),
        Measurement(name="progress.largest_jump", value=middle.largest_jump, unit="%", target=15),
        Measurement(name="progress.silence", value=middle.silence_s, unit="s", target=2),
    ]


async def _tiny(client: api.Client, storage: Storage, stack: Stack) -> Measurement:
    """A project of one page, from POST to ``completed``, beside the bare calls that this needs.

    S3: read the snapshot, read the blob, create an upload, one part, list, complete, look twice.
    NATS: the events requested, started, packaged, started, completed; four document writes; one
    claim, one record; four log lines.
    """
    nc = await connect_as("gateway", stack.state)
    js = nc.jetstream()
    page = b"<!doctype html><title>Tiny</title>Tiny"
    with tempfile.TemporaryDirectory() as folder:
        ours, bare = [], []
        for number in range(TINY_ROUNDS):
            tiny = _folder(Path(folder), {"index.html": page, "n": b"%d" % number})
            await push_folder(client, "tiny", tiny)
            started = time.perf_counter()
            await _export(client, "tiny", "source", _Progress())
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            key = f"{PEERS}tiny-{number}"
            await storage.put(f"{key}-blob", page)
            for _ in range(2):
                await storage.get(f"{key}-blob")
            await _upload_parts(storage, key, [page])
            for _ in range(2):
                await storage.head(key)
            for call in range(15):
                headers = {"Nats-Msg-Id": f"{number}-{call}"}
                await publish(js, f"audit.bench{call}", page, headers, patience_s=5)
            bare.append(time.perf_counter() - started)
    assert topology.AUDIT  # the peer's messages go to a stream of files, as events do
    await nc.close()
    ratio = statistics.median(ours) / statistics.median(bare)
    return Measurement(name="tiny.over_bare_calls", value=ratio, unit="×", target=1.3)


async def _memory(client: api.Client, stack: Stack) -> Measurement:
    """How much a streamed upload raises the gateway's memory; a wrong body leaves nothing."""
    gateway = next(child.pid for child in stack.children if child.name == "gateway")
    before = resident_mb(gateway)
    highest = before

    async def body() -> AsyncIterator[bytes]:
        nonlocal highest
        block = os.urandom(1 << 20)
        for _ in range(BIG_UPLOAD_BYTES >> 20):
            highest = max(highest, resident_mb(gateway))
            yield block

    path = f"/api/projects/tiny/blobs/{'0' * 64}"
    with pytest.raises(api.ApiError) as refused:
        await client.upload("PUT", path, body, size_bytes=BIG_UPLOAD_BYTES)
    assert refused.value.problem["code"] == "wrong-hash"
    return Measurement(name="upload.2gb_memory", value=highest - before, unit="MB", target=64)


class _Progress:
    """What a watcher sees of progress."""

    def __init__(self) -> None:
        self._percents = [0.0]
        self._times = [time.perf_counter()]

    def state(self, state: dict[str, Any]) -> None:
        """A new state."""
        self._percents.append(state["progress"])
        self._times.append(time.perf_counter())

    def log(self, message: dict[str, Any]) -> None:
        """A sign of life, too."""
        del message
        self._times.append(time.perf_counter())

    @property
    def values(self) -> int:
        return len(set(self._percents))

    @property
    def largest_jump(self) -> float:
        return max(b - a for a, b in zip(self._percents, self._percents[1:], strict=False))

    @property
    def silence_s(self) -> float:
        return max(b - a for a, b in zip(self._times, self._times[1:], strict=False))


async def export_project(
    client: api.Client, project: str, platform: str, *, fresh: bool = True
) -> None:
    """Export a project, to its end; it is built, unless that is for the packager to say."""
    await _export(client, project, platform, _Progress(), fresh=fresh)


async def _export(
    client: api.Client, project: str, platform: str, seen: _Progress, *, fresh: bool = True
) -> None:
    answer = await client.request_export(project, {"platform": platform, "fresh": fresh})
    # The answer's own link: what a page would do.
    state = await follow(client, f"/api/projects/{project}/export/{answer['export']['id']}", seen)
    assert state["status"] == "completed", state["error"]


def _as_backup(stack: Stack, data: Path) -> S3Settings:
    """The one identity that may do to objects whatever the services do together."""
    key_id, secret = open_credentials(data).s3_key(BACKUP)
    settings = load(S3Settings, stack.state.env)
    return msgspec.structs.replace(settings, access_key_id=key_id, secret_access_key=secret)


def _folder(path: Path, files: dict[str, bytes]) -> ProjectFolder:
    for name, data in files.items():
        (path / name).write_bytes(data)
    return read_folder(path)


async def _upload(storage: Storage, key: str, data: bytes) -> None:
    parts = [data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES)]
    await _upload_parts(storage, key, parts)


async def _upload_parts(storage: Storage, key: str, parts: list[bytes]) -> None:
    upload = await storage.start_upload(key, content_type="application/octet-stream")
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def put(number: int, part: bytes) -> Part:
        async with slots:
            etag = await storage.put_part(key, upload, number, part)
        return Part(number=number, etag=etag, size_bytes=len(part))

    done = await asyncio.gather(*(put(n, part) for n, part in enumerate(parts, 1)))
    await storage.list_parts(key, upload)
    await storage.complete_upload(key, upload, done)


def resident_mb(pid: int) -> float:
    """What a process has in memory."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
