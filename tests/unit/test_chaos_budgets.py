"""Chaos gives time by progress: its patience and its kills do not depend on the machine's speed."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.chaos.killer import STEPS, Killer
from tests.chaos.progress import LOOKS, steps, while_moving
from tests.chaos.story import Story

if TYPE_CHECKING:
    from tests.chaos.world import World


def state(progress: float, status: str = "building") -> dict[str, Any]:
    """What the WebSocket sends of an export."""
    fixed = {"generation": 1, "attempts": 1, "retryAt": None, "cancelReceipt": None}
    return {"status": status, "progress": progress, **fixed}


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often."""
    monkeypatch.setattr("tests.chaos.progress.LOOK_S", 0.001)


async def test_what_moves_may_take_as_long_as_it_likes() -> None:
    """Several times the looks that a standstill gets."""
    story = Story("valid", 1)

    async def slow() -> None:
        for percent in range(5 * LOOKS):
            story.state(state(percent))
            await asyncio.sleep(0.001)

    await while_moving(slow(), [story])
    assert len(story.states) == 5 * LOOKS


async def test_a_standstill_ends_and_names_what_has_not_ended() -> None:
    """The same state again is no movement; the work is cancelled."""
    story, ended = Story("valid", 1, id="e1"), Story("valid", 2, id="e2", final={"status": "x"})

    async def stuck() -> None:
        while True:
            story.state(state(50))
            await asyncio.sleep(0.001)

    with pytest.raises(AssertionError, match="nothing moves") as caught:
        await while_moving(stuck(), [story, ended])
    assert "e1" in str(caught.value)
    assert "e2" not in str(caught.value)


async def test_what_fails_is_raised() -> None:
    """As it is."""

    async def fails() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await while_moving(fails(), [])


def test_a_status_seen_again_is_no_step() -> None:
    """An attempt that is made again and again brings nobody further."""
    story = Story("valid", 1, id="e1")
    for progress in (10, 20):
        story.state(state(progress))
    assert steps([story]) == 2
    story.state(state(100, "completed"))
    story.final = {"status": "completed"}
    assert steps([story]) == 4


class Targets:
    """Counts kills, where a world would be hit."""

    def __init__(self) -> None:
        self.hit = asyncio.Event()

    def kill(self, _: str) -> None:
        self.hit.set()


async def test_nobody_is_killed_before_the_users_got_on() -> None:
    """However long that takes."""
    targets, done = Targets(), 0
    killer = Killer(
        cast("World", targets), Random(1), steps=lambda: done, s3_kills=0, every_s=0.001
    )
    killing = asyncio.create_task(killer.run())
    for _ in range(3):
        await asyncio.sleep(0.1)
        assert not targets.hit.is_set()
        done += STEPS
        await targets.hit.wait()
        targets.hit.clear()
    killing.cancel()
    assert len(killer.killed) == 3
