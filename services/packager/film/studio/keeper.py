"""The keeper starts a crew, watches how much it uses, and leaves nothing of it.

It reads nothing that the crew says. The crew's group can be left by nobody who is confined; what
has left it all the same comes to the keeper, who is the parent of all orphans, and is killed, too.
When the packager's end of the keeper's socket closes, as even SIGKILL does, everything ends.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.film.studio.jobs import CrewEnded, Job, LimitHit
from services.packager.film.studio.usage import MOST_PROCESSES, FolderUsage, Usage, descendants
from services.packager.sandbox import channel
from services.packager.sandbox.confinement import adopt_orphans

if TYPE_CHECKING:
    from services.packager.film.studio.jobs import Resource

WATCH_S: Final = 0.25  # between two looks at the processes
DISK_S: Final = 2.0  # between two looks at the disk, at least
ROOM_BYTES: Final = 256 << 20  # of the disk that must stay free for everybody
MORE_LIKELY: Final = b"1000"  # where the whole machine runs out of memory, a film goes first
LATER: Final = 10  # niceness: packing and answering go first


class Keeper:
    """Keeps one crew.

    Args:
        job: Of the crew.
        end: Of the packager's channel.
    """

    def __init__(self, job: Job, end: socket.socket) -> None:
        self._job = job
        self._end = end
        self._started_s = time.monotonic()
        self._looked_s = 0.0
        self._pause_s = DISK_S

    def keep(self, crew: int) -> None:
        """Watch until the crew has ended, or nobody wants it any more; then nothing is left."""
        hit: Resource | None = None
        while hit is None and not _has_ended(crew):
            if select.select([self._end], [], [], WATCH_S)[0]:
                break  # the packager says nothing: it has closed its end
            hit = self._exceeded()
        status = _kill_all(crew)
        with suppress(channel.ClosedError, BlockingIOError):
            channel.send(self._end, LimitHit(hit) if hit else CrewEnded(status))

    def _exceeded(self) -> Resource | None:
        limits = self._job.limits
        now_s = time.monotonic()
        if now_s - self._started_s > limits.shot_s:
            return "time"
        usage = Usage(os.getpid())
        if usage.processes > MOST_PROCESSES or usage.threads > limits.threads:
            return "processes"
        if usage.memory_exceeds(limits.memory_bytes):
            return "memory"
        if now_s - self._looked_s < self._pause_s:
            return None
        folder = FolderUsage(Path(self._job.scratch), limits.files)
        self._looked_s = time.monotonic()
        self._pause_s = max(DISK_S, 10 * (self._looked_s - now_s))
        if folder.entries > limits.files:
            return "files"
        disk = os.statvfs(self._job.scratch)
        full = disk.f_bavail * disk.f_frsize < ROOM_BYTES
        return "disk" if full or folder.used_bytes > limits.disk_bytes else None


def main(job_file: int, packager: int, crew_end: int) -> None:
    """Keep one crew, on a socket that the packager has left open."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the packager says when it is time
    for descriptor in (job_file, packager, crew_end):
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - it takes no name
    adopt_orphans()
    data = channel.content(job_file, os.fstat(job_file).st_size)
    job = msgspec.msgpack.decode(data, type=Job)
    keeper = os.getpid()
    crew = os.fork()
    if crew == 0:
        _become_crew(job, crew_end, packager, keeper)
    os.close(crew_end)
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(crew, crew)  # before anybody would kill its group
    with socket.socket(fileno=packager) as end:
        Keeper(job, end).keep(crew)


def _become_crew(job: Job, crew_end: int, packager: int, keeper: int) -> None:
    """In the child: it never returns."""
    status = 1
    try:
        os.close(packager)
        with suppress(PermissionError):
            os.setpgid(0, 0)
        os.nice(LATER)
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_bytes(MORE_LIKELY)
        os.chdir(job.scratch)
        from services.packager.film.studio import crew  # noqa: PLC0415 - the keeper needs it not

        crew.run(job, socket.socket(fileno=crew_end), keeper)
        status = 0
    except BaseException:  # noqa: BLE001 - it must not reach what the keeper does
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _has_ended(pid: int) -> bool:
    """Whether it has; it is not reaped, so that the group's number stays its own."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_all(crew: int) -> int:
    """Kill the group, and all that are ours; how the crew's process has ended."""
    status = 0
    with suppress(ProcessLookupError):
        os.killpg(crew, signal.SIGKILL)
    while True:
        for pid in descendants(os.getpid()):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        wait = 0
        while True:
            try:
                pid, ended = os.waitpid(-1, wait)
            except ChildProcessError:
                return status
            if pid == 0:
                break  # others have come meanwhile, or are not quite dead
            if pid == crew:
                status = os.waitstatus_to_exitcode(ended)
            wait = os.WNOHANG
