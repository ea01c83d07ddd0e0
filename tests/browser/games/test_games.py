"""Games that others wrote play, exported, as they do from a plain host: GAMES=/folder/of/games.

Each folder with an ``index.html`` is one. An export may differ from the original no more than the
original does from itself: its animations go on, whoever looks.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser.conftest import Troubles, served
from tests.browser.pictures import picture, similarity
from tests.projects import build, request

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Route, ViewportSize

    from shared.domain.options import Platform
    from tests.browser.pictures import Picture

FOLDER: Final = os.environ.get("GAMES", "")
FOUND: Final = sorted(page.parent for page in Path(FOLDER).glob("*/index.html")) if FOLDER else []
DICE: Final = (Path(__file__).parent / "shim.js").read_text()
WINDOW: ViewportSize = {"width": 480, "height": 360}
SHOTS: Final = 6
SETTLED_MS: Final = 3_000  # of which games make their title; slower ones are compared as they load
BETWEEN_MS: Final = 300
UNLIKE: Final = 0.15  # how much less alike an export may be than a second visit
MADE_ANEW: Final = frozenset({"index.html", "manifest.webmanifest"})

if not FOUND:
    pytest.skip("GAMES names no folder of games", allow_module_level=True)


class Visit:
    """What a page has shown and complained of."""

    def __init__(self, shots: list[Picture], troubles: set[str]) -> None:
        self.shots = shots
        self.troubles = troubles

    def likeness(self, other: Visit) -> float:
        """Of the two moments that are most alike."""
        return max(similarity(mine, theirs) for mine in self.shots for theirs in other.shots)


async def visit(browser: Browser, url: str) -> Visit:
    """Look at a page for a while; other hosts are not there."""
    page = await browser.new_page(viewport=WINDOW)
    troubles = Troubles(page)
    await page.add_init_script(DICE)
    await page.route("**/*", at_home)
    await page.goto(url)
    await page.wait_for_timeout(SETTLED_MS)
    shots = [await _shot(page) for _ in range(SHOTS)]
    await page.close()
    here = url.rpartition("/")[0] + "/"
    return Visit(shots, {told for seen in troubles.seen if (told := _plain(seen, here))})


async def at_home(route: Route) -> None:
    """Let through what this machine serves."""
    outside = re.match(r"https?://(?!127\.0\.0\.1[:/])", route.request.url)
    await (route.abort() if outside else route.continue_())


async def _shot(page: Page) -> Picture:
    await page.wait_for_timeout(BETWEEN_MS)
    return picture(await page.screenshot())


def _plain(trouble: str, here: str) -> str:
    """One trouble without what differs from visit to visit: hosts, places and numbers."""
    if "Failed to load resource" in trouble or "favicon" in trouble:
        return ""  # whatever it is, the request itself is told too
    told = trouble.replace(here, "")
    told = re.sub(r"^(?:failed|[45]\d\d): (?:https?:)?", "missing: ", told)
    return re.sub(r"0x[0-9a-f]+|\d+", "0", told)


@pytest.fixture(scope="module", params=FOUND, ids=lambda folder: folder.name)
def game(request: pytest.FixtureRequest) -> Path:
    """One folder."""
    folder: Path = request.param
    return folder


def files_of(game: Path) -> dict[str, bytes]:
    """What would be pushed."""
    paths = (path for path in game.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(game).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.asyncio(loop_scope="session")
async def test_it_plays_as_on_a_plain_host(browser: Browser, game: Path, tmp_path: Path) -> None:
    """In a folder of a host, unless its maker is told that it cannot; as one file from a disk."""
    files = files_of(game)
    site = await asyncio.to_thread(build, files, request("web"))
    for path, data in site.files.items():
        target = tmp_path / "portal" / game.name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    one = await asyncio.to_thread(build, files, request("web", format="single-file"))
    (tmp_path / "game.html").write_bytes(one.data)
    with served(game) as url:
        original, again = await visit(browser, url), await visit(browser, url)
    at_top = any("only works at the top of a host" in str(note) for note in site.plan.notes)
    portal = tmp_path / "portal"
    with served(portal / game.name if at_top else portal) as url:
        exported = await visit(browser, url if at_top else f"{url}{game.name}/")
    opened = await visit(browser, (tmp_path / "game.html").as_uri())
    for seen in (exported, opened):
        assert seen.troubles - original.troubles - again.troubles == set()
        assert seen.likeness(original) >= original.likeness(again) - UNLIKE


@pytest.mark.parametrize(
    ("platform", "form"), [("linux", "tar.gz"), ("linux", "appimage"), ("windows", "zip")]
)
def test_applications_carry_its_files(game: Path, platform: Platform, form: str) -> None:
    """Byte by byte, but for the page and its manifest."""
    files = files_of(game)
    carried = build(files, request(platform, "debug", format=form)).files
    changed = {path for path, data in files.items() if carried.get(path) != data}
    assert changed <= MADE_ANEW
