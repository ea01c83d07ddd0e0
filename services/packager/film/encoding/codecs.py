"""Which encoder of FFmpeg makes a codec, and what every film of it has in common.

The number of threads is fixed, so that the same frames give the same bytes on every machine: one
for each slice, of which several are made at a time. Groups of pictures are closed, so that slices
can be joined.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, cast

import msgspec
from av.codec.context import Flags
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from services.packager.processes.cpu_features import cpu_features

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from shared.domain.video.film_spec import FilmSpec

os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 tells of errors alone
BITEXACT: Final = {"fflags": "+bitexact"}  # no dates, no random numbers, no version of the muxer
MOST_REORDERED: Final = 16  # frames that wait for later ones, of any codec
PRORES_TAGS: Final = ("apco", "apcs", "apcn", "apch", "ap4h", "ap4x")  # by the profile's number
_PRORES_PROFILES: Final = ("proxy", "lt", "standard", "hq", "4444", "4444xq")


class Encoder(msgspec.Struct, frozen=True):
    """An encoder by its name in FFmpeg, and the options that are the same for every film."""

    name: str
    options: dict[str, str] = {}
    parameters: str = ""  # the option that holds the library's own parameters, a=1:b=2
    fixed: str = ""  # what stands in it for every film


# Its trees of macroblocks read what was never written, by AVX-512 alone; AVX2 makes the same bytes
# as every older level down to SSE 4.2.
_X264_LEVEL: Final = "asm=avx2" if "avx512" in cpu_features() else ""
_X265: Final = "log-level=none:info=0:frame-threads=1"
ENCODERS: Final = {
    "h264": Encoder("libx264", {}, "x264-params", _X264_LEVEL),
    "hevc": Encoder(
        "libx265", {}, "x265-params", "log-level=none:info=0:pools=none:frame-threads=1"
    ),
    "vp9": Encoder("libvpx-vp9", {"row-mt": "0"}),
    "av1": Encoder("libsvtav1", {}, "svtav1-params", "lp=1"),
    "prores": Encoder("prores_aw"),
}
LOSSLESS: Final = Encoder("ffv1", {"level": "3", "slices": "4", "slicecrc": "1"})
CONTAINER_TAGS: Final = {
    "hevc": "hvc1"
}  # parameter sets in the header alone, as Apple's players ask


def lossless_format(spec: FilmSpec) -> str:
    """FFV1's pixel format that keeps every bit of the frames as the camera gives them."""
    if spec.frame_layout == "i420":
        return "yuv420p"
    return "bgra" if spec.transparent else "bgr0"


def add_video(
    container: OutputContainer,
    spec: FilmSpec,
    encoder: Encoder,
    pixel_format: str,
    options: dict[str, str],
    *,
    threads: int = 1,
) -> VideoStream:
    """A stream of the film's size and rate, whose encoder is set but not yet open."""
    merged = _options(encoder, options, threads)
    stream = cast("VideoStream", container.add_stream(encoder.name, rate=spec.fps, options=merged))
    stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, pixel_format
    context = stream.codec_context
    context.time_base = 1 / spec.fps
    context.thread_count = threads
    context.flags |= Flags.bitexact | Flags.closed_gop
    context.gop_size = max(1, round(spec.keyframe_s * spec.fps))
    tag_colours(context)
    return stream


def tag_colours(target: VideoCodecContext | VideoFrame) -> None:
    """BT.709 and its range are said, not left to players to guess."""
    name = (target.format.name if target.format else "") or ""
    rgb = name.startswith(("rgb", "bgr", "gbr", "pal", "0rgb", "0bgr"))
    target.color_primaries = ColorPrimaries.BT709
    target.color_trc = ColorTrc.BT709
    target.colorspace = 0 if rgb else Colorspace.ITU709
    target.color_range = ColorRange.JPEG if rgb else ColorRange.MPEG


def prores_profile(options: dict[str, str]) -> int:
    """The profile's number, whether a number or a name stands in the options."""
    profile = options.get("profile", "hq")
    return _PRORES_PROFILES.index(profile) if profile in _PRORES_PROFILES else int(profile)


def _options(encoder: Encoder, options: dict[str, str], threads: int) -> dict[str, str]:
    merged = {**encoder.options, **options}
    pools = f"pools={threads if threads > 1 else 'none'}" if encoder.name == "libx265" else ""
    said = filter(None, (encoder.fixed, pools, merged.get(encoder.parameters)))
    if parameters := ":".join(said):
        merged[encoder.parameters] = parameters
    if encoder.name.startswith("prores"):
        merged["profile"] = str(prores_profile(options))
    return merged
