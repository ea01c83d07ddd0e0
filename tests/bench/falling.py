"""Three hundred boxes fall: a step of the player beside one that is written by hand.

Through the air, where the player's own part shows most, and onto each other. Both in the same
browser, turn by turn, without drawing: what is compared is what the player adds to its libraries.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.async_api import async_playwright

from tests.bench.measurement import Measurement
from tests.browser.conftest import ARGUMENTS, ENVIRONMENT, served
from tests.browser.engine.conftest import THREE
from tests.browser.engine.game import Site
from tests.browser.engine.levels import level, part, project, thing
from tests.browser.engine.scenes import EYE, mesh
from tests.projects import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Browser, Page

ROUNDS: Final = 9
BODIES: Final = 300
STEPS: Final = 120
HEIGHTS_M: Final = {"in_the_air": 60, "on_a_heap": 3}
STEP_S: Final = 1 / 60
PAGES: Final = Path(__file__).parent / "pages"
BY_HAND: Final = """
async () => { while (!window.ready) await new Promise((resolve) => setTimeout(resolve, 10)); }
"""
PLAYER: Final = """
async () => {
  while (!window.AethelPlayer) await new Promise((resolve) => setTimeout(resolve, 10));
  await AethelPlayer.ready();
}
"""
BEGIN_PLAYER: Final = "AethelPlayer.takeClock()"
STEP_PLAYER: Final = f"AethelPlayer.step({STEP_S})"
TIMED: Final = """
(() => {{
  const before = performance.now();
  for (let taken = 0; taken < {steps}; taken++) {step};
  return performance.now() - before;
}})()
"""


def measure(_cache: Path) -> Iterator[Measurement]:
    """Milliseconds of a step, and their ratio."""
    for name, times in asyncio.run(_measure()).items():
        player, by_hand = (statistics.median(side) / STEPS for side in zip(*times, strict=True))
        ratio = statistics.median(one / other for one, other in times)  # neighbours share the load
        yield Measurement(name=f"falling.{name}", value=player, unit="ms")
        yield Measurement(name=f"falling.{name}_by_hand", value=by_hand, unit="ms")
        yield Measurement(name=f"falling.{name}_ratio", value=ratio, unit="×", target=1.5)


async def _measure() -> dict[str, list[tuple[float, float]]]:
    """Pairs of milliseconds for all steps, the player's first, by where the boxes are."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "pages").symlink_to(PAGES)
        _bundle(folder / "bundled")
        with served(folder) as url:
            site = Site(folder, url)
            games = {name: site.export(project(_boxes(at))) for name, at in HEIGHTS_M.items()}
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=program,
                    args=list(ARGUMENTS),
                    env={**os.environ, **ENVIRONMENT},
                )
                times = {
                    name: (await _turn_by_turn(browser, url, game))[1:]  # the first warms both
                    for name, game in games.items()
                }
                await browser.close()
    return times


async def _turn_by_turn(browser: Browser, url: str, game: str) -> list[tuple[float, float]]:
    player, by_hand = await browser.new_page(), await browser.new_page()
    await player.goto(game)
    await player.evaluate(PLAYER)
    await by_hand.goto(f"{url}pages/falling.html?level={game}scenes/main.json")
    await by_hand.evaluate(BY_HAND)
    return [
        (
            await _time(player, BEGIN_PLAYER, STEP_PLAYER),
            await _time(by_hand, "begin()", "step()"),
        )
        for _ in range(ROUNDS + 1)
    ]


async def _time(page: Page, begin: str, step: str) -> float:
    await page.evaluate(begin)
    return float(await page.evaluate(TIMED.format(steps=STEPS, step=step)))


def _boxes(height: float) -> dict[str, Any]:
    box = (mesh("box"), part("Collider", size=[1, 1, 1]), part("RigidBody"))
    boxes = [
        thing(f"box-{n}", *box, at=(row * 1.3 - 6, height + layer * 1.5, column * 1.3 - 6))
        for n in range(BODIES)
        for layer, column, row in [(n // 100, n // 10 % 10, n % 10)]
    ]
    ground = thing("ground", part("Collider", size=[40, 1, 40]), at=(0, -0.5, 0))
    return level(EYE, ground, *boxes, settings={"physics": {"fixedTimestep": STEP_S}})


def _bundle(folder: Path) -> None:
    """The page by hand with its libraries in one file, as somebody would ship it."""
    command = [str(TEMPLATES.get("player").folder / "bin/esbuild"), str(PAGES / "falling.js")]
    command += ["--bundle", "--format=esm", "--minify", "--loader:.wasm=file"]
    command += [f"--outdir={folder}", "--log-level=error"]
    subprocess.run(command, check=True, env={**os.environ, "NODE_PATH": str(THREE.parent)})
