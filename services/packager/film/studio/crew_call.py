"""One call of a crew: its processes are started, what it says is taken, and nothing of it stays."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from services.packager.film.studio import verdict
from services.packager.film.studio.jobs import (
    CrewEnded,
    Failed,
    FilmFinished,
    FromCrew,
    FromKeeper,
    Job,
    LimitHit,
    ShotTaken,
)
from services.packager.film.studio.usage import end_session
from services.packager.processes.threads import in_thread
from services.packager.sandbox import channel

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.film.studio.shot import Told

log = structlog.get_logger()

KEEPER: Final = (sys.executable, "-I", "-m", "services.packager.film.studio")
INHERITED: Final = ("PATH", "LC_ALL", "PYTHONDONTWRITEBYTECODE")
BURST: Final = 200  # messages, before the next one has to wait
PAUSE_S: Final = 0.005
END_S: Final = 10.0  # for the keeper, which only kills

_from_crew: Final = msgspec.msgpack.Decoder(FromCrew)
_from_keeper: Final = msgspec.msgpack.Decoder(FromKeeper)


class CrewCall:
    """One crew, from its start to its end."""

    def __init__(self, job: Job, tell: Callable[[Told], object]) -> None:
        self._job = job
        self._tell = tell

    async def result(self) -> ShotTaken | FilmFinished:
        """Its last word, once nothing of it runs any more.

        Raises:
            ExportError: Why it has failed.
        """
        ours, keepers = channel.pair()
        end, crews = channel.pair()
        with ours, end:
            try:
                keeper = _started(self._job, keepers, crews)
            finally:
                keepers.close()
                crews.close()
            end.settimeout(0)
            said = None
            try:
                said = await self._said(end)
            finally:
                ended = await in_thread(partial(_ended, keeper, ours, is_done=said is not None))
        if isinstance(said, Failed):
            raise verdict.failed(said)
        if said is None:
            raise verdict.died(ended, self._job.limits)
        return said

    async def _said(self, end: socket.socket) -> ShotTaken | FilmFinished | Failed | None:
        """Take messages until the last one; None where there is none any more."""
        for number in count(1):
            try:
                data, files = await _received(end)
            except channel.ClosedError:
                return None
            channel.close(files)  # nobody of ours sends any
            try:
                message: FromCrew = _from_crew.decode(data)
            except msgspec.MsgspecError as error:
                raise verdict.confused(str(error)) from error
            if isinstance(message, ShotTaken | FilmFinished | Failed):
                return message
            self._tell(message)
            if number % BURST == 0:
                await asyncio.sleep(PAUSE_S)
        raise AssertionError("it counts for ever")


def _started(job: Job, keepers: socket.socket, crews: socket.socket) -> subprocess.Popen[bytes]:
    """The keeper's process. It must be started from a thread that stays: it dies with that."""
    job_file = channel.in_memory(msgspec.msgpack.encode(job))
    try:
        descriptors = (job_file, keepers.fileno(), crews.fileno())
        return subprocess.Popen(  # noqa: S603 - our own program
            [*KEEPER, *map(str, descriptors)],
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    finally:
        os.close(job_file)


async def _received(end: socket.socket) -> tuple[bytes, list[int]]:
    loop = asyncio.get_running_loop()
    while True:
        with suppress(BlockingIOError):
            return channel.receive(end)
        readable = asyncio.Event()
        loop.add_reader(end, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(end)


def _ended(
    keeper: subprocess.Popen[bytes], ours: socket.socket, *, is_done: bool
) -> LimitHit | CrewEnded | None:
    """Have the keeper end, and all that it keeps; what it says of that, if anything."""
    said: LimitHit | CrewEnded | None = None
    if not is_done:
        ours.settimeout(END_S)
        with suppress(channel.ClosedError, TimeoutError, msgspec.MsgspecError):
            ours.shutdown(socket.SHUT_WR)
            said = _from_keeper.decode(channel.receive(ours)[0])
    ours.close()
    with suppress(subprocess.TimeoutExpired):
        keeper.wait(END_S)
    if keeper.poll() != 0:
        keeper.kill()
        keeper.wait()
        log.error("studio.keeper-died", status=keeper.returncode)
        end_session(keeper.pid)
    return said
