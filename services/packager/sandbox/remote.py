"""What a build gets of its packager: files, derived files, packages, signatures, a meter."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from services.packager.archive.member import Member
from services.packager.registry.faults import FaultError
from services.packager.sandbox import channel
from services.packager.sandbox.messages import (
    FetchMetadata,
    FetchPackage,
    Log,
    Open,
    Progress,
    Recall,
    Remember,
    Sign,
    SignedFile,
    Working,
)
from services.packager.storage.file_slice import FileSlice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from services.packager.sandbox.packager_link import PackagerLink
    from services.packager.signing.signed_by import SignedBy
    from services.packager.storage.derived_files import DerivedFileRecord
    from shared.domain.progress import Level
    from shared.domain.project import StoredFile

OPEN_OBJECTS: Final = 128  # kept open, as one holds many small files
BLOCK_BYTES: Final = 1 << 20
TICK_S: Final = 0.05
LONGEST_LINE: Final = 2_000  # characters


class RemoteFiles:
    """The project's files: the packager opens the object that holds one, and hands it over."""

    def __init__(self, link: PackagerLink, meter: RemoteMeter) -> None:
        self._link = link
        self._meter = meter
        self._open: OrderedDict[tuple[str, bool], int] = OrderedDict()
        self._lock = threading.Lock()

    def open(
        self,
        file: StoredFile,
        *,
        on_read: Callable[[int], None] | None = None,
        checked: bool = True,
    ) -> BinaryIO:
        """The file's bytes; blocks until they are there, and the packager has checked them."""
        descriptor = self._opened(file.object, checked=checked)
        while descriptor is None:
            answer, received = self._link.ask(lambda number: Open(number, file.path, checked))
            for opened in zip(answer.objects, received, strict=True):
                self._keep(*opened, checked=checked)
            descriptor = self._opened(file.object, checked=checked)
        return cast("BinaryIO", FileSlice(descriptor, file, on_read))

    def packed(self, path: str) -> None:
        """Packing has come to this file."""
        self._meter.at(path)

    def _opened(self, key: str, *, checked: bool) -> int | None:
        """A descriptor of its own for one file, where its object is open."""
        with self._lock:
            if (key, checked) not in self._open:
                return None
            self._open.move_to_end((key, checked))
            return os.dup(self._open[key, checked])

    def _keep(self, key: str, descriptor: int, *, checked: bool) -> None:
        """Keep it open for the next file."""
        with self._lock:
            if (key, checked) in self._open:
                os.close(self._open.pop((key, checked)))
            self._open[key, checked] = descriptor
            if len(self._open) > OPEN_OBJECTS:
                os.close(self._open.popitem(last=False)[1])


class RemoteDerivedFiles:
    """The project's derived files (:class:`services.packager.storage.derived_files`)."""

    def __init__(self, link: PackagerLink) -> None:
        self._link = link

    def recall(self, key: str) -> tuple[DerivedFileRecord, BinaryIO | None] | None:
        """What is known of a file, and its bytes."""
        answer, files = self._link.ask(lambda number: Recall(number, key))
        if answer.record is None:
            return None
        return answer.record, cast("BinaryIO", os.fdopen(files[0], "rb")) if files else None

    def remember(self, key: str, record: DerivedFileRecord, file: BinaryIO | None) -> None:
        """Keep a file."""
        files = [file.fileno()] if file else []
        self._link.ask(lambda number: Remember(number, key, record), files)


class RemotePackages:
    """Packages of the operator's registry (:class:`services.packager.registry.faults`)."""

    def __init__(self, link: PackagerLink) -> None:
        self._link = link

    def metadata(self, name: str) -> BinaryIO:
        """What the registry knows of a package."""
        return self._asked(lambda number: FetchMetadata(number, name))

    def tarball(self, name: str, version: str, integrity: str) -> BinaryIO:
        """The package's checked bytes."""
        return self._asked(
            lambda number: FetchPackage(
                number=number, name=name, version=version, integrity=integrity
            )
        )

    def _asked(self, question: Callable[[int], object]) -> BinaryIO:
        answer, files = self._link.ask(question)
        if answer.fault is not None:
            raise FaultError(answer.fault.kind, answer.fault.detail)
        (file,) = files
        return cast("BinaryIO", FileSlice.whole(file, os.fstat(file).st_size))


class RemoteSigner:
    """Signatures: keys and tools are the packager's."""

    def __init__(self, link: PackagerLink, signed_by: SignedBy) -> None:
        self._link = link
        self.signed_by = signed_by

    def sign(self, files: Sequence[Member], *, title: str) -> list[Member]:
        """What the tools make of the files."""
        named = tuple(_named(member) for member in files)
        copies = [_copy(member) for member in files]
        try:
            answer, signed = self._link.ask(lambda number: Sign(number, title, named), copies)
        finally:
            channel.close(copies)
        return [_member(*pair) for pair in zip(answer.files, signed, strict=True)]


class RemoteMeter:
    """Counts what has been packed, and says so a few times a second."""

    def __init__(self, link: PackagerLink) -> None:
        self._link = link
        self._lock = threading.Lock()
        self._news = Progress(packed_bytes=0, files=0)
        self._told_s = time.monotonic()

    def packed(self, size_bytes: int) -> None:
        """So many bytes more."""
        self._count(packed_bytes=size_bytes)

    def file_packed(self) -> None:
        """One file more."""
        self._count(files=1)

    def at(self, path: str) -> None:
        """Packing has come to this file of the project."""
        self._count(path=path)

    def built(self) -> None:
        """What goes around the files is there."""
        self._count(built=True)
        self.report()

    def report(self) -> None:
        """Say it now."""
        with self._lock:
            self._tell()

    def _count(
        self, packed_bytes: int = 0, files: int = 0, path: str | None = None, *, built: bool = False
    ) -> None:
        with self._lock:
            news = self._news
            self._news = Progress(
                packed_bytes=news.packed_bytes + packed_bytes,
                files=news.files + files,
                path=path or news.path,
                built=built or news.built,
            )
            if time.monotonic() - self._told_s > TICK_S:
                self._tell()

    def _tell(self) -> None:
        self._link.send(self._news)
        self._told_s = time.monotonic()


class RemoteReporter:
    """Lines for the maker, and which files are being decoded."""

    def __init__(self, link: PackagerLink) -> None:
        self._link = link
        self._lock = threading.Lock()
        self._decoding: list[str] = []

    def log(self, message: str, level: Level = "info") -> None:
        """Add a line to the export's log."""
        self._link.send(Log(message[:LONGEST_LINE], level))

    @contextmanager
    def decoding(self, path: str) -> Iterator[None]:
        """Name a file, for as long as the block lasts, as one that may be to blame."""
        self._change(lambda paths: paths.append(path))
        try:
            yield
        finally:
            self._change(lambda paths: paths.remove(path))

    def _change(self, change: Callable[[list[str]], object]) -> None:
        with self._lock:
            change(self._decoding)
            self._link.send(Working(tuple(self._decoding)))


def _named(member: Member) -> SignedFile:
    return SignedFile(member.path, member.size_bytes, 0o755 if member.mode & 0o100 else 0o644)


def _copy(member: Member) -> int:
    """Its content as an open file, on the disk of the scratch folder; the caller closes it."""
    with tempfile.TemporaryFile(dir=".") as target, member.open() as source:
        while block := source.read(BLOCK_BYTES):
            target.write(block)
        target.flush()
        return os.dup(target.fileno())


def _member(file: SignedFile, descriptor: int) -> Member:
    """An open file as a member; it stays open for as long as this process lives."""

    def opened() -> BinaryIO:
        return cast("BinaryIO", FileSlice.whole(os.dup(descriptor), file.size_bytes))

    return Member(path=file.path, size_bytes=file.size_bytes, open=opened, mode=file.mode)
