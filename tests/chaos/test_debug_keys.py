"""A project's debug key is made once, whoever dies while making it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.jetstream import api_subjects as api
from shared.jetstream.topology import DEBUG_KEYS_BUCKET
from tests.chaos.run import load
from tests.chaos.stories import PROJECTS
from tests.chaos.story import Story

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from nats.aio.msg import Msg

    from tests.chaos.run import Load

LOOKED_UP: Final = api.message_get(DEBUG_KEYS_BUCKET.stream)  # whether there is a key
STORED: Final = DEBUG_KEYS_BUCKET.subjects
# At which sights of a key's making all packagers die, for each project.
MOMENTS: Final = ((LOOKED_UP, STORED), (STORED, LOOKED_UP))


class KeyKiller:
    """Kills all packagers as soon as NATS has what one of them asks for or stores."""

    def __init__(self, here: Load) -> None:
        self._here = here
        self._due: list[str] = []
        self.kills = 0

    async def watch(self) -> None:
        """See what they say about debug keys."""
        for subject in (LOOKED_UP, STORED):
            await self._here.nc.subscribe(subject, cb=self._see(subject))

    def arm(self, moments: tuple[str, ...]) -> None:
        """Wait for these, one after the other."""
        self._due = list(moments)

    def _see(self, subject: str) -> Callable[[Msg], Awaitable[None]]:
        async def see(_: Msg) -> None:
            if self._due[:1] == [subject]:
                del self._due[0]
                self.kills += 1
                for name in ("packager-1", "packager-2"):
                    self._here.world.kill(name)

        return see


async def test_a_project_has_one_key_whoever_is_killed(tmp_path: Path) -> None:
    """Exports that run meanwhile, and all later ones, are signed by it; none is lost.

    ``make chaos`` kills at random instants.
    """
    async with load(tmp_path, seed=12) as here:
        killer = KeyKiller(here)
        await killer.watch()
        stories: list[Story] = []
        for project, moments in enumerate(MOMENTS):
            killer.arm(moments)
            told = [Story("phone", project + PROJECTS * number) for number in range(3)]
            await here.users.live(told, at_once=3, pause_s=0.05)
            stories += told
        later = [Story("phone", number) for number in range(3 * PROJECTS, 4 * PROJECTS)]
        await here.users.live(later, at_once=4)
        assert killer.kills == sum(map(len, MOMENTS))
        assert await here.books([*stories, *later]) == []
