"""A backup of all streams and buckets as a folder: one folder for each, and a manifest over all.

Each stream's folder is what ``nats stream restore`` takes, too. The manifest is written last, and
the folder gets its name only then: what has that name is whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec
from nats.js.errors import NotFoundError

from cli.exit_codes import UsageError
from shared.domain.events import now
from shared.jetstream import topology
from shared.jetstream.snapshots import CHUNK_BYTES, Snapshot, SnapshotReader, restore
from shared.version import product_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext

MANIFEST: Final = "manifest.json"
ABOUT: Final = "backup.json"
DATA: Final = "stream.tar.s2"
PARTIAL: Final = ".partial"  # behind the name of one that is being made
FORMAT: Final = 1
IN_FLIGHT: Final = 500  # messages that fill the gap, not yet acknowledged


class StoredStream(msgspec.Struct, frozen=True):
    """One stream of a backup; sizes in bytes, the sum over its packed data."""

    name: str
    messages: int
    last_seq: int
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a backup whole.

    ``events_until`` is the last sequence of ``EXPORTS`` when everything had been copied: documents
    and dead letters may name any up to it, so a restored stream gives none of them a second time.
    """

    format: int = FORMAT
    version: str
    begun: datetime
    ended: datetime
    events_until: int
    streams: tuple[StoredStream, ...]


def backup_order() -> list[str]:
    """The streams in the order in which they are copied, while exports go on.

    An answer to an ``Idempotency-Key`` must not name what the events lack, so those come first;
    what follows from events may be newer than they are, never older; dead letters and the audit
    come last, because documents name them. Workers are known anew within seconds, and a film that
    was being made is begun anew.
    """
    first = [topology.IDEMPOTENCY_BUCKET.stream, topology.EXPORTS]
    last = [topology.DEAD_LETTERS, topology.AUDIT]
    passing = {topology.FILMS, topology.FILMS_BUCKET.stream, topology.WORKERS_BUCKET.stream}
    names = [stream.name or "" for stream in topology.STREAMS]
    names += [bucket.stream for bucket in topology.BUCKETS]
    return [*first, *(name for name in names if name not in {*first, *last, *passing}), *last]


async def write_backup(nc: Client, folder: Path, tell: Callable[[str], None]) -> Manifest:
    """Copy everything into a folder that is not there yet.

    Raises:
        UsageError: It is there.
        SnapshotError, NatsUnavailableError: Nothing has its name.
    """
    begun, partial = now(), _begin(folder)
    stored = [await _write_stream(nc, partial / name, tell) for name in backup_order()]
    state = (await nc.jetstream().stream_info(topology.EXPORTS)).state
    manifest = Manifest(
        version=product_version(),
        begun=begun,
        ended=now(),
        events_until=state.last_seq,
        streams=tuple(stored),
    )
    _write(partial / MANIFEST, [msgspec.json.format(msgspec.json.encode(manifest))])
    _sync(partial)
    partial.rename(folder)
    _sync(folder.parent)
    return manifest


def _begin(folder: Path) -> Path:
    if folder.exists():
        raise UsageError(f"{folder} exists: a backup goes into a new folder")
    partial = folder.with_name(folder.name + PARTIAL)
    if partial.exists():
        shutil.rmtree(partial)  # of one that was interrupted
    partial.mkdir(parents=True, mode=0o700)
    for name in backup_order():
        (partial / name).mkdir(mode=0o700)
    return partial


def open_backup(folder: Path) -> Manifest:
    """The manifest of a backup whose files are all as they were written.

    Raises:
        UsageError: It is no whole backup; the message says what is missing or wrong.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise UsageError(f"{folder} is no whole backup: it has no {MANIFEST}") from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"{folder / MANIFEST} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise UsageError(f"{folder} is in format {manifest.format}; this release reads {FORMAT}")
    for stream in manifest.streams:
        data = folder / stream.name / DATA
        try:
            with data.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UsageError(f"{folder} is no whole backup: {error}") from error
        if found != stream.sha256:
            raise UsageError(f"{data} is not what was written: SHA-256 {found}")
    return manifest


async def restore_backup(
    nc: Client,
    folder: Path,
    *,
    only: tuple[str, ...],
    replace: bool,
    replicas: int,
    tell: Callable[[str], None],
) -> list[StoredStream]:
    """Make the streams of a backup, then whatever this release has beside them.

    Args:
        nc: A connection; no service should be at work.
        folder: The backup.
        only: Names of streams; none: all of them.
        replace: Delete what is there.
        replicas: Of every stream.
        tell: Called with a line for each.

    Raises:
        UsageError: The backup is not whole or lacks a stream, or there is such a stream.
    """
    manifest, js = open_backup(folder), nc.jetstream(timeout=30)
    if missing := set(only) - {stream.name for stream in manifest.streams}:
        raise UsageError(f"the backup has no {', '.join(sorted(missing))}")
    chosen = [stream for stream in manifest.streams if not only or stream.name in only]
    await _make_room(js, [stream.name for stream in chosen], replace=replace)
    for stream in chosen:
        await _restore_stream(nc, folder / stream.name, replicas)
        tell(f"{stream.name}: {stream.messages:,} messages, {stream.size_bytes:,} bytes")
    names = {stream.name for stream in chosen}
    if topology.EXPORTS in names:
        await _skip_sequences(js, until=manifest.events_until)
    elif topology.EXPORTS_BUCKET.stream in names:
        await topology.fold_again(js)
    await topology.apply(js, replicas=replicas)
    return chosen


async def _write_stream(nc: Client, folder: Path, tell: Callable[[str], None]) -> StoredStream:
    digest, size = hashlib.sha256(), 0
    async with SnapshotReader(nc, folder.name) as (snapshot, chunks):
        with (folder / DATA).open("xb") as file:
            async for chunk in chunks:
                digest.update(chunk)
                size += file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    _write(folder / ABOUT, [msgspec.json.encode(snapshot)])
    _sync(folder)
    state = snapshot.summary
    tell(f"{folder.name}: {state.messages:,} messages, {size:,} bytes")
    return StoredStream(folder.name, state.messages, state.last_seq, size, digest.hexdigest())


async def _restore_stream(nc: Client, folder: Path, replicas: int) -> None:
    snapshot = msgspec.json.decode((folder / ABOUT).read_bytes(), type=Snapshot)
    await restore(nc, snapshot, _chunks(folder / DATA), replicas=replicas)


async def _make_room(js: JetStreamContext, names: list[str], *, replace: bool) -> None:
    there = []
    for name in names:
        try:
            await js.stream_info(name)
        except NotFoundError:
            continue
        there.append(name)
    if there and not replace:
        raise UsageError(
            f"NATS has {', '.join(there)}: --replace deletes what is there before it restores"
        )
    for name in there:
        await js.delete_stream(name)


async def _skip_sequences(js: JetStreamContext, *, until: int) -> None:
    """Let the events' stream go on behind a sequence, as if those up to it had been deleted."""
    last = (await js.stream_info(topology.EXPORTS)).state.last_seq
    while last < until:
        batch = min(until - last, IN_FLIGHT)
        acks = [await js.publish_async(topology.GAP, b"") for _ in range(batch)]
        for ack in acks:
            last = max(last, (await ack).seq)
    await js.purge_stream(topology.EXPORTS, subject=topology.GAP)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _write(path: Path, parts: Iterable[bytes]) -> None:
    with path.open("xb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
