"""Packages are cached by hash; what lies there is checked whenever it is used."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from services.packager.registry import package_fetcher
from services.packager.registry.faults import FaultError
from services.packager.registry.npm_registry import open_registry
from services.packager.registry.package_fetcher import PackageFetcher
from tests.integration.packager.disk_watch import DISK_WATCH
from tests.integration.packager.packages.test_install import Project, _lock
from tests.npm_server import integrity, never_ends

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.storage.disk_cache import DiskCache
    from tests.integration.packager.packages.conftest import Installer
    from tests.npm_server import NpmServer


def _cached(cache: DiskCache, server: NpmServer) -> Path:
    """Where the package lies."""
    found = [path for path in cache.path("").parents[1].glob("??/*") if path.is_file()]
    packed = server.tarballs["a@1.0.0"]
    (path,) = (path for path in found if path.stat().st_size == len(packed))
    return path


async def test_what_lies_there_is_never_trusted(installer: Installer, cache: DiskCache) -> None:
    """A damaged one is fetched again, as one that is not there."""
    installer.npm.publish("a@1.0.0", {"data.bin": bytes(range(256)) * 1_000})
    lock = _lock(installer.npm.lock("a@1.0.0"))
    project: Project = {
        "package.json": {"dependencies": {"a": "1.0.0"}},
        "package-lock.json": lock,
    }
    first = await installer.install(project)
    path = _cached(cache, installer.npm)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    installer.npm.asked.clear()
    again = await installer.install(project)
    assert again.report == first.report
    assert installer.npm.asked == ["a/-/a-1.0.0.tgz"]
    assert path.read_bytes() == installer.npm.tarballs["a@1.0.0"]


async def test_no_bytes_without_their_hash_or_the_registrys_word(
    npm: NpmServer, cache: DiskCache
) -> None:
    """Another version, another name or another registry finds nothing of the cached one."""
    right = npm.publish("a@1.0.0")
    async with open_registry(npm.url) as registry, open_registry(f"{npm.url}/other") as other:
        fetcher = PackageFetcher(registry, cache)
        os.close(await fetcher.tarball("a", "1.0.0", right))
        npm.asked.clear()
        for name, version in (("b", "1.0.0"), ("a", "2.0.0")):
            with pytest.raises(FaultError):
                await fetcher.tarball(name, version, right)
        with pytest.raises(FaultError):
            await PackageFetcher(other, cache).tarball("a", "1.0.0", right)
        with pytest.raises(FaultError) as caught:
            await fetcher.tarball("a", "1.0.0", integrity(b"another"))
        assert caught.value.fault.kind == "altered"
    assert len(npm.asked) == 4


async def test_one_export_asks_so_much_and_no_more(
    npm: NpmServer, cache: DiskCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By count and by bytes, whatever its build says."""
    right = npm.publish("a@1.0.0")
    async with open_registry(npm.url) as registry:
        monkeypatch.setattr(package_fetcher, "MAX_REQUESTS", 2)
        fetcher = PackageFetcher(registry, cache)
        await fetcher.metadata("a")
        os.close(await fetcher.tarball("a", "1.0.0", right))
        with pytest.raises(FaultError) as caught:
            await fetcher.metadata("a")
        assert caught.value.fault.kind == "too-many"
        monkeypatch.setattr(package_fetcher, "MAX_BYTES", 100)
        with pytest.raises(FaultError) as caught:
            await PackageFetcher(registry, cache).metadata("a")
        assert caught.value.fault.kind == "too-many"


async def test_the_loop_never_waits_for_the_disk(
    installer: Installer, tmp_path: Path, cache: DiskCache
) -> None:
    """Fetching, finding and checking packages is done in threads."""
    installer.npm.publish("a@1.0.0", dependencies={"b": "*"})
    installer.npm.publish("b@1.0.0", {"data.bin": bytes(3 << 20)})
    project: Project = {"package.json": {"dependencies": {"a": "1.0.0"}}}
    for _ in ("fetched", "found"):
        with DISK_WATCH.of_this_thread(cache.path("").parents[1]) as seen:
            await installer.install(project)
        assert [event for event in seen if str(tmp_path) in str(event)] == []


async def test_a_cancelled_export_leaves_no_half_of_a_package(
    installer: Installer, cache: DiskCache
) -> None:
    """The registry still sends when nobody wants it any more."""
    npm = installer.npm
    npm.publish("a@1.0.0", {"data.bin": bytes(range(256)) * 10_000})
    npm.lies["a/-/a-1.0.0.tgz"] = never_ends
    lock = _lock(npm.lock("a@1.0.0"))
    project: Project = {
        "package.json": {"dependencies": {"a": "1.0.0"}},
        "package-lock.json": lock,
    }
    task = asyncio.create_task(installer.install(project))
    folder = cache.path("").parents[1]
    while not task.done() and not list(folder.glob("??/*.partial")):  # noqa: ASYNC110 - it has begun
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not list(folder.glob("??/*.partial"))
    assert not list((folder / "work").iterdir())
