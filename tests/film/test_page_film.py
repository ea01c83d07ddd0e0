"""Any page is filmed by its own clock: the same bytes in every browser, whatever the slices."""

from __future__ import annotations

import http.server
import random
import threading
import time
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from services.packager.film.studio.browser import ORIGIN
from services.packager.film.studio.notes import Notes
from services.packager.film.studio.page_server import PageServer
from tests.browser.conftest import served
from tests.browser.pictures import picture, similarity
from tests.film.filming import as_code, as_light, crew, rgba_picture, shot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.film.filming import Slice

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = Path(__file__).parent / "pages"
ON_A_CANVAS = ["canvas.html", "webgl.html", "workers.html"]


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    """The pages of these tests."""
    with served(PAGES) as url:
        yield url


async def filmed(url: str, **fields: Any) -> Slice:
    """A slice of a page, which must not complain."""
    async with crew(url, seed=fields.get("seed", 7)) as filming:
        taken = await filming.film(shot(**{"layout": "rgba"} | fields))
        assert filming.errors == []
        assert taken.notes == []
        return taken


@pytest.mark.parametrize("page", ON_A_CANVAS)
async def test_slices_of_a_canvas_join_bit_by_bit(pages: str, page: str) -> None:
    """Two browsers give the same frames, and so do two slices and three."""
    whole, again = [await filmed(pages + page, frames=15) for _ in range(2)]
    assert whole.prepared["kind"] == "html5"
    assert len(set(whole.hashes)) == 15
    assert again.hashes == whole.hashes
    for cuts in ([0, 7, 15], [0, 5, 10, 15]):
        parts = [
            await filmed(pages + page, frames=15, first=first, count=end - first)
            for first, end in pairwise(cuts)
        ]
        assert [one for part in parts for one in part.hashes] == whole.hashes


async def test_the_seed_is_what_chance_depends_on(pages: str) -> None:
    """Math.random and crypto give others with another seed."""
    one = await filmed(pages + "canvas.html", frames=4)
    other = await filmed(pages + "canvas.html", frames=4, seed=8)
    assert set(one.hashes).isdisjoint(other.hashes)


@pytest.mark.parametrize("page", ON_A_CANVAS)
async def test_frames_are_what_the_page_shows(pages: str, page: str) -> None:
    """Against the browser's own screenshots of the same moments."""
    taken = await filmed(pages + page, frames=6)
    async with crew(pages + page) as filming:
        shots = await filming.screenshots(shot(frames=6))
    for index in range(6):
        assert similarity(rgba_picture(taken.frames[index]), picture(shots[index])) >= 0.98


async def test_a_page_without_a_canvas_is_filmed_as_it_is(pages: str) -> None:
    """Style sheets move by the film's time: two browsers show the same, frame by frame."""
    runs = []
    for _ in range(2):
        async with crew(pages + "dom.html") as filming:
            runs.append(await filming.screenshots(shot(frames=24)))
            told = await filming.page.inner_text("#told")
            assert filming.errors == []
    first, again = runs
    assert first == again
    assert len(set(first)) == 24
    assert told == "faded 200, arrived 700"  # the box was sent off at 400, for 300 ms


async def test_a_page_without_a_canvas_is_averaged_as_light(pages: str) -> None:
    """Supersampling makes four pixels of it one; a shutter, the moments that it is open for."""
    url, script = pages + "dom.html", "document.querySelector('#told').style.display = 'none'"
    async with crew(url, device_scale_factor=2) as filming:
        await filming.page.evaluate(script)
        fine = await filming.film(shot(frames=3, supersample=2, layout="rgba"))
        assert (filming.errors, filming.screens) == ([], 3)
    async with crew(url, device_scale_factor=2) as filming:
        await filming.page.evaluate(script)
        drawn = [picture(one) for one in await filming.screenshots(shot(frames=3))]
    for number, large in enumerate(drawn):
        light = as_light(large[:, :, :3]).reshape(180, 2, 320, 2, 3).mean(axis=(1, 3))
        assert np.abs(rgba_picture(fine.frames[number]) - as_code(light)).max() <= 1

    async with crew(url) as filming:
        await filming.page.evaluate(script)
        blurred = await filming.film(shot(frames=4, fpsNum=10, subframes=8, layout="rgba"))
        assert (filming.errors, filming.screens) == ([], 4 * 8)
    async with crew(url) as filming:
        await filming.page.evaluate(script)
        asked = shot(frames=8, fpsNum=160, startS=0.3, layout="rgba")
        moments = [rgba_picture(one) for one in (await filming.film(asked)).frames.values()]
    assert np.abs(moments[0] - moments[-1]).max() > 50
    mean = as_code(np.mean([as_light(one) for one in moments], axis=0))
    assert np.abs(rgba_picture(blurred.frames[3]) - mean).max() <= 1


async def test_a_picture_that_is_laid_over_the_canvas_is_part_of_the_film(pages: str) -> None:
    """Texts over a canvas come and go; a screenshot of them is taken only when they change."""
    script = """
      setTimeout(() => {
        const text = Object.assign(document.createElement("h1"), { textContent: "Level 2" });
        text.style.cssText = "position: absolute; left: 30px; top: 40px; color: #fc0; margin: 0";
        document.body.append(text);
        setTimeout(() => text.remove(), 150);
      }, 90)"""
    async with crew(pages + "webgl.html") as filming:
        await filming.page.evaluate(script)
        taken = await filming.film(shot(frames=12, layout="rgba"))
        assert taken.taken == {"frames": 12, "notes": []}
        assert (filming.overlays, filming.screens) == (1, 0)
    async with crew(pages + "webgl.html") as filming:
        await filming.page.evaluate(script)
        shots = await filming.screenshots(shot(frames=12))
    plain = await filmed(pages + "webgl.html", frames=12)
    texts = [n for n in range(12) if taken.frames[n] != plain.frames[n]]
    assert texts == [3, 4, 5, 6, 7]  # from 90 to 240 ms
    for index in range(12):
        assert similarity(rgba_picture(taken.frames[index]), picture(shots[index])) >= 0.98


async def test_what_no_layer_can_show_is_the_page_itself(pages: str) -> None:
    """As long as it is there; frame by frame the same, wherever a slice begins."""
    script = """
      const card = document.createElement("main");
      card.style.cssText = "position: absolute; inset: 30px 60px; backdrop-filter: blur(4px)";
      document.body.append(card);
      setTimeout(() => card.remove(), 140);
      setTimeout(() => document.body.append(card), 290);"""

    async def slice_of(first: int, count: int) -> tuple[Slice, int]:
        async with crew(pages + "webgl.html") as filming:
            await filming.page.evaluate(script)
            taken = await filming.film(shot(frames=12, first=first, count=count, layout="rgba"))
            return taken, filming.screens

    whole, screens = await slice_of(0, 12)
    assert screens == 5 + 3  # up to 140 ms, and from 290 ms on
    assert any("<main> has a backdrop-filter" in note for note in whole.notes)
    parts = [await slice_of(0, 3), await slice_of(3, 4), await slice_of(7, 5)]
    assert [one for part, _ in parts for one in part.hashes] == whole.hashes
    async with crew(pages + "webgl.html") as filming:
        await filming.page.evaluate(script)
        shots = await filming.screenshots(shot(frames=12))
    for index in range(12):
        assert similarity(rgba_picture(whole.frames[index]), picture(shots[index])) >= 0.98


async def test_a_frame_of_another_origin_is_told(pages: str) -> None:
    """Its time is not the film's."""
    async with crew(pages + "webgl.html") as filming:
        await filming.page.evaluate("""
          const frame = Object.assign(document.createElement("iframe"), { srcdoc: "<p>an advert" });
          frame.sandbox = "";
          document.body.append(frame);""")
        taken = await filming.film(shot(frames=2))
    assert any("frame of another origin" in note for note in taken.notes)


async def test_a_page_has_fewer_pixels_of_its_own_than_the_picture(pages: str) -> None:
    """Where each of them is four of the picture's, its canvas is filmed all the same."""
    async with crew(pages + "webgl.html", width=160, height=90, device_scale_factor=2) as filming:
        taken = await filming.film(shot(frames=3, layout="rgba"))
        assert filming.screens == 0
    async with crew(pages + "webgl.html", width=160, height=90, device_scale_factor=2) as filming:
        shots = await filming.screenshots(shot(frames=3))
    for index in range(3):
        assert similarity(rgba_picture(taken.frames[index]), picture(shots[index])) >= 0.98


async def test_the_film_waits_for_what_is_loaded() -> None:
    """However long the server takes, what has been asked for is there in the next frame."""
    runs = []
    for seed in (1, 2, 3):
        with slow_pages(seed) as url:
            runs.append((await filmed(url + "late.html", frames=12)).hashes)
    assert runs[0] == runs[1] == runs[2]


async def test_the_film_waits_for_what_is_saved(pages: str) -> None:
    """However long the disk takes, all that a frame has begun is there in the next one."""
    async with crew(f"{pages}saves.html") as filming:
        taken = await filming.film(shot(frames=6, layout="rgba"))
        assert (filming.errors, taken.notes) == ([], [])
        assert await filming.page.evaluate("seen.slice(0, 6)") == [0, 0, 0, 50, 50, 50]
    late = await filmed(f"{pages}saves.html", frames=6, first=4, count=2)
    assert late.hashes == taken.hashes[4:]


@contextmanager
def slow_pages(seed: int) -> Iterator[str]:
    """The same pages on a server that takes its time for some of them."""
    delays = random.Random(seed)

    class Slow(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(PAGES))

        def log_message(self, *_arguments: object) -> None:
            """The test's own output is enough."""

        def do_GET(self) -> None:
            if "/slow/" in self.path and not self.path.endswith(".js"):
                time.sleep(delays.uniform(0, 0.4))
            super().do_GET()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


LATE_MODULE = """<!doctype html><style>body { margin: 0 } canvas { display: block }</style>
<canvas width="320" height="180"></canvas><script>
const context = document.querySelector("canvas").getContext("2d");
let colour = "#124";
setTimeout(async () => (colour = (await import("./level.js")).colour), 90);
setTimeout(() => {
  const script = Object.assign(document.createElement("script"), { src: "counted.js" });
  document.head.append(script);
  script.remove();
}, 190);
requestAnimationFrame(function draw(now) {
  context.fillStyle = globalThis.counted ? "#fff" : colour;
  context.fillRect(0, 0, 320, 180);
  context.fillStyle = "#fc0";
  context.fillRect(now / 10, 80, 20, 20);
  requestAnimationFrame(draw);
});
</script>"""


async def test_a_module_that_is_imported_in_mid_game_is_in_the_next_frame(tmp_path: Path) -> None:
    """However large it and what it imports are; other scripts run once, as ever."""
    much = "\n".join(f"export function f{n}(x) {{ return x + {n}; }}" for n in range(40_000))
    files = {
        "index.html": LATE_MODULE,
        "level.js": 'import { f7 } from "./much.js";\nexport const colour = f7(1) === 8 && "#8cf";',
        "much.js": f"{much}\nlet work = 0;\nfor (let n = 0; n < 2e7; n++) work += n;",
        "counted.js": "globalThis.counted = (globalThis.counted ?? 0) + 1;",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    server = PageServer(tmp_path, Notes(lambda _: None))
    await server.open()
    proxy = {"server": f"http://127.0.0.1:{server.port}"}
    async with crew(f"{ORIGIN}/", proxy=proxy) as filming:
        taken = await filming.film(shot(frames=9, layout="rgba"))
        assert (filming.errors, taken.notes) == ([], [])
        assert await filming.page.evaluate("counted") == 1
    await server.close()
    grounds = [tuple(rgba_picture(taken.frames[n])[10, 10]) for n in range(9)]
    night, day, white = (17, 34, 68), (136, 204, 255), (255, 255, 255)
    assert grounds == [night] * 3 + [day] * 3 + [white] * 3
