"""Budgets by progress: however slow the machine, a run goes on as long as something moves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.chaos.story import described

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from tests.chaos.story import Story

LOOK_S = 5.0
LOOKS = 60  # looks rather than seconds: while the whole machine stands still, nobody looks


async def while_moving(work: Coroutine[Any, Any, None], stories: Sequence[Story]) -> None:
    """Do the work to its end, and give it up once no story has moved for many looks.

    Raises:
        AssertionError: Nothing moved; with every story that has not ended.
    """
    task = asyncio.ensure_future(work)
    seen, still = _seen(stories), 0
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_S))[0]:
            now = _seen(stories)
            still = 0 if now != seen else still + 1
            seen = now
            if still == LOOKS:
                open_ones = "\n".join(described(story) for story in stories if not story.final)
                raise AssertionError(f"nothing moves any more:\n{open_ones}")
        task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def steps(stories: Sequence[Story]) -> int:
    """How far all stories have come: what began, changed its status and ended, each once."""
    return sum(
        bool(story.id)
        + len({(state["generation"], state["status"]) for state in story.states})
        + bool(story.final)
        for story in stories
    )


def _seen(stories: Sequence[Story]) -> list[Any]:
    """What changes while exports go on, even where the same attempt is made again and again."""
    fields = ("generation", "status", "progress", "attempts", "retryAt", "cancelReceipt")
    return [
        (
            {tuple(str(state[field]) for field in fields) for state in story.states},
            max(story.lines, default=None),
            (story.id, story.cancel, bool(story.final)),
        )
        for story in stories
    ]
