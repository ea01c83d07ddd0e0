"""How long the packager takes for a Vite project of 200 modules and 30 packages, in its sandbox.

Everything is warm: the project's files are in the cache, and its packages were pushed with it.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.packager.handler import PackagerHandler
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

    from tests.servers import Servers

EXPORT: Final = "0197b0a0-0000-7000-8000-000000000001"
MODULES: Final = 200
PACKAGES: Final = 30
PARTS: Final = 10  # files of a package
ROUNDS: Final = 7


def measure(cache: Path) -> Iterator[Measurement]:
    """The median of an export, in seconds."""
    del cache  # the project is made anew, and small
    with tempfile.TemporaryDirectory() as folder, from_packages(Path(folder)) as servers:
        yield from asyncio.run(_measure(servers, Path(folder)))


async def _measure(servers: Servers, folder: Path) -> list[Measurement]:
    async with (
        empty_nats(NatsSettings(url=servers.nats_url)) as nc,
        empty_bucket(servers.s3) as storage,
    ):
        handler = PackagerHandler(storage, DiskCache(folder / "cache", 8 << 30), BUILDS, BUILT)
        event = ExportRequested(
            export_id=EXPORT,
            project_id="p1",
            user_id="u",
            platform="web",
            configuration="release",
            options=ExportOptions(),
            snapshot=await store(storage, project()),
            created_at=now(),
        )
        took_s = []
        for _ in range(ROUNDS):
            reporter = ProgressReporter(nc.jetstream(), EXPORT, 1)
            started_s = time.perf_counter()
            (made,) = await handler(event, reporter)
            took_s.append(time.perf_counter() - started_s)
            await storage.abort_upload(made.artifact.key, made.upload.upload_id)
            await reporter.close()
    warm = statistics.median(took_s[1:])
    return [Measurement(name="web_project.warm", value=warm, unit="s", target=1.5)]


def project() -> dict[str, bytes]:
    """Modules that import each other and packages, in TypeScript."""
    numbers = range(MODULES)
    needs = ",".join(f'"package{n}":"1.0.0"' for n in range(PACKAGES))
    texts = {
        "index.html": '<!doctype html><script type="module" src="/src/main.ts"></script>',
        "package.json": f'{{"dependencies":{{{needs}}}}}',
        "src/main.ts": "".join(f"import {{ m{n} }} from './m{n}'; m{n}();\n" for n in numbers),
    }
    texts |= {f"src/m{n}.ts": _module(n) for n in numbers}
    for n in range(PACKAGES):
        folder = f"node_modules/package{n}"
        manifest = f'{{"name":"package{n}","version":"1.0.0","type":"module","main":"index.js"}}'
        parts = {f"{folder}/part{m}.js": _part(n, m) for m in range(PARTS)}
        index = "".join(f"export * from './part{m}.js';\n" for m in range(PARTS))
        texts |= parts | {f"{folder}/package.json": manifest, f"{folder}/index.js": index}
    return {path: text.encode() for path, text in texts.items()}


def _module(number: int) -> str:
    package = number % PACKAGES
    functions = "\n".join(
        f"function f{n}(a: number): number {{ return a * {n} + Math.sin({number}); }}"
        for n in range(40)
    )
    return (
        f"import {{ v{package}_3_7 }} from 'package{package}';\n{functions}\n"
        f"export const m{number} = (): void => console.log(f3(1), v{package}_3_7(2));\n"
    )


def _part(package: int, part: int) -> str:
    return "\n".join(
        f"export const v{package}_{part}_{n} = (x) => {{ let s = 0; for (; x; x--) s += x * {n}; "
        "return s; };"
        for n in range(60)
    )
