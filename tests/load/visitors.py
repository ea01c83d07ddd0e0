"""What people do beside exporting: they look, download, play, watch, and ask for too much."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import aiohttp

from cli import api_client as api
from cli.exit_codes import CommandError
from tests.chaos.stories import PROJECTS, patiently

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.chaos.run import Load
    from tests.chaos.story import Story

PAUSE_S: Final = 1.0
AWAY: Final = (CommandError, aiohttp.ClientError, TimeoutError, OSError)
FILES: Final = ("", "level1.json", "level2.json", "nothing.json")


class Visitors:
    """Each looks at exports that have ended; what is refused or away is passed over."""

    def __init__(self, here: Load, stories: list[Story]) -> None:
        self._here = here
        self._stories = stories
        self._random = here.random

    async def come(self) -> None:
        """One after the other, until cancelled."""
        while True:
            with suppress(*AWAY):
                async with asyncio.timeout(30):
                    await self._random.choice(self.kinds)()
            await asyncio.sleep(self._random.uniform(0, 2) * PAUSE_S)

    async def all(self) -> None:
        """Each once, whatever is away meanwhile."""
        for visit in self.kinds:
            await patiently(visit)

    @property
    def kinds(self) -> list[Callable[[], Awaitable[None]]]:
        """Everybody there is."""
        return [
            self._reader,
            self._operator,
            self._downloader,
            self._player,
            self._onlooker,
            self._stranger,
            self._poor_user,
        ]

    async def _reader(self) -> None:
        project = f"good{self._random.randrange(PROJECTS)}"
        for path in (f"projects/{project}/export", "quota", "exports/metrics", "platforms"):
            await self._here.client.get(f"/api/{path}")

    async def _operator(self) -> None:
        for path in ("infrastructure/status", "workers", "dead-letters"):
            await self._here.operator.get(f"/api/admin/{path}")

    async def _downloader(self) -> None:
        if story := self._finished():
            async with self._here.client.open(
                f"{self._here.client.url}{story.path}/download"
            ) as answer:
                await answer.read()

    async def _player(self) -> None:
        """Plays by the link; one file is not there."""
        story = self._finished("web")
        if story is None:
            return
        link = urlsplit((await self._here.client.act(f"{story.path}/play"))["url"])
        async with aiohttp.ClientSession() as session:
            for name in FILES:
                url = f"http://127.0.0.1:{link.port}{link.path}{name}"
                async with session.get(url, headers={"Host": link.netloc}) as answer:
                    await answer.read()

    async def _onlooker(self) -> None:
        """Goes away in the middle, and comes back to where the log was."""
        if not (story := self._any()):
            return
        seen: dict[str, Any] = {}
        for _ in range(2):
            ticket = await self._here.client.send("POST", f"{story.path}/ticket")
            resumed = f"&epoch={seen['epoch']}&after_seq=1" if seen else ""
            connection = await self._here.client.websocket(ticket["websocketUrl"] + resumed)
            async with connection:
                seen = await connection.receive_json(timeout=20)

    async def _stranger(self) -> None:
        """Asks for what others own, and for what there is not."""
        if not (story := self._any()):
            return
        ticket = await self._here.client.send("POST", f"{story.path}/ticket")
        path = ticket["websocketUrl"].partition("?")[0]
        connection = await self._here.client.websocket(f"{path}?ticket=forged")
        async with connection:
            async for _ in connection:
                pass
        async with api.connect(self._here.world.gateway_url, self._here.world.token("eve")) as eve:
            for unknown in (story.path, "/api/projects/nothing"):
                with suppress(api.ApiError):
                    await eve.get(unknown)

    async def _poor_user(self) -> None:
        """Asks for more build minutes than the plan has."""
        token = self._here.world.token("poor", plan="starter_trial")
        async with api.connect(self._here.world.gateway_url, token) as poor:
            with suppress(api.ApiError):
                await poor.send("POST", "/api/projects", {"id": "poor", "name": "poor"})
            page = b"<!doctype html><title>x</title>x"
            path = "/api/projects/poor/files/index.html"
            await poor.upload("PUT", path, lambda: page, size_bytes=len(page))
            for _ in range(4):
                with suppress(api.ApiError):
                    await poor.request_export("poor", {"platform": "web"})

    def _any(self) -> Story | None:
        known = [story for story in self._stories if story.final]
        return self._random.choice(known) if known else None

    def _finished(self, platform: str = "") -> Story | None:
        found = [
            story
            for story in self._stories
            if story.final.get("status") == "completed"
            and platform in ("", story.final["platform"])
        ]
        return self._random.choice(found) if found else None
