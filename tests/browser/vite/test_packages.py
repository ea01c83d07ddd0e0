"""Projects with packages from the registry, by way of the command line, in a real browser."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Troubles, served, until
from tests.browser.vite.test_built_projects import PROJECTS

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from tests.e2e.conftest import Up

pytestmark = pytest.mark.asyncio(loop_scope="session")

CORNER_AND_CENTRE = """() => {
  const copy = document.createElement("canvas").getContext("2d");
  copy.drawImage(document.querySelector("canvas"), 0, 0);
  const { data } = copy.getImageData(0, 0, 64, 64);
  return [0, 64 * 32 + 32].map((at) => [...data.slice(4 * at, 4 * at + 3)]);
}"""


async def _played(
    stack: Up, browser: Browser, tmp_path: Path, name: str, archive: str
) -> tuple[Page, Troubles]:
    """Push, export, unpack, open."""
    assert stack.cli("push", str(PROJECTS / name)).returncode == 0
    done = stack.cli("export", name, "--platform", "web", "-o", str(tmp_path))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / archive) as packed:
        packed.extractall(tmp_path / "site" / name)
        assert b'"packages": [' in packed.read("export-manifest.json")
    page = await browser.new_page()
    return page, Troubles(page)


async def test_react(stack: Up, browser: Browser, tmp_path: Path) -> None:
    """The template of its own makers: JSX, state, a picture of public/ that is imported."""
    page, troubles = await _played(stack, browser, tmp_path, "react", "react-0.1.0-web.zip")
    with served(tmp_path / "site") as url:
        await page.goto(f"{url}react/")
        await page.click("button")
        await until(page, "document.querySelector('button').textContent === 'count is 1'")
        logos = "[...document.querySelectorAll('.logo')].every((logo) => logo.naturalWidth > 0)"
        await until(page, logos)
        style = "getComputedStyle(document.querySelector('button'))"
        assert await page.evaluate(f"{style}.color") == "rgb(42, 157, 143)"
        await page.close()
    assert troubles.seen == []


async def test_three(stack: Up, browser: Browser, tmp_path: Path) -> None:
    """Modules that name packages, and parts of them; the picture is the scene's."""
    page, troubles = await _played(stack, browser, tmp_path, "three", "loading-0.2.0-web.zip")
    with served(tmp_path / "site") as url:
        await page.goto(f"{url}three/")
        await until(page, "document.title === 'drawn'")
        assert await page.evaluate(CORNER_AND_CENTRE) == [[42, 157, 143], [231, 111, 81]]
        await page.close()
    assert troubles.seen == []
