"""A hostile game that is played from its link: it plays, and gets nothing that is not its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.single_file.projects import WASM
from tests.page.conftest import api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import BrowserContext, FrameLocator, Page

    from tests.e2e.conftest import Up
    from tests.page.conftest import Window

pytestmark = pytest.mark.asyncio(loop_scope="session")

PREVIEWED: Final = Path(__file__).parent / "previewed"
ATTACKS: Final = PREVIEWED / "attacks.js"
PLAYED: Final = {"level": "The vault", "answer": 42}
FRAMED: Final = """async () => {
  const frame = document.createElement("iframe");
  frame.src = `${location.href}?inner`;
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  await loaded;
}"""


class Games(msgspec.Struct, frozen=True):
    """Two games that were exported and have links, and what the hostile one knows."""

    treasure: str
    spy: str
    targets: dict[str, str]


@pytest.fixture(scope="module")
def games(stack: Up, tmp_path_factory: pytest.TempPathFactory) -> Games:
    """One that keeps something, and one that is after it and everything else."""
    state = stack.ready()
    treasure_id = exported(stack, PREVIEWED / "treasure")
    treasure = link(stack, "treasure", treasure_id)
    targets = {
        "gateway": f"{state.gateway_url}/",
        "other": treasure,
        "socket": f"{state.status_url.replace('http', 'ws', 1)}/export/{treasure_id}",
        "session": f"api/projects/treasure/export/{treasure_id}",
    }
    folder = tmp_path_factory.mktemp("games") / "spy"
    shutil.copytree(PREVIEWED / "spy", folder)
    shutil.copy(ATTACKS, folder)
    (folder / "answer.wasm").write_bytes(WASM)
    (folder / "targets.json").write_text(json.dumps(targets))
    return Games(treasure, link(stack, "spy", exported(stack, folder)), targets)


def exported(stack: Up, folder: Path) -> str:
    """The id of a finished web build of a project."""
    for command in (["push", str(folder)], ["export", folder.name, "--platform", "web", "--wait"]):
        done = stack.cli(*command)
        assert done.returncode == 0, done.stderr
    made: str = api(stack, "GET", f"/api/projects/{folder.name}/export")["exports"][0]["id"]
    return made


def link(stack: Up, project: str, export_id: str) -> str:
    """Where an export is played."""
    return str(api(stack, "POST", f"/api/projects/{project}/export/{export_id}/play", {})["url"])


@pytest_asyncio.fixture(loop_scope="session")
async def treasure(games: Games, context: BrowserContext) -> AsyncIterator[Page]:
    """The game that keeps something, running in a tab of the same browser."""
    tab = await context.new_page()
    await tab.goto(games.treasure)
    await expect(tab.locator("html[data-hidden]")).to_be_attached()
    yield tab
    await tab.close()


async def report(game: Page | FrameLocator) -> dict[str, Any]:
    """What the hostile game says after it was played."""
    await game.get_by_role("button", name="Play").press("Enter")  # clicks on new frames are dropped
    await expect(game.locator("output")).not_to_be_empty()
    said: dict[str, Any] = json.loads(await game.locator("output").inner_text())
    return said


async def test_each_attack_would_get_something_where_it_may(treasure: Page, games: Games) -> None:
    """Tried by the other game on itself; else it would prove nothing that they fail elsewhere."""
    await treasure.evaluate(FRAMED)
    frame = treasure.frames[1]
    targets = games.targets | {"gateway": games.treasure}
    code = ATTACKS.read_text().replace("export async", "async")
    found = await frame.evaluate(
        f"async targets => {{ {code}; return await attack(targets, {{ departs: false }}); }}",
        targets,
    )
    assert {*found["refused"]} == {
        "an export's messages",  # it has no ticket
        "its opener",  # nobody has opened it
        "the session of the page",
    }, found


async def test_a_hostile_game_in_the_page(
    treasure: Page, games: Games, window: Window, stack: Up
) -> None:
    """It has an origin of its own, and neither the page, the API nor the other game."""
    page = window.page
    await window.go("#/projects/spy")
    await page.get_by_role("button", name="Play").click()
    told = await report(page.frame_locator("game-player iframe"))
    assert (told["got"], told["played"]) == ({}, PLAYED), told
    assert told["origin"] == games.spy.rstrip("/")
    assert stack.ready().token not in json.dumps(told)
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("h1")).to_have_text("spy")
    window.complaints.clear()  # browsers tell what they have refused to the game
    assert await treasure.evaluate("document.cookie") == "treasure=gold"


async def test_a_hostile_game_in_a_tab_of_its_own(
    treasure: Page, games: Games, window: Window
) -> None:
    """As the page opens it; nothing leads back."""
    page = window.page
    await window.go("#/projects/spy")
    await page.get_by_role("button", name="Play").click()
    async with page.context.expect_page() as opening:
        await page.locator("game-player a[target=_blank]").click()
    tab = await opening.value
    told = await report(tab)
    assert (told["got"], told["played"]) == ({}, PLAYED), told
    assert told["origin"] == games.spy.rstrip("/")
    await expect(page.locator("game-player iframe")).to_be_visible()
    window.complaints.clear()
    assert await treasure.title() == "Treasure"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_hostile_game_on_the_plain_host(
    treasure: Page, games: Games, context: BrowserContext, host: str
) -> None:
    """Where all games share a host it has no origin, no storage and no worker, and plays."""
    place = urlsplit(games.spy)
    token = f"{place.hostname}".partition(".")[0]
    tab = await context.new_page()
    await tab.goto(f"http://{host}:{place.port}/{token}/")
    told = await report(tab)
    assert (told["got"], told["played"], told["origin"]) == ({}, PLAYED, "null"), told
    assert await treasure.title() == "Treasure"
