"""Films in an installation whose processes die and whose servers go away while they are made."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from cli.project_folder import read_folder
from services.packager.film.film_store import FilmStore
from services.packager.film.studio.usage import descendants
from shared.storage.bucket import open_storage
from tests.chaos.film_world import ENDS, FRAMES, GAME, PROJECT, FilmChaos, is_alive, parent_of
from tests.chaos.run import sockets_left_behind
from tests.chaos.stories import connected, patiently
from tests.chaos.world import world
from tests.pushing import push_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.api_client import Client

log = structlog.get_logger()


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
    frames = 2 * FRAMES  # so that there is time for both
    film = await here.ask(seed=3, frames=frames)
    await here.in_the_middle(film)
    for server in ("nats", "s3"):
        await here.away(server, away_s)
    assert await here.completed(film) == frames
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
            game = folder / PROJECT
            game.mkdir()
            (game / "index.html").write_bytes(GAME)
            await push_folder(client, PROJECT, read_folder(game))
            chaos = FilmChaos(
                here, nc, storage, client, await FilmStore.bind(nc.jetstream(), storage)
            )
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
