"""Projects in the shape of public templates, built, and played in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.browser.conftest import Troubles, served, until
from tests.projects import Built, build, request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Browser, Page

    from shared.domain.options import Configuration

    Open = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROJECTS = Path(__file__).parent / "projects"
PICTURE = """() => {
  const pen = document.querySelector("canvas").getContext("2d");
  const { data } = pen.getImageData(0, 0, 64, 64);
  const at = (x, y) => [...data.slice(4 * (64 * y + x), 4 * (64 * y + x) + 3)].join();
  const lamps = [8, 24, 40].map((x) => [at(x, 24), at(x + 7, 31), at(x + 8, 31)]);
  return [at(0, 0), ...lamps.flat()];
}"""
LAMP, WALL = "231,111,81", "42,157,143"
LAMP_COLOR = "rgb(231, 111, 81)"
STYLES_OF = """(wanted) => wanted.map(([id, name]) =>
  getComputedStyle(document.getElementById(id)).getPropertyValue(name))"""
# What the project's own tools give, in a window that is wider than `md`.
STYLED = {
    ("plain", "margin-top"): "7px",
    ("plain", "font-size"): "24px",
    ("plain", "font-family"): "Pixel, monospace",
    ("plain", "font-style"): "italic",
    ("themed", "background-color"): LAMP_COLOR,
    ("themed", "text-decoration-line"): "underline",
    ("applied", "padding-left"): "16px",
    ("applied", "color"): LAMP_COLOR,
    ("applied", "border-top-color"): LAMP_COLOR,
    ("applied", "border-top-width"): "3px",
    ("applied", "border-left-width"): "0px",
    ("added", "padding-left"): "11px",
}


def project(folder: Path) -> dict[str, bytes]:
    """The files of one of them."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def exported(name: str, configuration: Configuration = "release", **more: bytes) -> Built:
    """One of them as a web artifact."""
    return build({**project(PROJECTS / name), **more}, request("web", configuration))


@pytest_asyncio.fixture(loop_scope="session")
async def opened(browser: Browser, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens an artifact below a sub-path; nothing may be complained of."""
    site = tmp_path / "games" / "this one"
    with served(tmp_path) as url:
        page = await browser.new_page()
        troubles = Troubles(page)

        async def show(built: Built, path: str = "") -> Page:
            for name, data in built.files.items():
                target = site / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            await page.goto(f"{url}games/this%20one/{path}")
            return page

        yield show
        await page.close()
    assert troubles.seen == []


@pytest.mark.parametrize("configuration", ["debug", "release"])
async def test_typescript_json_and_names_without_suffix(
    opened: Open, configuration: Configuration
) -> None:
    """A canvas, drawn by modules that no browser runs as they are."""
    page = await opened(exported("lamps", configuration))
    await until(page, "document.title === 'Lamps: 3'")
    assert await page.evaluate(PICTURE) == [WALL, *[LAMP, LAMP, WALL] * 3]


async def test_all_that_vite_allows(opened: Open) -> None:
    """Pages, workers, WebAssembly, styles, files of every kind, and variables of the mode alone."""
    page = await opened(exported("workshop"))
    await until(page, "globalThis.seen")
    seen: dict[str, Any] = await page.evaluate("seen")
    assert seen == {
        "speed": "7",
        "secret": None,  # undefined
        "mode": "production production true",
        "shared": "main:Part",
        "notice": "plain text",
        "dot": True,
        "badge": True,
        "photo": "48x32",
        "wasm": 42,
        "worker": "worker:Part 6",
        "worker url": "worker:Part 9",
        "later": "later",
        "tones": "880 110",
        "level": "one",
        "width": "123px",
    }
    assert await page.title() == "Workshop"
    body = "getComputedStyle(document.body)"
    assert await page.evaluate(f"{body}.backgroundColor") == "rgb(244, 162, 97)"
    assert await page.evaluate("document.querySelector('#badge').naturalWidth") == 24
    await page.click("a")
    await until(page, "document.querySelector('#out')?.textContent === 'about:Part'")


@pytest.mark.parametrize("name", ["vue", "svelte"])
async def test_components(opened: Open, name: str) -> None:
    """Rendered, reactive, and in their own style."""
    page = await opened(exported(name))
    await until(page, "document.querySelector('button')?.textContent === '5 lives'")
    for _ in range(4):
        await page.click("button")
    await until(page, "document.querySelector('button').textContent === '1 life'")
    style = "getComputedStyle(document.querySelector('button'))"
    assert await page.evaluate(f"{style}.color") == "rgb(42, 157, 143)"


async def test_an_app_in_a_monorepo(opened: Open) -> None:
    """Its page is the site's, and tsconfig's paths lead to the other packages."""
    page = await opened(exported("monorepo"))
    await until(page, "document.querySelector('#corners').textContent === '4'")


async def test_styles_by_tailwind(opened: Open) -> None:
    """A theme, variants, what is applied, and classes that scripts name."""
    page = await opened(exported("tailwind"))
    await page.wait_for_selector("#added", state="attached")
    assert await page.evaluate(STYLES_OF, [*STYLED]) == [*STYLED.values()]
