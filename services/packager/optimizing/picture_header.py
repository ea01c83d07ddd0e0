"""A picture's header says how large it is, before anything is decoded.

Few bytes can stand for gigabytes. Only what Pillow itself took from the file counts: a header that
is searched for in any other way can be faked.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image, UnidentifiedImageError

from services.packager.project.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Pillow's own limit tells neither width nor height. All that is opened here is held against
# tighter ones by whoever opens it.
Image.MAX_IMAGE_PIXELS = None


@contextmanager
def opened(source: BinaryIO, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """The picture, not decoded yet; raises what else Pillow raises.

    Raises:
        UnreadableError: It has none of the formats.
    """
    try:
        picture = Image.open(source, formats=formats)
    except UnidentifiedImageError as error:
        raise UnreadableError(f"is no {' or '.join(formats)} that can be read") from error
    with picture:
        yield picture
