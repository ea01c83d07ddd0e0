"""The packager's side of the build server: it is started when it is needed, and after it died."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
import structlog

from services.packager.sandbox import channel
from services.packager.sandbox.confinement import FIRST_USER, Protections
from services.packager.sandbox.messages import End, Ended, FromServer, Job, Ready, Start, Started
from shared.errors import ConfigurationError, ExportError

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from services.packager.sandbox.confinement import Limits

log = structlog.get_logger()

MAX_BUILDS: Final = 4_096  # at a time; each has a user of its own
INHERITED: Final = ("PATH", "LC_ALL", "MALLOC_MMAP_THRESHOLD_", "PYTHONDONTWRITEBYTECODE")
LOST: Final = "the build server ended; the build begins anew"
SERVER: Final = "services.packager.sandbox.server"

_decoder: Final = msgspec.msgpack.Decoder(FromServer)
AnswerT = TypeVar("AnswerT", Ready, Started, Ended)


class BuildServerLostError(ExportError):
    """The build server has died, and all builds with it; the next one starts it anew."""

    code = "build-lost"
    title = "The build was interrupted"
    retryable = True


@dataclass
class Child:
    """The process of one build, and our end of its channel."""

    pid: int
    end: socket.socket
    user: int | None
    server: subprocess.Popen[bytes]
    ended: Ended | None = None


class BuildServer:
    """Starts builds and ends them, from any thread.

    Args:
        limits: Of each build.
        program: The module that forks them.
    """

    def __init__(self, limits: Limits, *, program: str = SERVER) -> None:
        self.limits = limits
        self._program = program
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: socket.socket | None = None
        self._protections: Protections | None = None
        self._users: set[int | None] = set()
        self._told_same_user = False

    def protections(self) -> Protections:
        """Which protections work here; starts the server.

        Raises:
            BuildServerLostError: It does not start.
        """
        with self._lock:
            self._started()
            assert self._protections is not None  # noqa: S101 - the server has said so
            return self._protections

    def require(self) -> None:
        """Refuse to build strangers' projects without enough protection.

        Raises:
            ConfigurationError: What is missing, and what to do.
        """
        found = self.protections()
        if not found.suffice:
            raise ConfigurationError(
                f"builds cannot be confined here ({found}): Linux 6.2 with Landlock and seccomp is "
                "needed; PACKAGER_SANDBOX=best-effort builds projects that you trust all the same"
            )

    def require_for_programs(self) -> None:
        """Refuse to run programs of projects where they could reach beyond their build.

        Raises:
            ConfigurationError: What is missing, and what to do.
        """
        found = self.protections()
        if self.limits.own_programs and not found.suffice_for_programs:
            raise ConfigurationError(
                f"PACKAGER_RUN_BUILD_SCRIPTS=true: scripts cannot be confined here ({found}): "
                "Linux 6.12 with Landlock and seccomp is needed; leave it off"
            )

    @contextmanager
    def running(self, job: Job, *, scratch: Path, templates: Path) -> Iterator[Child]:
        """A build in an empty folder, which becomes its own; gone when the block ends.

        Raises:
            BuildServerLostError: The server died; the next build starts it anew.
        """
        child = self._start(job, scratch, templates)
        try:
            yield child
        finally:
            with suppress(BuildServerLostError):
                self.end(child)

    def end(self, child: Child) -> Ended:
        """Kill what is left of a build, and say how its process ended.

        Raises:
            BuildServerLostError: The server has died, and the build with it.
        """
        child.end.close()
        with self._lock:
            if child.ended is None:
                if child.server is not self._process:
                    raise BuildServerLostError(LOST)
                child.ended = self._ask(End(child.pid), Ended)
                self._users.discard(child.user)
            return child.ended

    def close(self) -> None:
        """End the server, and all builds with it."""
        with self._lock:
            self._forget()

    def _start(self, job: Job, scratch: Path, templates: Path) -> Child:
        ours, theirs = channel.pair()
        data = channel.in_memory(msgspec.msgpack.encode(job))
        try:
            with theirs, self._lock:
                server = self._started()
                user = self._user(scratch, templates)
                start = Start(
                    scratch=str(scratch), templates=str(templates), limits=self.limits, user=user
                )
                pid = self._ask(start, Started, [data, theirs.fileno()]).pid
        except BaseException:
            ours.close()
            raise
        finally:
            os.close(data)
        ours.setblocking(False)  # noqa: FBT003 - the socket's own interface
        return Child(pid, ours, user, server)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._forget()
        self._end, theirs = channel.pair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", self._program, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={name: os.environ[name] for name in INHERITED if name in os.environ},
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._protections = self._answer(Ready).protections
        log.info("sandbox.ready", protections=str(self._protections))
        return self._process

    def _ask(
        self, message: Start | End, wanted: type[AnswerT], files: Sequence[int] = ()
    ) -> AnswerT:
        if self._end is None:
            raise self._lost()
        try:
            channel.send(self._end, message, files)
        except channel.ClosedError:
            raise self._lost() from None
        return self._answer(wanted)

    def _answer(self, wanted: type[AnswerT]) -> AnswerT:
        assert self._end is not None  # noqa: S101 - it was asked over it
        try:
            data, files = channel.receive(self._end)
        except channel.ClosedError:
            raise self._lost() from None
        channel.close(files)
        return msgspec.convert(_decoder.decode(data), wanted)

    def _lost(self) -> BuildServerLostError:
        self._forget()
        log.error("sandbox.lost")
        return BuildServerLostError(LOST)

    def _forget(self) -> None:
        if self._end is not None:
            self._end.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)
            self._process.kill()
            self._process.wait()
        self._end = self._process = None
        self._users.clear()

    def _user(self, scratch: Path, templates: Path) -> int | None:
        """A user that no other build has, and who owns the folder; None: the same as ours."""
        assert self._protections is not None  # noqa: S101 - the server has said so
        if not self._protections.own_user:
            return None
        if not (_is_public(templates) and _is_public(scratch.parent)):
            if not self._told_same_user:
                log.warning("sandbox.same-user", templates=str(templates), work=str(scratch.parent))
            self._told_same_user = True
            return None
        user = next(n for n in range(FIRST_USER, FIRST_USER + MAX_BUILDS) if n not in self._users)
        self._users.add(user)
        os.chown(scratch, user, user)
        return user


def _is_public(folder: Path) -> bool:
    """Whether it is there, and any user can get there."""
    places = (folder, *folder.resolve().parents)
    return folder.is_dir() and all(path.stat().st_mode & 0o001 for path in places)
