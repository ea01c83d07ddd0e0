"""Derived files are made of a project's files once, and found again by what they were made of.

Like everything in the cache they may be lost, and are checked when they are used. Each project has
its own: what one project's build has left is never given to another one's.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final, Protocol

import msgspec

from services.packager.storage.disk_cache import disk_errors
from shared.domain.events import Sha256

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.storage.disk_cache import DiskCache

ABOUT_BYTES: Final = 1  # what is there at least
BLOCK_BYTES: Final = 1 << 20
MAX_BYTES: Final = 1 << 30  # of what is kept; nothing that is worth it comes near


class DerivedFileRecord(msgspec.Struct, frozen=True):
    """What is known of a derived file; ``size`` None: it is known that there is none."""

    sha256: Sha256 | None
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_BYTES)] | None
    suffix: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9.]{0,16}$")]


class DerivedFile(msgspec.Struct, frozen=True):
    """A derived file on the disk, for as long as the scratch folder that it lies in."""

    path: Path
    sha256: Sha256
    size: int
    suffix: str


class DerivedFileStore(Protocol):
    """Where derived files outlive an export; keys are SHA-256 of all that shapes a file."""

    def recall(self, key: str) -> tuple[DerivedFileRecord, BinaryIO | None] | None:
        """What is known of a file, and its bytes if it has any; None where nothing is known."""
        ...

    def remember(self, key: str, record: DerivedFileRecord, file: BinaryIO | None) -> None:
        """Keep a file; it is read from its start."""
        ...


class DerivedFileCache:
    """Makes files, or finds those that were made for an earlier export."""

    def __init__(self, store: DerivedFileStore, scratch: Path) -> None:
        self._store = store
        self._folder = scratch / "derived"
        self._numbers = count()  # a file for each call: threads may ask for the same at a time

    def get(
        self, inputs: object, make: Callable[[], tuple[bytes, str] | None]
    ) -> DerivedFile | None:
        """What ``make`` gives (bytes and a suffix), or gave once for the same ``inputs``.

        Args:
            inputs: Everything that shapes the result: hashes, levels, versions of tools.
            make: None where the result would be of no use; that is remembered, too.
        """
        key = hashlib.sha256(msgspec.json.encode(inputs, order="deterministic")).hexdigest()
        target = self._folder / str(next(self._numbers))
        record = self._recalled(key, target)
        if record is None:
            record = self._made(key, make(), target)
        if record.sha256 is None or record.size is None:
            return None
        return DerivedFile(target, record.sha256, record.size, record.suffix)

    def _recalled(self, key: str, target: Path) -> DerivedFileRecord | None:
        """The record, with its bytes in ``target``; a copy, as the cache may let its own go."""
        found = self._store.recall(key)
        if found is None:
            return None
        record, file = found
        if file is None:
            return record if record.size is None else None
        with file, disk_errors():
            self._folder.mkdir(exist_ok=True)
            with target.open("wb") as copy:
                digest = hashlib.sha256()
                while block := file.read(BLOCK_BYTES):
                    digest.update(block)
                    copy.write(block)
        return record if digest.hexdigest() == record.sha256 else None

    def _made(self, key: str, made: tuple[bytes, str] | None, target: Path) -> DerivedFileRecord:
        if made is None:
            record = DerivedFileRecord(None, None, "")
            self._store.remember(key, record, None)
            return record
        data, suffix = made
        record = DerivedFileRecord(hashlib.sha256(data).hexdigest(), len(data), suffix)
        with disk_errors():
            self._folder.mkdir(exist_ok=True)
            target.write_bytes(data)
        with target.open("rb") as file:
            self._store.remember(key, record, file)
        return record


class ProjectDerivedFiles:
    """One project's derived files in the disk cache."""

    def __init__(self, cache: DiskCache, project_id: str) -> None:
        self._cache = cache
        self._prefix = f"derived/{project_id}"

    def knows(self, key: str) -> bool:
        """Whether anything was kept under this key, damaged or not."""
        return self._cache.find(self._about(key), ABOUT_BYTES) is not None

    def recall(self, key: str) -> tuple[DerivedFileRecord, BinaryIO | None] | None:
        """As :class:`DerivedFileStore` says."""
        with suppress(OSError, ValueError, msgspec.MsgspecError):  # gone this moment, or damaged
            about = self._cache.find(self._about(key), ABOUT_BYTES)
            if about is None:
                return None
            record = msgspec.json.decode(about.read_bytes(), type=DerivedFileRecord)
            if record.size is None:
                return record, None
            path = self._cache.find(self._bytes(key), record.size)
            return (record, path.open("rb")) if path else None
        return None

    def remember(self, key: str, record: DerivedFileRecord, file: BinaryIO | None) -> None:
        """As :class:`DerivedFileStore` says."""
        if file is not None and record.size is not None:
            self._write(self._bytes(key), file, record.size)
        about = msgspec.json.encode(record)
        with self._cache.writing(self._about(key), len(about)) as descriptor:
            os.write(descriptor, about)

    def _write(self, key: str, file: BinaryIO, size_bytes: int) -> None:
        with ExitStack() as stack:
            descriptor = stack.enter_context(self._cache.writing(key, size_bytes))
            target = stack.enter_context(os.fdopen(os.dup(descriptor), "wb"))
            file.seek(0)
            left = size_bytes  # however much it has grown meanwhile
            while block := file.read(min(BLOCK_BYTES, left)):
                left -= target.write(block)

    def _about(self, key: str) -> str:
        return f"{self._prefix}/{key}/about"

    def _bytes(self, key: str) -> str:
        return f"{self._prefix}/{key}/bytes"
