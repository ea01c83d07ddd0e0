"""The files that the camera writes in the page's private file system, read from outside of it.

They are read and not mapped: a page that makes one shorter gets an error, and not us a signal.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from services.packager.film.studio.errors import FilmPageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_ENTRIES: Final = 50_000  # of a profile
BLOCK_BYTES: Final = 4 << 20


def find_file(profile: Path, size_bytes: int) -> int:
    """A descriptor of the one file below a browser's profile that has this size.

    Raises:
        FilmPageError: There is none, or several.
    """
    found = [path for path, size in _files(profile) if size == size_bytes]
    if len(found) != 1:
        raise FilmPageError(
            f"the game disturbs the camera: {len(found)} files of {size_bytes:,} bytes are in the "
            "page's storage; leave its private file system alone while it is filmed"
        )
    try:
        return os.open(found[0], os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise FilmPageError("the game disturbs the camera: its file is gone") from error


def read_into(descriptor: int, buffer: bytearray, at: int) -> None:
    """Fill the buffer from a place of the file.

    Raises:
        FilmPageError: The file ends before.
    """
    done = 0
    with memoryview(buffer) as view:
        while done < len(view):
            count = os.preadv(descriptor, [view[done:]], at + done)
            if count == 0:
                raise FilmPageError("the game disturbs the camera: its file has become shorter")
            done += count


def copy_to(descriptor: int, path: Path, size_bytes: int) -> None:
    """Copy the file's first bytes.

    Raises:
        FilmPageError: It has fewer.
    """
    with path.open("wb") as file:
        for at in range(0, size_bytes, BLOCK_BYTES):
            block = bytearray(min(BLOCK_BYTES, size_bytes - at))
            read_into(descriptor, block, at)
            file.write(block)


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """Plain files below a folder, and their sizes."""
    waiting = [str(folder)]
    seen = 0
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:  # a browser removes some
            for entry in entries:
                seen += 1
                if seen > MOST_ENTRIES:
                    return
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        yield entry.path, entry.stat(follow_symlinks=False).st_size
