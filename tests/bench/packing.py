"""How fast a project becomes an archive, beside ``zip -6`` in the same run, and in how much memory.

``python -m tests.bench.packing CACHE`` prints one line per number. Both packers throw their output
away, so that neither waits for a disk; the machine's load meets both, so only the ratio is judged.
"""

from __future__ import annotations

import asyncio
import io
import mmap
import os
import statistics
import subprocess
import sys
import time
from collections import deque
from contextlib import closing
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, cast

import uvloop

from services.packager.archive.compression import CompressionLevel
from services.packager.archive.member import Member
from services.packager.archive.part_digest import DigestedParts
from services.packager.archive.unread import lay_out
from services.packager.archive.zip import ZipStream
from services.packager.storage.multipart_upload import MAX_IN_FLIGHT, open_upload
from shared.storage.bucket import open_storage
from tests.bench.measurement import Measurement
from tests.bench.project import mixed_project, sparse_project
from tests.bench.sink import discarding_s3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from services.packager.archive.pages import PageStore
    from shared.settings import S3Settings

ROUNDS: Final = 5
LEVELS: Final = (CompressionLevel.STORE, CompressionLevel.FAST, CompressionLevel.BALANCED)
PART_BYTES: Final = 8 << 20
MAX_PEAK_MB: Final = 160
MIN_SPEEDUP: Final = 12
MIN_STREAMED_SPEEDUP: Final = 8


class Took(NamedTuple):
    """One run; ``cpu_s`` is what this process and its children have computed, all threads."""

    wall_s: float
    cpu_s: float


def measure(cache: Path, *, rounds: int = ROUNDS) -> Iterator[Measurement]:
    """All numbers of packing; the projects are kept under ``cache``."""
    mixed, sparse = mixed_project(cache), sparse_project(cache)
    pack(mixed)  # once before, so that both packers read from the page cache
    ours: dict[CompressionLevel, list[Took]] = {level: [] for level in LEVELS}
    theirs = []
    streamed = []
    with discarding_s3() as sink:
        for _ in range(rounds):  # in turns, so that a busy minute meets all
            theirs.append(took(partial(zip_6, mixed, "-")))
            for level in LEVELS:
                ours[level].append(took(partial(pack, mixed, level)))
            streamed.append(took(lambda: uvloop.run(stream(members_of(mixed), sink))))
    yield from told("pack.zip_6", theirs)
    for level in LEVELS:
        yield from told(f"pack.{level.value}", ours[level])
    yield from told("pack.streamed", streamed)
    balanced = ours[CompressionLevel.BALANCED]
    yield faster("pack.speedup_over_zip_6", theirs, balanced, MIN_SPEEDUP)
    yield faster("pack.streamed_over_zip_6", theirs, streamed, MIN_STREAMED_SPEEDUP)
    yield from _sizes(mixed, cache / "zip-6.zip")
    yield _peak("pack.peak_rss.mixed", mixed)
    yield _peak("pack.peak_rss.sparse_5gb", sparse)


def told(name: str, runs: Sequence[Took]) -> Iterator[Measurement]:
    """The median of several runs: on the clock, and computed, which a busy machine blurs less."""
    yield Measurement(name=name, value=statistics.median(run.wall_s for run in runs), unit="s")
    cpu_s = statistics.median(run.cpu_s for run in runs)
    yield Measurement(name=f"{name}_cpu", value=cpu_s, unit="s")


def faster(name: str, theirs: Sequence[Took], ours: Sequence[Took], target: float) -> Measurement:
    """How many times as fast, by the clock."""
    ratio = statistics.median(run.wall_s for run in theirs) / statistics.median(
        run.wall_s for run in ours
    )
    return Measurement(name=name, value=ratio, unit="×", target=target, limit="≥")


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


async def stream(
    members: Iterable[Member], sink: S3Settings, pages: PageStore | None = None
) -> int:
    """Pack members into the parts of a multipart upload, as the packager does; returns bytes."""
    async with (
        open_storage(sink) as storage,
        open_upload(storage, "mixed", content_type="application/zip", expected_bytes=1) as sender,
    ):
        pieces = [memoryview(mmap.mmap(-1, sender.part_bytes)) for _ in range(MAX_IN_FLIGHT + 1)]
        turns = cycle(pieces)
        parts = DigestedParts(
            ZipStream(members, pages=pages).unread(),
            part_bytes=sender.part_bytes,
            gather=lambda blocks: lay_out(blocks, next(turns)),
        )
        sending: deque[asyncio.Task[str]] = deque()
        with closing(iter(parts)) as stream:
            while part := await asyncio.to_thread(next, stream, b""):
                sending.append(await sender.send(partial(_ready, memoryview(part))))
                if len(sending) == len(pieces):
                    await sending.popleft()
        await sender.finish()
    return parts.size_bytes


async def _ready(part: memoryview) -> memoryview:
    return part


def zip_6(folder: Path, target: str) -> None:
    """Pack a folder with Info-ZIP, the peer."""
    command = ["zip", "-6", "-q", "-r", target, "."]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def took(run: Callable[[], object]) -> Took:
    """What a run takes."""
    start, before = time.perf_counter(), os.times()
    run()
    after = os.times()
    computed = [now - then for now, then in zip(after[:4], before[:4], strict=True)]
    return Took(time.perf_counter() - start, sum(computed))


def _sizes(folder: Path, scratch: Path) -> Iterator[Measurement]:
    scratch.unlink(missing_ok=True)  # zip would update it
    zip_6(folder, str(scratch.resolve()))
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
