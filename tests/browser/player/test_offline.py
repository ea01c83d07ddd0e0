"""A game that asks for it plays without a network after its first load."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.browser.player.assembling import CAMERA, FLOOR, SUN, assemble, level

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

READY = "(async () => { await navigator.serviceWorker.ready; return true; })()"


def install_worker(folder: Path, version: str) -> None:
    """Fill in the worker's list, as the exporter does: of every file beside it."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "sw.js"]
    urls = ["./", *(path.relative_to(folder).as_posix() for path in files)]
    worker = (folder / "sw.js").read_text()
    worker = worker.replace("{{version}}", version).replace("{{precache}}", json.dumps(urls))
    (folder / "sw.js").write_text(worker)


async def test_it_plays_without_a_network(browser: Browser, host: tuple[Path, str]) -> None:
    """Physics and all; and another game on the same host keeps its own cache."""
    folder, base = host
    context = await browser.new_context(viewport={"width": 320, "height": 180})
    page = await context.new_page()
    for name in ("one", "two"):
        assemble(
            folder / name,
            scenes={"main": level(CAMERA, SUN, FLOOR)},
            game={"pwa": True, "name": name},
        )
        install_worker(folder / name, name)
        await page.goto(f"{base}{name}/")
        await page.evaluate("AethelPlayer.ready()")
        assert await page.evaluate(READY)
    await context.set_offline(offline=True)
    for name in ("one", "two"):
        await page.goto(f"{base}{name}/?from=home")
        await page.evaluate("AethelPlayer.ready()")
        playing = "(async () => (await AethelRuntime.getGameConfig()).name)()"
        assert await page.evaluate(playing) == name
        assert await page.evaluate("AethelPlayer.game.physics !== null")
    await context.close()
