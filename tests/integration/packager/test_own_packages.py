"""Build scripts with packages of a registry: all of them are there, and what they bring runs."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import own_builds
from tests.npm_server import NpmServer, npm_server
from tests.own_builds import PAGE, OwnBuilds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from nats.js import JetStreamContext

    from services.packager.sandbox.build_server import BuildServer
    from services.packager.storage.disk_cache import DiskCache
    from shared.storage.bucket import Storage

TRUE = Path("/bin/true")  # a native program that is on every Linux


@pytest.fixture(scope="module")
def builds() -> Iterator[BuildServer]:
    """Starts builds that may run scripts."""
    server = own_builds.server()
    yield server
    server.close()


@pytest.fixture
async def npm() -> AsyncIterator[NpmServer]:
    """A registry with nothing in it."""
    async with npm_server() as server:
        yield server


@pytest.fixture
def own(
    storage: Storage,
    cache: DiskCache,
    builds: BuildServer,
    js: JetStreamContext,
    npm: NpmServer,
) -> OwnBuilds:
    """A packager that runs scripts, and asks that registry."""
    return OwnBuilds(storage, cache, builds, js, registry={"PACKAGER_NPM_REGISTRY": npm.url})


def _native(name: str) -> bytes:
    """A tarball with a native program, as packages bring those of other languages."""
    data = io.BytesIO()
    about = json.dumps({"name": name, "version": "1.0.0", "os": ["linux"]}).encode()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for path, content, mode in (
            ("package.json", about, 0o644),
            ("bin/program", TRUE.read_bytes(), 0o755),
        ):
            info = tarfile.TarInfo(f"package/{path}")
            info.size, info.mode = len(content), mode
            tar.addfile(info, io.BytesIO(content))
    return gzip.compress(data.getvalue(), mtime=0)


def _published(npm: NpmServer) -> None:
    """A foreign tool, the native program that it starts, and types that it names."""
    tool = """#!/usr/bin/env node
        const { mkdirSync, copyFileSync, existsSync, writeFileSync } = require("node:fs");
        const { execFileSync } = require("node:child_process");
        execFileSync(require.resolve("native-linux/bin/program"));
        mkdirSync("dist");
        copyFileSync("page.html", "dist/index.html");
        const has = (name) => existsSync(`node_modules/${name}/package.json`);
        const names = ["@types/tool", "@types/deep", "eslint", "native-other"];
        writeFileSync("dist/has.json", JSON.stringify(names.map(has)));
    """
    npm.publish("native-linux@1.0.0", data=_native("native-linux"), os=["linux"])
    npm.publish("native-other@1.0.0", os=["darwin"])
    npm.publish("@types/deep@1.0.0")
    npm.publish("@types/tool@1.0.0", dependencies={"@types/deep": "1"})
    npm.publish("eslint@9.0.0")
    npm.publish(
        "foreign-tool@1.0.0",
        {"cli.js": tool},
        bin={"foreign": "cli.js", "../evil": "cli.js", "out": "../../../page.html"},
        optionalDependencies={"native-linux": "1", "native-other": "1"},
        scripts={"postinstall": "touch ../../dist/installed"},
    )


@pytest.mark.parametrize("locked", [True, False])
async def test_packages_with_programs(own: OwnBuilds, npm: NpmServer, *, locked: bool) -> None:
    """With types and tools, for this system alone, by a lock file and by ranges."""
    _published(npm)
    manifest = {
        "name": "game",
        "scripts": {"build": "foreign"},
        "dependencies": {"foreign-tool": "^1.0.0"},
        "devDependencies": {"@types/tool": "1", "eslint": "9"},
    }
    files = {"package.json": json.dumps(manifest).encode(), "page.html": PAGE.encode()}
    if locked:
        labels = ("foreign-tool@1.0.0", "native-linux@1.0.0", "native-other@1.0.0")
        types = ("@types/tool@1.0.0", "@types/deep@1.0.0", "eslint@9.0.0")
        packages = {"": {"name": "game"}, **npm.lock(*labels, *types)}
        for path, about in packages.items():
            about.update({"optional": True} if "native" in path else {})
        lock = {"lockfileVersion": 3, "packages": packages}
        files["package-lock.json"] = json.dumps(lock).encode()
    made = await own.export(files)
    assert b"<p>1</p>" in made["index.html"]
    assert json.loads(made["has.json"]) == [True, True, True, False]
    assert "installed" not in made
    packages_named = json.loads(made["export-manifest.json"])["packages"]
    assert any(label.startswith("foreign-tool@1.0.0 ") for label in packages_named)
