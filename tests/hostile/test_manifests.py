"""Manifests that are too many, too deep or too long, and work that must not hold up others."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import time
import tracemalloc
import unicodedata
import zipfile
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.app import JSON_BYTES
from services.gateway.projects import manifests
from services.gateway.projects.proposal import decode_manifest, propose
from services.gateway.settings import Limits
from shared.domain.paths import MAX_FOLDERS, MAX_PATH_BYTES, check_paths
from shared.domain.project import Snapshot, StoredFile, encode_snapshot, find_file
from shared.errors import PathError
from tests.integration.gateway.conftest import LIMITS, open_gateway, sha

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Iterator

    from nats.aio.client import Client

    from shared.storage.bucket import Storage
    from tests.integration.gateway.conftest import Caller, Gateway

SNAPSHOT = "/api/projects/game/snapshot"
PAGE = b"<p>hi"
NAMES = st.sampled_from(["a", "A", "b", "B", "ß", "ss", "SS", "ab", "a-", "é", "É"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@pytest_asyncio.fixture
async def gateway(nc: Client, storage: Storage) -> AsyncIterator[Gateway]:
    """The gateway on empty servers."""
    async with open_gateway(nc, storage) as opened:
        yield opened


def may_stand_together(paths: list[str]) -> bool:
    """What :func:`check_paths` promises, each path held against each other one."""
    folded = [unicodedata.normalize("NFC", path.casefold()) for path in paths]
    for n, path in enumerate(paths):
        for m, other in enumerate(paths):
            if n != m and (folded[n] == folded[m] or folded[m].startswith(folded[n] + "/")):
                return False
            parts, others = path.split("/")[:-1], other.split("/")[:-1]
            for depth in range(1, min(len(parts), len(others)) + 1):
                mine, theirs = "/".join(parts[:depth]), "/".join(others[:depth])
                if mine != theirs and mine.casefold() == theirs.casefold():
                    return False
    return True


@given(paths=st.lists(PATHS, max_size=8))
def test_neighbours_show_every_collision(paths: list[str]) -> None:
    """Whatever the paths: looking at neighbours finds what looking at all pairs finds."""
    try:
        check_paths(paths)
    except PathError:
        assert not may_stand_together(paths)
    else:
        assert may_stand_together(paths)


@given(path=st.text(max_size=20), others=st.lists(st.text(max_size=20), max_size=5))
def test_a_file_is_found_in_the_stored_form(path: str, others: list[str]) -> None:
    """Whatever letters its path and the others have."""
    paths = [name for name in dict.fromkeys([*others, path]) if name.isprintable()]
    files = tuple(StoredFile(name, "0" * 64, n, f"o/{n}", n) for n, name in enumerate(paths))
    data = encode_snapshot(Snapshot(id="0" * 64, project_id="game", files=files))
    for name in (*paths, "not there", path[:-1], f"{path}x"):
        assert find_file(data, name) == next((f for f in files if f.path == name), None)


def deep_path(rng: random.Random, folders: int, length: int) -> str:
    """A path that shares little with the others."""
    letters = "abcdefgh"
    each = max(1, length // (folders + 1) - 1)
    names = ["".join(rng.choices(letters, k=each)) for _ in range(folders)]
    return "/".join([*names, f"f{rng.randrange(1 << 40):x}"])


def test_the_check_keeps_no_more_than_it_is_given(
    rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """However deep and different the paths are: no list of all that lies between."""
    for _ in rounds(1):
        paths = [deep_path(rng, MAX_FOLDERS, MAX_PATH_BYTES - 40) for _ in range(600)]
        size = sum(map(len, paths))
        tracemalloc.start()
        try:
            check_paths(paths)
            assert tracemalloc.get_traced_memory()[1] < 4 * size
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("folders", [MAX_FOLDERS + 1, 100, 250])
def test_too_many_folders_are_refused(rng: random.Random, folders: int) -> None:
    """Also where the whole path is short enough."""
    with pytest.raises(PathError, match=f"more than {MAX_FOLDERS} folders"):
        check_paths([deep_path(rng, folders, MAX_PATH_BYTES - 40)])
    check_paths([deep_path(rng, MAX_FOLDERS, MAX_PATH_BYTES - 40)])


def far_too_many(rng: random.Random) -> Iterator[bytes]:
    """A manifest without end, of paths that nobody should look at."""
    yield b'{"files": {'
    while True:
        path = rng.choice(["../" * 50, "a/" * 300, "con", "e\u0301", "\\u0000"]) + str(rng.random())
        space = " " * rng.randrange(3)
        yield f'{json.dumps(path)}:{space}{{"sha256":"{"0" * 64}",{space}"size":1}},'.encode()


async def test_too_many_files_are_refused_while_they_come(
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    rng: random.Random,
    rounds: Callable[[int], Iterator[int]],
) -> None:
    """By their number alone: none is looked at, and the rest is not waited for."""
    monkeypatch.setattr(manifests, "decode_manifest", lambda _: pytest.fail("it was read"))
    for _ in rounds(3):
        status, problem = await half_a_manifest(gateway.user("ann"), far_too_many(rng))
        assert (status, problem["code"]) == (413, "too-large")
        assert str(LIMITS.files) in problem["detail"]


async def half_a_manifest(caller: Caller, body: Iterator[bytes]) -> tuple[int, Any]:
    """What is answered to a body of which much more was announced."""
    port = int(caller.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"PUT {SNAPSHOT} HTTP/1.1\r\nHost: x\r\nContent-Length: {1 << 30}\r\n"
        f"Authorization: {caller.headers['Authorization']}\r\n\r\n".encode()
    )
    for _ in range(LIMITS.files + 2):
        writer.write(next(body))
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    problem = json.loads(await reader.readexactly(length))
    writer.close()
    return int(head.split()[1]), problem


async def test_a_manifest_has_a_size(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, rng: random.Random
) -> None:
    """However few files it names."""
    monkeypatch.setattr(manifests, "MANIFEST_BYTES", 10_000)
    body = json.dumps({"files": {"a" * rng.randint(10_000, 100_000): {}}})
    status, problem = await gateway.user("ann").call("PUT", SNAPSHOT, data=body)
    assert (status, problem["code"]) == (413, "too-large")


async def test_other_json_has_a_size(gateway: Gateway) -> None:
    """It is read whole, so that it must be small."""
    ann = gateway.user("ann")
    body = b'{"platform": "web", "x": "' + b"a" * JSON_BYTES + b'"}'
    for path in ("/api/projects", "/api/projects/game/export"):
        status, _ = await ann.call("POST", path, data=io.BytesIO(body))
        assert status == 413, path


@pytest.mark.parametrize(
    "path", ["a" * 100_000, "a/" * 100_000, "\\ud800", "\\ud800" * 10_000, "\\u0000"]
)
async def test_an_absurd_path_has_a_short_answer(gateway: Gateway, path: str) -> None:
    """Refused as what it is, and not repeated at length."""
    body = f'{{"files": {{"{path}": {{"sha256": "{"0" * 64}", "size": 1}}}}}}'
    status, problem = await gateway.user("ann").call("PUT", SNAPSHOT, data=body)
    assert status in {400, 422}
    assert len(json.dumps(problem)) < 20_000


class LoopWatch:
    """How much the event loop's own thread computes between two turns of another task, at most."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """As long as the block lasts."""

        async def turn() -> None:
            before = time.thread_time()
            while True:
                await asyncio.sleep(0.001)
                after = time.thread_time()
                self.longest_s = max(self.longest_s, after - before)
                before = after

        task = asyncio.create_task(turn())
        gc.disable()  # a pause of the collector is not work on the loop
        try:
            yield
        finally:
            gc.enable()
            task.cancel()


def large_manifest(rng: random.Random, count: int) -> bytes:
    """Many files, all of the same bytes."""
    entry = {"sha256": sha(PAGE), "size": len(PAGE)}
    paths = {f"assets/{rng.randrange(200)}/textures of this level/{n:08}.png" for n in range(count)}
    return msgspec.json.encode(
        {"files": {**dict.fromkeys(sorted(paths), entry), "index.html": entry}}
    )


def zip_of_many(count: int) -> bytes:
    """Many files of the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(count):
            archive.writestr(f"assets/{n:08}.png", PAGE)
        archive.writestr("index.html", PAGE)
    return buffer.getvalue()


def cost_s(body: bytes, limits: Limits) -> float:
    """What this machine computes for the manifest, seconds of processor time."""
    gc.disable()
    begun = time.thread_time()
    propose(None, lambda _: decode_manifest(body), limits)
    gc.enable()
    return time.thread_time() - begun


async def test_large_projects_do_not_hold_up_the_loop(
    nc: Client, storage: Storage, monkeypatch: pytest.MonkeyPatch, rng: random.Random
) -> None:
    """Between two turns of any other task lies a fraction of the work, whatever is asked for."""
    limits = Limits(files=50_000)
    monkeypatch.setattr("tests.integration.gateway.conftest.LIMITS", limits)
    body, archive = large_manifest(rng, 20_000), zip_of_many(1_000)
    whole_s = cost_s(body, limits)
    files = "/api/projects/game/files"
    async with open_gateway(nc, storage) as gateway:
        ann = gateway.user("ann")
        await ann.push("game", {"index.html": PAGE})
        for method, path, data, wanted in (
            ("PUT", SNAPSHOT, body, 201),
            ("PUT", f"{files}/b.txt", b"b", 201),
            ("GET", f"{files}/b.txt", None, 200),
            ("DELETE", f"{files}/b.txt", None, 200),
            ("PUT", SNAPSHOT, body.replace(b"0.png", b"0./b"), 422),
            ("POST", "/api/projects/game/import", archive, 201),
        ):
            watch = LoopWatch()
            async with watch.watching():
                status, answer = await ann.call(method, path, data=data and io.BytesIO(data))
            assert status == wanted, answer
            assert watch.longest_s < whole_s / 2, (method, path)
