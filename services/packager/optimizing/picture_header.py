"""A picture's header says how large it is, before anything is decoded.

Few bytes can stand for gigabytes. Only what Pillow itself took from the file counts: a header that
is searched for in any other way can be faked.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

# Pillow's own limit tells neither width nor height. All that is opened here is held against
# tighter ones by whoever opens it.
Image.MAX_IMAGE_PIXELS = None


@contextmanager
def opened(source: BinaryIO, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """The picture, not decoded yet; raises what Pillow raises."""
    with Image.open(source, formats=formats) as picture:
        yield picture
