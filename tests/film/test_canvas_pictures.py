"""A canvas is in the film the way up, and in the place, that a browser shows it: of every kind."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import served
from tests.browser.pictures import similarity
from tests.film.filming import as_code, as_light, crew, planes_in, planes_of, shot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.pictures import Picture
    from tests.film.filming import Crew

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES: Final = Path(__file__).parent / "pages"
WIDTH, HEIGHT = 320, 180
LIKE: Final = 0.95  # where it is least; a row too high or too low is less
FILLS: Final = "position: absolute; left: 0; top: 0; width: 320px; height: 180px;"
STANDS: Final = "position: absolute; left: 30px; top: 20px; width: 240px; height: 135px;"

CONTEXTS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("2d", {}),
    ("2d", {"alpha": False}),
    ("2d", {"willReadFrequently": True}),
    ("2d", {"desynchronized": True}),
    ("bitmaprenderer", {}),
    *(
        (kind, attributes)
        for kind in ("webgl", "webgl2")
        for attributes in (
            {},
            {"antialias": False},
            {"alpha": False},
            {"premultipliedAlpha": False},
            {"preserveDrawingBuffer": True},
            {"premultipliedAlpha": False, "preserveDrawingBuffer": True},
        )
    ),
)
# What page and style sheets do to a canvas, by a word: of the canvas, and of what holds it.
STYLES: Final[dict[str, tuple[str, str]]] = {
    "fills": (FILLS, ""),
    "stands": (STANDS, ""),
    "padding": (STANDS + "padding: 5px 10px 15px 20px", ""),
    "border": (STANDS + "border: 6px solid #0af", ""),
    "scaled": (STANDS + "transform: scale(0.8, 1.1)", ""),
    "scaled with padding": (STANDS + "padding: 10px 20px; transform: scale(0.5)", ""),
    "moved": (STANDS + "transform: translate(17px, -9px)", ""),
    "upside down": (STANDS + "transform: scaleY(-1)", ""),
    "mirrored": (FILLS + "transform: scaleX(-1)", ""),
    "half a turn": (FILLS + "transform: rotate(180deg)", ""),
    "turned": (STANDS + "transform: rotate(20deg)", ""),
    "turned by a property": (FILLS + "rotate: 180deg", ""),
    "mirrored by a property": (FILLS + "scale: -1 1", ""),
    "its box is mirrored": (STANDS, "width: 320px; height: 180px; transform: scaleX(-1)"),
    "contain": (STANDS + "object-fit: contain", ""),
    "contain at the left": (STANDS + "object-fit: contain; object-position: left top", ""),
    "cover": (STANDS + "object-fit: cover", ""),
    "cover at the right": (STANDS + "object-fit: cover; object-position: right bottom", ""),
    "none": (STANDS + "object-fit: none", ""),
    "scale-down": (FILLS + "object-fit: scale-down", ""),
    "pixelated": (STANDS + "image-rendering: pixelated", ""),
    "pixelated, filling": (FILLS + "image-rendering: pixelated", ""),
    "cut": (FILLS, "position: relative; width: 200px; height: 100px; overflow: hidden"),
    "zoomed": (STANDS + "zoom: 0.7", ""),
}
SIZES: Final = ((320, 180), (240, 135), (160, 90), (200, 200))
OVER: Final = (
    "",
    "",
    "<h1 style='position: absolute; left: 200px; top: 4px; margin: 0; color: #f0f'>Lp</h1>",
    "<hr style='position: absolute; left: 9px; top: 9px; width: 40px; border: 5px solid #0006'>",
)
BODIES: Final = ("", "background: #083", "background: #fff")
SHOTS: Final[tuple[dict[str, Any], ...]] = (
    {"layout": "rgba"},
    {"layout": "i420"},
    {"layout": "rgba", "transparent": True},
    {"layout": "i420", "supersample": 2},
    {"layout": "rgba", "subframes": 3},
)


def cases(number: int, *, transparent: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the page is asked for: each style in two of the shots, each kind of canvas in some."""
    chance = random.Random(number)
    styles = [name for at, name in enumerate(STYLES) if (at + number) % len(SHOTS) < 2]
    for at, name in enumerate(styles):
        style, frame = STYLES[name]
        kind, attributes = CONTEXTS[(number * len(styles) + at) % len(CONTEXTS)]
        # Browsers enlarge colours that are not premultiplied as they are, with dark seams.
        seamless = attributes.get("premultipliedAlpha", True)
        yield (
            name,
            {
                "kind": kind,
                "attributes": attributes,
                "size": chance.choice(SIZES),
                "opaque": not seamless or chance.random() < 0.5,
                "body": "" if transparent else chance.choice(BODIES),
                "over": chance.choice(OVER),
                "style": style,
                "frame": frame,
            },
        )


async def shown(filming: Crew, url: str, *, transparent: bool, supersample: int) -> Picture:
    """The browser's own screenshot, red, green, blue and alpha."""
    await filming.page.goto(url)
    await filming.call("prepare", shot(transparent=transparent, supersample=supersample))
    await filming.call("step")
    png = await filming.page.screenshot(omit_background=transparent)
    seen = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), np.float64)
    light = as_light(seen).reshape(HEIGHT, supersample, WIDTH, supersample, 4).mean(axis=(1, 3))
    return as_code(light)


async def likeness(filming: Crew, url: str, fields: dict[str, Any]) -> float:
    """How much a frame is like a screenshot, where it is least."""
    await filming.page.goto(url)
    taken = await filming.film(shot(frames=2, **fields))
    transparent = fields.get("transparent", False)
    supersample = fields.get("supersample", 1)
    seen = await shown(filming, url, transparent=transparent, supersample=supersample)
    if fields["layout"] == "i420":
        luma, by_the_book = planes_in(taken.frames[1])[0], planes_of(seen[:, :, :3])[0]
        return similarity(luma[:, :, None], by_the_book[:, :, None])
    frame = np.frombuffer(taken.frames[1], np.uint8).reshape(HEIGHT, WIDTH, 4).astype(np.float64)
    grounds = (0, 255) if transparent else (0,)
    return min(similarity(on(frame, ground), on(seen, ground)) for ground in grounds)


def on(picture: Picture, ground: int) -> Picture:
    """The picture on a grey ground."""
    alpha = picture[:, :, 3:] / 255
    return picture[:, :, :3] * alpha + ground * (1 - alpha)


@pytest.mark.parametrize("number", range(len(SHOTS)))
async def test_a_canvas_is_filmed_as_it_is_shown(number: int) -> None:
    """Its top is the top, and its sides are where they were, however it is taken and shown."""
    fields = SHOTS[number]
    unlike: dict[str, Any] = {}
    with served(PAGES) as url:
        async with crew(url, device_scale_factor=fields.get("supersample", 1)) as filming:
            for name, asked in cases(number, transparent=fields.get("transparent", False)):
                page = f"{url}picture.html?{quote(json.dumps(asked))}"
                like = await likeness(filming, page, fields)
                if like < LIKE:
                    unlike[name] = (round(like, 3), asked)
            assert filming.errors == []
    assert unlike == {}
