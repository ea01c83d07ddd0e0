"""Bytes of the camera become FFmpeg's frames, in the encoder's pixel format and BT.709."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from services.packager.film.encoding.codecs import tag_colours

if TYPE_CHECKING:
    from shared.domain.video.film_spec import FilmSpec

SCALING: Final = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.BITEXACT
)


def frame_bytes(spec: FilmSpec) -> int:
    """How many bytes each frame of the camera has."""
    pixels = spec.width * spec.height
    return pixels * 3 // 2 if spec.frame_layout == "i420" else pixels * 4


class FrameReader:
    """Makes frames of one film; not for use by several threads."""

    def __init__(self, spec: FilmSpec, pixel_format: str) -> None:
        self._spec = spec
        self._source = "yuv420p" if spec.frame_layout == "i420" else "rgba"
        self._target = pixel_format
        self._reformatter = VideoReformatter()
        self._bytes = frame_bytes(spec)

    def read(self, data: memoryview | bytes) -> VideoFrame:
        """A frame of its own memory.

        Raises:
            ValueError: There are not as many bytes as a frame has.
        """
        if len(data) != self._bytes:
            raise ValueError(f"a frame has {self._bytes:,} bytes, but {len(data):,} were given")
        frame = VideoFrame(self._spec.width, self._spec.height, self._source)
        view, start = memoryview(data), 0
        for plane in frame.planes:
            line = plane.width * (4 if self._source == "rgba" else 1)
            size = line * plane.height
            _fill(memoryview(plane), plane.line_size, view[start : start + size], line)
            start += size
        tag_colours(frame)
        return converted(frame, self._target, self._reformatter)


def converted(
    frame: VideoFrame,
    target: str,
    reformatter: VideoReformatter | None = None,
    *,
    size: tuple[int, int] | None = None,
) -> VideoFrame:
    """The picture in another pixel format: RGB is of full range, all else limited BT.709.

    Args:
        frame: It has its own range.
        target: FFmpeg's name of the format.
        reformatter: Is quicker where it has converted the same before.
        size: Width and height, pixels; None: as they are.
    """
    width, height = size or (frame.width, frame.height)
    if (frame.format.name, frame.width, frame.height) == (target, width, height):
        return frame
    from_rgb, to_rgb = frame.format.is_rgb, _is_rgb(target)
    made = (reformatter or VideoReformatter()).reformat(
        frame,
        width=width,
        height=height,
        format=target,
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG if from_rgb else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG if to_rgb else ColorRange.MPEG,
        interpolation=SCALING,
    )
    tag_colours(made)
    return made


def _is_rgb(pixel_format: str) -> bool:
    return pixel_format.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "pal8"))


def _fill(plane: memoryview, line_size: int, data: memoryview, line: int) -> None:
    """Lines of a plane are aligned; the camera's are not."""
    if line_size == line:
        plane[: len(data)] = data
        return
    plane[:] = bytes(len(plane))  # encoders read to the end of a line: the same bytes each time
    for row in range(len(data) // line):
        plane[row * line_size : row * line_size + line] = data[row * line : (row + 1) * line]
