"""Pictures of a film: one, numbered ones in a ZIP, or a sheet of all and a list of their places."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import msgspec
from av.video.reformatter import VideoReformatter
from PIL import Image

from services.packager.archive.compression import CompressionLevel
from services.packager.archive.member import Member
from services.packager.archive.zip import ZipStream
from services.packager.film.encoding.frames import converted
from services.packager.film.encoding.pictures import picture
from services.packager.film.encoding.slice_files import pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from services.packager.film.encoding.slice_files import SliceFile
    from shared.domain.video.film_spec import FilmSpec

LOSSLESS: Final = 100  # a quality of WebP
_ENDINGS: Final = {"png": "png", "jpeg": "jpg", "webp": "webp"}
_FULL_CHROMA_FROM: Final = 90  # a quality of JPEG


def write_stills(
    spec: FilmSpec,
    slices: Sequence[SliceFile],
    output: Path,
    quality: int,
    tell: Callable[[float], None],
) -> None:
    """Write every frame as a picture: numbered from 0 in a ZIP, or the only one as it is.

    Raises:
        SliceDamagedError: A picture cannot be decoded.
    """
    encoded = (_encoded(spec, shown, quality) for shown in _told(spec, slices, tell))
    if spec.container != "zip":
        for data in encoded:
            output.write_bytes(data)
        return
    ending = _ENDINGS[spec.codec]
    _write_zip(
        output,
        (
            Member.of_bytes(f"{number:06}.{ending}", data, compress=False)
            for number, data in enumerate(encoded)
        ),
    )


def write_sheet(
    spec: FilmSpec,
    slices: Sequence[SliceFile],
    output: Path,
    quality: int,
    tell: Callable[[float], None],
) -> None:
    """Write all frames on one picture, row by row, and where each is, as game engines read it.

    Raises:
        SliceDamagedError: A picture cannot be decoded.
    """
    columns = min(spec.columns, spec.frames)
    size = (columns * spec.width, -(-spec.frames // columns) * spec.height)
    sheet = Image.new("RGBA" if spec.transparent else "RGB", size)
    for number, shown in enumerate(_told(spec, slices, tell)):
        sheet.paste(shown, _place(spec, number, columns))
    data = _encoded(spec, sheet, quality)
    if spec.container != "zip":
        output.write_bytes(data)
        return
    name = f"sheet.{_ENDINGS[spec.codec]}"
    listed = msgspec.json.format(msgspec.json.encode(_listed(spec, columns, name, size)), indent=1)
    members = (
        Member.of_bytes("sheet.json", listed + b"\n"),
        Member.of_bytes(name, data, compress=False),
    )
    _write_zip(output, members)


def _told(
    spec: FilmSpec, slices: Sequence[SliceFile], tell: Callable[[float], None]
) -> Iterator[Image.Image]:
    reformatter = VideoReformatter()
    form = "rgba" if spec.transparent else "rgb24"
    for done, frame in enumerate(pictures(spec, slices), start=1):
        yield picture(converted(frame, form, reformatter))
        tell(done / spec.frames)


def _encoded(spec: FilmSpec, shown: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    if spec.codec == "png":
        shown.save(out, "PNG")
    elif spec.codec == "jpeg":
        chroma = 0 if quality >= _FULL_CHROMA_FROM else 2
        shown.save(out, "JPEG", quality=quality, subsampling=chroma, optimize=True)
    else:
        lossless = quality == LOSSLESS
        shown.save(out, "WEBP", quality=75 if lossless else quality, lossless=lossless, exact=True)
    return out.getvalue()


def _place(spec: FilmSpec, number: int, columns: int) -> tuple[int, int]:
    return (number % columns) * spec.width, (number // columns) * spec.height


def _listed(spec: FilmSpec, columns: int, name: str, size: tuple[int, int]) -> dict[str, Any]:
    """A list in the form of TexturePacker's JSON array, which Phaser, PixiJS and others read."""
    frames = []
    for number in range(spec.frames):
        x, y = _place(spec, number, columns)
        box = {"x": x, "y": y, "w": spec.width, "h": spec.height}
        begin, end = (round(frame / spec.fps * 1_000) for frame in (number, number + 1))
        frames.append(
            {
                "filename": f"{number:06}",
                "frame": box,
                "rotated": False,
                "trimmed": False,
                "spriteSourceSize": {**box, "x": 0, "y": 0},
                "sourceSize": {"w": spec.width, "h": spec.height},
                "duration": end - begin,
            }
        )
    meta = {
        "image": name,
        "format": "RGBA8888" if spec.transparent else "RGB888",
        "size": {"w": size[0], "h": size[1]},
        "scale": "1",
        "frameRate": [spec.fps_num, spec.fps_den],
    }
    return {"frames": frames, "meta": meta}


def _write_zip(output: Path, members: Iterable[Member]) -> None:
    with output.open("wb") as file:
        for block in ZipStream(members, level=CompressionLevel.BALANCED):
            file.write(block)
