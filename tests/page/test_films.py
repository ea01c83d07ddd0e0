"""Films on the page: asked for with their price, seen while they are made, and looked at."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import expect

from shared.jetstream.topology import preview_subject
from tests.nats_users import connect_as
from tests.page.conftest import api
from tests.page.exports_page import ExportsPage
from tests.previews import jpeg, preview

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.e2e.conftest import Up
    from tests.page.conftest import Window

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIREFLY: Final = Path(__file__).parents[2] / "samples/firefly"
COLOURS: Final = {"navy": (0, 0, 128), "orange": (255, 165, 0)}
COLOURED: Final = """<!doctype html><meta charset="utf-8"><title>Colours</title>
<style>body { margin: 0 } canvas { display: block; width: 100vw; height: 100vh }</style>
<canvas width="128" height="72"></canvas>
<script>
  const context = document.querySelector("canvas").getContext("2d");
  const draw = (now) => {
    context.fillStyle = now < 500 ? "navy" : "orange";
    context.fillRect(0, 0, 128, 72);
    context.fillStyle = "white";
    context.fillRect((now / 10) % 128, 60, 8, 8);
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
</script>
"""


@pytest.fixture(scope="module")
def filmed(stack: Up, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project that can be filmed, and that no other file exports."""
    folder = shutil.copytree(FIREFLY, tmp_path_factory.mktemp("films") / "filmed")
    done = stack.cli("push", str(folder))
    assert done.returncode == 0, done.stderr
    return folder.name


@pytest_asyncio.fixture(loop_scope="session")
async def exports(window: Window, filmed: str) -> ExportsPage:
    """Its exports on the page, with nothing but a film chosen."""
    opened = ExportsPage(window, filmed)
    await opened.open()
    await opened.choose("video")
    await window.page.locator("film-form .choices label").first.wait_for()
    return opened


def field(exports: ExportsPage, name: str) -> Locator:
    """A field of the form for films."""
    return exports.page.locator(f'film-form [data-film="{name}"]')


async def make(exports: ExportsPage, what: str) -> None:
    """Choose what is made."""
    await exports.page.locator("film-form .choices").get_by_text(what, exact=True).click()


def asked_for(stack: Up, video: dict[str, Any]) -> dict[str, Any]:
    """What the service says of a film."""
    body = {"platform": "video", "configuration": "release", "options": {"video": video}}
    answer: dict[str, Any] = api(stack, "POST", "/api/exports/price", body)
    return answer


async def test_the_price_follows_what_is_typed(exports: ExportsPage, stack: Up) -> None:
    """It is the service's own; the line says what is made, and empty fields what is usual."""
    price = exports.page.locator("film-form .price")
    await make(exports, "YouTube 4K")
    usual = asked_for(stack, {"preset": "youtube-4k"})
    await expect(price).to_contain_text(f"{usual['estimatedMinutes']} build minutes")
    await expect(price).to_contain_text("MP4 · H264 · AAC · 3840 × 2160")
    await expect(field(exports, "width").locator("input")).to_have_attribute("placeholder", "3840")
    await field(exports, "durationS").locator("input").press_sequentially("7,5")
    await field(exports, "fps").locator("input").fill("29.97")
    wanted = {"preset": "youtube-4k", "durationS": 7.5, "fps": "29.97"}
    film = asked_for(stack, wanted)
    await expect(price).to_contain_text(f"{film['film']['frames']} frames")
    await expect(price).to_contain_text(f"{film['estimatedMinutes']} build minutes")
    cost = exports.page.locator("new-export .submit")
    await expect(cost).to_contain_text(f"Needs {film['estimatedMinutes']} build minutes")
    await exports.page.get_by_text("The same on the command line").click()
    command = await exports.page.locator("new-export pre").text_content()
    assert json.loads(str(command).partition("video=")[2].rstrip("'")) == wanted


async def test_what_cannot_be_made_is_told_at_its_field(exports: ExportsPage) -> None:
    """While it is typed, by the service; nothing is sent, and the focus goes there."""
    page = exports.page
    await make(exports, "YouTube 1080p")
    await field(exports, "fps").locator("input").fill("1000")
    told = field(exports, "fps").get_by_role("alert")
    await expect(told).to_be_visible()
    await exports.export()
    await expect(page.locator("new-export")).to_contain_text("1 option needs another value")
    assert (
        await page.evaluate(
            """() => {
          let found = document.activeElement;
          while (found.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
          return found.id;
        }"""
        )
        == "fps"
    )
    await expect(page.locator("[data-outcome]")).to_have_count(0)
    await expect(page.locator("film-form .price")).to_contain_text("is known once")
    await expect(page.locator("new-export .submit")).not_to_contain_text("build minute")
    await field(exports, "fps").locator("input").fill("30")
    await expect(told).to_have_count(0)
    await page.locator("film-form summary").click()
    await field(exports, "input").locator("input").fill('[{"t": -1, "type": "key"}]')
    await expect(field(exports, "input").get_by_role("alert")).to_be_visible()
    await field(exports, "input").locator("input").fill("")
    rest = field(exports, "rest")
    await rest.locator("textarea").fill("{")
    await expect(rest.get_by_role("alert")).to_have_text("This is no JSON object.")
    await rest.locator("textarea").fill('{"keyframeInterval": 0}')
    await expect(rest.get_by_role("alert")).to_be_visible()
    await expect(rest.get_by_role("alert")).not_to_have_text("This is no JSON object.")
    await rest.locator("textarea").fill('{"keyframeInterval": 30}')
    await expect(rest.get_by_role("alert")).to_have_count(0)
    await expect(page.locator("film-form .price")).to_contain_text("build minute")


async def test_every_choice_has_a_price(exports: ExportsPage) -> None:
    """By keyboard alone; what is chosen is what is made."""
    page = exports.page
    await page.locator("film-form .choices input:checked").focus()
    labels = [await one.text_content() for one in await page.locator(".choices label").all()]
    seen = set()
    for _ in labels:
        price = page.locator("film-form .price:has(strong)")
        await expect(price).to_contain_text("frame")
        seen.add(await page.locator("film-form .choices label:has(:checked)").text_content())
        before = await page.locator("film-form .choices input:checked").get_attribute("value")
        await page.keyboard.press("ArrowRight")
        checked = page.locator("film-form .choices input:checked")
        await expect(checked).not_to_have_attribute("value", str(before))
    assert seen == set(labels)


async def test_a_preset_of_the_project_keeps_a_film(exports: ExportsPage) -> None:
    """What was entered comes back, each value at its field."""
    page = exports.page
    await make(exports, "Sprite sheet")
    await field(exports, "sheet.columns").locator("input").fill("4")
    await field(exports, "durationS").locator("input").fill("1")
    await page.get_by_role("button", name="Save as preset").click()
    await page.get_by_label("Name of the preset").fill("Walk")
    await page.get_by_role("button", name="Save", exact=True).click()
    await exports.reload()
    await page.get_by_role("button", name="Apply preset Walk").click()
    await expect(field(exports, "sheet.columns").locator("input")).to_have_value("4")
    await expect(field(exports, "durationS").locator("input")).to_have_value("1")
    await expect(page.locator("film-form .choices input:checked")).to_have_value("sheet")


async def test_a_film_is_seen_while_it_is_made(exports: ExportsPage, stack: Up) -> None:
    """The newest picture, its number and the speed; it goes with the film's end."""
    page = exports.page
    await make(exports, "GIF")
    with stack.frozen("packager"):
        await exports.export()
        await expect(page.locator("[data-outcome=accepted]")).to_have_count(1)
        card = exports.card("Video")
        await expect(card).to_be_visible()
        export_id = await exports.id_of("Video")
        nc = await connect_as("packager", stack.ready())
        shown = card.locator("figure img")
        for frame, colour in enumerate(COLOURS, start=118):
            event = preview(
                export_id, frame=frame, frames=1_300, fps=4.26, data=jpeg(colour=colour)
            )
            while not await card.get_by_text(f"Frame {frame + 1} of 1,300").is_visible():
                await nc.publish(preview_subject(export_id), event)
                await asyncio.sleep(0.2)
            await expect(card).to_contain_text("4.3 frames a second")
            await expect(shown).to_have_attribute("alt", "The film so far")
            await expect(shown).to_have_js_property("naturalWidth", 320)
            seen = Image.open(io.BytesIO(await shown.screenshot())).convert("RGB")
            assert near(seen, (seen.width // 2, seen.height // 2), colour)
        await nc.drain()
        assert await exports.window.barriers() == []
        await card.get_by_role("button", name="Cancel").click()
        await expect(card.locator("[data-status=canceled]")).to_be_visible()
        await expect(shown).to_have_count(0)


async def test_a_finished_film_is_played(window: Window, stack: Up, tmp_path: Path) -> None:
    """What was filmed is what the page shows, in the card and below the details."""
    folder = tmp_path / "colours"
    folder.mkdir()
    (folder / "index.html").write_text(COLOURED)
    assert stack.cli("push", str(folder)).returncode == 0
    exports = ExportsPage(window, "colours")
    await exports.open()
    await exports.choose("video")
    await make(exports, "Film of your own")
    for name, value in {"durationS": "1", "fps": "24", "width": "128", "height": "72"}.items():
        await field(exports, name).locator("input").fill(value)
    await exports.export()
    card = exports.card("Video")
    await expect(card.locator("[data-status=completed]")).to_be_visible()
    await expect(card.locator("film-player video")).to_have_js_property("readyState", 4)
    await exports.open(await exports.id_of("Video"))
    film = exports.page.locator("film-player video")
    await expect(film).to_have_js_property("readyState", 4)
    await expect(film).to_have_js_property("videoWidth", 128)
    await expect(film).to_have_js_property("duration", 1)
    for at, colour in ((0.1, "navy"), (0.9, "orange")):
        await film.evaluate(
            """(film, at) => new Promise((done) => {
              film.controls = false; // they lie over the picture
              film.requestVideoFrameCallback(() => requestAnimationFrame(done));
              film.currentTime = at;
            })""",
            at,
        )
        seen = Image.open(io.BytesIO(await film.screenshot())).convert("RGB")
        assert near(seen, (seen.width // 2, seen.height // 4), colour)
    await expect(exports.page.locator("[data-section=sizes]")).to_have_count(0)
    options = exports.page.locator("[data-section=options]")
    for name, value in {"Length, seconds": "1", "Width, pixels": "128"}.items():
        row = options.locator("dl > div").filter(has_text=name)
        await expect(row.locator("dd")).to_have_text(value)
    await expect(options).not_to_contain_text("{")
    assert await window.barriers() == []


def near(image: Image.Image, place: tuple[int, int], colour: str) -> bool:
    """Whether a picture has a colour at a place, as well as a codec keeps it."""
    pixel: Any = image.getpixel(place)
    return all(abs(a - b) < 16 for a, b in zip(pixel, COLOURS[colour], strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_form_stands_in_nobody_s_way(exports: ExportsPage, scheme: Any) -> None:
    """axe-core finds nothing serious, and nothing is wider than a small telephone."""
    page = exports.page
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.set_viewport_size({"width": 320, "height": 800})
    await page.locator("film-form summary").click()
    await field(exports, "fps").locator("input").fill("1000")
    await expect(field(exports, "fps").get_by_role("alert")).to_be_visible()
    assert await exports.window.barriers() == []
    assert await exports.window.overflow() == 0
