"""What of a preview's event is passed on: a small JPEG with plausible numbers, nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.preview import decode_preview
from shared.domain.websocket_messages import PreviewMessage

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_EVENT_BYTES: Final = 24_000  # as it comes, so that a message stays below 32 kB of Base64
MOST_PIXELS: Final = 320  # of its width
MOST_TALL_PIXELS: Final = 640  # of its height: films for telephones stand upright
MOST_FRAMES: Final = 10_000_000
MOST_FPS: Final = 10_000.0
_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_SCAN: Final = 0xDA
_FRAMES: Final = {0xC0, 0xC1, 0xC2}  # baseline, extended and progressive (ITU-T T.81 table B.1)
_COMPONENTS: Final = {1, 3}  # grey, and YCbCr


class BadPreviewError(Exception):
    """An event that is not passed on; its text says why."""


def checked(payload: bytes, *, export_id: str) -> PreviewMessage:
    """The message that an event stands for.

    Args:
        payload: As it came, from whoever may publish previews.
        export_id: Whose preview it has to be.

    Raises:
        BadPreviewError: It is too long, is no preview of that export, has numbers that no film
            has, or its picture is no JPEG of at most 320 x 640 pixels.
    """
    if len(payload) > MOST_EVENT_BYTES:
        raise BadPreviewError(f"it has {len(payload)} bytes, more than {MOST_EVENT_BYTES}")
    try:
        preview = decode_preview(payload)
    except msgspec.MsgspecError as error:
        raise BadPreviewError(str(error)) from error
    if preview.export_id != export_id:
        raise BadPreviewError("it names another export than its subject")
    if preview.frames > MOST_FRAMES or preview.frame >= preview.frames:
        raise BadPreviewError(f"there is no frame {preview.frame} of {preview.frames}")
    if not math.isfinite(preview.fps) or preview.fps > MOST_FPS:
        raise BadPreviewError(f"nothing films {preview.fps} frames a second")
    _check_picture(preview.data)
    return PreviewMessage(
        export_id=export_id,
        generation=preview.generation,
        frame=preview.frame,
        frames=preview.frames,
        fps=round(preview.fps, 3),
        data=preview.data,
    )


def _check_picture(data: bytes) -> None:
    if not data.startswith(_START) or not data.endswith(_END):
        raise BadPreviewError("its picture is no whole JPEG")
    for marker, segment in _segments(data):
        if marker in _FRAMES:
            return _check_frame(segment)
    raise BadPreviewError("its picture is a JPEG that does not say how large it is")


def _check_frame(segment: bytes) -> None:
    """Precision, height, width and components (ITU-T T.81, B.2.2)."""
    if len(segment) < 6:  # noqa: PLR2004 - the fixed part
        raise BadPreviewError("its picture's header is cut off")
    height, width = int.from_bytes(segment[1:3]), int.from_bytes(segment[3:5])
    if not 1 <= width <= MOST_PIXELS or not 1 <= height <= MOST_TALL_PIXELS:
        raise BadPreviewError(f"its picture is {width} x {height} pixels large")
    if segment[0] != 8 or segment[5] not in _COMPONENTS:  # noqa: PLR2004 - bits a sample
        raise BadPreviewError("its picture has colours that no browser is asked to show")


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The marker segments before the first scan, each with its marker's second byte."""
    at = len(_START)
    while at + 4 <= len(data):
        if data[at] != 0xFF:  # noqa: PLR2004 - what every marker begins with
            raise BadPreviewError("its picture is a broken JPEG")
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker == _SCAN:
            return
        if length < 2 or at + 2 + length > len(data):  # noqa: PLR2004 - the length counts itself
            raise BadPreviewError("its picture is a broken JPEG")
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length
