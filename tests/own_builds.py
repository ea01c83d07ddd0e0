"""Exports of projects whose own build script may run, in the real sandbox."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import AsyncExitStack
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec
import uuid_utils

from services.packager.handler import PackagerHandler
from services.packager.registry.npm_registry import open_registry
from services.packager.sandbox.build_server import BuildServer
from shared.jetstream.progress_reporter import ProgressReporter
from shared.templates import BUILT
from tests.integration.packager.test_handler import _download, _requested
from tests.projects import LIMITS, store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nats.js import JetStreamContext

    from services.packager.storage.disk_cache import DiskCache
    from shared.domain.events import ExportPackaged
    from shared.domain.progress import Level
    from shared.storage.bucket import Storage

PAGE = "<!doctype html><html><head><title>Game</title></head><body><p>1</p></body></html>"


def server(**limits: Any) -> BuildServer:
    """Starts builds that may run scripts."""
    return BuildServer(msgspec.structs.replace(LIMITS, own_programs=True, **limits))


def scripted(build: str, /, script: str = "", **more: Any) -> dict[str, bytes]:
    """A project with a build script, and the program ``tool.mjs`` that it may start."""
    texts = {
        "package.json": json.dumps({"scripts": {"build": build}, **more.pop("package", {})}),
        "tool.mjs": script,
        **more,
    }
    return {path: text.encode() for path, text in texts.items()}


class _Heard(ProgressReporter):
    lines: list[str]

    def log(self, line: str, level: Level = "info") -> None:
        self.lines.append(line)
        super().log(line, level)


class OwnBuilds:
    """A packager whose operator lets build scripts run."""

    def __init__(
        self,
        storage: Storage,
        cache: DiskCache,
        builds: BuildServer,
        js: JetStreamContext,
        *,
        registry: Mapping[str, str] | None = None,
    ) -> None:
        self.lines: list[str] = []  # of the last export's log
        self.warnings: list[str] = []
        self.name = ""
        self.reusable = False  # for another export of the same
        self._storage = storage
        self._cache = cache
        self._builds = builds
        self._js = js
        self._registry = registry or {}
        self._numbers = count()

    async def export(self, files: Mapping[str, bytes], **options: Any) -> dict[str, bytes]:
        """The files of the artifact."""
        options.setdefault("app_name", f"Game {next(self._numbers)}")
        asked = _requested(await store(self._storage, files), "web", **options)
        event = msgspec.structs.replace(asked, export_id=str(uuid_utils.uuid7()))
        reporter = _Heard(self._js, event.export_id, event.generation)
        reporter.lines = self.lines = []
        async with AsyncExitStack() as stack:
            stack.push_async_callback(reporter.close)
            registry = await stack.enter_async_context(
                open_registry(
                    self._registry.get("PACKAGER_NPM_REGISTRY", ""),
                    self._registry.get("PACKAGER_NPM_TOKEN", ""),
                )
            )
            handler = PackagerHandler(
                self._storage, self._cache, self._builds, BUILT, registry=registry
            )
            packaged: ExportPackaged
            (packaged,) = await handler(event, reporter)
        self.name = packaged.artifact.file_name
        self.reusable = bool(packaged.inputs)
        self.warnings = [str(one) for one in packaged.warnings.first] if packaged.warnings else []
        with zipfile.ZipFile(io.BytesIO(await _download(self._storage, packaged))) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
