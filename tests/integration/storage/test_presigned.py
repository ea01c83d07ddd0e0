"""What a presigned URL gives: one object, to read."""

from __future__ import annotations

import asyncio
import hashlib
from random import Random
from typing import TYPE_CHECKING

import aiohttp
import pytest

from cli import download
from cli.blocking_client import BlockingClient
from shared.storage import keys
from tests.servers import storage_of

if TYPE_CHECKING:
    from pathlib import Path

    from shared.storage.bucket import Storage

MINE = keys.artifact("p", "a" * 64, "game.zip")
OTHER = keys.artifact("q", "a" * 64, "game.zip")


@pytest.mark.parametrize(
    ("method", "change"),
    [
        ("GET", ("/p/", "/q/")),
        ("GET", ("game.zip?", "?")),
        ("GET", ("response-content-disposition=attachment", "response-content-disposition=inline")),
        ("GET", ("?", "?versionId=1&")),
        ("PUT", ("", "")),
        ("DELETE", ("", "")),
        ("POST", ("?", "?uploads=&")),
        ("PUT", ("?", "?tagging=&")),
    ],
)
async def test_a_download_url_gives_one_object_and_nothing_else(
    storage: Storage, method: str, change: tuple[str, str]
) -> None:
    """Any change to it, and any other method, is refused; both objects are unharmed."""
    await storage.put(MINE, b"mine")
    await storage.put(OTHER, b"other")
    async with storage_of("gateway", storage) as gateway, aiohttp.ClientSession() as session:
        url = await gateway.presign(MINE, file_name="game.zip", expires_s=60)
        async with session.get(url) as answer:
            assert (answer.status, await answer.read()) == (200, b"mine")
        assert change[0] in url
        async with session.request(method, url.replace(*change), data=b"x") as answer:
            assert answer.status == 403
    assert (await storage.get(MINE), await storage.get(OTHER)) == (b"mine", b"other")


async def test_who_may_not_read_cannot_lend_it(storage: Storage) -> None:
    """A URL has the rights of the key that signed it: the packager's gives no artifact."""
    await storage.put(MINE, b"mine")
    async with storage_of("packager", storage) as packager, aiohttp.ClientSession() as session:
        url = await packager.own_url(MINE, expires_s=60)
        async with session.get(url) as answer:
            assert answer.status == 403


class Gateway(BlockingClient):
    """Gives these URLs, one after the other."""

    def __init__(self, urls: list[str]) -> None:
        super().__init__("http://127.0.0.1:1", "")
        self.urls = urls

    def location(self, path: str) -> str:
        del path
        return self.urls.pop(0)


async def test_the_command_line_downloads_from_it_in_pieces(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The storage has ranges for who has the URL; one whose time is over is replaced."""
    monkeypatch.setattr(download, "PIECE_BYTES", 1 << 20)
    data = Random(3).randbytes((5 << 20) + 1)
    await storage.put(MINE, data)
    async with storage_of("gateway", storage) as gateway:
        urls = [
            await gateway.presign(MINE, file_name="game.zip", expires_s=lives_s)
            for lives_s in (1, 60)
        ]
    await asyncio.sleep(2)
    told = {"id": "e", "projectId": "p", "status": "completed", "downloadUrl": "any"}
    state = {**told, "fileName": "game.zip", "fileSize": len(data)}
    state["sha256"] = hashlib.sha256(data).hexdigest()
    with Gateway(urls) as client:
        place = await asyncio.to_thread(download.download, client, state, tmp_path)
        assert client.urls == []
    assert place.read_bytes() == data
