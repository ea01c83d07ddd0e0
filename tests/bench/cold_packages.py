"""An export whose packages nobody has yet, beside the project's own ``npm ci && vite build``.

200 modules that import 30 packages of the registry. Both begin with an empty cache, ask the same
registry, and take turns; the packager has its processes, as in service. Builds make way for
others there once they have run for a moment, so the own build does, too: whatever else runs on the
machine takes the same from both.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.local.npm_configuration import REGISTRY, TOKEN, npm_registry
from services.packager.handler import PackagerHandler
from services.packager.registry.npm_registry import open_registry
from services.packager.sandbox.server import FRESH_S, make_way
from services.packager.storage.disk_cache import DiskCache
from shared.domain.events import ExportRequested, now
from shared.domain.options import ExportOptions
from shared.jetstream.progress_reporter import ProgressReporter
from shared.settings import NatsSettings
from shared.templates import BUILT
from tests.bench.measurement import Measurement
from tests.projects import BUILDS, store
from tests.servers import empty_bucket, empty_nats, from_packages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nats.js import JetStreamContext

    from services.packager.registry.npm_registry import NpmRegistry
    from shared.storage.bucket import Storage
    from tests.servers import Servers

EXPORT: Final = "0197b0a0-0000-7000-8000-000000000002"
MANIFESTS: Final = Path(__file__).parent / "packages"
MODULES: Final = 200
ROUNDS: Final = 3
# What is imported of each; "default" where it has nothing else.
USES: Final = {
    "@tweenjs/tween.js": "Tween",
    "bezier-easing": "default",
    "classnames": "default",
    "clsx": "clsx",
    "d3-array": "extent",
    "d3-color": "rgb",
    "d3-ease": "easeCubic",
    "d3-interpolate": "interpolateRgb",
    "d3-scale": "scaleLinear",
    "d3-shape": "line",
    "date-fns": "format",
    "earcut": "default",
    "eventemitter3": "EventEmitter",
    "fast-deep-equal": "default",
    "gl-matrix": "mat4",
    "howler": "Howl",
    "immer": "produce",
    "lil-gui": "GUI",
    "lodash-es": "debounce",
    "matter-js": "default",
    "mitt": "default",
    "nanoid": "nanoid",
    "pako": "deflate",
    "react": "createElement",
    "react-dom": "createPortal",
    "rxjs": "interval",
    "seedrandom": "default",
    "simplex-noise": "createNoise2D",
    "three": "Vector3",
    "zustand": "create",
}


def measure(cache: Path) -> Iterator[Measurement]:
    """Both medians in seconds, and the median of their ratios, round by round."""
    del cache  # empty caches are what is measured
    with tempfile.TemporaryDirectory() as folder, from_packages(Path(folder)) as servers:
        pairs = asyncio.run(_measure(servers, Path(folder)))
    ours, own = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    yield Measurement(name="cold_packages.export", value=ours, unit="s")
    yield Measurement(name="cold_packages.own_build", value=own, unit="s")
    yield Measurement(name="cold_packages.over_own_build", value=ratio, unit="×", target=0.5)


async def _measure(servers: Servers, folder: Path) -> list[tuple[float, float]]:
    configured = npm_registry(os.environ)
    files = project()
    async with (
        empty_nats(NatsSettings(url=servers.nats_url)) as nc,
        empty_bucket(servers.s3) as storage,
        open_registry(configured[REGISTRY], configured.get(TOKEN, "")) as registry,
    ):
        snapshot = await store(storage, files)
        export = partial(_exported, storage, registry, nc.jetstream(), snapshot)
        await export(folder / "first")  # it starts the build server
        pairs = []
        for number in range(ROUNDS):
            work = folder / str(number)
            work.mkdir()
            ours = await export(work / "cache")
            pairs.append((ours, await asyncio.to_thread(own_build, files, work)))
            shutil.rmtree(work)
    return pairs


async def _exported(
    storage: Storage, registry: NpmRegistry | None, js: JetStreamContext, snapshot: str, cache: Path
) -> float:
    handler = PackagerHandler(storage, DiskCache(cache, 8 << 30), BUILDS, BUILT, registry=registry)
    event = ExportRequested(
        export_id=EXPORT,
        project_id="p1",
        user_id="u",
        platform="web",
        configuration="release",
        options=ExportOptions(),
        snapshot=snapshot,
        created_at=now(),
    )
    reporter = ProgressReporter(js, EXPORT, 1)
    started_s = time.perf_counter()
    (made,) = await handler(event, reporter)
    took_s = time.perf_counter() - started_s
    await storage.abort_upload(made.artifact.key, made.upload.upload_id)
    await reporter.close()
    return took_s


def own_build(files: dict[str, bytes], folder: Path) -> float:
    """Seconds of what the project's maker types, with a cache of npm's that is empty."""
    site = folder / "own"
    for path, data in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(data)
    environ = {**os.environ, "npm_config_cache": str(folder / "npm")}
    install = "npm ci --no-audit --no-fund --ignore-scripts"
    started_s = time.perf_counter()
    _make_way_after(
        subprocess.Popen(
            ["sh", "-c", f"{install} && exec node_modules/.bin/vite build"],
            cwd=site,
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    )
    took_s = time.perf_counter() - started_s
    assert (site / "dist" / "index.html").exists()
    return took_s


def _make_way_after(build: subprocess.Popen[bytes]) -> None:
    """Wait for its end; it makes way as the packager's own builds do."""
    try:
        build.wait(FRESH_S)
    except subprocess.TimeoutExpired:
        make_way(build.pid)
        build.wait()
    finally:
        if build.poll() is None:  # we are interrupted, it is not: it has a session of its own
            os.killpg(build.pid, signal.SIGKILL)


def project() -> dict[str, bytes]:
    """Modules in TypeScript, each of which uses one package."""
    manifest = (MANIFESTS / "package.json").read_bytes()
    names = sorted(USES)
    numbers = range(MODULES)
    texts = {
        "index.html": '<!doctype html><script type="module" src="/src/main.ts"></script>',
        "src/main.ts": "".join(f"import {{ m{n} }} from './m{n}'; m{n}();\n" for n in numbers),
    }
    texts |= {f"src/m{n}.ts": _module(n, names[n % len(names)]) for n in numbers}
    lock = (MANIFESTS / "package-lock.json").read_bytes()
    made = {path: text.encode() for path, text in texts.items()}
    return {**made, "package.json": manifest, "package-lock.json": lock}


def _module(number: int, package: str) -> str:
    functions = "\n".join(
        f"function f{n}(a: number): number {{ return a * {n} + Math.sin({number}); }}"
        for n in range(40)
    )
    return (
        f"import {{ {USES[package]} as used }} from '{package}';\n{functions}\n"
        f"export const m{number} = (): void => console.log(f3(1), used);\n"
    )
