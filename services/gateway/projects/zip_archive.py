"""One uploaded ZIP: its entries are judged before a byte of them is stored."""

from __future__ import annotations

import asyncio
import hashlib
import stat
import zipfile
from typing import IO, TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from services.gateway.projects.zip_directory import ZipError, check_directory, reading
from services.gateway.projects.zip_names import CodePage, Entry, entries_of
from shared.domain.build_warnings import BuildWarning
from shared.domain.composed_names import composed_paths, composition_note
from shared.domain.ignore_patterns import IGNORE_FILE, MAX_BYTES, check_effort, read_patterns
from shared.domain.paths import check_path, check_paths
from shared.domain.private_files import SHOWN, HomeRule, Kind, LeftOut
from shared.domain.project import FileEntry
from shared.domain.secret_scanner import SecretScanner, is_scanned
from shared.errors import PathError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from services.gateway.projects.blob_uploads import BlobUploads
    from services.gateway.projects.places import Visit
    from services.gateway.settings import Limits
    from shared.domain.project import Project

BLOCK_BYTES: Final = 1 << 20
SMALL_BYTES: Final = 256 << 10
BOMB_RATIO: Final = 1_000  # deflate cannot do better than 1,032
BOMB_BYTES: Final = 64 << 20
ENCRYPTED: Final = 0x1
COMPOSED: Final = "names-composed"


class Imported(msgspec.Struct, frozen=True):
    """The files of a snapshot to be, what of the ZIP is none of them, and what is called anew."""

    files: dict[str, FileEntry]
    left_out: tuple[LeftOut, ...]
    composed: tuple[str, ...] = ()

    @property
    def warnings(self) -> list[BuildWarning]:
        """What its maker is told."""
        told = [one.warning for one in self.left_out]
        if self.composed:
            file, message = self.composed[0][:500], composition_note(self.composed)
            told.append(BuildWarning(code=COMPOSED, message=message[:500], file=file))
        return told


class ZipArchive:
    """A ZIP in a temporary file.

    Args:
        file: The ZIP.
        limits: What a project may grow to.
        code_page: What its names are in where they do not say so.
    """

    def __init__(self, file: IO[bytes], limits: Limits, code_page: CodePage | None = None) -> None:
        with reading("not a readable ZIP"):
            check_directory(file, limits)
            self._zip = zipfile.ZipFile(file)
        entries = _unwrapped(_composed([*entries_of(self._zip.infolist(), code_page)]))
        self._rule = self._read_rule(entries)
        self._left_out = {
            entry.path: found
            for entry in entries
            if entry.path != IGNORE_FILE and (found := self._rule.stays_home(entry.path))
        }
        self._entries = [entry for entry in entries if entry.path not in self._left_out]
        if not self._entries:
            raise ZipError(_empty(self._left_out.values()))
        check_paths([entry.path for entry in self._entries])
        for entry in self._entries:
            _check_kind(entry)
        _check_sizes([entry.info for entry in self._entries], limits)

    async def store(self, uploads: BlobUploads, project: Project, visit: Visit) -> Imported:
        """Store all entries as blobs; the caller has entered.

        Raises:
            ZipError: An entry's bytes are damaged or not as long as it says, or all are secrets.
        """
        files: dict[str, FileEntry] = {}
        left_out = set(self._left_out.values())
        packs = uploads.packs(project)
        for entry in self._entries:
            sha256, secret = await asyncio.to_thread(self._hash, entry)
            if secret:
                left_out.add(secret)
                continue
            if entry.info.file_size <= SMALL_BYTES:
                await packs.add(sha256, await asyncio.to_thread(self._read, entry))
            else:
                await uploads.store_blob(project, sha256, self._blocks(entry), visit)
            files[entry.path] = FileEntry(sha256, entry.info.file_size)
        await packs.flush()
        if not files:
            raise ZipError(_empty(left_out))
        composed = (entry.path for entry in self._entries if entry.is_composed)
        return Imported(
            files,
            tuple(sorted(left_out, key=lambda one: one.path)),
            tuple(sorted(path for path in composed if path in files)),
        )

    def _read_rule(self, entries: Collection[Entry]) -> HomeRule:
        own = next((entry for entry in entries if entry.path == IGNORE_FILE), None)
        if own is None:
            return HomeRule()
        _check_kind(own)
        with reading(f"{IGNORE_FILE!r} is damaged"), self._zip.open(own.info) as file:
            patterns = read_patterns(file.read(MAX_BYTES + 1))
        check_effort(patterns, (entry.path for entry in entries))
        return HomeRule(patterns)

    def _hash(self, entry: Entry) -> tuple[str, LeftOut | None]:
        """Also the check that an entry is what it says (its CRC is checked at its end)."""
        digest, size = hashlib.sha256(), 0
        is_looked_at = is_scanned(entry.path) and not self._rule.asks_for(entry.path)
        scanner = SecretScanner(entry.path) if is_looked_at else None
        with reading(f"{entry.path!r} is damaged"), self._zip.open(entry.info) as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
                size += len(block)
                if scanner:
                    scanner.feed(block)
        if size != entry.info.file_size:
            raise ZipError(f"{entry.path!r} is not as long as it says")
        return digest.hexdigest(), scanner.left_out() if scanner else None

    def _read(self, entry: Entry) -> bytes:
        with reading(f"{entry.path!r} is damaged"):
            return self._zip.read(entry.info)

    async def _blocks(self, entry: Entry) -> AsyncIterator[bytes]:
        with reading(f"{entry.path!r} is damaged"), self._zip.open(entry.info) as file:
            while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
                yield block


def _unwrapped(entries: list[Entry]) -> list[Entry]:
    """The entries less a single folder around everything that is not clutter."""
    rule = HomeRule()
    inside = [entry for entry in entries if not _is_clutter(rule, entry.path)]
    if not inside:
        return entries
    top = inside[0].path.partition("/")[0] + "/"
    if not all(entry.path.startswith(top) for entry in inside) or not _is_plain(rule, top[:-1]):
        return entries
    return [replace(entry, path=entry.path.removeprefix(top)) for entry in entries]


def _composed(entries: list[Entry]) -> list[Entry]:
    """The entries under the names that pages call them by."""
    names = composed_paths(entry.path for entry in entries)
    return [
        replace(entry, path=name, is_composed=True)
        if (name := names[entry.path]) != entry.path
        else entry
        for entry in entries
    ]


def _is_plain(rule: HomeRule, folder: str) -> bool:
    """Whether it may be left out: what lies in it would be judged without it."""
    try:
        check_path(folder)
    except PathError:
        return False
    return rule.folder_stays_home(folder) is None


def _is_clutter(rule: HomeRule, path: str) -> bool:
    found = rule.stays_home(path)
    return bool(found and found.kind is Kind.CLUTTER and not path.endswith(IGNORE_FILE))


def _check_kind(entry: Entry) -> None:
    """Raise ZipError for a link, a device, an encrypted entry or one that is packed otherwise."""
    path, info = entry.path, entry.info
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        raise ZipError(f"{path!r} is a link or a device; only plain files can come in")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ZipError(f"{path!r} is packed by another method than deflate")
    if info.flag_bits & ENCRYPTED:
        raise ZipError(f"{path!r} is encrypted")


def _empty(left_out: Collection[LeftOut]) -> str:
    """Why nothing is left of a ZIP."""
    told = sorted({str(one) for one in left_out})[:SHOWN]
    return "; ".join(["the ZIP has no files that could be a project", *told])


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
