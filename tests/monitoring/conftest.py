"""A stack, a load, and a Prometheus that has seen it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest_asyncio

from monitoring.pace import Pace
from monitoring.rules import plain
from tests.load.everything import do_everything
from tests.load.seen import seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.own_prometheus import OwnPrometheus

PACE: Final = Pace(5)  # a scrape every three seconds: a busy machine answers in time


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def witness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OwnPrometheus]:
    """A Prometheus that has seen a load that does everything; the stack is still there."""
    folder = tmp_path_factory.mktemp("witness")
    rules = folder / "rules.yaml"
    rules.write_text(plain(PACE))
    async with seen(folder, rules=[rules], every=PACE.window(15)) as (here, prometheus):
        await do_everything(here)
        yield prometheus
