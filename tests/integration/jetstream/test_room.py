"""Room for so many exports a day, on servers that have it and on one that has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nats.js import api

from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.jetstream.room import FOOTPRINTS, exports_per_day, room_for
from shared.service.process_guard import Guard
from shared.settings import NatsSettings
from tests.cluster import start_small

if TYPE_CHECKING:
    from pathlib import Path

    from nats.js import JetStreamContext

PER_DAY = 25_000


async def test_what_nats_has_no_room_for_stays_as_it_is(tmp_path: Path) -> None:
    """Made or only updated: it is told, and everything else gets what it needs."""
    guard = Guard()
    server = start_small(tmp_path / "nats", guard, max_file_store=22 << 30)
    nc = await connect(NatsSettings(url=server.url), name="test", patience_s=60)
    js = nc.jetstream(timeout=30)
    for _ in range(2):
        said = await topology.apply(js, room=room_for(PER_DAY))
        short = [line for line in said if " GiB and not " in line]
        assert [line.split(" GiB and not ")[0] for line in short] == ["bucket exports: 1"]
        assert (await js.stream_info("EXPORTS")).config.max_bytes == room_for(PER_DAY)["EXPORTS"]
        assert (await js.stream_info("KV_exports")).config.max_bytes == 1 << 30
    await nc.close()
    server.child.kill()
    guard.close()


async def test_room_is_enough_for_as_many_as_it_was_made_for(js: JetStreamContext) -> None:
    """By the sizes that we know; by those that are there, once there are enough."""
    await topology.apply(js, room=room_for(PER_DAY))
    infos = {name: await js.stream_info(name) for name in FOOTPRINTS}
    enough = {name: exports_per_day(info) or 0 for name, info in infos.items()}
    assert min(enough.values()) >= PER_DAY
    info, known = infos["KV_exports"], FOOTPRINTS["KV_exports"].size_bytes
    info.state = api.StreamState(
        messages=2_000, bytes=2_000 * 2 * known, first_seq=1, last_seq=2_000, consumer_count=0
    )
    assert exports_per_day(info) in {enough["KV_exports"] // 2, enough["KV_exports"] // 2 + 1}
    assert exports_per_day(await js.stream_info("AUDIT")) is None
