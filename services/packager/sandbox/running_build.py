"""A running build, seen from its packager: it is answered what it asks for, and nothing else.

The build's process is not trusted. It names files of its own project by their paths, everything
else it hands over as bytes; whatever it says is checked, counted and bounded here. It is killed as
soon as anything is wrong, or nobody wants it any more.
"""

from __future__ import annotations

import asyncio
import os
import stat
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import msgspec
import structlog

from services.packager.archive.member import Member
from services.packager.processes.threads import in_thread
from services.packager.sandbox import channel, verdict
from services.packager.sandbox.messages import (
    Answer,
    Done,
    Failed,
    FromBuild,
    Job,
    Log,
    Open,
    Part,
    Planned,
    Progress,
    Recall,
    Remember,
    Sign,
    SignedFile,
    Waiting,
    Working,
)
from services.packager.storage.file_slice import FileSlice
from services.packager.storage.multipart_upload import open_upload
from shared.domain.events import Artifact, PendingUpload
from shared.domain.paths import check_path
from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from services.packager.build.progress import BuildProgress
    from services.packager.sandbox.build_server import BuildServer, Child
    from services.packager.signing.signer import KeySigner
    from services.packager.storage.derived_files import ProjectDerivedFiles
    from services.packager.storage.multipart_upload import PartSender
    from services.packager.storage.object_fetcher import ObjectFetcher
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.storage.bucket import Storage

log = structlog.get_logger()

QUIET_S: Final = 150.0  # a build that says and asks nothing for so long hangs
QUESTIONS: Final = 256  # at a time; each of its threads asks one
BURST: Final = 200  # messages, before the next one has to wait
PAUSE_S: Final = 0.005

_decoder: Final = msgspec.msgpack.Decoder(FromBuild)


class Packaged(msgspec.Struct, frozen=True):
    """An artifact whose parts are in the storage, and the upload that waits to be completed."""

    artifact: Artifact
    upload: PendingUpload


@dataclass(frozen=True, kw_only=True)
class Services:
    """What a build may ask for, all of it bound to its own project."""

    storage: Storage
    objects: ObjectFetcher
    derived: ProjectDerivedFiles
    progress: BuildProgress
    reporter: ProgressReporter
    signer: KeySigner | None
    stop_tools: Callable[[], None]


class RunningBuild:
    """Answers one build until it has ended."""

    def __init__(self, job: Job, services: Services, server: BuildServer, child: Child) -> None:
        self._job = job
        self._services = services
        self._server = server
        self._child = child
        self._objects = {file.path: file.object for file in job.files}
        self._questions: set[asyncio.Task[None]] = set()
        self._trouble: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._uploads = AsyncExitStack()
        self._upload: PartSender | None = None
        self._planned: Planned | None = None
        self._decoding: tuple[str, ...] = ()
        self._opened = ""

    async def result(self) -> Packaged:
        """The artifact; nothing of it, and nothing of the build, is left where that fails.

        Raises:
            ExportError: What is wrong with the project, or what stood in the way.
        """
        async with self._uploads:
            try:
                done = await self._conversation()
            finally:
                ended = await in_thread(partial(self._server.end, self._child))
            if isinstance(done, Done):
                return await self._packaged(done)
            if isinstance(done, Failed):
                raise verdict.failed(done)
            raise verdict.died(ended, self._server.limits, self._suspects)

    @property
    def _suspects(self) -> tuple[str, ...]:
        """What it worked on last, as far as it belongs to the project."""
        named = self._decoding or (self._opened,)
        return tuple(path for path in named if path in self._objects)

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
            case Open() | Recall() | Remember() | Planned() | Part() | Sign():
                self._begin(message, files)
                return
            case Log():
                reporter.log(message.line, message.level)
            case Waiting():
                progress.waiting(message.what)
            case Working():
                self._decoding = message.paths
            case Progress():
                self._advanced(message)
            case Done() | Failed():
                pass
        channel.close(files)

    def _begin(
        self, message: Open | Recall | Remember | Planned | Part | Sign, files: list[int]
    ) -> None:
        if len(self._questions) >= QUESTIONS:
            raise verdict.ProtocolError("too many questions at a time")
        match message:
            case Open():
                answer = self._open(message)
            case Recall():
                answer = self._recall(message)
            case Remember():
                answer = self._remember(message, files)
            case Planned():
                answer = self._plan(message)
            case Part():
                answer = self._part(message, files)
            case Sign():
                answer = self._sign(message, files)
        task = asyncio.create_task(self._answered(answer, files))
        self._questions.add(task)
        task.add_done_callback(self._settled)

    async def _answered(
        self, answer: Awaitable[tuple[Answer, Sequence[int]]], files: list[int]
    ) -> None:
        try:
            message, opened = await answer
        finally:
            channel.close(files)
        try:
            channel.send(self._child.end, message, opened)
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

    async def _open(self, message: Open) -> tuple[Answer, Sequence[int]]:
        key = self._objects.get(message.path)
        if key is None:
            raise verdict.broken(verdict.ProtocolError("no file of the project"), ())
        self._opened = message.path
        return Answer(number=message.number), [await self._services.objects.open(key)]

    async def _recall(self, message: Recall) -> tuple[Answer, Sequence[int]]:
        found = await in_thread(partial(self._services.derived.recall, message.key))
        if found is None:
            return Answer(number=message.number), []
        record, file = found
        answer = Answer(number=message.number, record=record)
        if file is None:
            return answer, []
        with file:
            return answer, [os.dup(file.fileno())]

    async def _remember(self, message: Remember, files: list[int]) -> tuple[Answer, Sequence[int]]:
        work = partial(_remembered, self._services.derived, message, files)
        await in_thread(work)
        return Answer(number=message.number), []

    async def _plan(self, message: Planned) -> tuple[Answer, Sequence[int]]:
        if self._planned is not None:
            raise verdict.broken(verdict.ProtocolError("a second plan"), ())
        self._planned = message
        self._services.progress.begin_packing(
            size_bytes=message.size_bytes, files=message.files, application=message.is_application
        )
        self._upload = await self._uploads.enter_async_context(
            open_upload(
                self._services.storage,
                self._key(message),
                content_type=message.content_type,
                expected_bytes=message.size_bytes,
            )
        )
        return Answer(number=message.number, part_bytes=self._upload.part_bytes), []

    async def _part(self, message: Part, files: list[int]) -> tuple[Answer, Sequence[int]]:
        upload = self._upload
        if upload is None or len(files) != 1 or not 0 < message.size_bytes <= upload.part_bytes:
            raise verdict.broken(verdict.ProtocolError("no such part"), ())

        async def read() -> bytes:
            try:
                return await in_thread(partial(channel.content, files[0], message.size_bytes))
            except ValueError as error:
                raise verdict.broken(error, ()) from error

        await upload.send(read)
        return Answer(number=message.number), []

    async def _sign(self, message: Sign, files: list[int]) -> tuple[Answer, Sequence[int]]:
        signer = self._services.signer
        if signer is None:
            raise verdict.broken(verdict.ProtocolError("nothing is signed here"), ())
        members = [_member(*pair) for pair in zip(message.files, files, strict=True)]
        work = partial(signer.sign, members, title=message.title)
        signed = await in_thread(work, stop=self._services.stop_tools)
        named = tuple(
            SignedFile(m.path, m.size_bytes, 0o755 if m.mode & 0o100 else 0o644) for m in signed
        )
        return Answer(number=message.number, files=named), await in_thread(
            lambda: [_descriptor(member) for member in signed]
        )

    def _advanced(self, message: Progress) -> None:
        progress = self._services.progress
        progress.packed(message.packed_bytes, message.files)
        if message.built:
            progress.built()
        if message.path in self._objects:
            self._services.objects.packed(message.path)

    async def _packaged(self, done: Done) -> Packaged:
        if self._upload is None or self._planned is None:
            raise verdict.broken(verdict.ProtocolError("no artifact"), ())
        upload = await self._upload.finish()
        artifact = Artifact(
            key=self._key(self._planned),
            file_name=self._planned.file_name,
            content_type=self._planned.content_type,
            size_bytes=done.size_bytes,
            sha256=done.sha256,
            crc32c=done.crc32c,
        )
        return Packaged(artifact, upload)

    def _key(self, planned: Planned) -> str:
        return keys.artifact(self._job.project_id, planned.key, planned.file_name)


def _remembered(derived: ProjectDerivedFiles, message: Remember, files: Sequence[int]) -> None:
    if not files:
        derived.remember(message.key, msgspec.structs.replace(message.record, size=None), None)
        return
    with os.fdopen(os.dup(files[0]), "rb") as file:
        derived.remember(message.key, message.record, file)


def _member(file: SignedFile, descriptor: int) -> Member:
    """A file that a build has handed over, as its tools get it."""

    def opened() -> BinaryIO:
        return cast("BinaryIO", FileSlice.whole(os.dup(descriptor), file.size_bytes))

    path = check_path(file.path)
    return Member(path=path, size_bytes=file.size_bytes, open=opened, mode=file.mode)


def _descriptor(member: Member) -> int:
    with member.open() as file:
        return os.dup(file.fileno())
