"""Projects for the packager's tests: in memory, or stored as the gateway stores them."""

from __future__ import annotations

import atexit
import hashlib
import io
import zipfile
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from services.packager.build.cache_key import plan_of
from services.packager.build.context import BuildContext
from services.packager.build.naming import file_name
from services.packager.build.packing import pack
from services.packager.build.plan import BuildPlan
from services.packager.platforms import exporters
from services.packager.project.files import ProjectFiles, selected
from services.packager.request import Request
from services.packager.runtimes.registry import Templates
from services.packager.sandbox.build_server import BuildServer
from services.packager.sandbox.confinement import Limits
from services.packager.sandbox.launcher import COMMAND
from services.packager.signing.android.debug_key import new_debug_key, opened_debug_key
from services.packager.signing.keys import NO_KEYS, SigningKeys
from services.packager.signing.opening import for_android, open_key
from services.packager.signing.tool import ToolBench
from services.packager.storage.derived_files import ProjectDerivedFiles
from services.packager.storage.disk_cache import DiskCache
from shared.domain.options import ExportOptions
from shared.domain.platforms import PLATFORMS
from shared.domain.project import (
    FileEntry,
    Manifest,
    Snapshot,
    StoredFile,
    encode_snapshot,
)
from shared.storage import keys as storage_keys
from shared.templates import BUILT
from tests.applications import game_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from services.packager.signing.opening import OpenedKey
    from shared.domain.options import Configuration, Platform
    from shared.storage.bucket import Storage

SMALL_BYTES = 64 << 10
TEMPLATES = Templates(BUILT)  # what `make templates` has built
LIMITS = Limits(memory_bytes=1536 << 20, cpu_s=1_200, file_bytes=8 << 30)
BUILDS = BuildServer(LIMITS)  # started by the first test that needs it
atexit.register(BUILDS.close)


def request(
    platform: Platform = "web", configuration: Configuration = "release", **options: Any
) -> Request:
    """An export request; options by their Python names."""
    return Request(platform=platform, configuration=configuration, options=ExportOptions(**options))


def in_memory(files: Mapping[str, bytes], asked: Request | None = None) -> ProjectFiles:
    """What an exporter sees of these files, once the request's options have left some out."""
    stored = [_stored(path, data, "memory", 0) for path, data in sorted(files.items())]
    if asked is not None:
        stored = selected(stored, asked.options)
    return ProjectFiles("p1", stored, lambda file: io.BytesIO(files[file.path]))


class Built(msgspec.Struct, frozen=True):
    """An artifact made without any server."""

    name: str
    plan: BuildPlan
    data: bytes

    @property
    def files(self) -> dict[str, bytes]:
        """The game's files, as Python's own reader sees them."""
        if self.plan.application:
            return game_files(self)
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    @property
    def methods(self) -> set[int]:
        """How its files are compressed."""
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            return {info.compress_type for info in archive.infolist()}


@contextmanager
def build_context(
    asked: Request | None = None, keys: SigningKeys = NO_KEYS
) -> Iterator[BuildContext]:
    """A build context: the templates of this checkout, and an empty cache."""
    key = _key(asked, keys) if asked else None
    with TemporaryDirectory() as folder:
        cache = DiskCache(Path(folder), 1 << 30)
        with cache.scratch() as scratch, cache.scratch() as bench:
            tools = ToolBench(launcher=COMMAND, folder=bench, timeout_s=keys.timeout_s)
            yield BuildContext(
                templates=TEMPLATES,
                derived=ProjectDerivedFiles(cache, "p1"),
                scratch=scratch,
                signer=key.signer(tools) if key else None,
            )


def _key(asked: Request, keys: SigningKeys) -> OpenedKey | None:
    """What signs an export, as the handler finds it."""
    key = open_key(keys, asked)
    if key or not PLATFORMS[asked.platform].debug_keys:
        return key
    return for_android(opened_debug_key(_debug_key("p1")), asked)


_debug_key = cache(new_debug_key)


def build(
    files: Mapping[str, bytes],
    asked: Request,
    *,
    threads: int = 2,
    keys: SigningKeys = NO_KEYS,
    context: BuildContext | None = None,
) -> Built:
    """Export files as the packager would."""
    project = in_memory(files, asked)
    parts: list[bytes] = []
    with nullcontext(context) if context else build_context(asked, keys) as used:
        exporter = exporters()[asked.platform]
        plan = plan_of(exporter, project, asked, used, snapshot="5" * 64)
        pack(
            plan,
            _Memory(files),
            lambda part: parts.append(bytes(part)),
            Unmetered(),
            part_bytes=1 << 20,
            threads=threads,
            compression=asked.compression,
            max_bytes=asked.max_bytes,
        )
    return Built(file_name(plan, asked), plan, b"".join(parts))


class _Memory:
    """Files that are there already."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def open(self, file: StoredFile, **_: object) -> BinaryIO:
        return io.BytesIO(self._files[file.path])

    def packed(self, path: str) -> None:
        assert path in self._files


class Unmetered:
    """A meter that nobody reads."""

    def packed(self, size_bytes: int) -> None:
        assert size_bytes >= 0

    def file_packed(self) -> None:
        """Nobody watches."""

    def built(self) -> None:
        """Likewise."""


async def store(storage: Storage, files: Mapping[str, bytes], *, project_id: str = "p1") -> str:
    """Store files as a project's snapshot: small ones together in a pack, others as blobs.

    Returns:
        The snapshot's id.
    """
    small = {path: data for path, data in files.items() if len(data) < SMALL_BYTES}
    stored = [
        _stored(path, data, storage_keys.blob(project_id, 0, _sha256(data)), 0)
        for path, data in files.items()
        if path not in small
    ]
    for file in stored:
        await storage.put(file.object, files[file.path])
    pack = b"".join(small.values())
    pack_key = storage_keys.pack(project_id, 0, _sha256(pack))
    await storage.put(pack_key, pack)
    stored += _cut(small, pack_key)
    snapshot = snapshot_of(project_id, stored)
    await storage.put(storage_keys.snapshot(project_id, snapshot.id), encode_snapshot(snapshot))
    return snapshot.id


def snapshot_of(project_id: str, files: Iterable[StoredFile]) -> Snapshot:
    """A snapshot with the id that its files give it."""
    ordered = tuple(sorted(files, key=lambda file: file.path))
    manifest = Manifest({file.path: FileEntry(file.sha256, file.size) for file in ordered})
    return Snapshot(id=manifest.snapshot_id, project_id=project_id, files=ordered)


def _cut(small: Mapping[str, bytes], pack_key: str) -> list[StoredFile]:
    offset = 0
    stored = []
    for path, data in small.items():
        stored.append(_stored(path, data, pack_key, offset))
        offset += len(data)
    return stored


def _stored(path: str, data: bytes, key: str, offset: int) -> StoredFile:
    return StoredFile(path, _sha256(data), len(data), key, offset)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
