from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.errors import ConfigurationError, TooLargeError
from shared.jetstream.key_value import NOTHING, ConflictingWriteError, KeyValueStore, Record

if TYPE_CHECKING:
    from collections.abc import Callable

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


async def test_a_deleted_key_is_made_again_over_its_trace(js: JetStreamContext) -> None:
    """Once: of two who make a key that is there the second is told."""
    records = await KeyValueStore.bind(js, "artifacts", int)
    await records.create("p.a", 1)
    await records.delete("p.a")
    revision = await records.create("p.a", 2)
    with pytest.raises(ConflictingWriteError):
        await records.create("p.a", 3)
    found = await records.get("p.a")
    assert found == Record(2, revision)


async def test_a_value_beyond_a_message_is_no_outage(js: JetStreamContext) -> None:
    """Trying again would not help, so nobody is told to."""
    records = await KeyValueStore.bind(js, "projects", str)
    with pytest.raises(TooLargeError, match="1048578 bytes"):
        await records.create("record.p", "x" * (1 << 20))


async def test_a_bucket_that_was_never_made_is_named(js: JetStreamContext) -> None:
    """With what makes it."""
    with pytest.raises(ConfigurationError, match=r"no bucket 'nope': run `aethel-export streams"):
        await KeyValueStore.bind(js, "nope", int)


def one_more(limit: int | None = None) -> Callable[[int | None], int]:
    """Counts, up to a limit."""

    def decide(count: int | None) -> int:
        if limit is not None and (count or 0) >= limit:
            raise OverflowError
        return (count or 0) + 1

    return decide


async def test_what_many_change_at_once_is_written_together(js: JetStreamContext) -> None:
    """However many wait for their turn: a few writes, and each change is made once."""
    records = await KeyValueStore.bind(js, "projects", int)
    found = await asyncio.gather(*(records.change("record.p", one_more()) for _ in range(250)))
    assert sorted(count or 0 for count in found) == list(range(1, 251))
    assert (await js.stream_info("KV_projects")).state.last_seq <= 4


@pytest.mark.parametrize("guess_s", [0, 60])
async def test_two_processes_change_one_key(js: JetStreamContext, guess_s: float) -> None:
    """None of their changes is lost, and of those that are refused none is made."""
    stores = [await KeyValueStore.bind(js, "projects", int, guess_s=guess_s) for _ in range(2)]
    changes = [store.change("record.p", one_more(60)) for store in stores for _ in range(50)]
    found = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(isinstance(one, OverflowError) for one in found) == 40
    assert sorted(one for one in found if isinstance(one, int)) == list(range(1, 61))


async def test_a_wrong_guess_is_found_out(nc: Client, js: JetStreamContext) -> None:
    """Before anything is written or refused by it; a right one saves the reading."""
    ours = await KeyValueStore.bind(js, "projects", int, guess_s=60)
    theirs = await KeyValueStore.bind(js, "projects", int)
    assert [await ours.change("record.p", one_more()) for _ in range(2)] == [1, 2]
    asked = nc.stats["out_msgs"]
    assert await ours.change("record.p", one_more()) == 3
    assert nc.stats["out_msgs"] == asked + 1
    assert await theirs.change("record.p", one_more()) == 4
    assert await ours.change("record.p", one_more()) == 5
    await theirs.change("record.p", lambda _: 1)
    assert await ours.change("record.p", one_more(5)) == 2
    await theirs.delete("record.p")
    assert await ours.change("record.p", one_more()) == 1


async def test_a_change_whose_caller_is_gone_before_its_turn_is_not_made(
    js: JetStreamContext,
) -> None:
    """The others are, though it was the first that came."""
    records = await KeyValueStore.bind(js, "projects", int)
    waiting = [asyncio.create_task(records.change("record.p", one_more())) for _ in range(9)]
    await asyncio.sleep(0)
    for task in waiting[::2]:
        task.cancel()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [one for one in found if isinstance(one, int)] == [1, 2, 3, 4]


async def test_a_change_that_makes_too_much_fails_alone(js: JetStreamContext) -> None:
    """What was to be written with it is written."""
    records = await KeyValueStore.bind(js, "projects", str)

    def ending_with(more: str) -> Callable[[str | None], str]:
        return lambda text: (text or "") + more

    ends = ["a", "x" * (1 << 20), "b"]
    changes = [records.change("record.p", ending_with(end)) for end in ends]
    found = await asyncio.gather(*changes, return_exceptions=True)
    assert [type(one) for one in found] == [str, TooLargeError, str]
    assert found[-1] == "ab"


async def test_a_guess_spares_a_read_and_is_never_believed(nc: Client) -> None:
    """A right one costs one request; a wrong one is found out by the write, and nothing is lost."""
    records = await KeyValueStore.bind(nc.jetstream(), "projects", int)
    answers = nc.stats["in_msgs"]
    first = await records.change_from(NOTHING, "record.p", one_more())
    assert first is not None
    second = await records.change_from(first, "record.p", one_more())
    assert nc.stats["in_msgs"] - answers == 2
    assert (first.value, second and second.value) == (1, 2)
    for wrong in (NOTHING, first):
        before = await records.get("record.p")
        found = await records.change_from(wrong, "record.p", one_more())
        assert found == await records.get("record.p")
        assert before is not None
        assert found is not None
        assert found.value == before.value + 1
