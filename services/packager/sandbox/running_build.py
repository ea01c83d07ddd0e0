"""A running build, seen from its packager: it is answered what it asks for, and nothing else.

The build's process is not trusted. It names files of its own project by their paths, everything
else it hands over as bytes; whatever it says is checked, counted and bounded here. It is killed as
soon as anything is wrong, or nobody wants it any more.
"""

from __future__ import annotations

import asyncio
import os
import stat
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from services.packager.processes.threads import in_thread
from services.packager.sandbox import channel, verdict
from services.packager.sandbox.answers import Answers, Packaged, Services
from services.packager.sandbox.messages import (
    Done,
    Failed,
    FetchMetadata,
    FetchPackage,
    FromBuild,
    Job,
    Listing,
    Log,
    Open,
    Part,
    Planned,
    Planning,
    Progress,
    Question,
    Recall,
    Remember,
    Sign,
    Working,
)

if TYPE_CHECKING:
    from services.packager.sandbox.build_server import BuildServer, Child

log = structlog.get_logger()

QUIET_S: Final = 150.0  # a build that says and asks nothing for so long hangs
QUESTIONS: Final = 256  # at a time; each of its threads asks one
BURST: Final = 200  # messages, before the next one has to wait
PAUSE_S: Final = 0.005

_decoder: Final = msgspec.msgpack.Decoder(FromBuild)


class RunningBuild:
    """Answers one build until it has ended."""

    def __init__(self, job: Job, services: Services, server: BuildServer, child: Child) -> None:
        self._services = services
        self._server = server
        self._child = child
        self._answers = Answers(job, services, partial(channel.unread, child.end))
        self._questions: set[asyncio.Task[None]] = set()
        self._trouble: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._decoding: tuple[str, ...] = ()

    async def result(self) -> Packaged:
        """The artifact; nothing of it, and nothing of the build, is left where that fails.

        Raises:
            ExportError: What is wrong with the project, or what stood in the way.
        """
        async with self._answers:
            try:
                said = await self._conversation()
            finally:
                ended = await in_thread(partial(self._server.end, self._child))
            if isinstance(said, Done):
                return await self._answers.artifact(said)
            if isinstance(said, Failed):
                raise verdict.failed(said)
            raise verdict.died(ended, self._server.limits, self._suspects)

    @property
    def _suspects(self) -> tuple[str, ...]:
        """What it worked on last, as far as it belongs to the project."""
        named = self._decoding or (self._answers.opened,)
        return tuple(path for path in named if path in self._answers)

    async def _conversation(self) -> Done | Failed | None:
        """Answer until the build has said how it ended; None where it just died."""
        said = asyncio.create_task(self._said())
        try:
            ends: list[asyncio.Future[Any]] = [said, self._trouble]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not said.done():
                self._trouble.result()  # raises it
            return said.result()
        finally:
            left = {said, *self._questions}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            if self._trouble.done():
                self._trouble.exception()  # seen: another error may have been first

    async def _said(self) -> Done | Failed | None:
        """Take messages until the last one."""
        for number in count(1):
            message = await self._next()
            if message is None or isinstance(message, Done | Failed):
                return message
            if number % BURST == 0:
                await asyncio.sleep(PAUSE_S)
        raise AssertionError("it counts for ever")

    async def _next(self) -> FromBuild | None:
        """The next message, begun to be answered; None where there is none any more."""
        try:
            data, files = await self._received()
        except channel.ClosedError:
            return None
        try:
            message: FromBuild = _decoder.decode(data)
            if not all(stat.S_ISREG(os.fstat(file).st_mode) for file in files):
                raise verdict.ProtocolError("no plain file")  # noqa: TRY301 - handled in one place
            self._take(message, files)
        except BaseException as error:
            channel.close(files)
            if isinstance(error, msgspec.MsgspecError | verdict.ProtocolError):
                raise verdict.broken(error, self._suspects) from error
            raise
        return message

    async def _received(self) -> tuple[bytes, list[int]]:
        while True:
            with suppress(BlockingIOError):
                return channel.receive(self._child.end)
            await self._readable()

    async def _readable(self) -> None:
        """Wait for a message; one must come within a while, unless the build waits for us."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._child.end, readable.set)
        try:
            while not readable.is_set():
                try:
                    async with asyncio.timeout(QUIET_S):
                        await readable.wait()
                except TimeoutError:
                    if not self._questions:
                        raise verdict.hangs(QUIET_S, self._suspects) from None
        finally:
            loop.remove_reader(self._child.end)

    def _take(self, message: FromBuild, files: list[int]) -> None:
        """Note what is news, and begin to answer what is a question."""
        progress, reporter = self._services.progress, self._services.reporter
        match message:
            case Open() | Recall() | Remember() | FetchMetadata() | FetchPackage():
                self._begin(message, files)
                return
            case Planned() | Part() | Listing() | Sign():
                self._begin(message, files)
                return
            case Log():
                reporter.log(message.line, message.level)
            case Planning():
                progress.planning(message.stage)
            case Working():
                self._decoding = message.paths
            case Progress():
                self._advanced(message)
            case Done() | Failed():
                pass
        channel.close(files)

    def _begin(self, question: Question, files: list[int]) -> None:
        if len(self._questions) >= QUESTIONS:
            raise verdict.ProtocolError("too many questions at a time")
        task = asyncio.create_task(self._answered(question, files))
        self._questions.add(task)
        task.add_done_callback(self._settled)
        task.add_done_callback(lambda _: channel.close(files))

    async def _answered(self, question: Question, files: list[int]) -> None:
        answer, opened = await self._answers.to(question, files)
        try:
            channel.send(self._child.end, answer, opened)
        except channel.ClosedError:
            pass  # it has ended meanwhile, and says so itself
        except BlockingIOError as error:  # it asks and does not listen
            raise verdict.broken(error, self._suspects) from error
        finally:
            channel.close(opened)

    def _settled(self, task: asyncio.Task[None]) -> None:
        self._questions.discard(task)
        if not task.cancelled() and (error := task.exception()) and not self._trouble.done():
            self._trouble.set_exception(error)

    def _advanced(self, message: Progress) -> None:
        progress = self._services.progress
        progress.packed(message.packed_bytes, message.files)
        if message.built:
            progress.built()
        if message.path is not None and message.path in self._answers:
            self._services.objects.packed(message.path)
