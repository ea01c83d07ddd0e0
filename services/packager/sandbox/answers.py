"""The answers to what a build asks; each is about its own project, or bytes that it hands over."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Self, cast

import msgspec

from services.packager.archive.member import ArchiveError, Member
from services.packager.processes.threads import in_thread
from services.packager.registry.faults import FaultError
from services.packager.sandbox import channel, verdict
from services.packager.sandbox.lent_memory import LentMemory
from services.packager.sandbox.messages import (
    Answer,
    Done,
    FetchMetadata,
    FetchPackage,
    Job,
    Listing,
    Open,
    Part,
    Planned,
    Question,
    Recall,
    Remember,
    Sign,
    SignedFile,
)
from services.packager.storage.file_slice import FileSlice
from services.packager.storage.multipart_upload import in_flight, open_upload
from services.packager.storage.object_fetcher import HANDED_OVER
from shared.domain.artifact_files import decode_files
from shared.domain.build_warnings import BuildWarnings
from shared.domain.events import Artifact, PendingUpload
from shared.domain.paths import check_path
from shared.metrics import cache as metrics
from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from services.packager.build.progress import BuildProgress
    from services.packager.registry.package_fetcher import PackageFetcher
    from services.packager.signing.opening import Signing
    from services.packager.storage.derived_files import ProjectDerivedFiles
    from services.packager.storage.multipart_upload import PartSender
    from services.packager.storage.object_fetcher import ObjectFetcher
    from shared.jetstream.progress_reporter import ProgressReporter
    from shared.storage.bucket import Storage


class Packaged(msgspec.Struct, frozen=True):
    """An artifact whose parts are in the storage, and the upload that waits to be completed."""

    artifact: Artifact
    upload: PendingUpload
    warnings: BuildWarnings
    reusable: bool  # for exports of the same inputs
    build_key: str  # of what shapes its bytes


@dataclass(frozen=True, kw_only=True)
class Services:
    """What a build may ask for, all of it bound to its own project.

    ``intermediate`` is where its artifact goes if that is a step on the way to another one; else
    the artifact has a place by what shapes its bytes.
    """

    storage: Storage
    objects: ObjectFetcher
    derived: ProjectDerivedFiles
    packages: PackageFetcher
    progress: BuildProgress
    reporter: ProgressReporter
    signer: Signing | None
    stop_tools: Callable[[], None]
    intermediate: str = ""


class Answers:
    """Gives one build what it may have, and keeps the upload of its artifact.

    The block around it must outlive the build: when it fails, nothing of the upload is left.
    """

    def __init__(self, job: Job, services: Services, unread: Callable[[], bool]) -> None:
        """Answer the build of ``job``; ``unread`` tells whether it has yet to read answers."""
        self.opened = ""  # the file that was asked for last
        self._job = job
        self._services = services
        self._unread = unread
        self._opening = asyncio.Lock()
        self._objects = {file.path: file.object for file in job.files}
        self._uploads = AsyncExitStack()
        self._upload: PartSender | None = None
        self._lent: LentMemory | None = None
        self._planned: Planned | None = None
        self._listed: bytes | None = None

    def __contains__(self, path: str) -> bool:
        return path in self._objects

    async def __aenter__(self) -> Self:
        await self._uploads.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._uploads.__aexit__(kind, error, traceback)

    async def to(self, question: Question, files: Sequence[int]) -> tuple[Answer, Sequence[int]]:
        """The answer to a question, and the files that go with it, for the caller to close.

        Raises:
            ExportError: What stood in the way; the build must end.
        """
        match question:
            case Open():
                return await self._open(question)
            case Recall():
                return await self._recall(question)
            case Remember():
                return await self._remember(question, files)
            case FetchMetadata() | FetchPackage():
                return await self._fetch(question)
            case Planned():
                return await self._plan(question)
            case Part():
                return await self._part(question)
            case Listing():
                return await self._list(question, files)
            case Sign():
                return await self._sign(question, files)

    async def _open(self, message: Open) -> tuple[Answer, Sequence[int]]:
        key = self._objects.get(message.path)
        if key is None:
            raise verdict.broken(verdict.ProtocolError("no file of the project"), ())
        self.opened = message.path
        with self._services.progress.stages.fetching():
            async with self._opening:  # descriptors are few, and a build may ask for too many
                if not message.checked and (cached := await self._cached(key)):
                    opened = tuple(cached.values())
                    return Answer(number=message.number, objects=tuple(cached)), opened
            descriptor = await self._services.objects.open(key)
        return Answer(number=message.number, objects=(key,)), [descriptor]

    async def _cached(self, key: str) -> dict[str, int]:
        """More than one object only for who reads: our user may have few files on their way."""
        most = 1 if self._unread() else HANDED_OVER
        return await self._services.objects.cached(key, most=most)

    async def _recall(self, message: Recall) -> tuple[Answer, Sequence[int]]:
        found = await in_thread(partial(self._services.derived.recall, message.key))
        if found is None:  # a miss once it has been made: many are asked for that never are
            return Answer(number=message.number), []
        metrics.DERIVED.labels("hit").inc()
        record, file = found
        answer = Answer(number=message.number, record=record)
        if file is None:
            return answer, []
        with file:
            return answer, [os.dup(file.fileno())]

    async def _remember(
        self, message: Remember, files: Sequence[int]
    ) -> tuple[Answer, Sequence[int]]:
        work = partial(_remembered, self._services.derived, message, files)
        await in_thread(work)
        return Answer(number=message.number), []

    async def _fetch(self, message: FetchMetadata | FetchPackage) -> tuple[Answer, Sequence[int]]:
        """A package that does not come is an answer, too: it may be one that is optional."""
        packages = self._services.packages
        try:
            if isinstance(message, FetchPackage):
                file = await packages.tarball(message.name, message.version, message.integrity)
            else:
                document = await packages.metadata(message.name)
                file = await in_thread(partial(channel.in_memory, document))
        except FaultError as error:
            return Answer(number=message.number, fault=error.fault), []
        return Answer(number=message.number), [file]

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
                on_left=self._services.reporter.leave_parts,
            )
        )
        part_bytes = self._upload.part_bytes
        pieces = min(message.size_bytes // part_bytes, in_flight(part_bytes)) + 1
        self._lent = LentMemory(pieces, part_bytes)
        return Answer(number=message.number, part_bytes=part_bytes), self._lent.hand_over()

    async def _part(self, message: Part) -> tuple[Answer, Sequence[int]]:
        """Sent from where it lies; what the storage says of it ends the build at once."""
        upload, lent = self._upload, self._lent
        if upload is None or lent is None:
            raise verdict.broken(verdict.ProtocolError("no part before the plan"), ())
        try:
            part = lent.take(message.piece, message.size_bytes)
        except ValueError as error:
            raise verdict.broken(error, ()) from error
        sending = await upload.send(partial(_ready, part))
        await asyncio.wait({sending})  # however this one is cancelled, the upload waits for it
        sending.result()
        lent.give_back(message.piece)
        return Answer(number=message.number), []

    async def _list(self, message: Listing, files: Sequence[int]) -> tuple[Answer, Sequence[int]]:
        """Only its form is checked: what it says is shown to the project's own members."""
        is_listed = self._listed is not None or bool(self._services.intermediate)
        if self._planned is None or is_listed or len(files) != 1:
            raise verdict.broken(verdict.ProtocolError("no such list"), ())
        try:
            document = await in_thread(partial(channel.content, files[0], message.size_bytes))
            await in_thread(partial(decode_files, document))
        except (ValueError, msgspec.MsgspecError) as error:
            raise verdict.broken(error, ()) from error
        self._listed = document
        return Answer(number=message.number), []

    async def _sign(self, message: Sign, files: Sequence[int]) -> tuple[Answer, Sequence[int]]:
        signer = self._services.signer
        if signer is None:
            raise verdict.broken(verdict.ProtocolError("nothing is signed here"), ())
        self._services.progress.signing()
        try:
            members = [_member(*pair) for pair in zip(message.files, files, strict=True)]
            work = partial(signer.sign, members, title=message.title)
            signed = await in_thread(work, stop=self._services.stop_tools)
        except (ValueError, ArchiveError) as error:  # other files than it has named
            raise verdict.broken(error, ()) from error
        named = tuple(
            SignedFile(m.path, m.size_bytes, 0o755 if m.mode & 0o100 else 0o644) for m in signed
        )
        return Answer(number=message.number, files=named), await in_thread(
            lambda: [_descriptor(member) for member in signed]
        )

    async def artifact(self, done: Done) -> Packaged:
        """What the build has packed, once its parts have been stored."""
        if self._upload is None or self._planned is None:
            raise verdict.broken(verdict.ProtocolError("no artifact"), ())
        upload = await self._upload.finish()
        artifact = Artifact(
            key=self._key(self._planned),
            file_name=self._planned.file_name,
            content_type=self._planned.content_type,
            size_bytes=done.size_bytes,
            sha256=done.sha256,
            crc32c=self._upload.crc32c,
        )
        if self._listed is not None:
            await self._services.storage.put(keys.artifact_list(artifact.key), self._listed)
        return Packaged(
            artifact, upload, self._planned.warnings, self._planned.reusable, self._planned.key
        )

    def _key(self, planned: Planned) -> str:
        own = keys.artifact(self._job.project_id, planned.key, planned.file_name)
        return self._services.intermediate or own


async def _ready(part: memoryview) -> memoryview:
    return part


def _remembered(derived: ProjectDerivedFiles, message: Remember, files: Sequence[int]) -> None:
    if not derived.knows(message.key):
        metrics.DERIVED.labels("miss").inc()
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
