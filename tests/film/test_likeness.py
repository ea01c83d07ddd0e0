"""A finished film shows what the player shows by itself, in a browser without a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest
from playwright.async_api import async_playwright

from cli.project_folder import read_folder
from services.packager.film.studio.limits import StudioLimits
from services.packager.film.studio.shot import Shot
from services.packager.film.studio.studio import Studio
from shared.domain.video.film_spec import TimedAction
from shared.templates import BUILT
from tests.browser.conftest import launch, served, until
from tests.film.conftest import SAMPLE
from tests.films import SPEC
from tests.projects import build, request
from tests.second_reader import structural_similarity

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

CAMERA: Final = BUILT / "film-camera/film-camera.js"
LIMITS: Final = StudioLimits(shot_s=3_600, ready_s=600, frame_s=600)
# Frames: the title, the first one of the game, and one in the middle of a run.
LOOKED_AT: Final = (0, 4, 10)
PLAY_AT: Final = 3  # the frame before which Space is pressed
RUN_AT: Final = 5  # and the arrow to the left
FPS: Final = 20
FILM: Final = msgspec.structs.replace(
    SPEC,
    width=640,
    height=360,
    fps_num=FPS,
    fps_den=1,
    frames=LOOKED_AT[-1] + 1,
    encoder_options={"preset": "faster", "crf": "18", "threads": "1"},
    input_track=(
        TimedAction(t=PLAY_AT / FPS, type="key", code="Space"),
        TimedAction(t=(PLAY_AT + 1) / FPS, type="key", phase="up", code="Space"),
        TimedAction(t=RUN_AT / FPS, type="key", code="ArrowLeft"),
    ),
)
KEYS: Final[dict[int, list[tuple[str, str]]]] = {
    PLAY_AT: [("keydown", "Space")],
    PLAY_AT + 1: [("keyup", "Space")],
    RUN_AT: [("keydown", "ArrowLeft")],
}
PRESS: Final = """
([type, code]) => dispatchEvent(new KeyboardEvent(type, { code, key: code, bubbles: true }))
"""


async def filmed(site: Path, folder: Path) -> Path:
    """The film, of two slices."""
    studio = Studio(CAMERA, LIMITS, confined=True)
    slices = []
    for first, count in ((0, 6), (6, FILM.frames - 6)):
        results = folder / f"slice-{first}"
        results.mkdir()
        shot = Shot(spec=FILM, first=first, count=count, kind="pictures")
        slices.append((await studio.shoot(site, shot, results, lambda _: None)).path)
    output = folder / "film.mp4"
    await studio.finish(FILM, slices, None, output, lambda _: None)
    return output


async def played(page: Page, url: str, folder: Path) -> dict[int, Path]:
    """Screenshots of the player, stepped by its own contract."""
    seen: dict[int, Path] = {}
    await page.goto(url)
    await until(page, "window.AethelPlayer")
    await page.evaluate("AethelPlayer.takeClock(0)")
    for number in range(FILM.frames):
        for key in KEYS.get(number, []):
            await page.evaluate(PRESS, list(key))
        await page.evaluate("(dt) => AethelPlayer.step(dt)", 1 / FPS if number else 0.0)
        await page.evaluate("AethelPlayer.draw()")
        if number in LOOKED_AT:
            seen[number] = folder / f"{number}.png"
            await page.screenshot(animations="disabled", path=seen[number])
    return seen


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The sample, as it is played."""
    files = {path: (SAMPLE / path).read_bytes() for path in read_folder(SAMPLE).manifest.files}
    made: dict[str, Any] = build(files, request("web")).files
    for path, content in made.items():
        file = tmp_path / "site" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path / "site"


async def test_decoded_frames_are_what_the_player_shows(site: Path, tmp_path: Path) -> None:
    """Pictures and texts, at the same times of the game; also where a track plays it."""
    film = await filmed(site, tmp_path)
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page(viewport={"width": FILM.width, "height": FILM.height})
        with served(site) as url:
            shown = await played(page, url, tmp_path)
        await browser.close()
    likeness = {number: structural_similarity(film, number, shown[number]) for number in LOOKED_AT}
    assert min(likeness.values()) >= 0.98, likeness
    # Something has happened meanwhile, so that other times would not have done.
    for one, other in ((0, 4), (4, 10)):
        assert structural_similarity(film, one, shown[other]) < 0.95
