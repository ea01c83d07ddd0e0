from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import msgspec
import pytest

from cli.exit_codes import UsageError
from cli.stream_backup import (
    DATA,
    MANIFEST,
    Manifest,
    backup_order,
    open_backup,
    restore_backup,
    write_backup,
)
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.jetstream.snapshots import CHUNK_BYTES, SnapshotError
from tests.integration.worker.working import new_request

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext


def silent(_: str) -> None:
    """Nobody listens."""


async def put_back(nc: Client, folder: Path, *only: str, replace: bool = True) -> None:
    """Restore, over what is there."""
    await restore_backup(nc, folder, only=only, replace=replace, replicas=1, tell=silent)


def test_every_stream_is_in_it_but_what_is_known_anew() -> None:
    """Events before what follows from them, dead letters and the audit at the end."""
    order = backup_order()
    everything = {stream.name for stream in topology.STREAMS}
    everything |= {bucket.stream for bucket in topology.BUCKETS}
    assert len(order) == len(set(order))
    assert set(order) == everything - {"KV_workers", "FILMS", "KV_films"}
    assert order[:2] == ["KV_idempotency", "EXPORTS"]
    assert order[-2:] == ["DEAD_LETTERS", "AUDIT"]


async def test_streams_come_back_with_their_consumers(
    nc: Client, js: JetStreamContext, tmp_path: Path
) -> None:
    """Many chunks; what was acknowledged is not delivered again, sequences are not given again."""
    await js.publish("exports.requested.web.1", b"1")
    for number in range(2, 5):
        await js.publish(f"exports.requested.web.{number}", bytes(number) * 1_000)
    await js.publish("logs.1", Random(1).randbytes(5 * CHUNK_BYTES))
    taking = await js.pull_subscribe_bind("packager-web", stream=topology.EXPORTS)
    (first,) = await taking.fetch(1)
    await first.ack_sync()
    await taking.unsubscribe()
    manifest = await write_backup(nc, tmp_path / "b", silent)
    assert (tmp_path / "b" / topology.LOGS / DATA).stat().st_size > CHUNK_BYTES
    later = msgspec.structs.replace(manifest, events_until=manifest.events_until + 700)
    (tmp_path / "b" / MANIFEST).write_bytes(msgspec.json.encode(later))

    await put_back(nc, tmp_path / "b")
    taking = await js.pull_subscribe_bind("packager-web", stream=topology.EXPORTS)
    assert [m.metadata.sequence.stream for m in await taking.fetch(3)] == [2, 3, 4]
    published = await EventLog(js).publish(new_request())
    assert published.seq == later.events_until + 1
    assert (await js.stream_info(topology.EXPORTS)).state.messages == 5
    assert len((await js.get_last_msg(topology.LOGS, "logs.1")).data or b"") > CHUNK_BYTES
    await taking.unsubscribe()


async def test_one_stream_comes_back_alone(
    nc: Client, js: JetStreamContext, tmp_path: Path
) -> None:
    """The others stay as they are; of documents that come back every event is folded once more."""
    await EventLog(js).publish(new_request())
    await write_backup(nc, tmp_path / "b", silent)
    await js.publish("audit.x", b"later")
    status = await js.consumer_info(topology.EXPORTS, topology.STATUS)
    await put_back(nc, tmp_path / "b", topology.EXPORTS_BUCKET.stream)
    assert (await js.stream_info(topology.AUDIT)).state.messages == 1
    again = await js.consumer_info(topology.EXPORTS, topology.STATUS)
    assert again.created != status.created
    assert again.num_pending == 1
    with pytest.raises(UsageError, match="the backup has no KV_workers"):
        await put_back(nc, tmp_path / "b", "KV_workers")


async def test_nothing_is_overwritten_unasked(
    nc: Client, js: JetStreamContext, tmp_path: Path
) -> None:
    """Neither a backup nor a stream."""
    await write_backup(nc, tmp_path / "b", silent)
    with pytest.raises(UsageError, match="exists: a backup goes into a new folder"):
        await write_backup(nc, tmp_path / "b", silent)
    await js.publish("audit.x", b"kept")
    with pytest.raises(UsageError, match=r"NATS has KV_idempotency, EXPORTS.*--replace"):
        await put_back(nc, tmp_path / "b", replace=False)
    assert (await js.stream_info(topology.AUDIT)).state.messages == 1


async def test_a_backup_that_broke_off_is_none(
    nc: Client, js: JetStreamContext, tmp_path: Path
) -> None:
    """It has no name; the next one takes its place."""
    await js.delete_stream(topology.AUDIT)
    with pytest.raises(SnapshotError, match="AUDIT: stream not found"):
        await write_backup(nc, tmp_path / "b", silent)
    assert not (tmp_path / "b").exists()
    with pytest.raises(UsageError, match="no whole backup"):
        open_backup(tmp_path / "b.partial")
    await topology.apply(js)
    await write_backup(nc, tmp_path / "b", silent)
    assert not (tmp_path / "b.partial").exists()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda folder: (folder / "LOGS" / DATA).write_bytes(b"x"), "not what was written"),
        (lambda folder: (folder / "LOGS" / DATA).unlink(), "no whole backup"),
        (lambda folder: (folder / MANIFEST).write_bytes(b"{"), "cannot be read"),
        (lambda folder: _of_format(folder, 2), "is in format 2; this release reads 1"),
    ],
)
async def test_a_damaged_backup_is_refused_before_anything_is_deleted(
    nc: Client, js: JetStreamContext, tmp_path: Path, damage: object, told: str
) -> None:
    """The message names the file."""
    await write_backup(nc, tmp_path / "b", silent)
    await js.publish("audit.x", b"kept")
    assert callable(damage)
    damage(tmp_path / "b")
    with pytest.raises(UsageError, match=told):
        await put_back(nc, tmp_path / "b")
    assert (await js.stream_info(topology.AUDIT)).state.messages == 1


def _of_format(folder: Path, number: int) -> None:
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    later = msgspec.structs.replace(manifest, format=number)
    (folder / MANIFEST).write_bytes(msgspec.json.encode(later))
