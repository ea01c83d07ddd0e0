"""A moving GIF: one palette for all of the film, and a pattern where colours are missing.

The pattern (Bayer's) stands still where the picture does: it is smaller than what spreads errors,
and does not flicker. GIF counts hundredths of a second; each frame begins at the nearest one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, cast

import av
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.reformatter import VideoReformatter

from services.packager.film.encoding.codecs import BITEXACT
from services.packager.film.encoding.filters import pulled
from services.packager.film.encoding.frames import converted
from services.packager.film.encoding.slice_files import pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from av.audio.frame import AudioFrame
    from av.filter.context import FilterContext
    from av.video.frame import VideoFrame

    from services.packager.film.encoding.slice_files import SliceFile
    from shared.domain.video.film_spec import FilmSpec

DITHERS: Final = ("bayer:bayer_scale=3", "none")  # the best first, then the smallest
SAMPLES: Final = 4_000_000  # pixels that the palette is made of: each may be a colour in memory
MOST_SAMPLED: Final = 4_000  # frames
_FORMAT: Final = "bgra"
_PALETTE: Final = (16, 16)  # px
_FIRST_SHARE: Final = 0.3  # of the time


def write_gif(
    spec: FilmSpec,
    slices: Sequence[SliceFile],
    output: Path,
    dither: str,
    tell: Callable[[float], None],
) -> None:
    """Write the film, which repeats without end.

    Raises:
        SliceDamagedError: A picture cannot be decoded.
    """
    palette = _palette(spec, slices, lambda share: tell(share * _FIRST_SHARE))
    ends = [round(frame / spec.fps * 100) for frame in (spec.frames - 1, spec.frames)]
    options = {**BITEXACT, "loop": "0", "final_delay": str(max(1, ends[1] - ends[0]))}
    with av.open(output, "w", format="gif", options=options) as container:
        stream = container.add_stream("gif", rate=spec.fps)
        stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, "pal8"
        stream.codec_context.time_base = 1 / spec.fps
        for done, frame in enumerate(_painted(spec, slices, palette, dither), start=1):
            container.mux(stream.encode(frame))
            tell(1 - (1 - _FIRST_SHARE) * (1 - done / spec.frames))
        container.mux(stream.encode(None))


def _palette(
    spec: FilmSpec, slices: Sequence[SliceFile], tell: Callable[[float], None]
) -> VideoFrame:
    """The colours of the film, from some pixels of each of its frames, evenly spread."""
    every = math.ceil(spec.frames / MOST_SAMPLED)
    share = math.sqrt(SAMPLES * every / (spec.frames * spec.width * spec.height))
    width, height = (max(1, int(px * min(1.0, share))) for px in (spec.width, spec.height))
    graph = Graph()
    source = _source(graph, spec, (spec.width, spec.height))
    scale = graph.add("scale", f"{width}:{height}:flags=neighbor")
    generate = graph.add("palettegen", "stats_mode=full")
    graph.link_nodes(source, scale, generate, graph.add("buffersink")).configure()
    made: list[AudioFrame | VideoFrame] = []
    for frame in _frames(spec, slices, every):
        source.push(frame)
        made += pulled(graph)  # else all frames would wait in the graph
        tell(((frame.pts or 0) + 1) / spec.frames)
    source.push(None)
    made += pulled(graph)
    return cast("VideoFrame", made[0])


def _painted(
    spec: FilmSpec, slices: Sequence[SliceFile], palette: VideoFrame, dither: str
) -> Iterator[VideoFrame]:
    graph = Graph()
    source = _source(graph, spec, (spec.width, spec.height))
    colours = _source(graph, spec, _PALETTE)
    use = graph.add("paletteuse", f"dither={dither}")
    source.link_to(use, 0, 0)
    colours.link_to(use, 0, 1)
    use.link_to(graph.add("buffersink"))
    graph.configure()
    palette.pts, palette.time_base = 0, 1 / spec.fps
    colours.push(palette)
    colours.push(None)
    for frame in _frames(spec, slices, 1):
        source.push(frame)
        yield from cast("Iterator[VideoFrame]", pulled(graph))
    source.push(None)
    yield from cast("Iterator[VideoFrame]", pulled(graph))


def _source(graph: Graph, spec: FilmSpec, size: tuple[int, int]) -> FilterContext:
    return graph.add_buffer(
        width=size[0],
        height=size[1],
        format=VideoFormat(_FORMAT, *size),
        time_base=1 / spec.fps,
    )


def _frames(spec: FilmSpec, slices: Sequence[SliceFile], every: int) -> Iterator[VideoFrame]:
    reformatter = VideoReformatter()
    for decoded in pictures(spec, slices, every=every):
        frame = converted(decoded, _FORMAT, reformatter)
        frame.pts, frame.time_base = decoded.pts, decoded.time_base
        yield frame
