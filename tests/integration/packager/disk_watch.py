"""Which thread touches the disk, as the interpreter itself reports it."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WATCHED = ("open", "os.", "shutil.", "tempfile.", "glob.", "pathlib.")


class DiskWatch:
    """Notes every audited disk access of one thread below some folders."""

    def __init__(self) -> None:
        self._folders: tuple[str, ...] = ()
        self._thread = 0
        self._seen: list[str] = []
        sys.addaudithook(self._hook)  # it stays for the life of the process, and is idle mostly

    @contextmanager
    def of_this_thread(self, *folders: Path) -> Iterator[list[str]]:
        """The accesses of the calling thread until the block ends, one a line."""
        self._seen = []
        self._thread = threading.get_ident()
        self._folders = tuple(map(str, folders))
        try:
            yield self._seen
        finally:
            self._folders = ()

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._folders or threading.get_ident() != self._thread:
            return
        if event.startswith(_WATCHED):
            paths = (os.fsdecode(a) for a in arguments if isinstance(a, str | bytes | os.PathLike))
            self._seen += (f"{event} {path}" for path in paths if path.startswith(self._folders))


DISK_WATCH = DiskWatch()
