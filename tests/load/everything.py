"""A load that does everything once, for tests: to its end, however long that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.chaos.story import Kind, Story
from tests.load.visitors import Visitors

if TYPE_CHECKING:
    from tests.chaos.run import Load

KINDS: Final[tuple[Kind, ...]] = (
    *("signed", "valid", "lost", "twin", "valid", "invalid", "cancel", "lost"),
    *("garbage", "valid", "cancel", "valid"),
)


async def do_everything(here: Load) -> None:
    """Exports of every kind but those that kill their workers, and everybody who looks at them."""
    stories = [Story(kind, number) for number, kind in enumerate(KINDS)]
    await here.users.live(stories, at_once=12, pause_s=0.1)
    await Visitors(here, stories).all()
