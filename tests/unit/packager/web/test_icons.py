"""Icons from one picture, whatever the picture turns out to be."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from services.packager.web import icons
from tests.projects import in_memory


def png(width: int, height: int, colour: tuple[int, ...] = (200, 30, 30, 255)) -> bytes:
    """A plain picture."""
    out = io.BytesIO()
    Image.new("RGBA", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _bomb(edge: int) -> bytes:
    """A PNG of a few bytes that promises ``edge`` x ``edge`` pixels."""
    header = struct.pack(">IIBBBBB", edge, edge, 8, 6, 0, 0, 0)
    body = zlib.compress(bytes(1 << 20))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body)


def _render(data: bytes) -> tuple[dict[str, bytes], list[str]]:
    files, notes = icons.render(in_memory({"icon.png": data}), "icon.png")
    return files, [str(note) for note in notes]


def test_every_icon_has_the_size_its_name_says() -> None:
    """All icons can be opened, and a second rendering gives the same bytes."""
    files, notes = _render(png(1024, 600))
    sizes = {
        name: Image.open(io.BytesIO(data)).size
        for name, data in files.items()
        if name.endswith(".png")
    }
    assert sizes == {
        icons.SMALL: (192, 192),
        icons.LARGE: (512, 512),
        icons.MASKABLE: (512, 512),
        icons.TOUCH: (180, 180),
    }
    favicon = Image.open(io.BytesIO(files[icons.FAVICON]))
    assert favicon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    assert notes == []
    assert _render(png(1024, 600))[0] == files


@pytest.mark.parametrize("colour", [(10, 20, 30, 255), (10, 20, 30, 0)])
def test_a_maskable_icon_has_no_holes(colour: tuple[int, ...]) -> None:
    """Whatever a mask cuts off, nothing of what is left is transparent."""
    files, _ = _render(png(512, 512, colour))
    maskable = Image.open(io.BytesIO(files[icons.MASKABLE]))
    assert maskable.getchannel("A").getextrema() == (255, 255)


def test_a_small_picture_is_taken_with_a_warning() -> None:
    """It will look soft at 512, and the maker is told."""
    _, (note,) = _render(png(256, 256))
    assert note.startswith("icon.png: 256 x 256 is scaled up")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not a PNG"),
        (b"GIF89a" + bytes(50), "is not a PNG"),
        (png(512, 512)[:200], "broken PNG"),
        (png(512, 512)[:60] + b"\0" + png(512, 512)[61:], "broken PNG"),
        (png(191, 512), "at least 192 x 192"),
        (_bomb(60_000), "at most 4096 x 4096"),
        (_bomb(4_000), "broken PNG"),
    ],
)
def test_what_cannot_serve_is_refused_by_name(data: bytes, reason: str) -> None:
    """A broken, tiny or monstrous picture ends the export with its name and the reason."""
    with pytest.raises(icons.IconError, match=reason) as caught:
        _render(data)
    assert "'icon.png'" in str(caught.value)


def test_a_missing_icon_is_refused_with_its_right_spelling() -> None:
    """Case counts, and the message says what the project has."""
    project = in_memory({"Icon.png": png(512, 512)})
    with pytest.raises(icons.IconError, match=r"spells it 'Icon\.png'"):
        icons.render(project, "icon.png")


def test_grey_of_sixteen_bits_stays_grey() -> None:
    """A ramp from black to white, with its middle in the middle."""
    values = (x * 65_535 // 511 for _ in range(512) for x in range(512))
    ramp = Image.frombytes("I;16", (512, 512), struct.pack(f"<{512 * 512}H", *values))
    out = io.BytesIO()
    ramp.save(out, "PNG")
    files, _ = _render(out.getvalue())
    with Image.open(io.BytesIO(files[icons.LARGE])) as icon:
        found = [icon.getpixel((x, 100)) for x in (0, 128, 256, 511)]
    assert found == [(grey, grey, grey, 255) for grey in (0, 64, 128, 255)]
