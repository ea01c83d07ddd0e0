"""A load that does everything once, for tests: to its end, however long that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.story import cast_of
from tests.load.visitors import Visitors

if TYPE_CHECKING:
    from tests.chaos.run import Load


async def do_everything(here: Load) -> None:
    """Exports of every kind, one of which kills its workers, and everybody who looks at them."""
    stories = cast_of(here.random, 24, lost=2)
    await here.users.live(stories, at_once=12, pause_s=0.1)
    await Visitors(here, stories).all()
