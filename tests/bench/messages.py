"""What a tiny export asks of NATS: its messages by what they are for, and CPU by process.

The server's own trace is counted. A message that one service sends counts once going in, and once
going out to each service that is given it.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from shared.jetstream import topology
from tests.bench.measurement import Measurement
from tests.bench.scaling import PROJECT, cpu_s
from tests.chaos.run import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.run import Load

EXPORTS: Final = 40
IDLE_S: Final = 10.0
VERSIONS: Final = itertools.count(1)
TRACED: Final = re.compile(r'user:([\w-]+)" - (<<-|->>) \[(PUB|HPUB|MSG|HMSG) (\S+)')
WHAT: Final = (  # the first that matches a subject
    ("documents", r"\$KV\.exports\."),
    ("other records", r"\$KV\."),
    ("records read", r"\$JS\.API\.STREAM\.MSG\.GET\.KV_"),
    ("events read", r"\$JS\.API\..*\.GET\.EXPORTS"),
    ("chatter read", r"\$JS\.API\..*\.GET\.(LOGS|PROGRESS)"),
    ("state asked for", r"\$JS\.API\.(STREAM|CONSUMER)\.(INFO|LIST)"),
    ("pulls", r"\$JS\.API\.CONSUMER\.MSG\.NEXT"),
    ("acknowledgements", r"\$JS\.ACK\."),
    ("events", r"exports\."),
    ("log lines", r"logs\."),
    ("progress", r"progress\."),
    ("answers", r"_INBOX"),
    ("others", r""),
)


def measure(cache: Path) -> Iterator[Measurement]:
    """Messages first, on a server that writes all of them down; then CPU without that."""
    del cache
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_messages(Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_cpu(Path(folder)))


async def _messages(folder: Path) -> list[Measurement]:
    async with load(folder, seed=1, trace=True) as here:
        await _export(here, 5, at_once=1)  # everything has been imported and connected
        await asyncio.sleep(IDLE_S / 2)
        trace = Trace(here.world.nats_logs[0])
        await asyncio.sleep(IDLE_S)
        idle = trace.since()
        began = time.perf_counter()
        await _export(here, EXPORTS, at_once=1)
        took_s = time.perf_counter() - began
        alone = trace.since()
        await asyncio.sleep(IDLE_S / 2)
        trace.since()
        await _export(here, EXPORTS, at_once=16)
        many = trace.since()
    click.echo(f"one after another, {took_s / EXPORTS:.3f} s each, messages of one:")
    _print(alone, by=EXPORTS)
    click.echo("idle, messages a second:")
    _print(idle, by=IDLE_S)
    return [
        *_both("messages", alone, by=EXPORTS, targets=(50, 75)),
        *_both("messages.busy", many, by=EXPORTS),
        *_both("messages.idle", idle, by=IDLE_S),
    ]


async def _cpu(folder: Path) -> list[Measurement]:
    async with load(folder, seed=1) as here:
        await _export(here, 10, at_once=4)
        before = _seconds(here)
        await _export(here, EXPORTS * 2, at_once=4)
        after = _seconds(here)
    spent = {name: (after[name] - before[name]) * 1_000 / (EXPORTS * 2) for name in after}
    found = [Measurement(name="cpu", value=sum(spent.values()), unit="ms", target=60)]
    return found + [
        Measurement(name=f"cpu.{name}", value=spent[name], unit="ms") for name in sorted(spent)
    ]


def _seconds(here: Load) -> dict[str, float]:
    return {name: cpu_s(child.pid) for name, child in here.world.children.items()}


async def _export(here: Load, count: int, *, at_once: int) -> None:
    """Exports of one page, each of its own version, to their ends; the bench asks for nothing."""
    ended = asyncio.Condition()
    done = 0
    slots = asyncio.Semaphore(at_once)

    async def on_completed(_message: object) -> None:
        nonlocal done
        async with ended:
            done += 1
            ended.notify_all()
        slots.release()

    heard = await here.nc.subscribe(topology.events_named("completed"), cb=on_completed)
    for _ in range(count):
        await slots.acquire()
        body = {"platform": "source", "options": {"appVersion": f"{next(VERSIONS)}.0"}}
        await here.client.request_export(PROJECT, body)
    async with ended:
        await ended.wait_for(lambda: done >= count)
    await heard.unsubscribe()
    await asyncio.sleep(1)  # the last of them is folded, too


class Trace:
    """What a nats-server has written of messages, from one look to the next."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._at = log.stat().st_size

    def since(self) -> Counter[tuple[str, str, str]]:
        """How many messages by direction, user and purpose; of our services alone."""
        found = Counter[tuple[str, str, str]]()
        with self._log.open("rb") as lines:
            lines.seek(self._at)
            for line in lines:
                if (match := TRACED.search(line.decode(errors="replace"))) is None:
                    continue
                user, arrow, _, subject = match.groups()
                if user not in {"tester", "operator"}:
                    found["in" if arrow == "<<-" else "out", user, _purpose(subject)] += 1
            self._at = lines.tell()
        return found


def _purpose(subject: str) -> str:
    return next(name for name, pattern in WHAT if re.match(pattern, subject))


def _print(found: Counter[tuple[str, str, str]], *, by: float) -> None:
    for (way, user, what), count in sorted(found.items()):
        click.echo(f"  {way:<3} {user:<9} {what:<18} {count / by:6.2f}")


def _both(
    name: str,
    found: Counter[tuple[str, str, str]],
    *,
    by: float,
    targets: tuple[float | None, float | None] = (None, None),
) -> list[Measurement]:
    return [
        Measurement(
            name=f"{name}.{way}",
            value=sum(n for (w, _, _), n in found.items() if w == way) / by,
            unit="",
            target=target,
        )
        for way, target in zip(("in", "out"), targets, strict=True)
    ]
