"""The packager as the process that operators run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import aiohttp
import msgspec
import pytest
from nats.js.errors import NoKeysError

from services.packager.platforms import exporters
from shared.domain.events import ExportPackaged
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.stores.worker_registry import WorkerHeartbeat
from tests.integration.packager.test_handler import EXPORT, PAGE, _requested
from tests.projects import store
from tests.servers import storage_environ
from tests.signing import DETACHED, program

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from nats.js import JetStreamContext

    from shared.settings import S3Settings
    from shared.storage.bucket import Storage
    from tests.servers import Servers


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def _process(environment: dict[str, str]) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.packager", env={**os.environ, **environment}
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _environment(servers: Servers, s3_settings: S3Settings, folder: Path) -> dict[str, str]:
    """What it takes, with a folder for keys."""
    (folder / "keys").mkdir()
    return {
        "PACKAGER_BIND": f"127.0.0.1:{_free_port()}",
        "PACKAGER_CACHE_DIR": str(folder / "cache"),
        "PACKAGER_SIGNING_DIR": str(folder / "keys"),
        "NATS_URL": servers.nats_url_of("packager"),
        "S3_ENDPOINT": s3_settings.endpoint,
        "S3_BUCKET": s3_settings.bucket,
        **storage_environ("packager", s3_settings),
    }


async def _ready(url: str) -> None:
    while True:
        try:
            with await asyncio.to_thread(urlopen, url) as answer:
                assert answer.status == 200
                return
        except (URLError, ConnectionError):
            await asyncio.sleep(0.05)


async def _answer(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def _sign(
    js: JetStreamContext, wanted: Callable[[WorkerHeartbeat], object] = lambda _: True
) -> WorkerHeartbeat:
    """The first sign of life of the only worker that is as wanted."""
    workers = await js.key_value("workers")
    while True:
        with suppress(NoKeysError):
            (name,) = await workers.keys()
            value = (await workers.get(name)).value
            sign = msgspec.json.decode(value or b"", type=WorkerHeartbeat)
            if wanted(sign):
                return sign
        await asyncio.sleep(0.02)


async def _packaged(events: EventLog, export_id: str) -> None:
    while True:
        last = await events.last(export_id)
        if last and isinstance(last[1], ExportPackaged):
            return
        await asyncio.sleep(0.02)


async def test_it_starts_works_tells_and_stops(
    servers: Servers,
    s3_settings: S3Settings,
    storage: Storage,
    js: JetStreamContext,
    tmp_path: Path,
) -> None:
    """Ready, a sign of life, a new key, an export of each platform, and exit 0 on SIGTERM.

    Films, which take a browser, are the matter of ``tests/integration/packager/film``.
    """
    environment = _environment(servers, s3_settings, tmp_path)
    bind = environment["PACKAGER_BIND"]
    snapshot = await store(storage, {"index.html": PAGE})
    async with _process(environment) as process:
        await _ready(f"http://{bind}/readyz")
        platforms = sorted({exporter.name for exporter in exporters().values()} - {"video"})
        sign = await _sign(js)
        assert ({*sign.platforms} - {"video"}, sign.signing_keys) == ({*platforms}, {})
        assert ("video" in sign.platforms) == sign.shoots_films == (not sign.lacks)
        (tmp_path / "keys" / "macos" / "default").mkdir(parents=True)
        await _sign(js, lambda sign: sign.signing_keys == {"macos": ("default",)})
        (tmp_path / "keys" / "macos" / "default").rmdir()
        events = EventLog(js)
        for number, platform in enumerate(platforms):
            export_id = f"{EXPORT[:-3]}{number:03}"
            event = msgspec.structs.replace(_requested(snapshot, platform), export_id=export_id)
            await events.publish(event)
            await _packaged(events, export_id)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    with pytest.raises(NoKeysError):  # nobody is left on the list of workers
        await (await js.key_value("workers")).keys()


@asynccontextmanager
async def _at_work(
    environment: dict[str, str], storage: Storage, js: JetStreamContext, folder: Path
) -> AsyncIterator[Process]:
    """A packager in the middle of an export, which does not end before ``folder / may-end``."""
    began, may_end = folder / "began", folder / "may-end"
    environment |= {"PACKAGER_PLATFORMS": "linux", "PACKAGER_DRAIN_TIMEOUT_S": "600"}
    text = f"touch {began}; while [ ! -e {may_end} ]; do sleep 0.05; done\n"
    program(folder / "keys" / "linux" / "slow" / "sign", f"{DETACHED}{text}")
    async with _process(environment) as process:
        await _ready(f"http://{environment['PACKAGER_BIND']}/readyz")
        snapshot = await store(storage, {"index.html": PAGE})
        await EventLog(js).publish(_requested(snapshot, "linux", signing_key="slow"))
        while not began.exists():  # noqa: ASYNC110 - a program writes it
            await asyncio.sleep(0.05)
        yield process


async def test_it_answers_until_its_drain_has_ended(
    servers: Servers,
    s3_settings: S3Settings,
    storage: Storage,
    js: JetStreamContext,
    tmp_path: Path,
) -> None:
    """While a job is ended after SIGTERM: alive, measured, and not ready; then exit 0."""
    environment = _environment(servers, s3_settings, tmp_path)
    url = f"http://{environment['PACKAGER_BIND']}"
    async with _at_work(environment, storage, js, tmp_path) as process:
        process.send_signal(signal.SIGTERM)
        await _sign(js, lambda sign: sign.draining)
        assert (await _answer(f"{url}/livez"))[0] == 200
        status, report = await _answer(f"{url}/readyz")
        assert (status, json.loads(report)["drain"]) == (503, "ConnectionError: draining")
        status, figures = await _answer(f"{url}/metrics")
        assert status == 200
        assert 'export_messages_in_hand{consumer="packager-linux"} 1.0' in figures.splitlines()
        (tmp_path / "may-end").touch()
        await _packaged(EventLog(js), EXPORT)
        assert await process.wait() == 0


async def test_a_second_signal_ends_a_drain_at_once(
    servers: Servers,
    s3_settings: S3Settings,
    storage: Storage,
    js: JetStreamContext,
    tmp_path: Path,
) -> None:
    """The exit code tells that it was no drain; what was in hand comes again."""
    durable = topology.packager_durable("linux")
    config = (await js.consumer_info(topology.EXPORTS, durable)).config
    await js.add_consumer(topology.EXPORTS, config.evolve(ack_wait=1.0))
    environment = _environment(servers, s3_settings, tmp_path)
    async with _at_work(environment, storage, js, tmp_path) as process:
        process.send_signal(signal.SIGTERM)
        await _sign(js, lambda sign: sign.draining)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 1
    (tmp_path / "may-end").touch()
    async with _process(environment):
        await _packaged(EventLog(js), EXPORT)


@pytest.mark.parametrize("service", ["gateway", "packager", "status", "uploader"])
async def test_who_cannot_listen_announces_nothing(
    servers: Servers,
    s3_settings: S3Settings,
    js: JetStreamContext,
    tmp_path: Path,
    service: str,
) -> None:
    """Exit 2 with the address; no worker has started, none is on the list."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"services.{service}"),
            env={
                **os.environ,
                f"{service.upper()}_BIND": bind,
                "JWT_SECRET": "0123456789abcdef" * 2,
                "PACKAGER_CACHE_DIR": str(tmp_path),
                "NATS_URL": servers.nats_url_of(service),
                "S3_ENDPOINT": s3_settings.endpoint,
                "S3_BUCKET": s3_settings.bucket,
                **storage_environ(service, s3_settings),
            },
            stderr=asyncio.subprocess.PIPE,
        )
        _, stderr = await process.communicate()
    assert process.returncode == 2
    assert f"cannot listen on {bind}".encode() in stderr
    assert b"started" not in stderr
    assert (await js.stream_info("KV_workers")).state.messages == 0


async def test_a_wrong_setting_stops_it_with_its_name() -> None:
    """Exit 2, and the message names the variable, the value and what is allowed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.packager",
        env={**os.environ, "S3_BUCKET": "bucket", "PACKAGER_PLATFORMS": "web,amiga"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, stderr = await process.communicate()
    assert process.returncode == 2
    assert b"PACKAGER_PLATFORMS='web,amiga'" in stderr
    assert b"linux, macos, source, video, web, windows" in stderr
