"""Films in an installation of two packagers: what is asked for, done, and to be seen of it."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from services.packager.film.records import FilmId
from services.packager.film.studio.usage import descendants
from shared.domain.events import ExportStarted
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.storage import keys
from tests.chaos.stories import patiently
from tests.films import decoded

if TYPE_CHECKING:
    from nats.aio.client import Client as Nats

    from cli.api_client import Client
    from services.packager.film.film_store import FilmStore
    from services.packager.film.records import SliceRecord
    from shared.storage.bucket import Storage
    from tests.chaos.world import World

PROJECT: Final = "ball"
PACKAGERS: Final = ("packager-1", "packager-2")
BROWSER: Final = b"--remote-debugging-pipe"
FRAMES: Final = 30
PICTURES: Final = 0  # a game of HTML5 has one slice of pictures, and one of the sound
BEGUN: Final = 5  # frames: a slice is in the middle
VIDEO: Final = {"width": 64, "height": 64, "fps": 30, "frames": FRAMES}
ENDS: Final = {"completed", "failed", "canceled"}
# Each step waits for a worker that sleeps: a film takes seconds, and next to no processor.
GAME: Final = b"""<!doctype html><title>Ball</title><body style="margin:0">
<canvas id="c" width="64" height="64" style="display:block"></canvas><script>
const context = document.getElementById("c").getContext("2d");
const sleeper = new Worker(URL.createObjectURL(new Blob([`
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const nothing = new Int32Array(memory.buffer);
  onmessage = () => postMessage(Atomics.wait(nothing, 0, 0, 100));
`])));
let x = 0;
requestAnimationFrame(function draw() {
  context.fillStyle = "#124";
  context.fillRect(0, 0, 64, 64);
  context.fillStyle = "#fc6";
  context.fillRect(x = (x + 1) % 48, 24, 16, 16);
  sleeper.postMessage(0);
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
