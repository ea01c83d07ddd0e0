"""The pictures inside a model are encoded one by one; one that cannot be harms no other part."""

from __future__ import annotations

import io
from collections.abc import Callable

import msgspec

from services.packager.optimizing import images
from services.packager.project.unreadable import UnreadableError, decoding


class PictureEncoder(msgspec.Struct, frozen=True, kw_only=True):
    """Encodes the pictures of one model."""

    file: str  # the model's path
    most_bytes: int  # of memory for a picture
    note: Callable[[str], object]  # takes what the maker should know

    def smaller(self, number: int, data: bytes, *, lossless: bool) -> bytes | None:
        """An image as WebP; None where it stays as it is.

        Raises:
            ProjectTooHeavyError: There is less memory than was promised.
        """
        try:
            with decoding(self.file):
                self._check_size(data)
                return images.smaller(data, lossless=lossless)
        except UnreadableError as error:
            self.note(f"its image {number} stays as it is: it {error}")
            return None

    def _check_size(self, data: bytes) -> None:
        need = images.memory_bytes(io.BytesIO(data))
        if need > self.most_bytes:
            message = (
                f"takes {need >> 20:,} MiB of memory to decode; beside the model "
                f"{self.most_bytes >> 20:,} are left"
            )
            raise UnreadableError(message)


def picture_bytes(data: bytes) -> int:
    """What a picture takes of memory; nothing where it cannot be decoded."""
    try:
        with decoding("a picture of a model"):
            return images.memory_bytes(io.BytesIO(data))
    except UnreadableError:
        return 0
