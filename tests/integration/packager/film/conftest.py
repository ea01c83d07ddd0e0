"""A studio of drawn pictures, packagers with it, and films that are asked for."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import pytest_asyncio

from services.packager.film.film_store import FilmStore
from services.packager.film.records import FilmId
from shared.domain.events import ExportCanceled
from shared.domain.options import ExportOptions
from shared.domain.progress import Progress
from shared.jetstream.event_log import EventLog
from shared.jetstream.log_reader import read_lines
from shared.jetstream.topology import (
    CONSUMERS,
    EXPORTS,
    FILM_CONSUMER,
    FILMS,
    packager_durable,
    progress_subject,
)
from shared.settings import NatsSettings
from shared.storage import keys
from tests.integration.packager.film.drawn_studio import SCRIPT, TAKES, Script
from tests.integration.packager.film.packager import Settings, packager
from tests.projects import store
from tests.servers import as_role
from tests.unit.sample_events import requested

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from services.packager.film.interfaces import FilmStudio
    from services.packager.film.records import SliceRecord
    from shared.domain.events import AnyEvent, ExportRequested
    from shared.storage.bucket import Storage
    from tests.servers import Servers

ACK_WAIT_S = 3.0
GAME = {"index.html": b"<title>Stars</title><canvas></canvas><script>draw()</script>"}
VIDEO: dict[str, Any] = {
    "container": "mp4",
    "videoCodec": "h264",
    "width": 192,
    "height": 108,
    "fps": 24,
    "frames": 60,
    "keyframeInterval": 15,
    "audioCodec": None,
}


class Filming:
    """The world of a film: who makes it, and what is there of it."""

    def __init__(self, nc: Client, storage: Storage, servers: Servers, folder: Path) -> None:
        self.nc = nc
        self.storage = storage
        self.events = EventLog(nc.jetstream())
        self.folder = folder
        nats = NatsSettings(url=servers.nats_url_of("packager"))
        self._settings = Settings(nats=nats, s3=as_role(servers.s3, "packager"), folder=str(folder))

    def play(self, **script: Any) -> None:
        """What happens from now on while films are shot."""
        (self.folder / SCRIPT).write_bytes(msgspec.json.encode(Script(**script)))

    @property
    def takes(self) -> list[str]:
        """The attempts at shots so far: the kind of each, and its first frame."""
        path = self.folder / TAKES
        lines = path.read_text().splitlines() if path.exists() else []
        return [" ".join(line.split()[2:]) for line in lines]

    def packager(
        self, name: str = "one", studio: FilmStudio | None = None, **settings: Any
    ) -> AbstractAsyncContextManager[None]:
        """One that works within a block."""
        return packager(msgspec.structs.replace(self._settings, name=name, **settings), studio)

    @asynccontextmanager
    async def process(self, name: str, **settings: Any) -> AsyncIterator[subprocess.Popen[str]]:
        """One in a process of its own, which may be killed."""
        given = msgspec.structs.replace(self._settings, name=name, **settings)
        child = subprocess.Popen(  # noqa: ASYNC220 - it is started once
            [
                *(sys.executable, "-m", "tests.integration.packager.film.packager"),
                msgspec.json.encode(given).decode(),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert child.stdout is not None
            assert await asyncio.to_thread(child.stdout.readline) == "ready\n"
            yield child
        finally:
            child.send_signal(signal.SIGKILL)
            await asyncio.to_thread(child.wait)
            assert child.stdout is not None
            child.stdout.close()

    async def ask(
        self, files: dict[str, bytes] | None = None, *, user: str = "u", **video: Any
    ) -> ExportRequested:
        """Ask for a film."""
        options = msgspec.convert({"video": VIDEO | video}, ExportOptions)
        event = msgspec.structs.replace(
            requested(),
            export_id=str(uuid.uuid4()),
            user_id=user,
            platform="video",
            options=options,
            snapshot=await store(self.storage, files or GAME, project_id="p"),
        )
        await self.events.publish(event)
        return event

    async def cancel(self, event: ExportRequested) -> None:
        """As its user does."""
        await self.events.publish(ExportCanceled(**event.identity, reason="enough"))

    async def ends(self, event: ExportRequested, *names: str) -> AnyEvent:
        """Wait for an event of one of these names, such as ``packaged``."""
        while True:
            for _, found in await self.events.of(event.export_id):
                if found.name in names:
                    return found
            await asyncio.sleep(0.05)

    async def until(self, event: ExportRequested, condition: Any) -> Any:
        """Wait until a condition of the film's plan and its slices' records holds."""
        films = await FilmStore.bind(self.nc.jetstream(), self.storage)
        while True:
            plan = await films.plan(FilmId.of(event))
            records = await films.slices(plan) if plan else []
            if found := condition(plan, records):
                return found
            events = [found.name for _, found in await self.events.of(event.export_id)]
            assert not {"packaged", "failed", "canceled"} & {*events}, "it came to its end first"
            await asyncio.sleep(0.02)

    async def all_shot(self, event: ExportRequested) -> list[SliceRecord]:
        """The slices' records once all are there; the film was ``held``, and is finished then."""
        records: list[SliceRecord] = await self.until(
            event,
            lambda plan, records: plan and all(r.state == "done" for r in records) and records,
        )
        self.play()
        return records

    async def left(self, event: ExportRequested) -> list[str]:
        """What is there of a film: objects, uploads, records, in words."""
        prefix = keys.films(event.project_id)
        films = await FilmStore.bind(self.nc.jetstream(), self.storage)
        plan = await films.plan(FilmId.of(event))
        records = [
            f"record {number}"
            for number in range(100)
            if (await films.slice(FilmId.of(event), number)).attempts
        ]
        return [
            *[item.key async for item in self.storage.objects(prefix)],
            *[upload.key for upload in await self.storage.uploads(prefix)],
            *(["plan"] if plan else []),
            *records,
        ]

    async def lines(self, event: ExportRequested) -> list[str]:
        """The log of the export."""
        return [each.line.message for each in await read_lines(self.nc, event.export_id)]

    async def progress_until(self, event: ExportRequested, *names: str) -> list[Progress]:
        """What was told of the progress until one of these events."""
        told: list[Progress] = []

        async def hear(message: Msg) -> None:
            told.append(msgspec.json.decode(message.data, type=Progress))

        await self.nc.subscribe(progress_subject(event.export_id), cb=hear)
        await self.ends(event, *names)
        return told

    async def at_rest(self) -> None:
        """Wait until no slice is asked for any more."""
        js = self.nc.jetstream()
        while (await js.stream_info(FILMS)).state.messages:  # noqa: ASYNC110 - the server is asked
            await asyncio.sleep(0.05)

    @property
    def scratch(self) -> list[Path]:
        """What lies in the packagers' scratch folders."""
        return [path for path in self.folder.glob("cache-*/work/*/*") if path.exists()]

    async def gone(self, event: ExportRequested, *, but_files: bool = False) -> None:
        """Wait until nothing is left of a film, or nothing but files."""
        prefix = keys.films(event.project_id)
        while left := await self.left(event):
            if but_files and all(each.startswith(prefix) for each in left):
                return
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture
async def filming(nc: Client, storage: Storage, servers: Servers, tmp_path: Path) -> Filming:
    """An empty world, whose servers soon notice who is dead."""
    js = nc.jetstream()
    (director,) = (c for c in CONSUMERS if c.durable_name == packager_durable("video"))
    await js.add_consumer(EXPORTS, director.evolve(ack_wait=ACK_WAIT_S))
    await js.add_consumer(FILMS, FILM_CONSUMER.evolve(ack_wait=ACK_WAIT_S))
    return Filming(nc, storage, servers, tmp_path)
