"""Games in one file play from a disk and in a strict frame; nothing is ever requested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import served, until
from tests.browser.single_file.projects import BASED, RESULTS, WAYS
from tests.projects import build, request

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

pytestmark = pytest.mark.asyncio(loop_scope="session")

# As strict as a page can be that lets a game run at all: nothing may be asked for.
STRICT = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; "
    "style-src 'unsafe-inline'; img-src data: blob:; media-src data: blob:; font-src data:; "
    "connect-src 'none'; frame-src 'self'"
)


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page that asks in every way, as one file in a folder of its own."""
    folder = tmp_path_factory.mktemp("ways")
    built = build(WAYS, request("web", format="single-file"))
    assert built.name == "all-ways-1.0.0-web.html"
    (folder / "game.html").write_bytes(built.data)
    (folder / "outer.html").write_text(
        '<!doctype html><iframe sandbox="allow-scripts" src="game.html"></iframe>'
    )
    return folder


def _requests(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    return asked


def _over_the_wire(asked: list[str]) -> list[str]:
    return [url for url in asked if not url.startswith(("data:", "blob:", "about:"))]


async def _results(page: Page, frame: Any) -> dict[str, Any]:
    while not await frame.evaluate("window.results?.done ?? false"):
        await page.wait_for_timeout(50)
    results: dict[str, Any] = await frame.evaluate("window.results")
    return results


async def test_a_page_gets_its_files_in_every_way_from_a_disk(browser: Browser, ways: Path) -> None:
    """Elements, styles, requests, modules, workers: what is asked for is in the page itself."""
    page = await browser.new_page()
    asked = _requests(page)
    await page.goto((ways / "game.html").as_uri())
    assert await _results(page, page.main_frame) == RESULTS
    assert await page.title() == "All ways"
    assert await page.evaluate("document.compatMode") == "CSS1Compat"
    assert await page.evaluate("window.source") == "js/classic.js"
    assert await page.evaluate("window.waited")
    order = ["classic", "inline", "deferred loading", "module"]
    assert await page.evaluate("window.order") == order
    assert _over_the_wire(asked) == [(ways / "game.html").as_uri()]
    await page.close()


async def test_a_page_with_a_base_finds_its_files_below_it(
    browser: Browser, tmp_path: Path
) -> None:
    """Modules too, which are bundled, and what the page itself resolves."""
    built = build(BASED, request("web", format="single-file"))
    (tmp_path / "game.html").write_bytes(built.data)
    page = await browser.new_page()
    await page.goto((tmp_path / "game.html").as_uri())
    await until(page, "window.results")
    assert await page.evaluate("window.results") == ["early", "words", 8, "words", "words"]
    await page.close()


async def test_a_link_opens_another_page_of_the_game(browser: Browser, ways: Path) -> None:
    """In the same file; its pictures and scripts are there, too."""
    page = await browser.new_page()
    asked = _requests(page)
    await page.goto((ways / "game.html").as_uri())
    await _results(page, page.main_frame)
    await page.click("#next")
    await until(page, "window.second")
    assert await page.evaluate("[window.second, document.images[0].naturalWidth]") == ["there", 8]
    assert await page.title() == "Second"
    assert len(_over_the_wire(asked)) == 1
    await page.close()


async def test_a_strict_sandboxed_frame_is_enough(browser: Browser, ways: Path) -> None:
    """No origin, no storage, no requests, no eval."""
    with served(ways, {"Content-Security-Policy": STRICT}) as url:
        page = await browser.new_page()
        asked = _requests(page)
        await page.goto(f"{url}outer.html")
        (frame,) = page.main_frame.child_frames
        # What is beside the page a host could have, but here nobody may ask it.
        unlike = {"missing", "xhrMissing"}
        found = await _results(page, frame)
        assert {k: v for k, v in found.items() if k not in unlike} == {
            k: v for k, v in RESULTS.items() if k not in unlike
        }
        assert _over_the_wire(asked) == [f"{url}outer.html", f"{url}game.html"]
        await page.close()


async def test_nothing_is_eval_or_a_request(ways: Path) -> None:
    """What reviewers of advertisements look for in the text of a file is not in its own."""
    text = (ways / "game.html").read_text()
    assert "eval(" not in text
    assert "new Function" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "")
