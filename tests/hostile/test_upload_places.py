"""Users with many slow bodies, who want all places, all the disk and all the time."""

from __future__ import annotations

import asyncio
import hashlib
import io
import tarfile
import time
import zipfile
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
import pytest

from services.gateway.projects import body_pace, places, zip_import
from services.gateway.projects.blob_uploads import AT_A_TIME, BlobUploads
from services.gateway.projects.body_pace import BrokenBodyError, paced
from services.gateway.projects.places import WAITING, NoPlaceError, Places
from services.gateway.projects.spool import Spool, SpoolFullError
from services.gateway.projects.zip_directory import ZipError
from services.gateway.projects.zip_import import ZipImports
from shared.domain.events import now
from shared.domain.project import Project
from shared.errors import TooLargeError
from tests.integration.gateway.conftest import LIMITS, manifest, open_gateway, sha

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Iterator

    from nats.aio.client import Client

    from shared.storage.bucket import Storage
    from tests.integration.gateway.conftest import Caller

ZERO = "0" * 64


async def settled() -> None:
    """All that can go on has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_places_are_never_lost_nor_given_twice(
    rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """However users come, wait, give up and go; and nobody alone has more than half of them."""
    for _ in rounds(20):
        total = rng.choice([1, 2, 8])
        shared = Places(total, wait_s=1e6)
        held: Counter[str] = Counter()
        go = asyncio.Event()

        async def visit(user: str, shared: Places, held: Counter[str], go: asyncio.Event) -> None:
            with shared.visit(user) as visiting:
                await visiting.enter()
                held[user] += 1
                try:
                    await go.wait()
                finally:
                    held[user] -= 1

        tasks: list[asyncio.Task[None]] = []
        for _ in range(60):
            if tasks and rng.random() < 0.4:
                tasks.pop(rng.randrange(len(tasks))).cancel()
            user = rng.choice(["eve", "ann", "bob"])
            tasks.append(asyncio.create_task(visit(user, shared, held, go)))
            if rng.random() < 0.7:
                await settled()
                assert sum(held.values()) <= total
                assert max(held.values()) <= (total + 1) // 2
                assert sum(held.values()) > 0
        go.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        await settled()
        for user in ("x", "y", "z", "eve")[: total.bit_length()]:
            await asyncio.wait_for(shared.take(user, begun=False), 30)


@pytest.mark.parametrize("total", [1, 8])
async def test_who_has_least_is_next(total: int, rng: random.Random) -> None:
    """Others with as many waiting bodies as they like are passed by somebody with one."""
    shared = Places(total, wait_s=1e6)
    order: list[str] = []

    async def visit(user: str, go: asyncio.Event) -> None:
        with shared.visit(user) as visiting:
            await visiting.enter()
            order.append(user)
            await go.wait()

    first, done = asyncio.Event(), asyncio.Event()
    done.set()
    greedy = [f"eve-{n}" for n in range(total)]
    crowd = [asyncio.create_task(visit(user, first)) for user in greedy]
    await settled()
    begun = len(order)
    crowd += [asyncio.create_task(visit(user, done)) for user in greedy * 20]
    await settled()
    ann = asyncio.create_task(visit("ann", done))
    await settled()
    rng.shuffle(greedy)
    first.set()
    await asyncio.gather(*crowd, ann)
    assert order.index("ann") <= begun + 2 * total


async def test_a_place_given_to_somebody_who_goes_is_not_lost() -> None:
    """In the very moment: it was given, and its user does not know yet."""
    shared = Places(1)
    await shared.take("eve", begun=False)
    waiting = asyncio.create_task(shared.take("ann", begun=False))
    await settled()
    shared.give_back("eve")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert shared.held_by("ann") == 0
    await asyncio.wait_for(shared.take("bob", begun=False), 30)


async def test_nobody_waits_for_ever() -> None:
    """A first place is waited for so long, and by so many; what has begun waits on."""
    shared = Places(1, wait_s=0.01)
    await shared.take("eve", begun=False)
    with pytest.raises(NoPlaceError) as refused:
        await shared.take("ann", begun=False)
    assert refused.value.retry_after_s > 0
    patient = asyncio.create_task(shared.take("ann", begun=True))
    await asyncio.sleep(0.1)
    assert not patient.done()
    shared.give_back("eve")
    await patient
    queue = [asyncio.create_task(shared.take("eve", begun=True)) for _ in range(WAITING)]
    await settled()
    with pytest.raises(NoPlaceError, match="fewer"):
        await shared.take("eve", begun=True)
    for task in queue:
        task.cancel()


class CountedArchive:
    """A ZIP whose directory takes a while to read, and that then is none."""

    reading, most = 0, 0

    def __init__(self, *_: object) -> None:
        type(self).reading += 1
        type(self).most = max(self.reading, self.most)
        time.sleep(0.02)
        type(self).reading -= 1
        raise ZipError("no ZIP")


async def test_large_directories_are_read_one_after_the_other(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends them: each takes much memory, however small its ZIP is."""
    monkeypatch.setattr(zip_import, "LARGE_DIRECTORY_BYTES", 10)
    monkeypatch.setattr(zip_import, "ZipArchive", CountedArchive)
    uploads = BlobUploads(storage, max_file_bytes=LIMITS.file_bytes)
    imports = ZipImports(uploads, Spool(1 << 20), LIMITS)
    project = Project(id="game", name="", owner="ann", created_at=now(), updated_at=now())

    async def body() -> AsyncIterator[bytes]:
        yield zip_of(b"x")

    ended = await asyncio.gather(
        *(imports.receive(project, f"user-{n % 4}", body(), announced_bytes=0) for n in range(8)),
        return_exceptions=True,
    )
    assert {type(end) for end in ended} == {ZipError}
    assert CountedArchive.most == 1


async def test_the_spool_has_room_for_whoever_comes_next(
    rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Nobody alone fills more than half of it, and what is left is never all of one user's."""
    for _ in rounds(20):
        size, go = rng.randint(100, 10_000), asyncio.Event()
        spool, used = Spool(size), Counter[str]()

        async def body(chunks: list[int]) -> AsyncIterator[bytes]:
            for length in chunks:
                yield bytes(length)

        async def fill(
            user: str, chunks: list[int], spool: Spool, used: Counter[str], go: asyncio.Event
        ) -> None:
            async with spool.receive(user, body(chunks), announced_bytes=0):
                used[user] += sum(chunks)
                await go.wait()

        users = [f"user-{n}" for n in range(rng.randint(1, 4))]
        tasks = []
        for _ in range(30):
            chunks = [rng.randint(1, size // 5) for _ in range(rng.randint(1, 4))]
            tasks.append(asyncio.create_task(fill(rng.choice(users), chunks, spool, used, go)))
            await asyncio.sleep(0.001)
        while spool.used_bytes != sum(used.values()):  # noqa: ASYNC110 - bytes, no event
            await asyncio.sleep(0.001)
        assert all(taken <= size // 2 for taken in used.values())
        assert spool.used_bytes < size
        go.set()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(end) for end in ended} <= {type(None), SpoolFullError, TooLargeError}
        assert spool.used_bytes == 0


@pytest.mark.parametrize("others_wait", [False, True])
async def test_a_slow_body_goes_when_others_wait_for_its_place(
    monkeypatch: pytest.MonkeyPatch, *, others_wait: bool
) -> None:
    """Alone it may take its time."""
    monkeypatch.setattr(body_pace, "SILENCE_S", 0.2 if others_wait else 60.0)
    monkeypatch.setattr(body_pace, "SLOWEST", 1)
    monkeypatch.setattr(body_pace, "SLOWEST_IN_A_CROWD", 1e9)

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(300):
            await asyncio.sleep(0.01 if others_wait else 0)
            yield b"123"

    coming = paced(trickle(), others_wait=lambda: others_wait)
    if others_wait:
        with pytest.raises(BrokenBodyError):
            _ = [chunk async for chunk in coming]
    else:
        assert len([chunk async for chunk in coming]) == 300


def tar_of(data: bytes) -> bytes:
    """One blob."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        info = tarfile.TarInfo(sha(data))
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def zip_of(data: bytes) -> bytes:
    """One page."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.html", data)
    return buffer.getvalue()


SLOW = {  # a route, and how a body for it begins
    "blob": (f"PUT /api/projects/%s/blobs/{ZERO}", b"01234"),
    "tar": ("POST /api/projects/%s/blobs", tar_of(b"01234")[:700]),
    "file": ("PUT /api/projects/%s/files/a.txt", b"01234"),
    "import": ("POST /api/projects/%s/import", b"PK\x03\x04"),
    "manifest": ("PUT /api/projects/%s/snapshot", b'{"files": {"a'),
}


async def slow_body(caller: Caller, way: str, project: str) -> asyncio.StreamWriter:
    """A connection on which a body has begun that never ends."""
    line, begin = SLOW[way]
    port = int(caller.url.rpartition(":")[2])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"{line % project} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
        f"Authorization: {caller.headers['Authorization']}\r\n\r\n"
    )
    writer.write(head.encode() + begin)
    await writer.drain()
    return writer


async def everything_works(caller: Caller) -> None:
    """Each way of bringing something in, with something small."""
    page = hashlib.sha256(caller.url.encode()).hexdigest().encode()
    base = "/api/projects/game"
    for method, path, data in (
        ("PUT", f"{base}/blobs/{sha(page)}", page),
        ("POST", f"{base}/blobs", tar_of(page)),
        ("PUT", f"{base}/files/a.txt", page),
        ("POST", f"{base}/import", zip_of(page)),
    ):
        status, problem = await caller.call(method, path, data=data)
        assert status == 201, (path, problem)
    status, problem = await caller.call(
        "PUT", f"{base}/snapshot", json=manifest({"index.html": page})
    )
    assert status == 201, problem
    assert await caller.call("GET", f"{base}/files/index.html") == (200, page)


async def test_slow_bodies_of_one_user_keep_no_other_waiting(
    nc: Client, storage: Storage, monkeypatch: pytest.MonkeyPatch, rng: random.Random
) -> None:
    """In however many projects, by whatever way, and however long they take."""
    monkeypatch.setattr(body_pace, "SILENCE_S", 1e6)
    asked: Counter[str] = Counter()
    take = places.Places.take

    async def counted(self: Places, user_id: str, *, begun: bool) -> None:
        asked[user_id] += 1
        await take(self, user_id, begun=begun)

    monkeypatch.setattr(places.Places, "take", counted)
    async with open_gateway(nc, storage) as gateway:
        eve, ann = gateway.user("eve"), gateway.user("ann")
        ways = rng.choices(["import", "manifest"], k=8)
        ways += rng.choices(["blob", "tar", "file"], k=24)
        rng.shuffle(ways)
        slow = [await slow_body(eve, way, f"slow-{rng.randrange(6)}") for way in ways]
        while asked["eve"] < 24:  # noqa: ASYNC110 - as many, not one event
            await asyncio.sleep(0.01)
        await everything_works(ann)
        for writer in slow:
            writer.close()


async def test_who_waits_too_long_is_told_when_to_come_again(
    nc: Client, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, with a number of seconds; the place is there once the slow ones are gone."""
    monkeypatch.setattr(body_pace, "SILENCE_S", 1e6)
    monkeypatch.setattr(
        "services.gateway.projects.blob_uploads.Places", partial(Places, wait_s=0.1)
    )
    async with open_gateway(nc, storage) as gateway, aiohttp.ClientSession() as session:
        eve = gateway.user("eve")
        slow = [await slow_body(eve, "blob", f"slow-{n}") for n in range(AT_A_TIME // 2)]
        path = f"/api/projects/game/blobs/{sha(b'x')}"
        while True:
            answer = await session.put(gateway.url + path, data=b"x", headers=eve.headers)
            if answer.status == 503:
                break
        problem = await answer.json(content_type=None)
        assert (problem["code"], problem["retryable"]) == ("busy", True)
        assert int(answer.headers["Retry-After"]) > 0
        for writer in slow:
            writer.close()
        while (await eve.call("PUT", path, data=b"x"))[0] != 201:
            pass
