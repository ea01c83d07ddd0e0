"""Icons of one picture: their sizes, what launchers cut, and what is left in one colour."""

from __future__ import annotations

import io
import math

import pytest
from PIL import Image, ImageDraw

from services.packager.platforms.android.icons import icon_files
from tests.projects import TEMPLATES

EDGE = 512


def _picture(name: str) -> Image.Image:
    picture = Image.new("RGBA", (EDGE, EDGE), (20, 60, 40, 255))
    draw = ImageDraw.Draw(picture)
    match name:
        case "sign":  # on a ground of one colour
            draw.polygon(((256, 60), (420, 420), (92, 420)), fill=(250, 220, 80, 255))
        case "badge":  # round, with holes in another colour, on nothing
            picture = Image.new("RGBA", (EDGE, EDGE))
            draw = ImageDraw.Draw(picture)
            draw.ellipse((8, 8, 504, 504), fill=(240, 120, 20, 255))
            draw.ellipse((120, 150, 240, 270), fill=(0, 0, 0, 255))
        case "shade":  # from dark to light, to all of its border
            picture = Image.linear_gradient("L").resize((EDGE, EDGE)).convert("RGBA")
        case "clear":
            picture = Image.new("RGBA", (EDGE, EDGE))
    return picture


def _icon(files: dict[str, bytes], name: str) -> Image.Image:
    return Image.open(io.BytesIO(files[f"mipmap-xxxhdpi-v4/{name}.png"])).convert("RGBA")


def test_the_template_s_icons_are_replaced_one_by_one() -> None:
    """Every one that it has, in the size that it has."""
    template = TEMPLATES.get("android-app")
    made = icon_files(_picture("sign"))
    there = {
        path.removeprefix("apk/res/"): path
        for path in template.files
        if "/ic_launcher" in path and path.startswith("apk/") and path.endswith(".png")
    }
    assert made.keys() == there.keys()
    for path, data in made.items():
        with Image.open(io.BytesIO(template.read(there[path]))) as old:
            assert Image.open(io.BytesIO(data)).size == old.size


@pytest.mark.parametrize("name", ["sign", "badge"])
def test_nothing_that_matters_is_cut(name: str) -> None:
    """What differs from the ground lies within the circle of 66 dp that launchers always show."""
    files = icon_files(_picture(name))
    shown = _icon(files, "ic_launcher_background")
    ground = shown.getpixel((0, 0))
    shown.alpha_composite(_icon(files, "ic_launcher_foreground"))
    middle = (shown.width - 1) / 2
    assert isinstance(ground, tuple)
    for n, pixel in enumerate(zip(*[iter(shown.tobytes())] * 4, strict=True)):
        if max(abs(a - b) for a, b in zip(pixel, ground, strict=True)) > 40:
            reach = math.hypot(n % shown.width - middle, n // shown.width - middle)
            assert reach <= 33 * 4 + 2


def test_the_ground_goes_on_beyond_the_picture() -> None:
    """In the colour of its edge; a picture without one gets a ground that it is seen on."""
    assert _icon(icon_files(_picture("sign")), "ic_launcher_background").getpixel((5, 5)) == (
        *(20, 60, 40),
        255,
    )
    badge = _icon(icon_files(_picture("badge")), "ic_launcher_background")
    assert badge.getpixel((5, 5)) == (255, 255, 255, 255)


def test_what_shades_off_fills_its_layer() -> None:
    """No launcher shows a square on another ground; what is cut out keeps nothing around it."""
    shade = _icon(icon_files(_picture("shade")), "ic_launcher_foreground")
    assert shade.getchannel("A").getextrema() == (255, 255)
    column = [shade.getpixel((5, y)) for y in (5, 216, 427)]
    assert column == [shade.getpixel((216, y)) for y in (5, 216, 427)]
    badge = _icon(icon_files(_picture("badge")), "ic_launcher_foreground")
    assert badge.getpixel((216, 40)) == badge.getpixel((40, 216)) == (0, 0, 0, 0)


def test_a_tinted_icon_keeps_its_shape() -> None:
    """A sign stands alone; a badge has holes where something stands on it; a plain one is full."""
    sign = _icon(icon_files(_picture("sign")), "ic_launcher_monochrome").getchannel("A")
    assert sign.getpixel((216, 216)) == 255
    assert sign.getpixel((216, 400)) == 0
    badge = _icon(icon_files(_picture("badge")), "ic_launcher_monochrome").getchannel("A")
    hole = tuple(216 + round((at - 256) * 264 / 512) for at in (180, 210))
    assert badge.getpixel(hole) == 0  # type: ignore[arg-type] # two numbers
    assert badge.getpixel((300, 250)) == 255
    plain = _icon(icon_files(_picture("plain")), "ic_launcher_monochrome").getchannel("A")
    assert plain.getpixel((216, 216)) == 255


def test_a_picture_without_anything_is_no_error() -> None:
    """Whoever wants an icon that nobody sees may have it."""
    assert len(icon_files(_picture("clear"))) == 20
