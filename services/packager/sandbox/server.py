"""The build server is warm: it has imported all that builds need, and forks one process for each.

It never reads a project, and holds nothing that is worth stealing: its environment is empty, it has
no connection but the one to its packager. When that closes, because the packager has died, say, it
kills all builds and ends.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.platforms import exporters
from services.packager.runtimes.node import find_node
from services.packager.runtimes.registry import Templates
from services.packager.sandbox import build, channel
from services.packager.sandbox.confinement import (
    Confinement,
    Protections,
    View,
    bound_capabilities,
    probe,
)
from services.packager.sandbox.messages import End, Ended, Ready, Start, Started, ToServer
from services.packager.sandbox.warm_up import warm_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.build.plan import Exporter

WATCH_S: Final = 0.1  # between two looks at the memory of the builds
FRESH_S: Final = 0.5
LATER: Final = 10  # the niceness of builds that take longer
MOST_PROCESSES: Final = 512  # of one build; each takes memory of the kernel's that nobody counts
MORE_LIKELY: Final = b"1000"
BLOCK_BYTES: Final = 512  # as stat counts them
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

_decoder: Final = msgspec.msgpack.Decoder(ToServer)


class BuildServer:
    """Forks builds, watches their memory, and says how they ended."""

    def __init__(
        self, end: socket.socket, exporters: Mapping[str, Exporter], protections: Protections
    ) -> None:
        self._end = end
        self._exporters = exporters
        self._protections = protections
        self._templates: dict[str, Templates] = {}
        self._memory_bytes: dict[int, int] = {}  # what each build may use, by its process
        self._pid = os.getpid()
        self._too_large: set[int] = set()
        self._fresh: dict[int, float] = {}  # until when a build may go before those that take long

    def serve(self) -> None:
        """Until the packager has gone."""
        channel.send(self._end, Ready(self._protections))
        try:
            while True:
                self._watch()
                data, files = channel.receive(self._end)
                try:
                    self._handle(_decoder.decode(data), files)
                finally:
                    channel.close(files)
        except channel.ClosedError:
            for pid in self._memory_bytes:
                _kill(pid)
            os._exit(0)  # at once: nothing is left to be put in order

    def _watch(self) -> None:
        """Wait for a message, and kill what has grown too large, or outlives its build.

        What takes long makes way for what may not: a tiny export need not wait for heavy ones.
        """
        while not select.select([self._end], [], [], WATCH_S if self._memory_bytes else None)[0]:
            for pid, limit_bytes in self._memory_bytes.items():
                if _has_ended(pid):
                    _kill(pid)
                elif _used_bytes(pid) > limit_bytes:
                    self._too_large.add(pid)
                    _kill(pid)
            for pid, until in [*self._fresh.items()]:
                if time.monotonic() > until:
                    del self._fresh[pid]
                    make_way(pid)

    def _handle(self, message: Start | End, files: list[int]) -> None:
        if isinstance(message, End):
            channel.send(self._end, self._ended(message.pid))
            return
        folder = message.templates
        templates = self._templates.setdefault(folder, Templates(Path(folder)))
        templates.survey()  # verified once here, not anew in each build
        scratch, node = Path(message.scratch), find_node()  # likewise
        view = View(scratch=scratch, programs=(templates.folder, *(node.programs if node else ())))
        confinement = Confinement(view, message.limits, self._protections, user=message.user)
        try:
            pid = os.fork()
            if pid == 0:
                self._become_build(confinement, message, files, templates)
        finally:
            confinement.close()
        self._memory_bytes[pid] = message.limits.memory_bytes
        self._fresh[pid] = time.monotonic() + FRESH_S
        channel.send(self._end, Started(pid))

    def _ended(self, pid: int) -> Ended:
        """Kill what is left of it; the group's number is its own until its leader is reaped."""
        _kill(pid)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        del self._memory_bytes[pid]
        self._fresh.pop(pid, None)
        too_large = pid in self._too_large
        self._too_large.discard(pid)
        return Ended(status=status, too_much_memory=too_large)

    def _become_build(
        self, confinement: Confinement, start: Start, files: list[int], templates: Templates
    ) -> None:
        """In the child: it never returns."""
        status = 1
        try:
            os.setsid()
            self._end.close()
            job, end = files
            os.chdir(start.scratch)
            _die_sooner()
            confinement.enter()
            if os.getppid() != self._pid:
                return  # the server died before its death could be this build's
            build.run(
                job,
                socket.socket(fileno=end),
                self._exporters,
                templates,
                scratch=Path(start.scratch),
                limits=start.limits,
            )
            status = 0
        finally:
            sys.stderr.flush()
            os._exit(status)


def _die_sooner() -> None:
    """Where the whole machine runs out of memory, a build goes first."""
    with suppress(OSError):
        file = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(file, MORE_LIKELY)
        finally:
            os.close(file)


def _kill(pid: int) -> None:
    """Its whole group, which nobody can leave."""
    for kill in (os.killpg, os.kill):  # the group is not there yet, this early
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def make_way(pid: int) -> None:
    """Let others go first, by both ways that the scheduler may know: sched(7), autogroup."""
    with suppress(OSError):  # it has just ended
        os.setpriority(os.PRIO_PGRP, pid, LATER)
        Path(f"/proc/{pid}/autogroup").write_text(f"{LATER}")


def _has_ended(pid: int) -> bool:
    """Whether its leader has; it is not reaped, so that the group's number stays its own."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _used_bytes(pid: int) -> int:
    """What a build has in memory, with the programs that it has started.

    Where those are too many, it is more than any build may have: else the whole machine, which has
    to run them all, would be slow to find that out.
    """
    total, seen, waiting = 0, 0, [pid]
    while waiting:
        seen += 1
        if seen > MOST_PROCESSES:
            return sys.maxsize
        process = Path(f"/proc/{waiting.pop()}")
        with suppress(OSError, ValueError):
            total += int((process / "statm").read_text().split()[1]) * _PAGE
            total += sum(map(_memory_file_bytes, (process / "fd").iterdir()))
            for thread in (process / "task").iterdir():
                with suppress(OSError):
                    waiting += map(int, (thread / "children").read_text().split())
    return total


def _memory_file_bytes(descriptor: Path) -> int:
    """What an open file takes of the memory, if it is one that lies there."""
    with suppress(OSError):
        if str(descriptor.readlink()).startswith("/memfd:"):
            return descriptor.stat().st_blocks * BLOCK_BYTES
    return 0


def main(descriptor: int, exporters: Mapping[str, Exporter]) -> None:
    """Serve on a socket that the packager has left open."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(
            number, signal.SIG_IGN
        )  # a group gets both; the packager says when it is time
    warm_up()
    gc.collect()
    gc.freeze()  # one collection in a build would copy all that it shares with us: 0.05 s of each
    bound_capabilities()
    with socket.socket(fileno=descriptor) as end:
        BuildServer(end, exporters, probe()).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), exporters())
