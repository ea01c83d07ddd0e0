"""What goes on may take longer than what stands still; time in these tests is made up."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.film.studio.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Coroutine


class Skipping(selectors.SelectSelector):
    """Waits for nothing: its time goes on by as much as one would wait."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now += timeout or 0
        return super().select(0)


def lasted(work: Coroutine[Any, Any, None]) -> float:
    """How long it takes, made-up seconds."""
    selector = Skipping()

    def new_loop() -> asyncio.SelectorEventLoop:
        loop = asyncio.SelectorEventLoop(selector)
        loop.time = lambda: selector.now  # type: ignore[method-assign]
        return loop

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(work)
    return selector.now


async def waits(patience: Patience, *signs_s: float, ends_s: float) -> None:
    """A wait with signs of life at these times, for what comes at its end."""
    loop = asyncio.get_running_loop()
    for sign_s in signs_s:
        loop.call_at(sign_s, patience.seen)
    async with patience.of(10):
        await asyncio.sleep(ends_s)


def test_each_sign_of_life_begins_the_wait_anew() -> None:
    """However many there are."""
    assert lasted(waits(Patience(), *range(5, 100, 5), ends_s=100)) == pytest.approx(100)


def test_what_stands_still_ends() -> None:
    """So many seconds after it was last heard of."""

    async def work() -> None:
        with pytest.raises(TimeoutError):
            await waits(Patience(), 7, 9, ends_s=100)

    assert lasted(work()) == pytest.approx(19)


def test_the_first_sign_may_have_to_come_sooner() -> None:
    """Those after it have the usual time."""
    patience = Patience()

    async def work(sign_s: float) -> None:
        asyncio.get_running_loop().call_later(sign_s, patience.seen)
        async with patience.of(10, first_s=3):
            await asyncio.sleep(11)

    with pytest.raises(TimeoutError):
        lasted(work(4))
    assert lasted(work(2)) == pytest.approx(11)
    assert patience.heard
