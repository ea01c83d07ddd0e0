"""A game on its play link, beside presigned GETs of the same bytes from the same storage.

One client with one connection to each server, so that the machine weighs the same on both sides.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cli import api_client as api
from cli.local.stack import Stack, local_stack
from cli.project_folder import ProjectFolder, read_folder
from shared.settings import S3Settings, load
from shared.storage import keys
from shared.storage.bucket import open_storage
from tests.bench.exporting import export_project, resident_mb
from tests.bench.measurement import Measurement
from tests.pushing import push_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = b"<!doctype html><title>Game</title>" + b"<p>one and all</p>" * 100
LARGE_BYTES: Final = 50 << 20
SMALL_ROUNDS: Final = 200
LARGE_ROUNDS: Final = 7
BLOCK_BYTES: Final = 1 << 20
PROJECT: Final = "play"
SMALL_KEY: Final = keys.blob(PROJECT, 1, "0" * 64)  # where the gateway may write


class Source:
    """A URL that is fetched again and again over one connection."""

    def __init__(self, url: str, connection: HTTPConnection) -> None:
        parts = urlsplit(url)
        self._path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self._headers = {"Host": parts.netloc}
        self._connection = connection

    def first_byte_s(self) -> float:
        """Seconds from the request to the first byte of the body."""
        started = time.perf_counter()
        self._connection.request("GET", self._path, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read(1)
        seconds = time.perf_counter() - started
        answer.read()
        return seconds

    def megabytes_per_s(self) -> float:
        """The whole of it."""
        started = time.perf_counter()
        self._connection.request("GET", self._path, headers=self._headers)
        answer, size = self._connection.getresponse(), 0
        while block := answer.read(BLOCK_BYTES):
            size += len(block)
        assert size == LARGE_BYTES, (answer.status, size)
        return size / 1e6 / (time.perf_counter() - started)


def measure(_cache: Path) -> Iterator[Measurement]:
    """First byte, throughput, and what both take of the gateway's memory."""
    with tempfile.TemporaryDirectory() as data, local_stack(Path(data)) as stack:
        urls = asyncio.run(_prepare(stack, Path(data) / "game"))
        yield from _measure(stack, *urls)


async def _prepare(stack: Stack, folder: Path) -> tuple[str, str, str]:
    """A game that is built and has a link: the link, and presigned URLs of small and large."""
    large = random.Random(1).randbytes(LARGE_BYTES)
    game = await asyncio.to_thread(_folder, folder, {"index.html": PAGE, "large.bin": large})
    settings = load(S3Settings, {**stack.state.env, **stack.state.identities["gateway"]})
    async with (
        open_storage(settings) as storage,
        api.connect(stack.state.gateway_url, stack.state.token) as client,
    ):
        await push_folder(client, PROJECT, game)
        await export_project(client, PROJECT, "web")
        link = (await client.send("POST", f"/api/projects/{PROJECT}/play"))["url"]
        await storage.put(SMALL_KEY, PAGE)
        await storage.put(f"{SMALL_KEY}-large", large)
        return (
            link,
            await storage.own_url(SMALL_KEY, expires_s=3_600),
            await storage.own_url(f"{SMALL_KEY}-large", expires_s=3_600),
        )


def _folder(path: Path, files: dict[str, bytes]) -> ProjectFolder:
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)
    return read_folder(path)


def _measure(stack: Stack, link: str, small: str, large: str) -> Iterator[Measurement]:
    gateway = next(child.pid for child in stack.children if child.name == "gateway")
    with (
        closing(_connection(link)) as to_us,
        closing(_connection(small)) as to_storage,
    ):
        page, peer = Source(link, to_us), Source(small, to_storage)
        ours, bare = [], []
        for _ in range(SMALL_ROUNDS):
            ours.append(page.first_byte_s())
            bare.append(peer.first_byte_s())
        ratio = statistics.median(ours) / statistics.median(bare)
        first_byte_ms = statistics.median(ours) * 1e3
        yield Measurement(name="play.first_byte", value=first_byte_ms, unit="ms")
        yield Measurement(name="play.first_byte_over_s3", value=ratio, unit="×", target=2)
        member, whole = Source(f"{link}large.bin", to_us), Source(large, to_storage)
        speeds, bare_speeds, memory = [], [], [resident_mb(gateway)]
        for _ in range(LARGE_ROUNDS):
            speeds.append(member.megabytes_per_s())
            bare_speeds.append(whole.megabytes_per_s())
            memory.append(resident_mb(gateway))
        share = statistics.median(speeds) / statistics.median(bare_speeds) * 100
        speed = statistics.median(speeds)
        yield Measurement(name="play.member_mb_per_s", value=speed, unit="MB/s")
        yield Measurement(
            name="play.member_share_of_s3", value=share, unit="%", target=70, limit="≥"
        )
        grown = max(memory) - memory[0]
        yield Measurement(name="play.memory", value=grown, unit="MB", target=16)


def _connection(url: str) -> HTTPConnection:
    """To the server of a URL; names below localhost lead to this machine."""
    return HTTPConnection("127.0.0.1", urlsplit(url).port or 80)
