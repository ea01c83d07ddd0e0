"""The sample's first frame, beside that of a page which shows the same scene with three.js alone.

Both from an empty cache, in the same browser, turn by turn; the page has no physics, no scripts, no
sound and no loading screen. That both show the same is a test (``test_first_frame.py``).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.async_api import async_playwright

from tests.bench.measurement import Measurement
from tests.browser.conftest import ARGUMENTS, ENVIRONMENT, served
from tests.browser.engine.conftest import THREE
from tests.browser.engine.emberlight import ROOT, files
from tests.browser.engine.game import Site
from tests.engine import component, entity, level, project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Browser

ROUNDS: Final = 11
PLAYER: Final = """
async () => {
  while (!window.AethelPlayer) await new Promise((resolve) => setTimeout(resolve, 2));
  await AethelPlayer.ready();
  AethelPlayer.canvas.getContext("webgl2").finish();
  return performance.now();
}
"""
BY_HAND: Final = """
async () => {
  while (!window.firstFrame) await new Promise((resolve) => setTimeout(resolve, 2));
  return window.firstFrame;
}
"""


def measure(_cache: Path) -> Iterator[Measurement]:
    """Milliseconds from the navigation to the finished first frame, and their ratio."""
    times, rapier = asyncio.run(_measure())
    player, by_hand = (statistics.median(side) for side in zip(*times, strict=True))
    ratio = statistics.median(one / other for one, other in times)  # neighbours share the load
    yield Measurement(name="first_frame.player", value=player, unit="ms")
    yield Measurement(name="first_frame.by_hand", value=by_hand, unit="ms")
    yield Measurement(name="first_frame.over_by_hand", value=ratio, unit="×", target=1.2)
    yield Measurement(name="player.rapier_unasked", value=rapier, unit="", target=0)


async def _measure() -> tuple[list[tuple[float, float]], int]:
    """Pairs of times, the player's first; requests for physics of a game that has none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "three").symlink_to(THREE)
        (folder / "game").symlink_to(ROOT)
        (folder / "pages").symlink_to(Path(__file__).parent / "pages")
        with served(folder) as url:
            site = Site(folder, url)
            game, still = site.export(files()), site.export(_still())
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=program,
                    args=list(ARGUMENTS),
                    env={**os.environ, **ENVIRONMENT},
                )
                times: list[tuple[float, float]] = []
                for _ in range(ROUNDS + 1):
                    player = await _first_frame(browser, game, PLAYER)
                    times.append(
                        (player, await _first_frame(browser, f"{url}pages/shore.html", BY_HAND))
                    )
                rapier = await _requests_for_physics(browser, still)
                await browser.close()
    return times[1:], rapier  # the first pair warms the browser


def _still() -> dict[str, bytes]:
    """A game that shows a box, which does not fall."""
    box = entity("box", component("MeshRenderer", meshId="primitive:box"))
    return project(**{"scenes/main.json": level(box)})


async def _requests_for_physics(browser: Browser, url: str) -> int:
    page = await browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(url)
    await page.evaluate(PLAYER)
    await page.close()
    return sum("rapier" in name or "/world-" in name for name in asked)


async def _first_frame(browser: Browser, url: str, when: str) -> float:
    context = await browser.new_context(viewport={"width": 640, "height": 360})
    page = await context.new_page()
    await page.goto(url, wait_until="commit")
    milliseconds = float(await page.evaluate(when))
    await context.close()
    return milliseconds
