"""Installs packages in the real sandbox, from a registry on loopback."""

from __future__ import annotations

import io
import json
import zipfile
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager.handler import PackagerHandler
from services.packager.registry.npm_registry import open_registry
from services.packager.sandbox.build_server import BuildServer
from shared.errors import ExportError
from shared.templates import BUILT
from tests.integration.packager.packages.installing import PROGRAM, REPORT, Report
from tests.integration.packager.test_handler import _download, _export, _requested
from tests.npm_server import NpmServer, npm_server
from tests.projects import LIMITS, store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from nats.js import JetStreamContext

    from services.packager.storage.disk_cache import DiskCache
    from shared.storage.bucket import Storage


@pytest.fixture(scope="package")
def builds() -> Iterator[BuildServer]:
    """Forks builds that install."""
    server = BuildServer(LIMITS, program=PROGRAM)
    yield server
    server.close()


@pytest.fixture
async def npm() -> AsyncIterator[NpmServer]:
    """A registry with nothing in it."""
    async with npm_server() as server:
        yield server


class Site:
    """What came of an installation."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}
        self.report = msgspec.json.decode(self.files[REPORT], type=Report)

    @property
    def labels(self) -> list[str]:
        """The packages of the registry."""
        return [f"{one.name}@{one.version}" for one in self.report.packages]

    def version(self, *path: str) -> str:
        """The version that lies in ``node_modules`` of ``node_modules``."""
        place = "/".join(f"node_modules/{name}" for name in path)
        return str(json.loads(self.files[f"{place}/package.json"])["version"])

    def said(self, *words: str) -> bool:
        """Whether one note has all of these words."""
        return any(all(word in note for word in words) for note in self.report.notes)


class Installer:
    """A packager that knows a registry, and one that knows none."""

    def __init__(
        self,
        storage: Storage,
        cache: DiskCache,
        builds: BuildServer,
        js: JetStreamContext,
        npm: NpmServer,
    ) -> None:
        self.npm = npm
        self.token = ""
        self.registry = npm.url
        self._storage = storage
        self._cache = cache
        self._builds = builds
        self._js = js
        self._numbers = count()

    async def install(
        self,
        files: Mapping[str, bytes | str | dict[str, Any]],
        root: str = "",
        project_id: str = "p1",
    ) -> Site:
        """Install what these files want; documents are written as JSON."""
        told = {
            path: json.dumps(data).encode()
            if isinstance(data, dict)
            else data.encode()
            if isinstance(data, str)
            else data
            for path, data in files.items()
        }
        snapshot = await store(self._storage, told, project_id=project_id)
        version = f"1.0.{next(self._numbers)}"  # each export has an artifact of its own
        event = msgspec.structs.replace(
            _requested(snapshot, "web", app_name=root, app_version=version), project_id=project_id
        )
        async with open_registry(self.registry, self.token) as registry:
            handler = PackagerHandler(
                self._storage, self._cache, self._builds, BUILT, registry=registry
            )
            packaged = await _export(handler, self._js, event)
        return Site(await _download(self._storage, packaged))

    async def fails(
        self, files: Mapping[str, bytes | str | dict[str, Any]], **kw: Any
    ) -> ExportError:
        """Why that cannot be installed."""
        with pytest.raises(ExportError) as caught:
            await self.install(files, **kw)
        return caught.value


@pytest.fixture
def installer(
    storage: Storage, cache: DiskCache, builds: BuildServer, js: JetStreamContext, npm: NpmServer
) -> Installer:
    """Installs into nothing."""
    return Installer(storage, cache, builds, js, npm)
