"""A small picture of a film that is being made, for those who watch it."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

MAX_PREVIEW_BYTES: Final = 20_000


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """One frame as a JPEG, at most 320 px wide; published and not kept.

    A subscriber takes it for hostile until its JPEG is checked.
    """

    export_id: str
    generation: Annotated[int, msgspec.Meta(ge=1)]
    frame: Annotated[int, msgspec.Meta(ge=0)]  # from 0
    frames: Annotated[int, msgspec.Meta(ge=1)]
    fps: Annotated[float, msgspec.Meta(ge=0)]  # frames made a second of wall time
    data: Annotated[bytes, msgspec.Meta(min_length=1, max_length=MAX_PREVIEW_BYTES)]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Preview)


def encode_preview(preview: Preview) -> bytes:
    """MessagePack: pictures do not grow by base64 between services."""
    return _encoder.encode(preview)


def decode_preview(message: bytes) -> Preview:
    """Read one from a message.

    Raises:
        msgspec.DecodeError: It is none (``ValidationError`` where a value is out of range).
    """
    return _decoder.decode(message)
