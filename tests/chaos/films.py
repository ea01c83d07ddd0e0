"""Films in an installation whose processes die and whose servers go away while they are made."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import statistics
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from cli.project_folder import read_folder
from services.packager.film.film_store import FilmStore
from services.packager.film.records import FilmId
from services.packager.film.studio.usage import descendants
from shared.domain.events import ExportStarted
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.storage import keys
from shared.storage.bucket import open_storage
from tests.chaos.run import sockets_left_behind
from tests.chaos.stories import connected, patiently
from tests.chaos.world import ACK_WAIT_S, world
from tests.films import decoded
from tests.pushing import push_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.aio.client import Client as Nats

    from cli.api_client import Client
    from services.packager.film.records import SliceRecord
    from shared.storage.bucket import Storage
    from tests.chaos.world import World

log = structlog.get_logger()

PROJECT: Final = "ball"
PACKAGERS: Final = ("packager-1", "packager-2")
BROWSER: Final = b"--remote-debugging-pipe"
FRAMES: Final = 120
PICTURES: Final = 0  # a game of HTML5 has one slice of pictures, and one of the sound
BEGUN: Final = 10  # frames: a slice is in the middle
VIDEO: Final = {"width": 640, "height": 360, "fps": 30, "frames": FRAMES}
ENDS: Final = {"completed", "failed", "canceled"}
GAME: Final = b"""<!doctype html><title>Ball</title><body style="margin:0">
<canvas id="c" width="640" height="360" style="display:block"></canvas><script>
const context = document.getElementById("c").getContext("2d");
let x = 0;
requestAnimationFrame(function draw() {
  context.fillStyle = "#124";
  context.fillRect(0, 0, 640, 360);
  context.fillStyle = "#fc6";
  context.fillRect(x = (x + 4) % 600, 120, 40, 40);
  requestAnimationFrame(draw);
});
</script>"""


class Film:
    """One that was asked for."""

    def __init__(self, export_id: str) -> None:
        self.id = FilmId(PROJECT, export_id, 1)
        self.path = f"/api/projects/{PROJECT}/export/{export_id}"


class FilmChaos:
    """What is done to an installation, and what is to be seen of it."""

    def __init__(
        self, here: World, nc: Nats, storage: Storage, client: Client, store: FilmStore
    ) -> None:
        self.world = here
        self._nc = nc
        self._storage = storage
        self._client = client
        self._store = store
        self._events = EventLog(nc.jetstream())

    async def ask(self, **video: Any) -> Film:
        """Ask for a film."""
        body = {"platform": "video", "options": {"video": VIDEO | video}}
        made = await patiently(lambda: self._client.request_export(PROJECT, body))
        return Film(made["export"]["id"])

    async def state(self, film: Film) -> Any:
        """As its user sees it."""
        return (await patiently(lambda: self._client.get(film.path)))["export"]

    async def in_the_middle(self, film: Film, *, attempts: int = 1) -> SliceRecord:
        """Wait until some of the pictures are there, in so many attempts: their slice's record."""
        while True:
            plan = await self._store.plan(film.id)
            if plan is not None:
                pictures = await self._store.slice(plan.film, PICTURES)
                begun = pictures.state == "running" and pictures.frames >= BEGUN
                if begun and pictures.attempts >= attempts:
                    return pictures
            shown = await self.state(film)
            assert shown["status"] not in ENDS, shown
            await asyncio.sleep(0.05)

    async def completed(self, film: Film) -> int:
        """Wait for its end, which there is once; the frames of the file, once decoded."""
        while (shown := await self.state(film))["status"] not in ENDS:  # noqa: ASYNC110 - it is asked
            await asyncio.sleep(0.1)
        assert shown["status"] == "completed", shown
        names = Counter(await self.events_of(film))
        assert names["completed"] == 1
        assert not names["failed"]
        path = self.world.folder / f"{film.id.export_id}.mp4"
        async with self._client.open(shown["downloadUrl"]) as answer:
            path.write_bytes(await answer.read())
        frames = sum(1 for _ in decoded(path))
        path.unlink()
        await self.gone(film)
        return frames

    async def events_of(self, film: Film) -> list[str]:
        """The names of its events, in their order."""
        return [event.name for _, event in await self._events.of(film.id.export_id)]

    async def director(self, film: Film) -> str:
        """The packager that directs it."""
        events = [event for _, event in await self._events.of(film.id.export_id)]
        began = [e for e in events if isinstance(e, ExportStarted) and e.stage == "build"]
        return self.packager_of(began[-1].worker)

    def packager_of(self, worker: str) -> str:
        """The packager of a worker's name."""
        pid = int(worker.rpartition("-")[2])
        return next(name for name in PACKAGERS if self.world.children[name].pid == pid)

    def browsers(self) -> list[int]:
        """The browsers of all packagers, each one's first process."""
        found = []
        for name in PACKAGERS:
            for pid in descendants(self.world.children[name].pid):
                with suppress(OSError):
                    if BROWSER in Path(f"/proc/{pid}/cmdline").read_bytes():
                        found.append(pid)
        return found

    def logged(self, film: Film, event: str) -> list[dict[str, Any]]:
        """What the packagers have logged of a film under that name."""
        found = []
        for name in PACKAGERS:
            for line in (self.world.folder / f"logs/{name}.log").read_text().splitlines():
                with suppress(ValueError):
                    said = json.loads(line)
                    if said.get("event") == event and said.get("export_id") == film.id.export_id:
                        found.append(said)
        return found

    def stored(self, film: Film) -> Counter[str]:
        """How often each slice was stored, by what it is of."""
        return Counter(str(said["kind"]) for said in self.logged(film, "slice.stored"))

    async def gone(self, film: Film) -> None:
        """Wait until its records are gone, and what lies in the buckets."""
        while await self._store.plan(film.id) is not None:  # noqa: ASYNC110 - the server is asked
            await asyncio.sleep(0.05)

    async def left(self) -> list[str]:
        """Everything there is of any film, in words."""
        prefix = keys.films(PROJECT)
        objects = [item.key async for item in self._storage.objects(prefix)]
        uploads = [upload.key for upload in await self._storage.uploads(prefix)]
        js = self._nc.jetstream()
        info = await js.stream_info(topology.FILMS_BUCKET.stream, subjects_filter=">")
        values = [
            subject
            for subject in info.state.subjects or {}
            if (await js.get_last_msg(topology.FILMS_BUCKET.stream, subject)).data
        ]
        scratch = [
            str(path)
            for name in PACKAGERS
            for path in self.world.cache(name).glob("work/*/*")
            if path.is_dir()
        ]
        return [*objects, *uploads, *values, *scratch, *map(str, self.browsers())]

    async def away(self, server: str, for_s: float) -> None:
        """A server is away for a while, and then there again."""
        self.world.held.add(server)
        self.world.kill(server)
        await asyncio.sleep(for_s)
        self.world.held.discard(server)
        await asyncio.gather(*(self.world.ready(name) for name in PACKAGERS))


def parent_of(pid: int) -> int:
    """The process that has started it."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_alive(pid: int) -> bool:
    """Whether it runs; one that is dead and not asked after yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def survives_deaths(here: FilmChaos) -> None:
    """A browser, a worker and a director are killed; the slice alone is filmed again."""
    film = await here.ask(seed=1)
    await here.in_the_middle(film)
    for pid in here.browsers():
        os.kill(pid, signal.SIGKILL)
    record = await here.in_the_middle(film, attempts=2)
    assert [failure.code for failure in record.failures] == ["film-browser-died"]
    here.world.kill(here.packager_of(record.worker))
    record = await here.in_the_middle(film, attempts=3)
    assert [failure.code for failure in record.failures] == ["film-browser-died", "worker-lost"]
    assert await here.completed(film) == FRAMES
    assert here.stored(film) == {"pictures": 1, "sound": 1}
    film = await here.ask(seed=2)
    await here.in_the_middle(film)
    here.world.kill(await here.director(film))
    assert await here.completed(film) == FRAMES
    assert here.stored(film)["sound"] == 1
    assert here.stored(film)["pictures"] == 1


async def survives_absence(here: FilmChaos, *, away_s: float) -> None:
    """NATS, then S3, are away while it is filmed, stored and finished."""
    film = await here.ask(seed=3)
    await here.in_the_middle(film)
    for server in ("nats", "s3"):
        await here.away(server, away_s)
    assert await here.completed(film) == FRAMES
    log.info("chaos.film", away_s=away_s, stored=here.stored(film))


async def is_the_same_again(here: FilmChaos) -> float:
    """An identical film ends without a frame, one of another seed is filmed; seconds it took."""
    began_s = time.monotonic()
    film = await here.ask(seed=1)
    while (await here.state(film))["status"] not in ENDS:  # noqa: ASYNC110 - it is asked
        await asyncio.sleep(0.01)
    took_s = time.monotonic() - began_s
    assert await here.completed(film) == FRAMES
    assert here.logged(film, "slice.started") == []
    return took_s


async def is_canceled(here: FilmChaos, client: Client, *, seed: int) -> tuple[float, float]:
    """Nothing is left; seconds until the last browser was gone, and until that was told."""
    film = await here.ask(seed=seed)
    await here.in_the_middle(film)
    working = {each for pid in here.browsers() for each in (pid, *descendants(pid))}
    working |= {parent_of(pid) for pid in here.browsers()}  # the crews
    assert len(working) > 3
    began_s = time.monotonic()
    await patiently(lambda: client.send("POST", f"{film.path}/cancel"))

    async def until(over: Callable[[], bool]) -> float:
        while not over():  # noqa: ASYNC110 - processes tell nobody
            await asyncio.sleep(0.01)
        return time.monotonic() - began_s

    gone_s = await until(lambda: not any(map(is_alive, working)))
    assert not here.browsers()
    while not (shown := await here.state(film))["cancelReceipt"]["stoppedAt"]:  # noqa: ASYNC110 - it is asked
        await asyncio.sleep(0.01)
    told_s = time.monotonic() - began_s
    assert shown["status"] == "canceled"
    assert (await here.events_of(film))[-2:] == ["canceled", "stopped"]
    await here.gone(film)
    return gone_s, told_s


async def nothing_is_left(here: FilmChaos) -> bool:
    """Neither at once nor half a minute later."""
    for _ in range(60):
        left = await here.left()
        if not left:
            return True
        await asyncio.sleep(0.5)
    raise AssertionError(f"left over: {left}")


async def run(folder: Path, *, away_s: float, cancels: int) -> None:
    """All of it, in one installation of two packagers that film."""
    with sockets_left_behind():
        async with (
            world(folder / "world", PACKAGER_PLATFORMS="video") as (here, nc),
            open_storage(here.s3_settings) as storage,
            connected(here) as (client, _),
        ):
            js = nc.jetstream()
            await js.add_consumer(
                topology.FILMS, topology.FILM_CONSUMER.evolve(ack_wait=ACK_WAIT_S)
            )
            game = folder / PROJECT
            game.mkdir()
            (game / "index.html").write_bytes(GAME)
            await push_folder(client, PROJECT, read_folder(game))
            chaos = FilmChaos(here, nc, storage, client, await FilmStore.bind(js, storage))
            took = [await is_canceled(chaos, client, seed=100 + n) for n in range(cancels)]
            assert await nothing_is_left(chaos)
            gone_s, told_s = (statistics.median(each) for each in zip(*took, strict=True))
            assert max(map(max, took)) < 60  # generous: no verdict by speed
            await survives_deaths(chaos)
            again_s = await is_the_same_again(chaos)
            await survives_absence(chaos, away_s=away_s)
            log.info("chaos.films", gone_s=gone_s, told_s=told_s, again_s=again_s)


def main() -> None:
    """The films of ``make chaos``: servers are away for longer, and cancels are timed."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-films-"))
    folder.chmod(0o755)  # whoever films is another user
    print(f"films, logs in {folder}", flush=True)  # noqa: T201
    asyncio.run(run(folder, away_s=45, cancels=5))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
