from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.errors import ConfigurationError, TooLargeError
from shared.jetstream.key_value import KeyValueStore

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

MANY = 100_010  # a little more than the server tells at once
AT_ONCE = 2_000


async def test_all_keys_are_listed_however_many_there_are(nc: Client) -> None:
    """What a list leaves out, the sweeper would take for unused."""
    js = nc.jetstream()
    for start in range(0, MANY, AT_ONCE):
        for number in range(start, min(start + AT_ONCE, MANY)):
            await nc.publish(f"$KV.exports.p.{number:06d}", b"1")
        await nc.flush(30)
    while True:
        if (await js.stream_info("KV_exports")).state.messages == MANY:
            break
        await asyncio.sleep(0.05)
    records = await KeyValueStore.bind(js, "exports", int)
    assert await records.keys("p.*") == [f"p.{number:06d}" for number in range(MANY)]


async def test_a_deleted_key_leaves_no_trace_for_ever(js: JetStreamContext) -> None:
    """Those who watch are told, and lists do not grow with all that ever was."""
    records = await KeyValueStore.bind(js, "artifacts", int)
    await records.create("p.a", 1)
    await records.delete("p.a", marker_s=1.0)
    assert await records.keys() == ["p.a"]
    assert await records.get("p.a") is None
    while True:
        if not await records.keys():
            break
        await asyncio.sleep(0.1)
    await records.create("p.a", 2)


async def test_a_value_beyond_a_message_is_no_outage(js: JetStreamContext) -> None:
    """Trying again would not help, so nobody is told to."""
    records = await KeyValueStore.bind(js, "projects", str)
    with pytest.raises(TooLargeError, match="1048578 bytes"):
        await records.create("record.p", "x" * (1 << 20))


async def test_a_bucket_that_was_never_made_is_named(js: JetStreamContext) -> None:
    """With what makes it."""
    with pytest.raises(ConfigurationError, match=r"no bucket 'nope': run `aethel-export streams"):
        await KeyValueStore.bind(js, "nope", int)
