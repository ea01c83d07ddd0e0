from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from shared.worker.isolation import Isolation


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.booleans()), max_size=12))
def test_nobody_is_beside_one_who_is_alone(visitors: list[tuple[bool, int, bool]]) -> None:
    """Whoever comes when, stays how long and gives up while waiting: all get their turn."""

    async def run() -> None:
        isolation = Isolation()
        inside: list[bool] = []

        async def visit(*, alone: bool, turns: int) -> None:
            async with isolation.enter(alone=alone):
                inside.append(alone)
                for _ in range(turns):
                    assert not any(inside) or len(inside) == 1
                    await asyncio.sleep(0)
                inside.remove(alone)

        tasks = []
        for alone, turns, gives_up in visitors:
            task = asyncio.create_task(visit(alone=alone, turns=turns))
            await asyncio.sleep(0)
            if gives_up and not inside:
                task.cancel()
            tasks.append(task)
        async with asyncio.timeout(300):
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                assert outcome is None or isinstance(outcome, asyncio.CancelledError)

    asyncio.run(run())


async def test_who_waits_to_be_alone_goes_first() -> None:
    """Newcomers do not starve a suspect."""
    isolation = Isolation()
    order = []

    async def visit(name: str, *, alone: bool) -> None:
        async with isolation.enter(alone=alone):
            order.append(name)
            await asyncio.sleep(0)

    async with isolation.enter(alone=False):
        suspect = asyncio.create_task(visit("suspect", alone=True))
        await asyncio.sleep(0)
        newcomer = asyncio.create_task(visit("newcomer", alone=False))
        await asyncio.sleep(0)
        assert order == []
    await asyncio.gather(suspect, newcomer)
    assert order == ["suspect", "newcomer"]
