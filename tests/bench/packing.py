"""How fast a project becomes an archive, beside ``zip -6`` in the same run, and in how much memory.

``python -m tests.bench.packing CACHE`` prints one line per number. Both packers throw their output
away, so that neither waits for a disk; the machine's load meets both, so only the ratio is judged.
"""

from __future__ import annotations

import asyncio
import io
import os
import statistics
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from services.packager.archive.compression import CompressionLevel
from services.packager.archive.member import Member
from services.packager.archive.part_digest import DigestedParts
from services.packager.archive.zip import ZipStream
from services.packager.storage.multipart_upload import open_upload
from shared.storage.bucket import open_storage
from tests.bench.measurement import Measurement
from tests.bench.project import mixed_project, sparse_project
from tests.bench.sink import discarding_s3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.settings import S3Settings

ROUNDS: Final = 5
LEVELS: Final = (CompressionLevel.STORE, CompressionLevel.FAST, CompressionLevel.BALANCED)
PART_BYTES: Final = 8 << 20
MAX_PEAK_MB: Final = 220
MIN_SPEEDUP: Final = 10
MIN_STREAMED_SPEEDUP: Final = 8


def measure(cache: Path, *, rounds: int = ROUNDS) -> Iterator[Measurement]:
    """All numbers of packing; the projects are kept under ``cache``."""
    mixed, sparse = mixed_project(cache), sparse_project(cache)
    pack(mixed)  # once before, so that both packers read from the page cache
    ours: dict[CompressionLevel, list[float]] = {level: [] for level in LEVELS}
    theirs = []
    streamed = []
    with discarding_s3() as sink:
        for _ in range(rounds):  # in turns, so that a busy minute meets all
            theirs.append(_seconds(partial(_zip, mixed, "-")))
            for level in LEVELS:
                ours[level].append(_seconds(partial(pack, mixed, level)))
            streamed.append(_seconds(lambda: asyncio.run(stream(mixed, sink))))
    medians = {level: statistics.median(times) for level, times in ours.items()}
    zip_s = statistics.median(theirs)
    yield Measurement(name="pack.zip_6", value=zip_s, unit="s")
    for level, median_s in medians.items():
        yield Measurement(name=f"pack.{level.value}", value=median_s, unit="s")
    yield Measurement(
        name="pack.speedup_over_zip_6",
        value=zip_s / medians[CompressionLevel.BALANCED],
        unit="×",
        target=MIN_SPEEDUP,
        limit="≥",
    )
    yield Measurement(
        name="pack.streamed_over_zip_6",
        value=zip_s / statistics.median(streamed),
        unit="×",
        target=MIN_STREAMED_SPEEDUP,
        limit="≥",
    )
    yield from _sizes(mixed, cache / "zip-6.zip")
    yield _peak("pack.peak_rss.mixed", mixed)
    yield _peak("pack.peak_rss.sparse_5gb", sparse)


def members_of(folder: Path, prefix: str = "") -> Iterator[Member]:
    """Every file below ``folder``, in one order everywhere."""
    with os.scandir(folder) as found:
        items = sorted(found, key=lambda item: item.name)
    for item in items:
        if item.is_dir():
            yield from members_of(Path(item.path), f"{prefix}{item.name}/")
        else:
            yield Member(
                path=prefix + item.name,
                size_bytes=item.stat().st_size,
                open=cast("Callable[[], BinaryIO]", partial(io.FileIO, item.path)),
            )


def pack(folder: Path, level: CompressionLevel = CompressionLevel.BALANCED) -> int:
    """Pack and hash a folder as the packager does, for nobody; returns the archive's bytes."""
    parts = DigestedParts(ZipStream(members_of(folder), level=level), part_bytes=PART_BYTES)
    for _ in parts:
        pass
    return parts.size_bytes


async def stream(folder: Path, sink: S3Settings) -> None:
    """Pack a folder into the parts of a multipart upload, as the packager does."""
    async with (
        open_storage(sink) as storage,
        open_upload(storage, "mixed", content_type="application/zip", expected_bytes=1) as sender,
    ):
        parts = DigestedParts(ZipStream(members_of(folder)), part_bytes=sender.part_bytes)
        with closing(iter(parts)) as stream:
            while part := await asyncio.to_thread(next, stream, b""):
                await sender.send(partial(_ready, part))
        await sender.finish()


async def _ready(part: bytes) -> bytes:
    return part


def _zip(folder: Path, target: str) -> None:
    command = ["zip", "-6", "-q", "-r", target, "."]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _sizes(folder: Path, scratch: Path) -> Iterator[Measurement]:
    scratch.unlink(missing_ok=True)  # zip would update it
    _zip(folder, str(scratch.resolve()))
    zip_mb = scratch.stat().st_size / 1e6
    scratch.unlink()
    yield Measurement(name="pack.size.zip_6", value=zip_mb, unit="MB")
    yield Measurement(name="pack.size", value=pack(folder) / 1e6, unit="MB", target=zip_mb)


def _peak(name: str, folder: Path) -> Measurement:
    """In a process of its own: the most memory it ever held, which the kernel counts."""
    command = [sys.executable, "-m", "tests.bench.packing", "--peak", str(folder)]
    peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Measurement(name=name, value=int(peak) / 1e3, unit="MB", target=MAX_PEAK_MB)


def _peak_kb() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--peak", folder]:
            pack(Path(folder))
            print(_peak_kb())
        case [cache]:
            for measurement in measure(Path(cache)):
                print(measurement, flush=True)
        case _:
            sys.exit("usage: python -m tests.bench.packing CACHE")
