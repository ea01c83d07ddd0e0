"""The warm-up does once, before builds are forked, what each of them would do for the first time.

Patterns are compiled, versions looked up, caches filled, and Python adapts its code to what it
meets: a build shares all that with its server, where it would else take twice its time. Our own
page is packed for it, never a project.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from services.packager.build.build_log import warnings_of
from services.packager.build.cache_key import build_key, plan_of, tool_versions
from services.packager.build.context import BuildContext
from services.packager.build.naming import file_name
from services.packager.build.packing import pack
from services.packager.platforms.source import EXPORTER
from services.packager.project.files import ProjectFiles
from services.packager.request import Request
from services.packager.runtimes.registry import Templates
from services.packager.sandbox.confinement import python_folders
from shared.domain.options import ExportOptions
from shared.domain.project import StoredFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.storage.derived_files import DerivedFileRecord

ROUNDS: Final = 8  # Python adapts code that has run so often
PAGE: Final = b"<!doctype html><title>Warm</title>"
SNAPSHOT: Final = hashlib.sha256(PAGE).hexdigest()
PART_BYTES: Final = 8 << 20


def warm_up() -> None:
    """Build a page some times; no thread of it is left, so that builds can be forked."""
    python_folders()
    for encoding in (False, True):
        tool_versions(encoding=encoding)
    for _ in range(ROUNDS):
        _build()


def _build() -> None:
    file = StoredFile("index.html", SNAPSHOT, len(PAGE), "page", 0)
    request = Request(platform="source", configuration="release", options=ExportOptions())
    nowhere, nothing = Path("/nonexistent"), _Nothing()
    context = BuildContext(templates=Templates(nowhere), derived=nothing, scratch=nowhere)
    project = ProjectFiles("warm", [file], nothing.open)
    plan = plan_of(EXPORTER, project, request, context, snapshot=SNAPSHOT)
    msgspec.msgpack.encode(warnings_of(plan))
    build_key(plan, snapshot=SNAPSHOT, request=request)
    file_name(plan, request)
    pack(
        plan,
        nothing,
        lambda _part: None,
        nothing,
        part_bytes=PART_BYTES,
        threads=2,
        compression=request.compression,
        derived=nothing,
    )


class _Nothing:
    """The page, no derived files, and nobody who wants to know how far it is."""

    def open(
        self,
        file: StoredFile,
        *,
        on_read: Callable[[int], None] | None = None,
        checked: bool = True,
    ) -> BinaryIO:
        del checked
        if on_read:
            on_read(file.size)
        return io.BytesIO(PAGE)

    def packed(self, _: str | int) -> None:
        pass

    def file_packed(self) -> None:
        pass

    def built(self) -> None:
        pass

    def recall(self, key: str) -> None:
        pass

    def remember(self, key: str, record: DerivedFileRecord, file: BinaryIO | None) -> None:
        pass
