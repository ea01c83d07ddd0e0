"""Pages of deflated members lie among the derived files of their project, and are checked alike."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import msgspec

from services.packager.storage.derived_files import DerivedFileRecord

if TYPE_CHECKING:
    from services.packager.storage.derived_files import DerivedFileStore


class DerivedPages:
    """The pages of one project (:class:`services.packager.archive.pages.PageStore`).

    Args:
        store: The project's derived files.
        inputs: Whatever shapes deflated bytes beside the content: level, versions of tools.
    """

    def __init__(self, store: DerivedFileStore, inputs: object) -> None:
        self._store = store
        self._inputs = msgspec.json.encode(inputs, order="deterministic")

    def recall(self, name: str) -> bytes | None:
        """What was kept under this name, unchanged."""
        record, file = self._store.recall(self._key(name)) or (None, None)
        if record is None or record.size is None or file is None:
            return None
        with file:
            page = file.read(record.size)
        return page if hashlib.sha256(page).hexdigest() == record.sha256 else None

    def open(self, name: str) -> _OpenPage | None:
        """The same, perhaps damaged; read where it is needed."""
        record, file = self._store.recall(self._key(name)) or (None, None)
        if record is None or record.size is None or file is None:
            return None
        with file:
            return _OpenPage(os.dup(file.fileno()), record.size)

    def keep(self, name: str, page: bytes) -> None:
        """Keep a page in place of what was there."""
        record = DerivedFileRecord(hashlib.sha256(page).hexdigest(), len(page), "")
        with os.fdopen(os.memfd_create("page"), "w+b", buffering=0) as file:
            file.write(page)
            self._store.remember(self._key(name), record, file)

    def _key(self, name: str) -> str:
        return hashlib.sha256(self._inputs + b"\0" + name.encode()).hexdigest()


class _OpenPage:
    """A page in a file of its own (:class:`services.packager.archive.pages.PageFile`)."""

    def __init__(self, descriptor: int, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self._descriptor = descriptor

    def read_into(self, place: memoryview, at: int) -> int:
        """Read from this position on, whoever else reads."""
        return os.preadv(self._descriptor, [place], at)

    def __del__(self) -> None:
        os.close(self._descriptor)
