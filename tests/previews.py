"""Pictures of films that are being made, as whoever films them publishes them."""

from __future__ import annotations

import io
from typing import Any

import msgspec
from PIL import Image

from shared.domain.preview import Preview, encode_preview


def jpeg(size: tuple[int, int] = (320, 180), *, colour: str = "navy", **options: Any) -> bytes:
    """A picture of one colour, as Pillow writes it."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG", **options)
    return file.getvalue()


def preview(export_id: str, **changes: Any) -> bytes:
    """An event as a worker publishes it, right or wrong."""
    sample = Preview(
        export_id=export_id, generation=1, frame=119, frames=300, fps=4.25, data=jpeg()
    )
    return encode_preview(msgspec.structs.replace(sample, **changes))
