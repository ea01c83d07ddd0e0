"""Strangers' projects play as their own build does: the same pictures, and the same answers."""

from __future__ import annotations

import asyncio
import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.browser.conftest import Troubles, served, until
from tests.browser.pictures import picture, similarity
from tests.browser.vite.third_party.games import LARGE, SMALL, Game
from tests.browser.vite.third_party.own_build import PROJECTS, own_build

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page, ViewportSize

    from tests.browser.pictures import Picture
    from tests.e2e.conftest import Up

pytestmark = pytest.mark.asyncio(loop_scope="session")

WINDOW: ViewportSize = {"width": 480, "height": 320}
PLAYED = LARGE + SMALL if os.environ.get("THIRD_PARTY") else SMALL  # `make third-party` plays all


class Played:
    """What a page has shown: before and after somebody did something, and what it says then."""

    def __init__(self, before: Picture, after: Picture, facts: Any, troubles: list[str]) -> None:
        self.pictures = (before, after)
        self.facts = facts
        self.troubles = troubles


def exported(stack: Up, game: Game, into: Path) -> Path:
    """Push, export, unpack."""
    pushed = stack.cli("push", str(PROJECTS / game.name))
    assert pushed.returncode == 0, pushed.stderr
    done = stack.cli("export", game.name, "--platform", "web", "-o", str(into))
    assert done.returncode == 0, done.stderr
    (archive,) = into.glob("*.zip")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(into / "some where" / "site")
    return into / "some where" / "site"


async def act(page: Page, deed: str) -> None:
    """Press a key or click."""
    if deed.startswith("+"):
        await page.keyboard.press(deed.removeprefix("+"))
    else:
        await page.click(deed)


async def played(browser: Browser, game: Game, url: str) -> Played:
    """Open it, do what its makers would do."""
    page = await browser.new_page(viewport=WINDOW)
    troubles = Troubles(page)
    await page.goto(url)
    await until(page, game.ready)
    before = picture(await page.screenshot())
    for deed in game.acts:
        await act(page, deed)
    await page.mouse.move(1, 1)
    await until(page, game.done)
    after = picture(await page.screenshot())
    facts = await page.evaluate(game.facts)
    await page.close()
    return Played(before, after, facts, troubles.seen)


@pytest.mark.parametrize("game", PLAYED, ids=lambda game: game.name)
async def test_it_plays_as_its_own_build(
    stack: Up, browser: Browser, tmp_path: Path, game: Game
) -> None:
    """Whose own build lies at the top of a host; ours in a folder, as a portal has it."""
    ours = await asyncio.to_thread(exported, stack, game, tmp_path)
    own = await asyncio.to_thread(own_build, game)
    with served(own) as url:
        theirs = await played(browser, game, url)
    with served(ours.parent.parent) as url:
        here = await played(browser, game, f"{url}some%20where/site/")
    assert theirs.troubles == []
    assert here.troubles == []
    assert theirs.facts == game.shows
    assert here.facts == game.shows
    for mine, their in zip(here.pictures, theirs.pictures, strict=True):
        assert len(np.unique(mine.reshape(-1, 3), axis=0)) > 2  # an empty page has one
        assert similarity(mine, their) > 0.999
    assert similarity(*here.pictures) < 0.999
