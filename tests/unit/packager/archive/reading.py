"""Archives read back by programs we did not write, and files to put into them."""

from __future__ import annotations

import io
import shutil
import subprocess
import threading
import zipfile
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from services.packager.archive.compression import CompressionLevel
from services.packager.archive.zip import ZipStream

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from services.packager.archive.member import Member

BLOCK: Final = 1 << 20
ZEROS: Final = bytes(BLOCK)
READERS: Final = {"unzip": ["unzip", "-tqq"], "7z": ["7z", "t", "-bso0", "-bsp0"]}


class Repeated(io.RawIOBase):
    """A file of any size that takes no room: one MiB again and again."""

    def __init__(self, size_bytes: int, block: bytes = ZEROS) -> None:
        self._size_bytes = size_bytes
        self._block = block
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        assert whence == io.SEEK_SET
        self._position = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        start = self._position % BLOCK
        left = self._size_bytes - self._position
        wanted = left if size < 0 else min(size, left)
        self._position += wanted
        if wanted == BLOCK and start == 0:
            return self._block
        return (self._block * ((start + wanted) // BLOCK + 1))[start : start + wanted]


def write(
    members: Iterable[Member],
    *,
    threads: int = 2,
    level: CompressionLevel = CompressionLevel.BALANCED,
) -> bytes:
    """A whole archive in memory."""
    return b"".join(ZipStream(members, threads=threads, level=level))


def write_sparse(members: Iterable[Member], target: Path) -> ZipStream:
    """An archive on the disk, blocks of zeros as holes."""
    archive = ZipStream(members)
    with target.open("wb") as file, closing(iter(archive)) as blocks:
        for block in blocks:
            if block == ZEROS:
                file.seek(BLOCK, io.SEEK_CUR)
            else:
                file.write(block)
    return archive


def read(archive: bytes) -> dict[str, bytes]:
    """Path → content, as Python's reader sees it; checks every CRC."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {name: file.read(name) for name in file.namelist()}


def accepted_by(reader: str, archive: Path, *names: str) -> None:
    """Have a program test the archive, or only some of its files; without the program, skip."""
    if shutil.which(reader) is None:
        pytest.skip(f"{reader} is not installed")
    command = [*READERS[reader], str(archive), *names]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def workers() -> list[threading.Thread]:
    """Threads of an archive that is being written."""
    return [t for t in threading.enumerate() if t.name.startswith(("zip", "hash"))]


def text_of(size_bytes: int, seed: int = 1) -> bytes:
    """Compressible."""
    rng = Random(seed)
    words = [rng.randbytes(3).hex() for _ in range(500)]
    return " ".join(rng.choices(words, k=size_bytes // 7 + 1)).encode()[:size_bytes]


def noise_of(size_bytes: int, seed: int = 1) -> bytes:
    """Not compressible."""
    return Random(seed).randbytes(size_bytes)


def jpeg_of(size_bytes: int, seed: int = 1) -> bytes:
    """A picture of roughly that size, of which compressing leaves nearly all."""
    side = int((size_bytes * 0.62) ** 0.5)
    target = io.BytesIO()
    Image.frombytes("RGB", (side, side), noise_of(3 * side * side, seed)).save(
        target, "JPEG", quality=90, optimize=True
    )
    return target.getvalue()
