"""What somebody plays in a browser is recorded, and played again by a film."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import pytest
from playwright.async_api import async_playwright

from shared.domain.video.timed_actions import read_track
from tests.browser.conftest import launch, served
from tests.film.filming import crew, shot

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.asyncio(loop_scope="session")

RECORDER: Final = Path(__file__).parents[2] / "docs/examples/record-input.mjs"
GAME: Final = """<!doctype html><style>body { margin: 0 }</style>
<canvas width="320" height="180"></canvas><script>
const seen = [];
const see = (event) => event.repeat || event.code === "F9" || seen.push([event.type,
  event.code ?? [Math.round(event.clientX), Math.round(event.clientY), event.button]]);
for (const name of ["keydown", "keyup", "pointerdown", "pointerup"]) addEventListener(name, see);
addEventListener("wheel", ({ deltaY }) => seen.push(["wheel", deltaY]));
const context = document.querySelector("canvas").getContext("2d");
requestAnimationFrame(function draw(now) {
  context.fillRect(now / 10, 80, 20, 20);
  requestAnimationFrame(draw);
});
</script>"""


async def played(page: Page, folder: Path) -> Path:
    """Play the game with every device, and have it recorded."""
    async with page.expect_console_message(lambda said: "recording" in said.text):
        await page.add_script_tag(content=RECORDER.read_text(), type="module")
    await page.keyboard.down("KeyW")
    await page.mouse.move(40, 60)
    await page.mouse.down(button="right")
    await page.keyboard.up("KeyW")
    await page.mouse.move(200, 90)
    await page.mouse.up(button="right")
    await page.mouse.wheel(0, 120)
    await page.wait_for_function("seen.at(-1)[0] === 'wheel'")
    await page.keyboard.press("Space")
    async with page.expect_download() as saved:
        await page.keyboard.press("F9")
    file = folder / "input.json"
    await (await saved.value).save_as(file)
    return file


async def test_what_was_played_is_played_again(tmp_path: Path) -> None:
    """The same events in the same order, at the times at which they were recorded."""
    (tmp_path / "index.html").write_text(GAME)
    with served(tmp_path) as url:
        async with async_playwright() as playwright:
            browser = await launch(playwright)
            page = await browser.new_page(viewport={"width": 320, "height": 180})
            await page.goto(url)
            recorded = await played(page, tmp_path)
            seen = await page.evaluate("seen")
            await browser.close()
        track = read_track(recorded.read_bytes())
        assert {action.type for action in track} == {"key", "pointer"}
        frames = int(track[-1].t * 30) + 2
        asked = msgspec.to_builtins(track)
        async with crew(url) as filming:
            await filming.film(shot(frames=frames, inputTrack=asked))
            assert filming.errors == []
            again = await filming.page.evaluate("seen")
    assert json.loads(recorded.read_text())[0]["code"] == "KeyW"
    assert len(seen) == 7
    assert again == seen
