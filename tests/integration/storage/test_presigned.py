"""What a presigned URL gives: one object, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from shared.storage import keys
from tests.servers import storage_of

if TYPE_CHECKING:
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
