from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Final

import pytest

from shared.jetstream import bucket_view, topology
from shared.jetstream.bucket_view import BucketView
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.topology import REPLAYS_BUCKET as BUCKET

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

MANY: Final = 300


def view_of(nc: Client) -> BucketView[bytes]:
    """A view that remembers values as they are."""
    return BucketView(nc, BUCKET, bytes)


@pytest.mark.parametrize("seed", range(4))
async def test_a_view_is_what_the_bucket_holds(
    nc: Client, js: JetStreamContext, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After any writes and deletions, however many there were since the last look."""
    monkeypatch.setattr(bucket_view, "AT_ONCE", 5)
    store, view = await KeyValueStore.bind(js, BUCKET.name, int), view_of(nc)
    chance, expected = random.Random(seed), dict[str, bytes]()
    for _ in range(6):
        for _ in range(chance.randint(0, 12)):
            key = f"k.{chance.randint(0, 9)}"
            if chance.random() < 0.3:
                expected.pop(key, None)
                await store.delete(key)
            else:
                value = chance.randint(0, 99)
                await store.change(key, lambda _, value=value: value)  # type: ignore[misc]
                expected[key] = b"%d" % value
        assert dict(await view.look()) == expected


async def test_a_look_reads_what_has_changed_alone(nc: Client, js: JetStreamContext) -> None:
    """Its cost does not grow with what is there."""
    store, view = await KeyValueStore.bind(js, BUCKET.name, int), view_of(nc)
    for number in range(MANY):
        await store.create(f"k{number}", number)
    assert len(await view.look()) == MANY
    await store.replace("k7", 8, revision=8)
    begun = nc.stats["out_msgs"]
    assert (await view.look())["k7"] == b"8"
    assert nc.stats["out_msgs"] - begun <= 4  # how the stream is, what changed, and nothing more


async def test_a_bucket_that_was_made_anew_is_read_anew(nc: Client, js: JetStreamContext) -> None:
    """Nothing of the lost one is remembered, and nothing of the new one is missed."""
    store, view = await KeyValueStore.bind(js, BUCKET.name, int), view_of(nc)
    await store.create("lost", 1)
    assert dict(await view.look()) == {"lost": b"1"}
    await js.delete_stream(BUCKET.stream)
    await topology.apply(js)
    await store.create("new", 2)
    assert dict(await view.look()) == {"new": b"2"}


async def test_whoever_was_away_reads_everything_anew(nc: Client, js: JetStreamContext) -> None:
    """A server that crashed may give sequences again that were read before."""
    store, view = await KeyValueStore.bind(js, BUCKET.name, int), view_of(nc)
    await store.create("k", 1)
    await view.look()
    nc.stats["reconnects"] += 1
    begun = nc.stats["out_msgs"]
    await view.look()
    anew = nc.stats["out_msgs"] - begun
    begun = nc.stats["out_msgs"]
    assert dict(await view.look()) == {"k": b"1"}
    assert nc.stats["out_msgs"] - begun < anew


async def test_what_was_deleted_while_nobody_looked_is_gone(
    nc: Client, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although its marker has gone before anybody could read it."""
    monkeypatch.setattr(bucket_view, "KEEPS_UP_S", 0.5)  # the marker here lives for a second
    store, view = await KeyValueStore.bind(js, BUCKET.name, int), view_of(nc)
    await store.create("stays", 1)
    await store.create("goes", 2)
    assert len(await view.look()) == 2
    await store.delete("goes", marker_s=1.0)
    while "goes" in await store.keys("goes"):  # noqa: ASYNC110 - NATS lets it expire
        await asyncio.sleep(0.1)
    assert dict(await view.look()) == {"stays": b"1"}
