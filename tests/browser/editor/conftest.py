from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Troubles, served, until
from tests.browser.engine.game import Game, Site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractAsyncContextManager

    from playwright.async_api import Browser, ViewportSize

    from shared.domain.options import Configuration

PROJECTS = Path(__file__).parent / "projects"
SIZE: ViewportSize = {"width": 640, "height": 360}


def files_of(name: str) -> dict[str, bytes]:
    """The files of one of the projects."""
    folder = PROJECTS / name
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


class EditorGame(Game):
    """A game of one of the engine's editors, whose clock the test holds."""

    async def position(self, name: str) -> list[float]:
        """Where an entity is, in world space."""
        found: list[float] = await self.page.evaluate(
            "name => AethelPlayer.game.scene.find(name).worldPosition().toArray()", name
        )
        return found

    async def projected(self, name: str) -> list[float]:
        """Where an entity is in the picture, from -1 to 1."""
        found: list[float] = await self.page.evaluate(
            """name => {
              AethelPlayer.draw();
              const { game } = AethelPlayer;
              const at = game.scene.find(name).worldPosition().project(game.camera.threeCamera);
              return [at.x, at.y];
            }""",
            name,
        )
        return found

    async def pixel(self, x: float, y: float) -> list[int]:
        """The colour in the picture, where each side goes from -1 to 1."""
        shown = await self.draw()
        height, width, _ = shown.shape
        row, column = int((1 - y) / 2 * (height - 1)), int((x + 1) / 2 * (width - 1))
        return [int(channel) for channel in shown[row, column]]

    async def seconds(self, duration: float) -> None:
        """Let so much time pass, in sixtieths."""
        await self.steps(round(duration * 60))

    @property
    def log(self) -> list[str]:
        """What the game has written to the console."""
        return self._log

    def listen(self) -> None:
        """Note from now on what the game writes."""
        self._log: list[str] = []
        self.page.on("console", lambda message: self._log.append(message.text))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A static host of every export."""
    folder = tmp_path_factory.mktemp("site")
    with served(folder) as url:
        yield Site(folder, url)


@pytest.fixture
def play(browser: Browser, site: Site) -> Callable[..., AbstractAsyncContextManager[EditorGame]]:
    """Export one of the projects and open it, up to its first frame."""

    @asynccontextmanager
    async def start(
        project: str | dict[str, bytes],
        configuration: Configuration = "release",
        *,
        clean: bool = True,
        **options: Any,
    ) -> AsyncIterator[EditorGame]:
        files = files_of(project) if isinstance(project, str) else project
        page = await browser.new_page(viewport=SIZE)
        game = EditorGame(page)
        game.listen()
        game.troubles = Troubles(page)
        try:
            await page.goto(site.export(files, configuration, **options))
            await until(page, "window.AethelPlayer")
            await game.begin()
            yield game
            if clean:
                assert game.troubles.seen == [], game.troubles.seen
        finally:
            await page.close()

    return start
