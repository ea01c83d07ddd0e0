"""FFmpeg's frames become pictures of Pillow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import Image

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_MODES: Final = {"rgba": "RGBA", "rgb24": "RGB"}


def picture(frame: VideoFrame) -> Image.Image:
    """The picture of a frame in ``rgba`` or ``rgb24``, in memory of its own."""
    mode, plane = _MODES[frame.format.name], frame.planes[0]
    size = (frame.width, frame.height)
    return Image.frombytes(mode, size, bytes(plane), "raw", mode, plane.line_size)
