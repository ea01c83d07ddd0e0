"""A ZIP becomes a snapshot: every entry is judged before a byte of it is stored."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import stat
import zipfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from services.gateway.projects.body_pace import paced
from services.gateway.projects.places import Places
from shared.domain.paths import check_paths
from shared.domain.project import FileEntry
from shared.errors import ExportError, InvalidRequestError, PathError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from services.gateway.projects.blob_uploads import BlobUploads
    from services.gateway.projects.places import Visit
    from services.gateway.projects.spool import Spool
    from services.gateway.settings import Limits
    from shared.domain.project import Project

BLOCK_BYTES: Final = 1 << 20
SMALL_BYTES: Final = 256 << 10
BOMB_RATIO: Final = 1_000  # deflate cannot do better than 1,032
BOMB_BYTES: Final = 64 << 20
ENCRYPTED: Final = 0x1
DIRECTORY_BYTES: Final = 256  # of each file: its name, and what packers note beside it
ZIP64_BYTES: Final = 76  # what may stand between the directory and its end record
LARGE_DIRECTORY_BYTES: Final = 4 << 20  # of some ten thousand files
LARGE_AT_A_TIME: Final = 1  # each takes 100 MB and more
DIRECTORY_ENTRY: Final = b"PK\x01\x02"


class ZipError(InvalidRequestError):
    """The ZIP cannot be taken; nothing of it was stored."""

    code = "zip-invalid"
    title = "The ZIP cannot be imported"
    status = 422


class ZipImports:
    """Receives ZIPs: each user's share of the spool, then a place while one is read."""

    def __init__(self, uploads: BlobUploads, spool: Spool, limits: Limits) -> None:
        self._uploads = uploads
        self._spool = spool
        self._limits = limits
        self._large = Places(LARGE_AT_A_TIME)

    async def receive(
        self, project: Project, user_id: str, body: AsyncIterator[bytes], *, announced_bytes: int
    ) -> dict[str, FileEntry]:
        """Store all files of a ZIP.

        It takes a place only once it is whole: until then it lies on the disk.

        Returns:
            The files of the snapshot to be.

        Raises:
            TooLargeError, SpoolFullError: There is no room for it, ever or at the moment.
            NoPlaceError: It has come, but too much else is being stored.
            ZipError, PathError: What is wrong with it; nothing of it is in the project.
        """
        self._check_size(announced_bytes)
        whole = self._checked(paced(body))
        receiving = self._spool.receive(user_id, whole, announced_bytes=announced_bytes)
        async with receiving as file:
            size_bytes = await asyncio.to_thread(_directory_bytes, file)
            with self._large.visit(user_id) as alone, self._uploads.visit(user_id) as visit:
                if size_bytes > LARGE_DIRECTORY_BYTES:
                    await alone.enter()
                await visit.enter()
                archive = await asyncio.to_thread(ZipArchive, file, self._limits)
                return await archive.store(self._uploads, project, visit)

    async def _checked(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in body:
            size += len(chunk)
            self._check_size(size)
            yield chunk

    def _check_size(self, size_bytes: int) -> None:
        if size_bytes > self._limits.project_bytes:
            raise TooLargeError(f"a project may have {self._limits.project_bytes} bytes")


class ZipArchive:
    """One uploaded ZIP in a temporary file."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        with _reading("not a readable ZIP"):
            _check_directory(file, limits)
            self._zip = zipfile.ZipFile(file)
        infos = [info for info in self._zip.infolist() if not info.filename.endswith("/")]
        self._entries = dict(zip(_paths(infos), infos, strict=True))
        _check_sizes(infos, limits)

    async def store(
        self, uploads: BlobUploads, project: Project, visit: Visit
    ) -> dict[str, FileEntry]:
        """Store all entries as blobs; the caller has entered.

        Returns:
            The files of the snapshot to be.

        Raises:
            ZipError: An entry's bytes are damaged or not as long as it says.
        """
        files: dict[str, FileEntry] = {}
        packs = uploads.packs(project)
        for path, info in self._entries.items():
            sha256 = await asyncio.to_thread(self._hash, info)
            if info.file_size <= SMALL_BYTES:
                await packs.add(sha256, await asyncio.to_thread(self._read, info))
            else:
                await uploads.store_blob(project, sha256, self._blocks(info), visit)
            files[path] = FileEntry(sha256, info.file_size)
        await packs.flush()
        return files

    def _hash(self, info: zipfile.ZipInfo) -> str:
        """Also the check that an entry is what it says (its CRC is checked at its end)."""
        digest, size = hashlib.sha256(), 0
        with _reading(f"{info.filename!r} is damaged"), self._zip.open(info) as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
                size += len(block)
        if size != info.file_size:
            raise ZipError(f"{info.filename!r} is not as long as it says")
        return digest.hexdigest()

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        with _reading(f"{info.filename!r} is damaged"):
            return self._zip.read(info)

    async def _blocks(self, info: zipfile.ZipInfo) -> AsyncIterator[bytes]:
        with _reading(f"{info.filename!r} is damaged"), self._zip.open(info) as file:
            while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
                yield block


@contextmanager
def _reading(fault: str) -> Iterator[None]:
    """Whatever ``zipfile`` raises, it is the ZIP that is wrong, unless the disk fails.

    Raises:
        ZipError: It says ``fault``.
    """
    try:
        yield
    except ExportError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # a seek to nowhere
            raise
        raise ZipError(f"{fault}: {error}") from error


def _directory_bytes(file: IO[bytes]) -> int:
    """The size of a ZIP's directory (raises ZipError); 0 where none is found."""
    with _reading("not a readable ZIP"):
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined] # noqa: SLF001 - all it looks at first
    return int(end[zipfile._ECD_SIZE]) if end else 0  # type: ignore[attr-defined] # noqa: SLF001


def _check_directory(file: IO[bytes], limits: Limits) -> None:
    """Raise TooLargeError for a directory that ``zipfile`` should not even read.

    It is read whole, and each of its entries, as short as 46 bytes, becomes an object of hundreds.
    """
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined] # noqa: SLF001 - all it looks at first
    if end is None:
        return
    size, place = end[zipfile._ECD_SIZE], end[zipfile._ECD_LOCATION]  # type: ignore[attr-defined] # noqa: SLF001
    allowed = 2 * limits.files  # with an entry for each folder
    if size <= allowed * DIRECTORY_BYTES:
        file.seek(max(place - size - ZIP64_BYTES, 0))
        if file.read(size + ZIP64_BYTES).count(DIRECTORY_ENTRY) <= allowed:
            return
    raise TooLargeError(f"a project may have {limits.files} files, this ZIP has more")


def _paths(infos: list[zipfile.ZipInfo]) -> list[str]:
    """The entries' paths, less a single folder around everything.

    Raises:
        PathError: One that no project may hold, named as it stands in the ZIP.
        ZipError: A link, a device or an encrypted entry.
    """
    for info in infos:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in {0, stat.S_IFREG}:
            raise ZipError(f"{info.filename!r} is a link or a device; only plain files can come in")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise ZipError(f"{info.filename!r} is packed by another method than deflate")
        if info.flag_bits & ENCRYPTED:
            raise ZipError(f"{info.filename!r} is encrypted")
        if "\x00" in info.orig_filename or "\\" in info.orig_filename:
            raise PathError(info.orig_filename, "contains a backslash or NUL")
    names = [info.filename for info in infos]
    check_paths(names)
    if not names:
        raise ZipError("the ZIP has no files")
    top = names[0].partition("/")[0] + "/"
    if all(name.startswith(top) for name in names):
        return [name.removeprefix(top) for name in names]
    return names


def _check_sizes(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Raise TooLargeError or ZipError for what its directory alone gives away."""
    if len(infos) > limits.files:
        raise TooLargeError(f"a project may have {limits.files} files, this ZIP has {len(infos)}")
    total = sum(info.file_size for info in infos)
    if total > limits.project_bytes:
        raise TooLargeError(f"a project may have {limits.project_bytes} bytes unpacked")
    for info in infos:
        if info.file_size > limits.file_bytes:
            raise TooLargeError(f"{info.filename!r} has more than {limits.file_bytes} bytes")
        packed = max(info.compress_size, 1)
        if info.file_size > BOMB_BYTES and info.file_size / packed > BOMB_RATIO:
            raise ZipError(f"{info.filename!r} unpacks to {info.file_size} bytes: a ZIP bomb")
    packed_total = max(sum(info.compress_size for info in infos), 1)
    if total > BOMB_BYTES and total / packed_total > BOMB_RATIO:
        raise ZipError("it unpacks to a thousand times its size: a ZIP bomb")
