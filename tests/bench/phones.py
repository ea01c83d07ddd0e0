"""How fast a game becomes an application for phones, how much that adds, and in how much memory.

The numbers are the packager's own time, signature and all; no other program runs. What is added is
all but the game's own files, as they lie in the package.
"""

from __future__ import annotations

import io
import random
import statistics
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from services.packager.build.cache_key import plan_of
from services.packager.build.packing import pack
from services.packager.platforms import exporters
from services.packager.project.files import ProjectFiles
from shared.domain.project import StoredFile
from tests.bench.measurement import Measurement
from tests.projects import Unmetered, build, build_context, request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROUNDS: Final = 5
MAX_BUILD_S: Final = 0.5
MAX_PROJECT_S: Final = 0.3
MAX_ADDED_KB: Final = 150
ASSETS_MB: Final = 1_000
FILE_MB: Final = 50
MAX_RAISED_MB: Final = 160  # by a gigabyte of assets, over a game of one megabyte
PAGE: Final = b"<!doctype html><title>Phone</title><h1>Phone</h1>"
ICON: Final = Path(__file__).parents[2] / "samples/firefly/assets/icon.png"
FORMATS: Final = ("apk", "aab")


def measure(cache: Path) -> Iterator[Measurement]:
    """All numbers of both systems."""
    noise = random.Random(11)
    game = {"index.html": PAGE, "icon.png": ICON.read_bytes()}
    game |= {f"assets/{n}.webp": noise.randbytes(100_000) for n in range(30)}
    game |= {f"assets/{n}.json": b'{"level": %d}' % n * 12_000 for n in range(12)}
    for kind in FORMATS:
        yield from _built(kind, game)
    yield _xcode(game)
    folder = cache.absolute() / "phones"
    small, large = (peak_mb(folder, count) for count in (0, ASSETS_MB // FILE_MB))
    yield Measurement(name="phones.android.memory", value=small, unit="MB")
    yield Measurement(
        name="phones.android.memory_of_1gb", value=large - small, unit="MB", target=MAX_RAISED_MB
    )


def _xcode(game: dict[str, bytes]) -> Measurement:
    wanted = request("ios", app_icon="icon.png")
    build(game, wanted)  # once before
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        build(game, wanted)
        times.append(time.perf_counter() - start)
    value = statistics.median(times)
    return Measurement(name="phones.ios.zip", value=value, unit="s", target=MAX_PROJECT_S)


def _built(kind: str, game: dict[str, bytes]) -> Iterator[Measurement]:
    wanted = request("android", app_icon="icon.png", format=kind)
    build(game, wanted)  # once before
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        build(game, wanted)
        times.append(time.perf_counter() - start)
    built = build(game, wanted)
    with zipfile.ZipFile(io.BytesIO(built.data)) as archive:
        packed = {one.filename: one.compress_size for one in archive.infolist()}
    payload_bytes = sum(size for path, size in packed.items() if "assets/www/" in path)
    yield Measurement(
        name=f"phones.android.{kind}", value=statistics.median(times), unit="s", target=MAX_BUILD_S
    )
    yield Measurement(
        name=f"phones.android.{kind}_added",
        value=(len(built.data) - payload_bytes) / 1e3,
        unit="kB",
        target=MAX_ADDED_KB,
    )


def _sparse(folder: Path) -> None:
    """Films that take no room on the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "film.mp4").open("wb") as file:
        file.truncate(FILE_MB * 1_000_000)


class _Folder:
    """Files of a folder, as the packager has them: on a disk."""

    def __init__(self, folder: Path, texts: Mapping[str, bytes]) -> None:
        self._folder = folder
        self._texts = texts

    def open(self, file: StoredFile, **_: object) -> BinaryIO:
        if file.path in self._texts:
            return io.BytesIO(self._texts[file.path])
        return cast("BinaryIO", io.FileIO(self._folder / "film.mp4"))

    def packed(self, path: str) -> None:
        """Nobody watches."""


def pack_films(folder: Path, count: int) -> int:
    """Pack a page with so many films for nobody; returns the artifact's bytes."""
    texts = {"index.html": PAGE}
    source = _Folder(folder, texts)
    size = FILE_MB * 1_000_000
    stored = [StoredFile("index.html", "0" * 64, len(PAGE), "memory", 0)]
    stored += [StoredFile(f"films/{n}.mp4", f"{n:064x}", size, "disk", 0) for n in range(count)]
    asked = request("android")
    with build_context(asked) as context:
        project = ProjectFiles("p1", stored, source.open)
        plan = plan_of(exporters()["android"], project, asked, context, snapshot="5" * 64)
        return pack(
            plan,
            source,
            lambda _: None,
            Unmetered(),
            part_bytes=8 << 20,
            threads=2,
            compression="zstd",
        ).size_bytes


def peak_mb(folder: Path, count: int) -> float:
    """The most memory that packing so many films ever takes, in a process of its own."""
    _sparse(folder)
    command = [sys.executable, "-m", "tests.bench.phones", str(folder), str(count)]
    peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(peak) / 1e3


if __name__ == "__main__":
    pack_films(Path(sys.argv[1]), int(sys.argv[2]))
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    print(status.partition("VmHWM:")[2].split()[0])
