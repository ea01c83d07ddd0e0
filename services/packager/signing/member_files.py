"""Members of an application are put on the disk for programs that can only work on files."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, cast

from services.packager.archive.compress_jobs import blocks_of
from services.packager.archive.member import Member
from services.packager.storage.disk_cache import disk_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def write_member(member: Member, path: Path) -> None:
    """Put a member's content there, with its mode.

    Raises:
        CacheFullError: The disk has no room left.
    """
    with disk_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        with member.open() as source, path.open("wb") as target:
            for block in blocks_of(member, source):
                target.write(block)
        path.chmod(member.mode)


def read_member(path: Path, name: str) -> Member:
    """A file as a member called ``name``; executable if its owner may execute it."""
    found = path.stat()
    return Member(
        path=name,
        size_bytes=found.st_size,
        open=cast("Callable[[], BinaryIO]", partial(io.FileIO, path)),
        mode=0o755 if found.st_mode & 0o100 else 0o644,
    )
