"""Derived files are made of a project's files once, and found again by what they were made of.

Like everything in the cache they may be lost, and are checked when they are used.
"""

from __future__ import annotations

import hashlib
import os
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.storage.disk_cache import disk_errors
from services.packager.storage.file_slice import write_blocks
from shared.domain.events import Sha256

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.storage.disk_cache import DiskCache

ABOUT_BYTES: Final = 1  # what is there at least


class DerivedFileRecord(msgspec.Struct, frozen=True):
    """What is known of a derived file; ``size`` None: it is known that there is none."""

    sha256: Sha256 | None
    size: int | None
    suffix: str


class DerivedFile(msgspec.Struct, frozen=True):
    """A derived file on the disk, for as long as the scratch folder that it lies in."""

    path: Path
    sha256: Sha256
    size: int
    suffix: str


class DerivedFileCache:
    """Makes files, or finds those that were made for an earlier export."""

    def __init__(self, cache: DiskCache, scratch: Path) -> None:
        self._cache = cache
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
        about = self._known(key)
        if about is None or not self._link(key, about, target):
            about = self._store(key, make(), target)
        if about.sha256 is None or about.size is None:
            return None
        return DerivedFile(target, about.sha256, about.size, about.suffix)

    def _known(self, key: str) -> DerivedFileRecord | None:
        path = self._cache.find(_about(key), ABOUT_BYTES)
        try:
            return msgspec.json.decode(path.read_bytes(), type=DerivedFileRecord) if path else None
        except (OSError, msgspec.MsgspecError):
            return None

    def _link(self, key: str, about: DerivedFileRecord, target: Path) -> bool:
        """Whether the bytes are there, whole; if so, keep them even if the cache lets them go."""
        if about.size is None:
            return True
        path = self._cache.find(_bytes(key), about.size)
        if path is None:
            return False
        self._folder.mkdir(exist_ok=True)
        try:
            os.link(path, target)
        except OSError:  # the cache has let it go this moment
            return False
        if hashlib.sha256(target.read_bytes()).hexdigest() == about.sha256:
            return True
        target.unlink()  # so that what is made now does not go into the cache's own file
        return False

    def _store(self, key: str, made: tuple[bytes, str] | None, target: Path) -> DerivedFileRecord:
        if made is None:
            about = DerivedFileRecord(None, None, "")
        else:
            data, suffix = made
            about = DerivedFileRecord(hashlib.sha256(data).hexdigest(), len(data), suffix)
            with disk_errors():
                self._folder.mkdir(exist_ok=True)
                target.write_bytes(data)
            self._write(_bytes(key), data)
        self._write(_about(key), msgspec.json.encode(about))
        return about

    def _write(self, key: str, data: bytes) -> None:
        with self._cache.writing(key, len(data)) as descriptor:
            write_blocks(descriptor, [data], 0)


def _about(key: str) -> str:
    return f"derived/{key}/about"


def _bytes(key: str) -> str:
    return f"derived/{key}/bytes"
