from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Troubles, served
from tests.browser.game_page import GamePage

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.e2e.conftest import Up

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAMPLE = Path(__file__).parents[2] / "samples/firefly"


@pytest.fixture(scope="module")
def stack(stack: Up) -> Up:
    """The running stack, with the sample pushed."""
    assert stack.cli("push", str(SAMPLE)).returncode == 0
    return stack


async def test_the_exported_sample_plays_from_a_sub_path(
    stack: Up, browser: Browser, tmp_path: Path
) -> None:
    """Pushed, exported, downloaded, unpacked into a folder of a plain web server, played."""
    options = ("--option", "appName=Firefly", "--option", "appIcon=assets/icon.png")
    done = stack.cli("export", "firefly", "--platform", "web", *options, "-o", str(tmp_path))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "firefly-1.0.0-web.zip") as archive:
        archive.extractall(tmp_path / "site/games/firefly")
    with served(tmp_path / "site") as url:
        page = await browser.new_page(viewport={"width": 500, "height": 300})
        troubles = Troubles(page)
        game = GamePage(page)
        await game.open(f"{url}games/firefly/")
        assert await page.get_attribute("link[rel=manifest]", "href")
        await game.play()
        assert await game.hold_until_moved("ArrowRight") > 0
        assert await game.gather() > 0
        assert troubles.seen == []
        await page.close()


WATCH = """
([url, protocols]) => new Promise((resolve) => {
  const seen = { types: [], last: null };
  const socket = new WebSocket(url, protocols);
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    seen.types.push(message.type);
    if (message.type === "export-status") seen.last = message.state.status;
  };
  socket.onclose = (event) => resolve({ ...seen, code: event.code });
})
"""


async def test_a_page_follows_an_export_over_its_websocket(
    stack: Up, browser: Browser, tmp_path: Path
) -> None:
    """A browser sees the states, the log and the close code; a refusal's code reaches it too."""
    (tmp_path / "index.html").write_text("<!doctype html><title>editor</title>editor")
    made = stack.json("export", "firefly", "--platform", "source")
    with served(tmp_path) as url:
        page = await browser.new_page()
        await page.goto(url)
        seen = await page.evaluate(WATCH, [made["websocketUrl"], []])
        assert (seen["last"], seen["code"]) == ("completed", 1000)
        assert {"ready", "log", "export-status"} <= set(seen["types"])
        address, _, ticket = made["websocketUrl"].partition("?ticket=")
        offered = await page.evaluate(WATCH, [address, ["aethel.export.v1", ticket]])
        assert offered["last"] == "completed"
        refused = await page.evaluate(WATCH, [f"{address}?ticket=nonsense", []])
        assert (refused["code"], refused["types"]) == (4501, ["error"])
        await page.close()
