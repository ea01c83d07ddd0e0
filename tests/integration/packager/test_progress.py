"""What is told of real builds while they work: which stage, how far, how long still."""

from __future__ import annotations

import asyncio
import io
import json
import random
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from aiohttp import web
from PIL import Image

from services.packager.handler import PackagerHandler
from services.packager.registry.npm_registry import open_registry
from shared.jetstream.progress_reporter import ProgressReporter
from shared.templates import BUILT
from tests import engine
from tests.integration.packager.test_handler import EXPORT, _requested
from tests.npm_server import npm_server
from tests.projects import BUILDS, store

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from services.packager.storage.disk_cache import DiskCache
    from shared.domain.events import ExportRequested
    from shared.domain.export_document import Eta, Status
    from shared.domain.options import Platform
    from shared.storage.bucket import Storage

TEXTURES = 40


class _Told(NamedTuple):
    """One thing that was told."""

    status: Status
    percent: float
    step: str
    eta: Eta | None


class _Recorder(ProgressReporter):
    """Keeps what is told, and sends it on."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.told: list[_Told] = []
        self.changed = asyncio.Event()

    def progress(self, status: Status, percent: float, step: str, eta: Eta | None = None) -> None:
        self.told.append(_Told(status, percent, step, eta))
        self.changed.set()
        super().progress(status, percent, step, eta)

    async def shows(self, step: str) -> None:
        """Wait until it was told."""
        while all(told.step != step for told in self.told):
            self.changed.clear()
            await self.changed.wait()


async def _told(
    handler: PackagerHandler, reporter: _Recorder, event: ExportRequested
) -> list[_Told]:
    """All that is told of an export; whatever it is, percents never fall and end at 90."""
    try:
        await handler(event, reporter)
    finally:
        await reporter.close()
    percents = [one.percent for one in reporter.told]
    assert percents == sorted(percents)
    assert percents[-1] == 90
    statuses = [one.status for one in reporter.told]
    assert statuses == sorted(statuses, key=["preparing", "building", "packaging"].index)
    assert all(one.eta and 0 <= one.eta.p50_s <= one.eta.p90_s for one in reporter.told)
    return reporter.told


def _names(told: list[_Told]) -> list[str]:
    """The stages, without their numbers."""
    return [name for name, _ in groupby(one.step.partition(":")[0] for one in told)]


def _texture(noise: random.Random) -> bytes:
    """A soft picture, which WebP makes much smaller."""
    small = Image.frombytes("RGB", (32, 32), noise.randbytes(3 * 32 * 32))
    file = io.BytesIO()
    small.resize((256, 256), Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def _game() -> dict[str, bytes]:
    """A scene with so many textures that making them smaller is nearly all of the work."""
    noise = random.Random(7)
    names = [f"t{number}" for number in range(TEXTURES)]
    materials = {f"m-{name}": f"assets/{name}.json" for name in names}
    boxes = [
        engine.entity(one, engine.component("MeshRenderer", materialIds=[one])) for one in materials
    ]
    scene = engine.level(
        *boxes,
        engine.entity("rules", engine.component("Script", scriptId="scripts/main.ts")),
        assets=[
            *engine.assets(**{name: f"assets/{name}.png" for name in names}),
            *({"id": one, "type": "material", "path": path} for one, path in materials.items()),
        ],
    )
    return engine.project(
        **{
            "scenes/main.json": scene,
            "scripts/main.ts": b"export default 1",
            **{f"assets/{name}.png": _texture(noise) for name in names},
            **{path: engine.as_json({"map": one[2:]}) for one, path in materials.items()},
        }
    )


async def test_optimizing_is_told_file_by_file(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """Its percents are those of its files, and most of all, as it takes most of the time."""
    event = _requested(await store(storage, _game()), "web", optimize="balanced")
    told = await _told(handler, _Recorder(js, EXPORT, 1), event)
    assert _names(told) == [
        "Fetching the project",
        *(["Checking the project"] if _names(told)[1] == "Checking the project" else []),
        "Bundling scripts",
        "Optimising assets",
        "Packing",
    ]
    optimizing = [one for one in told if one.step.startswith("Optimising")]
    (packing, *_) = [one for one in told if one.step.startswith("Packing")]
    begun, span = optimizing[0].percent, packing.percent - optimizing[0].percent
    assert span > 45
    for one in optimizing:
        done = int(one.step.removeprefix("Optimising assets: ").removesuffix(f" of {TEXTURES}"))
        assert done / TEXTURES - 0.05 < (one.percent - begun) / span < (done + 1) / TEXTURES + 0.05


@pytest.mark.parametrize("platform", ["windows", "macos", "linux"])
async def test_an_application_is_no_download(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext, platform: Platform
) -> None:
    """Once the project is there, nothing is called fetching; packing counts from where it is."""
    noise = random.Random(7)
    files = {f"assets/{number}.bin": noise.randbytes(1 << 20) for number in range(12)}
    page = b"<!doctype html><title>Star Courier</title><p>Go</p>"
    event = _requested(await store(storage, {"index.html": page, **files}), platform)
    for _ in range(2):  # fetched, and kept from before
        told = await _told(handler, _Recorder(js, EXPORT, 1), event)
        assert [name for name in _names(told) if name != "Checking the project"] == [
            *(["Fetching the project"] if "of 13 MB" in told[0].step else []),
            "Assembling the game",
            "Packing the application",
        ]
        assert told[-1].step == "Packing the application: 13 MB of 13 MB"


async def test_packages_are_counted_before_vite_builds(
    storage: Storage, cache: DiskCache, js: JetStreamContext
) -> None:
    """One that does not come yet is seen to be missing."""
    needs = {f"part{number}": "^1.0.0" for number in range(12)}
    page = '<!doctype html><title>Game</title><script type="module" src="/src/main.ts"></script>'
    imports = "".join(f"import '{name}';" for name in needs)
    files = {
        "index.html": page,
        "src/main.ts": f"{imports}document.title = 'On' as string;",
        "package.json": json.dumps({"dependencies": needs}),
    }
    snapshot = await store(storage, {path: text.encode() for path, text in files.items()})
    reporter = _Recorder(js, EXPORT, 1)

    async def late(_request: web.Request, body: bytes) -> web.StreamResponse:
        await reporter.shows("Installing packages: 11 of 12")
        return web.Response(body=body)

    async with npm_server() as npm, open_registry(npm.url) as registry:
        for name in needs:
            npm.publish(f"{name}@1.0.0")
        npm.lies["part3/-/part3-1.0.0.tgz"] = late
        handler = PackagerHandler(storage, cache, BUILDS, BUILT, registry=registry)
        told = await _told(handler, reporter, _requested(snapshot, "web"))
    assert [name for name in _names(told) if name != "Checking the project"] == [
        "Fetching the project",
        "Installing packages",
        "Building with Vite",
        "Packing",
    ]


async def test_one_file_is_put_together(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """The page is the artifact; its type is one that a build may name."""
    event = _requested(await store(storage, engine.project()), "web", format="single-file")
    names = _names(await _told(handler, _Recorder(js, EXPORT, 1), event))
    assert names[-3:-1] == ["Putting everything into one file", "Assembling the game"]
