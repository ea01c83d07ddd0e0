"""Chains of FFmpeg's filters: frames go in, frames come out, and none wait but in the filters."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

from av.error import BlockingIOError as AgainError
from av.error import EOFError as EndError
from av.filter import Graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.audio.frame import AudioFrame
    from av.video.frame import VideoFrame

Filters = tuple[tuple[str, str], ...]  # name and arguments of each


def sound_filtered(frames: Iterable[AudioFrame], filters: Filters) -> Iterator[AudioFrame]:
    """Sound through filters, in whatever form its first frame has."""
    graph: Graph | None = None
    for frame in frames:
        if graph is None:
            graph = _graph_for(frame, filters)
        graph.push(frame)
        yield from cast("Iterator[AudioFrame]", pulled(graph))
    if graph is not None:
        graph.push(None)
        yield from cast("Iterator[AudioFrame]", pulled(graph))


def _graph_for(frame: AudioFrame, filters: Filters) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=frame.sample_rate,
        format=frame.format,
        layout=frame.layout,
        time_base=Fraction(1, frame.sample_rate),
    )
    nodes = [graph.add(name, arguments or None) for name, arguments in filters]
    graph.link_nodes(source, *nodes, graph.add("abuffersink")).configure()
    return graph


def pulled(graph: Graph) -> Iterator[AudioFrame | VideoFrame]:
    """What a graph has ready."""
    while True:
        try:
            yield graph.pull()
        except (AgainError, EndError):
            return
