"""Exports projects into a static site, and drives the games in a browser."""

from __future__ import annotations

import base64
import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.async_api import BrowserContext

from tests import projects
from tests.browser.conftest import Troubles, until
from tests.browser.engine.levels import SIZE
from tests.browser.pictures import picture
from tests.projects import build, request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from shared.domain.options import Configuration
    from tests.browser.pictures import Picture


@dataclass(frozen=True)
class Site:
    """A folder that a static server serves."""

    folder: Path
    url: str
    by_hand: dict[str, Picture] = field(default_factory=dict)  # what each reference shows

    def export(
        self, project: Mapping[str, bytes], configuration: Configuration = "release", **options: Any
    ) -> str:
        """The URL of the exported game; the same project is exported once."""
        player = projects.TEMPLATES.get("player").version
        asked = repr((sorted(project.items()), configuration, options, player))
        name = hashlib.sha256(asked.encode()).hexdigest()[:12]
        folder = self.folder / "games" / name
        if not folder.exists():
            for path, content in build(
                project, request("web", configuration, **options)
            ).files.items():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        return f"{self.url}games/{name}/"

    def files(self, url: str) -> list[Path]:
        """What an exported game consists of."""
        return [
            path for path in (self.folder / url.removeprefix(self.url)).rglob("*") if path.is_file()
        ]


class Game:
    """A game in a page, whose clock the test holds."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles = Troubles(page)

    async def begin(self) -> None:
        """The scene from its beginning: every script has started, no time has passed."""
        await self.page.evaluate("AethelPlayer.takeClock()")
        await self.page.evaluate("globalThis.seen = []")
        await self.steps(1, dt=0)

    async def load(self, scene: str) -> None:
        """Another scene, from its beginning."""
        await self.page.evaluate("(name) => AethelPlayer.loadScene(name)", scene)
        await self.steps(1, dt=0)

    async def steps(self, count: int, dt: float = 1 / 60) -> None:
        """Let time pass."""
        await self.page.evaluate(
            "([count, dt]) => { for (let n = 0; n < count; n++) AethelPlayer.step(dt); }",
            [count, dt],
        )

    async def draw(self) -> Picture:
        """The picture as it is now, without what the page lays over it."""
        url = await self.page.evaluate("AethelPlayer.draw(), AethelPlayer.canvas.toDataURL()")
        return picture(base64.b64decode(url.partition(",")[2]))

    async def seen(self, expression: str) -> Any:
        """What the page's scripts have put on ``globalThis.seen``."""
        return await self.page.evaluate(f"globalThis.seen{expression}")


@asynccontextmanager
async def playing(
    browser: Browser | BrowserContext, url: str, *, clean: bool = True, **context: Any
) -> AsyncIterator[Game]:
    """Open a game up to its first frame; ``clean``: the console must stay empty."""
    new: Any = browser.new_page  # a context has its own size
    page = await (
        new() if isinstance(browser, BrowserContext) else new(**({"viewport": SIZE} | context))
    )
    game = Game(page)
    try:
        await page.goto(url)
        await until(page, "window.AethelPlayer")
        await game.begin()
        yield game
        if clean:
            assert game.troubles.seen == [], game.troubles.seen
    finally:
        await page.close()


async def by_hand(browser: Browser, site: Site, scene: str) -> Picture:
    """The same scene, written with three.js alone; ``scene`` is a name in ``references/``.

    It is drawn once.
    """
    if scene in site.by_hand:
        return site.by_hand[scene]
    page = await browser.new_page(viewport=SIZE)
    troubles = Troubles(page)
    await page.goto(f"{site.url}references/page.html?scene={scene}")
    await page.wait_for_function("window.drawn")
    assert troubles.seen == [], troubles.seen
    shown = picture(await page.screenshot())
    await page.close()
    site.by_hand[scene] = shown
    return shown
