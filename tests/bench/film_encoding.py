"""What a film's encoding costs, beside PNG screenshots that are encoded, read and encoded again.

720p of texture that pans, and things that move over it. The usual way is Chromium's PNG (zlib's
quickest level), FFmpeg's decoder, its conversion and x264 as FFmpeg sets it; ours is what presets
have, from frames as the camera hands them over, with everything that is measured of each.
"""

from __future__ import annotations

import io
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
from PIL import Image

from services.packager.film.encoding.finish import finish
from services.packager.film.encoding.measures import Measuring
from services.packager.film.encoding.slice_encoder import SliceEncoder
from tests.bench.measurement import Measurement
from tests.films import film_spec, handed_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from shared.domain.video.film_spec import FilmSpec

FRAMES: Final = 45
SIZE: Final = {"width": 1280, "height": 720, "frames": FRAMES}
SHARE: Final = 0.35  # of the usual way's CPU, for all of a film
MEASURE_MS: Final = 1.0
_VP9: Final = {"deadline": "good", "cpu-used": "4", "crf": "30"}
SHAPES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "h264_faster": ("h264", {"encoder_options": {"preset": "faster", "crf": "18"}}),
    "h264_veryfast": ("h264", {"encoder_options": {"preset": "veryfast", "crf": "18"}}),
    "h264_to_size": ("h264", {"max_bytes": 1_000_000, "encoder_options": {"preset": "faster"}}),
    "hevc_fast": ("hevc", {"encoder_options": {"preset": "fast", "crf": "22"}}),
    "vp9": ("vp9", {"encoder_options": _VP9}),
    "av1": ("av1", {"encoder_options": {"preset": "8", "crf": "32"}}),
    "prores_standard": ("prores", {"encoder_options": {"profile": "standard"}}),
    "prores_4444": ("prores-4444", {}),
    "gif": (
        "h264",
        {"kind": "animation", "codec": "gif", "container": "gif", "pixel_format": "pal8"},
    ),
    "webp": (
        "h264",
        {"kind": "animation", "codec": "webp", "container": "webp", "pixel_format": "rgb24"},
    ),
}


def measure(_cache: Path) -> Iterator[Measurement]:
    """CPU milliseconds a frame, slice and finish together, and shares of the usual way."""
    pictures = [_picture(number) for number in range(FRAMES)]
    usual_ms = _usual_ms(pictures)
    yield Measurement(name="film_encoding.usual", value=usual_ms, unit="ms")
    for name, (like, changes) in SHAPES.items():
        spec = film_spec(like, **{**SIZE, **changes})
        frames = [handed_over(spec, picture) for picture in pictures]
        took_ms, size_bytes = _film_ms(spec, frames)
        yield Measurement(name=f"film_encoding.{name}", value=took_ms, unit="ms")
        mbits = size_bytes * 8 / spec.duration_s / 1e6
        yield Measurement(name=f"film_encoding.{name}_rate", value=mbits, unit="Mbit/s")
        if name == "h264_faster":
            share = took_ms / usual_ms
            yield Measurement(
                name="film_encoding.share", value=share, unit="", target=SHARE, limit="≤"
            )
            yield _measuring(spec, frames)


def _measuring(spec: FilmSpec, frames: list[bytes]) -> Measurement:
    measuring = Measuring(spec)
    begun = time.process_time()
    for frame in frames:
        measuring.measure(frame)
    took_ms = (time.process_time() - begun) * 1_000 / len(frames)
    return Measurement(
        name="film_encoding.measuring", value=took_ms, unit="ms", target=MEASURE_MS, limit="≤"
    )


def _film_ms(spec: FilmSpec, frames: list[bytes]) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "slice.mkv"
        begun = time.process_time()
        encoder = SliceEncoder(spec, path)
        for frame in frames:
            encoder.write(frame)
        encoder.close()
        made = finish(spec, [path], None, Path(scratch) / "film", lambda _: None)
        return (time.process_time() - begun) * 1_000 / len(frames), made.size_bytes


def _usual_ms(pictures: list[NDArray[np.uint8]]) -> float:
    begun = time.process_time()
    with av.open(io.BytesIO(), "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = SIZE["width"], SIZE["height"], "yuv420p"
        stream.codec_context.thread_count = 1
        for number, picture in enumerate(pictures):
            screenshot = io.BytesIO()
            Image.fromarray(picture).save(screenshot, "PNG", compress_level=1)
            screenshot.seek(0)
            with av.open(screenshot, "r", format="png_pipe") as piped:
                frame = next(piped.decode(video=0)).reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return (time.process_time() - begun) * 1_000 / len(pictures)


def _texture() -> NDArray[np.uint8]:
    random = np.random.default_rng(2)
    coarse = Image.fromarray(random.integers(0, 256, (120, 200, 3), np.uint8))
    smooth = np.array(coarse.resize((1_600, 960), Image.Resampling.BICUBIC)) * 0.5
    return (smooth + random.integers(0, 16, (960, 1_600, 1)) + 50).astype(np.uint8)


_TEXTURE: Final = _texture()


def _picture(number: int) -> NDArray[np.uint8]:
    left, top = number * 4, number * 2
    picture = np.full((720, 1_280, 4), 255, np.uint8)
    picture[..., :3] = _TEXTURE[top : top + 720, left : left + 1_280]
    for thing in range(12):
        x = int(640 + np.cos(number / 20 + thing) * 400)
        y = int(360 + np.sin(number / 15 + thing * 2) * 250)
        picture[y - 40 : y + 40, x - 40 : x + 40, :3] = (20 * thing, 255 - 20 * thing, 120)
    return picture
