"""A build that has been taken over harms its own export, and nothing else."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.packager.handler import PackagerHandler
from services.packager.sandbox import running_build
from services.packager.sandbox.build_server import INHERITED, BuildServer
from services.packager.sandbox.confinement import Limits
from services.packager.sandbox.server import LATER
from services.packager.storage.disk_cache import DiskCache
from shared.errors import ExportError, ProjectError
from shared.templates import BUILT
from tests.hostile.attackers import HELD
from tests.integration.packager.test_handler import PAGE, _export, _requested
from tests.projects import BUILDS, store

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from nats.js import JetStreamContext

    from shared.settings import NatsSettings
    from shared.storage.bucket import Storage

CHECKOUT = (Path.cwd(), Path("pyproject.toml").absolute(), Path("tests").absolute())
CANARY = "another tenant's secret"
FILES = {"index.html": PAGE, "assets/bad.png": b"bad", "assets/good.png": b"good"}
LIMITS = Limits(memory_bytes=400 << 20, cpu_s=60, file_bytes=64 << 20)
QUICK = Limits(memory_bytes=400 << 20, cpu_s=2, file_bytes=64 << 20)


@pytest.fixture(scope="module")
def attackers() -> Iterator[BuildServer]:
    """Starts builds that have been taken over."""
    server = BuildServer(LIMITS, program="tests.hostile.attackers")
    yield server
    server.close()


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    """Shared by all tenants of a packager."""
    return DiskCache(tmp_path / "cache", 1 << 30)


class Attacked:
    """A packager whose builds have been taken over."""

    def __init__(
        self, storage: Storage, cache: DiskCache, server: BuildServer, js: JetStreamContext
    ) -> None:
        self._storage = storage
        self._handler = PackagerHandler(storage, cache, server, BUILT)
        self._good = PackagerHandler(storage, cache, BUILDS, BUILT)
        self._js = js

    async def attack(self, name: str) -> ExportError:
        """The error that the export ends with; nothing of it is left, and a good one works."""
        told = {**FILES, "attack.txt": name.encode()}
        event = _requested(await store(self._storage, told), "web")
        with pytest.raises(ExportError) as caught:
            await _export(self._handler, self._js, event)
        assert await self._storage.uploads("") == []
        return caught.value

    async def is_well(self) -> None:
        """Others' exports go on."""
        packaged = await _export(
            self._good, self._js, _requested(await store(self._storage, FILES))
        )
        await self._storage.abort_upload(packaged.artifact.key, packaged.upload.upload_id)


@pytest.fixture
def attacked(
    storage: Storage, cache: DiskCache, attackers: BuildServer, js: JetStreamContext
) -> Attacked:
    """The packager under attack."""
    return Attacked(storage, cache, attackers, js)


def _denied(error: ExportError) -> bool:
    """Whether the system has refused it: by an error that ends the build as one of ours."""
    return error.code == "internal" and any(
        word in str(error) for word in ("PermissionError", "FileNotFoundError", "OSError")
    )


async def test_it_sees_no_files_but_its_own(
    attacked: Attacked, cache: DiskCache, tmp_path: Path, rng: random.Random
) -> None:
    """Neither other tenants' nor the system's, by no way; and it changes none."""
    secret = tmp_path / "secret"
    secret.write_text(CANARY)
    with cache.writing("objects/others", len(CANARY)) as descriptor:
        os.write(descriptor, CANARY.encode())
    others = cache.path("objects/others")
    places = [
        secret,
        others,
        Path("/etc/passwd"),
        Path("/proc/self/environ"),
        Path("/proc/1/environ"),
    ]
    places += [
        Path(f"/proc/{os.getpid()}/environ"),
        Path(f"/proc/{os.getpid()}/maps"),
        tmp_path.parent,
        *CHECKOUT,  # where the packager was started: Python's own search begins there
    ]
    rng.shuffle(places)
    for place in places:
        error = await attacked.attack(f"reads {place}")
        assert _denied(error), (place, error)
    for place in (secret, others):
        assert _denied(await attacked.attack(f"links {place}"))
        assert _denied(await attacked.attack(f"writes {place}"))
    assert secret.read_text() == others.read_text() == CANARY
    await attacked.is_well()


async def test_it_reaches_nobody(
    attacked: Attacked, nats_settings: NatsSettings, attackers: BuildServer
) -> None:
    """No server of ours, no network at all, no process, no kernel; and it knows no secret."""
    port = nats_settings.url.rpartition(":")[2]
    assert _denied(await attacked.attack(f"connects 127.0.0.1:{port}"))
    for attack in ("speaks", "commands"):
        assert str(await attacked.attack(attack)) == HELD, attack
    server = attackers._process
    assert server is not None
    for pid in (os.getpid(), server.pid, 1):
        assert _denied(await attacked.attack(f"kills {pid}")), pid
    known = str(await attacked.attack("knows"))
    assert set(_names(known)) <= {*INHERITED, "LC_CTYPE"}  # Python's own
    await attacked.is_well()


def _names(environment: str) -> list[str]:
    return [item.split("'")[1] for item in environment.strip("[]").split("(")[1:]]


async def test_no_build_has_powers_or_what_is_others(attacked: Attacked) -> None:
    """The first one of a server as little as those after it."""
    user = "root" if os.geteuid() == 0 else "none"
    for attack in (f"gains {user}", "holds", f"gains {user}", "holds"):
        assert str(await attacked.attack(attack)) == HELD


async def test_nothing_of_it_stays(attacked: Attacked) -> None:
    """What it has started is killed with it; it cannot leave its group, nor start programs."""
    child = Path("/proc", str(await attacked.attack("escapes")))
    assert child.name.isdigit()
    while await asyncio.to_thread(child.exists):  # noqa: ASYNC110 - a kill takes its time
        await asyncio.sleep(0.05)
    for program in (sys.executable, "/bin/sh", "/usr/bin/env"):
        assert _denied(await attacked.attack(f"starts {program}")), program
    await attacked.is_well()


@pytest.mark.parametrize("way", ["bytes", "small", "fork", "files"])
async def test_it_gets_no_more_memory(attacked: Attacked, way: str) -> None:
    """However it asks; the maker is told, and which file it was."""
    error = await attacked.attack(f"swells {way}")
    assert error.code == "project-too-heavy", error
    assert isinstance(error, ProjectError)
    await attacked.is_well()


async def test_it_gets_no_more_disk_or_time(
    attacked: Attacked, storage: Storage, cache: DiskCache, js: JetStreamContext
) -> None:
    """The limit and the file are named."""
    assert (await attacked.attack("fills")).code == "project-too-heavy"
    server = BuildServer(QUICK, program="tests.hostile.attackers")
    try:
        error = await Attacked(storage, cache, server, js).attack("burns")
    finally:
        server.close()
    assert error.code == "project-too-heavy"
    assert "assets/bad.png needs more computing time" in str(error)


async def test_a_build_that_takes_long_makes_way(
    storage: Storage, cache: DiskCache, js: JetStreamContext
) -> None:
    """It begins as important as any other, and goes behind those that have just begun."""
    server = BuildServer(QUICK, program="tests.hostile.attackers")
    try:
        running = asyncio.create_task(Attacked(storage, cache, server, js).attack("burns"))
        seen = set()
        while not running.done():
            process = server._process
            for child in _children(process.pid).split() if process else ():
                with suppress(ProcessLookupError):
                    seen.add(os.getpriority(os.PRIO_PROCESS, int(child)))
            await asyncio.sleep(0.02)
        await running
    finally:
        server.close()
    assert LATER in seen


async def test_a_build_that_hangs_is_ended(
    attacked: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing, asks nothing, and uses no time of the processor's."""
    monkeypatch.setattr(running_build, "QUIET_S", 1.0)
    error = await attacked.attack("sleeps")
    assert error.code == "project-too-heavy"
    assert "assets/bad.png needs more time" in str(error)


@pytest.mark.parametrize("number", ["SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE", "SIGILL"])
async def test_a_crash_is_the_files_fault(attacked: Attacked, number: str) -> None:
    """It would crash the next time, too: no second attempt, no dead letter, and a name."""
    error = await attacked.attack(f"crashes {number}")
    assert isinstance(error, ProjectError)
    assert f"assets/bad.png makes a decoder crash ({number})" in str(error)
    await attacked.is_well()


@pytest.mark.parametrize("attack", ["leaves 0", "leaves 77", "abandons"])
async def test_a_build_that_leaves_is_tried_again(attacked: Attacked, attack: str) -> None:
    """Nobody knows why, so it is nobody's fault; what it has left behind is not waited for."""
    error = await attacked.attack(attack)
    assert (error.code, error.retryable) == ("build-lost", True)


WORDS = ["garbage", "stranger", "climbs", "part", "sign", "done", "plans", "vast"]
WORDS += ["elsewhere", "huge", "empty", "directory", "asks", "package", "version", "hash"]
WORDS += ["lists", "list", "long list"]


@pytest.mark.parametrize("word", WORDS)
async def test_what_no_build_would_say_ends_it(attacked: Attacked, word: str) -> None:
    """The packager does not believe a word."""
    error = await attacked.attack(f"babbles {word}")
    assert error.code == "project-breaks-tools", error
    await attacked.is_well()


async def test_lent_memory_stays_as_large_as_it_is(attacked: Attacked) -> None:
    """A packager that reads where nothing is any more would be killed."""
    assert str(await attacked.attack("shrinks")) == HELD
    await attacked.is_well()


@pytest.mark.parametrize("attack", ["floods", "babbles path"])
async def test_what_is_only_odd_does_no_harm(attacked: Attacked, attack: str) -> None:
    """Too many lines are dropped, unknown paths passed over."""
    assert str(await attacked.attack(attack)) == HELD
    await attacked.is_well()


async def test_when_the_server_dies_its_builds_are_tried_again(
    storage: Storage, cache: DiskCache, js: JetStreamContext
) -> None:
    """And the next build starts it anew."""
    server = BuildServer(LIMITS, program="tests.hostile.attackers")
    here = Attacked(storage, cache, server, js)
    try:
        assert str(await here.attack("speaks")) == HELD
        running = asyncio.create_task(here.attack("sleeps"))
        process = server._process
        assert process is not None
        while not _children(process.pid):  # noqa: ASYNC110 - another process starts it
            await asyncio.sleep(0.02)
        process.kill()
        error = await running
        assert (error.code, error.retryable) == ("build-lost", True)
        assert str(await here.attack("speaks")) == HELD
    finally:
        server.close()


def _children(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()
