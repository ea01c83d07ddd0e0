"""Films made of generated frames, each of which says its number in black and white stripes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import av
import msgspec
import numpy as np

from services.packager.film.encoding.slice_encoder import SliceEncoder
from shared.domain.video.film_spec import FilmSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

BITS: Final = 12  # of a frame's number
SPEC: Final = FilmSpec(
    kind="movie",
    codec="h264",
    container="mp4",
    width=192,
    height=108,
    fps_num=30_000,
    fps_den=1_001,
    frames=10,
    start_s=0.0,
    supersample=1,
    subframes=1,
    shutter=0.5,
    transparent=False,
    pixel_format="yuv420p",
    encoder_options={"preset": "veryfast", "crf": "18"},
    bit_rate=None,
    keyframe_s=2.0,
    max_bytes=None,
    sound=None,
    scene="",
    camera_path="",
    input="",
    input_track=(),
    seed=0,
    columns=4,
    quality=80,
)
# One of each codec, as its presets have it.
CODECS: Final[dict[str, dict[str, Any]]] = {
    "h264": {},
    "hevc": {"codec": "hevc", "encoder_options": {"preset": "ultrafast", "crf": "20"}},
    "vp9": {
        "codec": "vp9",
        "container": "webm",
        "encoder_options": {"deadline": "good", "cpu-used": "5", "crf": "20"},
    },
    "av1": {"codec": "av1", "encoder_options": {"preset": "10", "crf": "25"}},
    "prores": {
        "codec": "prores",
        "container": "mov",
        "pixel_format": "yuv422p10le",
        "encoder_options": {"profile": "hq"},
    },
    "prores-4444": {
        "codec": "prores",
        "container": "mov",
        "pixel_format": "yuva444p10le",
        "transparent": True,
        "encoder_options": {"profile": "4444"},
    },
}


def film_spec(like: str = "h264", /, **changes: Any) -> FilmSpec:
    """A small film like the one of that name."""
    return msgspec.structs.replace(SPEC, **{**CODECS[like], **changes})


def rgba(spec: FilmSpec, number: int) -> NDArray[np.uint8]:
    """The picture of a frame: stripes above, a gradient and a moving bar below."""
    height, width = spec.height, spec.width
    rows, columns = np.mgrid[0:height, 0:width]
    made = np.zeros((height, width, 4), np.uint8)
    made[..., 0] = 40 + columns * 170 // width
    made[..., 1] = 40 + rows * 170 // height
    made[..., 2] = 60 + (number * 7) % 120
    made[..., 3] = 255
    if spec.transparent:
        made[..., 3] = 64 + columns * 191 // width
    left = (number * width // 16) % width
    made[height * 2 // 3 :, left : left + max(1, width // 8), :3] = 230
    stripe = columns[0] * BITS // width
    made[: height // 2, :, :3] = np.where((number >> stripe) & 1, 235, 20)[None, :, None]
    made[: height // 2, :, 3] = 255
    return made


def frame(spec: FilmSpec, number: int) -> bytes:
    """A frame as the camera hands it over."""
    return handed_over(spec, rgba(spec, number))


def handed_over(spec: FilmSpec, picture: NDArray[np.uint8]) -> bytes:
    """A picture in RGBA as the camera would hand it over."""
    if spec.frame_layout == "rgba":
        return picture.tobytes()
    made = av.VideoFrame.from_ndarray(picture, format="rgba").reformat(
        format="yuv420p",
        src_color_range=2,
        dst_colorspace=1,
        dst_color_range=1,
    )
    return b"".join(_lines(bytes(plane), plane.line_size, plane.width) for plane in made.planes)


def _lines(plane: bytes, line_size: int, width: int) -> bytes:
    return np.frombuffer(plane, np.uint8).reshape(-1, line_size)[:, :width].tobytes()


def filmed(spec: FilmSpec, folder: Path, counts: Sequence[int]) -> list[Path]:
    """The film's slices, of so many frames each."""
    slices, first = [], 0
    for number, count in enumerate(counts):
        path = folder / f"slice-{number}.mkv"
        encoder = SliceEncoder(spec, path)
        for index in range(first, first + count):
            encoder.write(frame(spec, index))
        encoder.close()
        slices.append(path)
        first += count
    return slices


def number_of(picture: NDArray[np.uint8]) -> int:
    """The number that a picture of grey, RGB or RGBA shows."""
    grey = picture if picture.ndim == 2 else picture[..., :3].mean(axis=2)
    height, width = grey.shape
    rows = grey[height // 8 : max(height // 8 + 1, height * 3 // 8)]
    middles = [(2 * bit + 1) * width // (2 * BITS) for bit in range(BITS)]
    return sum(1 << bit for bit, x in enumerate(middles) if rows[:, x].mean() > 127)


def decoded(path: Path) -> Iterator[VideoFrame]:
    """The file's frames, by PyAV."""
    with av.open(path) as container:
        yield from container.decode(video=0)


def numbers(path: Path) -> list[int]:
    """The numbers that a file's frames show."""
    return [number_of(f.to_ndarray(format="rgb24").astype(np.uint8)) for f in decoded(path)]
