"""What exports cost here, and what many a day would need (docs/capacity.md).

The costs of tiny and of larger exports are measured on a running stack. The model
(:mod:`tests.bench.capacity_model`) is then held against a batch of both kinds that really ran, with
the processors that others have left it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import re
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from cli.project_folder import read_folder
from shared.domain.events import ExportCompleted, ExportPackaged, ExportRequested, ExportStarted
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from tests.bench import capacity_model as model
from tests.bench.measurement import Measurement
from tests.bench.scaling import cpu_seconds, keep_packagers
from tests.chaos.run import load
from tests.pushing import push_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.domain.events import AnyEvent
    from tests.bench.capacity_model import Costs
    from tests.chaos.run import Load

PROJECT: Final = "capacity"
LARGE_MB: Final = 32
TINY: Final[dict[str, Any]] = {"excludePatterns": ["data/**"]}
LARGE: Final[dict[str, Any]] = {}
CALIBRATED: Final = {"tiny": (60, 8), "large": (8, 2)}  # exports, and how many at once
ALONE: Final = 5  # exports one after the other, for what passes while nobody computes
MIXED: Final = {"tiny": 80, "large": 12}
POSTERS: Final = 8
IDLE_S: Final = 10.0
CORES: Final = os.cpu_count() or 1
VERSIONS: Final = itertools.count()  # no two exports are the same
TICKS_S: Final = os.sysconf("SC_CLK_TCK")
A_DAY: Final = {"1k": 1_000, "100k": 100_000, "10M": 10_000_000}
REQUESTS: Final = re.compile(r'^export_storage_request_seconds_count\{operation="(\w+)"\} (\S+)$')


def measure(_cache: Path) -> Iterator[Measurement]:
    """Costs, how well the model foretells, and needs by exports a day."""
    with tempfile.TemporaryDirectory() as folder:
        tiny, large, check = asyncio.run(_measure(Path(folder)))
    yield from _told(tiny, large)
    yield from check
    yield from _needs(tiny, large)


async def _measure(folder: Path) -> tuple[Costs, Costs, list[Measurement]]:
    async with load(folder, seed=1, PACKAGER_PLATFORMS="source") as here:
        await _only_one_of_each(here)
        await _push(here, folder / "project")
        await _export(here, [TINY, LARGE] * 2, at_once=2)  # imported, connected, cached
        idle = await _idle(here)
        tiny = await _costs(here, "tiny", TINY, idle, size_mb=0.0)
        large = await _costs(here, "large", LARGE, idle, size_mb=LARGE_MB)
        check = await _checked(here, tiny, large, idle)
    return tiny, large, check


async def _only_one_of_each(here: Load) -> None:
    await keep_packagers(here, 1)
    here.world.held.add("uploader-2")
    await asyncio.to_thread(here.world.children["uploader-2"].stop)


async def _push(here: Load, folder: Path) -> None:
    """One page; and data, half noise and half text of few words."""
    (folder / "data").mkdir(parents=True)
    (folder / "index.html").write_bytes(b"<!doctype html><title>x</title>x")
    rng = random.Random(1)
    words = [rng.randbytes(3).hex() for _ in range(2_000)]
    for number in range(LARGE_MB // 2):
        (folder / f"data/{number}.bin").write_bytes(rng.randbytes(1_000_000))
        text = " ".join(rng.choices(words, k=1_000_000 // 7 + 1))[:1_000_000]
        (folder / f"data/{number}.txt").write_text(text)
    await push_folder(here.client, PROJECT, read_folder(folder))


async def _export(here: Load, wanted: Sequence[dict[str, Any]], *, at_once: int) -> list[str]:
    """Ask for exports, so many at a time, and wait until all are completed; their ids."""
    slots = asyncio.Semaphore(at_once)

    async def ask(options: dict[str, Any]) -> str:
        async with slots:
            own = {**options, "appVersion": f"1.{next(VERSIONS)}"}
            body = {"platform": "source", "options": own}
            answer = await here.client.request_export(PROJECT, body)
            return str(answer["export"]["id"])

    before = await _completed(here)
    ids = await asyncio.gather(*map(ask, wanted))
    while await _completed(here) < before + len(ids):  # noqa: ASYNC110 - the stream is asked
        await asyncio.sleep(0.1)
    return ids


async def _completed(here: Load) -> int:
    """How many there are."""
    subject = topology.events_named("completed")
    info = await here.nc.jetstream(timeout=60).stream_info(
        topology.EXPORTS, subjects_filter=subject
    )
    return len(info.state.subjects or {})


@dataclass(frozen=True)
class Books:
    """Everything that is counted, at one moment."""

    at: float
    cpu_s: dict[str, float]
    all_cpu_s: float  # of the whole machine
    requests: Counter[str]
    stored_bytes: dict[str, int]

    @classmethod
    async def of(cls, here: Load) -> Books:
        cpu_s = dict[str, float]()
        for name, seconds in cpu_seconds(here).items():
            process = name.partition("-")[0]
            cpu_s[process] = cpu_s.get(process, 0.0) + seconds
        streams = await here.nc.jetstream(timeout=60).streams_info()
        return cls(
            at=time.perf_counter(),
            cpu_s=cpu_s,
            all_cpu_s=_machine_s(),
            requests=await _requests(here),
            stored_bytes={info.config.name or "": info.state.bytes for info in streams},
        )


def _machine_s() -> float:
    """What all processors have worked, for whomever."""
    fields = [int(f) for f in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS_S


async def _requests(here: Load) -> Counter[str]:
    """To the storage, by operation, of all services."""
    found = Counter[str]()
    async with aiohttp.ClientSession() as session:
        for name, child in here.world.children.items():
            if child.exit_code is not None or name in {"nats", "s3"}:
                continue
            async with session.get(f"{here.world.health(name)}/metrics") as answer:
                for line in (await answer.text()).splitlines():
                    if match := REQUESTS.match(line):
                        found[match[1]] += int(float(match[2]))
    return found


async def _idle(here: Load) -> dict[str, float]:
    """CPU seconds a second of each process that has nothing to do."""
    before = await Books.of(here)
    await asyncio.sleep(IDLE_S)
    after = await Books.of(here)
    return {n: s / (after.at - before.at) for n, s in _more(before, after).items()}


def _more(before: Books, after: Books) -> dict[str, float]:
    """CPU seconds of each process meanwhile."""
    return {name: s - before.cpu_s.get(name, 0.0) for name, s in after.cpu_s.items()}


async def _costs(
    here: Load, kind: str, options: dict[str, Any], idle: dict[str, float], *, size_mb: float
) -> Costs:
    count, at_once = CALIBRATED[kind]
    before = await Books.of(here)
    await _export(here, [options] * count, at_once=at_once)
    after = await Books.of(here)
    took_s = after.at - before.at
    cpu_s = {
        name: max(seconds - idle.get(name, 0.0) * took_s, 0.0) / count
        for name, seconds in _more(before, after).items()
    }
    before_alone = await Books.of(here)
    walls = [await _walls(here, options) for _ in range(ALONE)]
    free = _free_cores(before_alone, await Books.of(here))
    build_s = sorted(wall["build"] for wall in walls)[ALONE // 2]
    threads = 2 if cpu_s["packager"] > build_s else 1
    computed = {
        "build": _computed_s(cpu_s, {"packager": 1, "s3": 0.8, "nats": 1 / 3}, threads, free),
        "upload": _computed_s(cpu_s, {"uploader": 1, "s3": 0.2, "nats": 1 / 3}, 1, free),
    }
    waits = {
        stage: max(sorted(wall[stage] for wall in walls)[ALONE // 2] - seconds, 0.0)
        for stage, seconds in computed.items()
    }
    return model.Costs(
        size_mb=size_mb,
        cpu_s=cpu_s,
        wait_s=waits,
        threads=threads,
        requests={n: c / count for n, c in (after.requests - before.requests).items()},
        stored_bytes={
            name: (size - before.stored_bytes.get(name, 0)) / count
            for name, size in after.stored_bytes.items()
        },
    )


def _computed_s(
    cpu_s: dict[str, float], shares: dict[str, float], threads: int, free: float
) -> float:
    """What computing takes of a stage on so many processors; the first share is the longest."""
    parts = [cpu_s.get(name, 0.0) * share for name, share in shares.items()]
    return max(parts[0] / threads, sum(parts) / free)


def _free_cores(before: Books, after: Books) -> float:
    """The processors that others have left us."""
    took_s = after.at - before.at
    others_s = after.all_cpu_s - before.all_cpu_s - sum(_more(before, after).values())
    return max(CORES - others_s / took_s, 0.05)


async def _walls(here: Load, options: dict[str, Any]) -> dict[str, float]:
    """Seconds by stage of an export that nobody else disturbs."""
    (export_id,) = await _export(here, [options], at_once=1)
    events = [event for _, event in await EventLog(here.nc.jetstream()).of(export_id)]

    def at(kind: type[AnyEvent], stage: str = "") -> float:
        found = next(e for e in events if isinstance(e, kind) and stage in {"", *_stage(e)})
        return found.at.timestamp()

    return {
        "build": at(ExportPackaged) - at(ExportStarted, "build"),
        "upload": at(ExportCompleted) - at(ExportStarted, "upload"),
        "queue": at(ExportStarted, "build") - at(ExportRequested),
    }


def _stage(event: AnyEvent) -> tuple[str, ...]:
    return (event.stage,) if isinstance(event, ExportStarted) else ()


async def _checked(
    here: Load, tiny: Costs, large: Costs, idle: dict[str, float]
) -> list[Measurement]:
    """A batch of both kinds, foretold and real."""
    kinds = ["tiny"] * MIXED["tiny"] + ["large"] * MIXED["large"]
    random.Random(2).shuffle(kinds)
    before, own_before = await Books.of(here), time.process_time()
    await _export(here, [{"tiny": TINY, "large": LARGE}[k] for k in kinds], at_once=POSTERS)
    after, own_s = await Books.of(here), time.process_time() - own_before
    took_s = after.at - before.at
    ours_s = sum(_more(before, after).values())
    others = CORES - _free_cores(before, after) + sum(idle.values())  # the asking client, too
    speed = max(CORES - others, 0.05) / CORES
    costs = [{"tiny": tiny, "large": large}[k] for k in kinds]
    foretold_s, _ = model.batch(model.one_machine(CORES, speed), costs, at_once=POSTERS)
    return [
        _number("check.real", took_s, "s"),
        _number("check.foretold", foretold_s, "s"),
        _number("check.cpu", ours_s, "s"),
        _number("check.client_cpu", own_s, "s"),
        _number("check.others", others, ""),
        _number("check.off", abs(foretold_s / took_s - 1) * 100, "%", target=20),
    ]


def _number(name: str, value: float, unit: str, target: float | None = None) -> Measurement:
    return Measurement(name=f"capacity.{name}", value=value, unit=unit, target=target)


def _told(tiny: Costs, large: Costs) -> Iterator[Measurement]:
    for kind, costs in (("tiny", tiny), ("large", large)):
        for name, seconds in sorted(costs.cpu_s.items()):
            yield _number(f"{kind}.cpu.{name}", seconds * 1_000, "ms")
        for name, seconds in sorted(costs.wait_s.items()):
            yield _number(f"{kind}.wait.{name}", seconds * 1_000, "ms")
        for name, count in sorted(costs.requests.items()):
            yield _number(f"{kind}.s3.{name}", count, "")
        for name, size in sorted(costs.stored_bytes.items()):
            if size:
                yield _number(f"{kind}.bytes.{name}", size, "B")


def _needs(tiny: Costs, large: Costs) -> Iterator[Measurement]:
    for name, per_day in A_DAY.items():
        found = model.need(tiny, large, per_day)
        for process, count in found.processes.items():
            yield _number(f"{name}.{process}", count, "")
        yield _number(f"{name}.nats_cores", found.nats_cores, "")
        yield _number(f"{name}.waited_p95", found.waited_s, "s")
        yield _number(f"{name}.s3_requests_a_day", sum(found.s3_per_day.values()), "")
        for what, dollars in found.dollars_per_month.items():
            yield _number(f"{name}.{what}_a_month", dollars, "$")
    for what, most in model.full_at(tiny.stored_bytes).items():
        yield _number(f"full_at.{what}", most, "/day")
