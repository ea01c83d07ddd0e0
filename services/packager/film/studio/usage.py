"""How much a crew uses: its memory, its processes and threads, and its disk.

The kernel counts in ``/proc``. Nothing here is exact to the byte, and nothing is missed that grows.
"""

from __future__ import annotations

import os
import re
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSE_S: Final = 0.01
BLOCK_BYTES: Final = 512  # as stat counts them
MOST_PROCESSES: Final = 512  # each takes memory of the kernel's that nobody counts
_ANONYMOUS: Final = re.compile(r"^RssAnon:\s*(\d+) kB$", re.MULTILINE)
_SHARED: Final = re.compile(r"^RssShmem:\s*(\d+) kB$", re.MULTILINE)
_THREADS: Final = re.compile(r"^Threads:\s*(\d+)$", re.MULTILINE)
_FAIR_ANONYMOUS: Final = re.compile(r"^Pss_Anon:\s*(\d+) kB$", re.MULTILINE)
_FAIR_SHARED: Final = re.compile(r"^Pss_Shmem:\s*(\d+) kB$", re.MULTILINE)


def descendants(pid: int) -> Iterator[int]:
    """All processes that a process has started, and those that they have; not itself."""
    waiting = [pid]
    while waiting:
        for thread in _names(Path(f"/proc/{waiting.pop()}/task")):
            with suppress(OSError):
                children = list(map(int, (thread / "children").read_text().split()))
                waiting += children
                yield from children


def end_session(leader: int) -> None:
    """Kill what is left of a session whose leader has ended; who is confined cannot leave it."""
    while left := [pid for pid in _processes() if _session_of(pid) == leader]:
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(PAUSE_S)


class Usage:
    """What the processes below one use at this moment."""

    def __init__(self, pid: int) -> None:
        self.processes = 0
        self.threads = 0
        self._pids: list[int] = []
        self._at_most = 0
        self._files: dict[tuple[int, int], int] = {}
        for process in descendants(pid):
            self.processes += 1
            if self.processes > MOST_PROCESSES:
                return
            self._pids.append(process)
            status = _text(Path(f"/proc/{process}/status"))
            self.threads += sum(map(int, _THREADS.findall(status)))
            self._at_most += _counted(_ANONYMOUS, status) + _counted(_SHARED, status)
            self._look_at_files(process)

    def memory_exceeds(self, limit_bytes: int) -> bool:
        """Whether they have more, what they share being counted once.

        That takes longer to find out, and is looked at only where it may be so.
        """
        files = sum(self._files.values())
        if self._at_most + files <= limit_bytes:
            return False
        anonymous = shared = 0
        for process in self._pids:
            rollup = _text(Path(f"/proc/{process}/smaps_rollup"))
            if rollup:
                anonymous += _counted(_FAIR_ANONYMOUS, rollup)
                shared += _counted(_FAIR_SHARED, rollup)
            else:  # it has ended, or may not be looked at
                status = _text(Path(f"/proc/{process}/status"))
                anonymous += _counted(_ANONYMOUS, status)
                shared += _counted(_SHARED, status)
        return anonymous + max(shared, files) > limit_bytes

    def _look_at_files(self, process: int) -> None:
        """Open files that no folder shows: in memory, or removed."""
        for descriptor in _names(Path(f"/proc/{process}/fd")):
            with suppress(OSError):
                name = str(descriptor.readlink())
                if name.startswith("/memfd:") or name.endswith(" (deleted)"):
                    file = descriptor.stat()
                    self._files[file.st_dev, file.st_ino] = file.st_blocks * BLOCK_BYTES


class FolderUsage:
    """The bytes and the entries below a folder; it stops to count where there are too many."""

    def __init__(self, folder: Path, most_entries: int) -> None:
        self.used_bytes = 0
        self.entries = 0
        waiting = [str(folder)]
        while waiting:
            with suppress(OSError), os.scandir(waiting.pop()) as entries:  # it may go meanwhile
                for entry in entries:
                    self.entries += 1
                    if self.entries > most_entries:
                        return
                    with suppress(OSError):
                        self.used_bytes += entry.stat(follow_symlinks=False).st_blocks * BLOCK_BYTES
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)


def _processes() -> list[int]:
    return [int(path.name) for path in _names(Path("/proc")) if path.name.isdigit()]


def _session_of(pid: int) -> int | None:
    """None where it has ended, and waits only to be reaped."""
    fields = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return int(fields[3]) if fields and fields[0] != "Z" else None


def _names(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _counted(line: re.Pattern[str], text: str) -> int:
    return 1024 * sum(map(int, line.findall(text)))


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
