"""Lanterns, which is built, and Cairns, a project like the engine's templates, play in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.browser.conftest import Troubles, served, until
from tests.browser.engine.game import Game
from tests.browser.pictures import picture
from tests.projects import Built, build, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Browser, Page, ViewportSize

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAMPLES = Path(__file__).parents[2] / "samples"
WIDE: ViewportSize = {"width": 640, "height": 360}
TALL: ViewportSize = {"width": 360, "height": 640}
SIZES = pytest.mark.parametrize("size", [WIDE, TALL], ids=["wide", "tall"])
LEDGES = """[...Array(11).keys()].map((n) => {
  const at = AethelPlayer.game.scene.find(`Ledge ${n}`);
  const { x, y } = at.worldPosition();
  const { x: width, y: height } = at.object3D.scale;
  return { x, top: y + height / 2, width };
})"""
# Runs towards each ledge and leaps at the edge, one frame after the other; where that ends.
CLIMB = """ledges => {
  const { scene } = AethelPlayer.game;
  const climber = scene.find("Climber");
  const key = (type, code) => dispatchEvent(new KeyboardEvent(type, { code, key: code }));
  let held = new Set();
  const hold = (wanted) => {
    for (const code of held) if (!wanted.has(code)) key("keyup", code);
    for (const code of wanted) if (!held.has(code)) key("keydown", code);
    held = wanted;
  };
  for (const [from, to] of ledges.slice(1).map((ledge, n) => [ledges[n], ledge])) {
    for (let frame = 0; frame < 600; frame++) {
      const { x, y } = climber.worldPosition();
      const isThere = Math.abs(x - to.x) < 0.4;
      if (isThere && Math.abs(y - to.top - 0.5) < 0.1) break;
      const towards = Math.sign(to.x - x);
      const isAtEdge = (x - from.x) * towards > from.width / 2 - 0.5;
      const wanted = new Set(isThere ? [] : [towards > 0 ? "ArrowRight" : "ArrowLeft"]);
      if (isAtEdge || y > from.top + 0.6) wanted.add("Space");
      hold(wanted);
      AethelPlayer.step(1 / 60);
    }
  }
  hold(new Set());
  AethelPlayer.draw();
  return [climber.worldPosition().x, climber.worldPosition().y];
}"""


def exported(name: str) -> Built:
    """A sample as a web artifact; a warning would fail it."""
    folder = SAMPLES / name
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return build(files, request(strict=True))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web host of both, each in a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("lanterns", "cairns"):
        for path, data in exported(name).files.items():
            (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / path).write_bytes(data)
    with served(folder) as url:
        yield url


async def colors(page: Page) -> int:
    """How many different colours the page shows; an empty one has few."""
    shown = picture(await page.screenshot()).astype(np.uint32)
    return len(np.unique(shown @ np.array([65536, 256, 1], np.uint32)))


@SIZES
async def test_lanterns_are_lit_by_rowing(browser: Browser, site: str, size: ViewportSize) -> None:
    """By key, and by a finger that holds where the boat should go."""
    page = await browser.new_page(viewport=size)
    troubles = Troubles(page)
    await page.goto(f"{site}lanterns/")
    await page.click("#go")
    await page.keyboard.down("ArrowUp")
    await until(page, "document.querySelector('#lit').textContent === '1 / 6'")
    await page.keyboard.up("ArrowUp")
    x = float(await page.get_attribute("#lake", "data-x") or "nan")
    await page.mouse.move(20, size["height"] / 2)
    await page.mouse.down()
    await until(page, f"document.querySelector('#lake').dataset.x < {x - 60}")
    await page.mouse.up()
    assert await colors(page) > 2_000
    assert troubles.seen == []
    await page.close()


@SIZES
async def test_cairns_are_climbed(browser: Browser, site: str, size: ViewportSize) -> None:
    """By keys from ledge to ledge up to the last bell; the HUD follows."""
    page = await browser.new_page(viewport=size)
    troubles = Troubles(page)
    game = Game(page)
    await page.goto(f"{site}cairns/")
    await until(page, "window.AethelPlayer")
    await game.begin()
    await until(page, "document.querySelector('.words strong')?.textContent === 'Cairns'")
    start = await page.evaluate("AethelPlayer.game.scene.find('Climber').worldPosition().x")
    await page.keyboard.down("ArrowRight")
    await game.steps(30)
    await page.keyboard.up("ArrowRight")
    assert (
        await page.evaluate("AethelPlayer.game.scene.find('Climber').worldPosition().x")
        > start + 2.5
    )
    ledges = await page.evaluate(LEDGES)
    assert await page.evaluate(CLIMB, ledges) == pytest.approx([1.4, 13.1], abs=0.5)
    await until(page, "document.querySelector('.words strong')?.textContent === 'All bells rung'")
    assert await page.locator(".bell.rung").count() == 8
    assert await colors(page) > 2_000
    await page.click(".words button")
    await until(page, "document.querySelector('.words strong')?.textContent === 'Cairns'")
    assert await page.locator(".bell.rung").count() == 0
    assert troubles.seen == []
    await page.close()
