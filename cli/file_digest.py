"""One file of a project as it was read: its SHA-256, and what in it looks like a secret."""

from __future__ import annotations

import hashlib
import os
import time
from typing import Final

import msgspec

from shared.domain.events import Sha256
from shared.domain.secret_scanner import SecretScanner, is_scanned

BLOCK_BYTES: Final = 1 << 20
TICK_NS: Final = 3_000_000_000  # no file system has a coarser clock: FAT counts in two seconds


class FileDigest(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What was found in a file, and by what to tell whether it is still the same file."""

    size: int  # bytes that were read
    mtime_ns: int
    ctime_ns: int  # no tool sets it back
    inode: int
    sha256: Sha256
    secret: str | None  # what in it looks like a secret; "": its name does; None: nothing

    def is_of(self, status: os.stat_result) -> bool:
        """Whether the file has not changed."""
        seen = (self.size, self.mtime_ns, self.ctime_ns, self.inode)
        return seen == (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def digest_file(place: str, path: str) -> tuple[FileDigest, bool]:
    """Read a file.

    Args:
        place: Where it lies.
        path: What it is called in its project.

    Returns:
        What is in it, and whether any change after it was read would show in its status: it was at
        rest meanwhile, and longer before than the clock of its file system ticks ("racy git").

    Raises:
        OSError: It cannot be read.
    """
    began_ns = time.time_ns()
    digest, size = hashlib.sha256(), 0
    scanner = SecretScanner(path) if is_scanned(path) else None
    with open(place, "rb", buffering=0) as file:  # noqa: PTH123 - thousands of them: no Path for each
        before = os.fstat(file.fileno())
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            size += len(block)
            if scanner:
                scanner.feed(block)
        after = os.fstat(file.fileno())
    secret = scanner.left_out() if scanner else None
    found = FileDigest(
        size=size,
        mtime_ns=before.st_mtime_ns,
        ctime_ns=before.st_ctime_ns,
        inode=before.st_ino,
        sha256=digest.hexdigest(),
        secret=secret.found if secret else None,
    )
    age_ns = began_ns - max(found.mtime_ns, found.ctime_ns)
    return found, found.is_of(after) and age_ns > TICK_NS
