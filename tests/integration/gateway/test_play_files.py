"""A game's files come out of its archive as they went in, in whichever form they are asked for."""

from __future__ import annotations

import asyncio
import gzip
import io
import random
import tracemalloc
import zlib
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

import aiohttp
import brotli
import pytest
import pytest_asyncio

from services.gateway.play.archive.archives import Archives
from services.packager.archive.member import Member
from services.packager.archive.zip import ZipStream
from shared.domain.artifact_files import ListedFile, encode_files
from shared.metrics.previews import DIRECTORIES
from shared.settings import NatsSettings
from shared.storage import keys
from shared.storage.ranged_reads import open_ranged_reads
from tests.integration.gateway.archives import PAGE, damaged, noise, text, zipped
from tests.integration.gateway.players import open_arcade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.gateway.players import Arcade
    from tests.servers import Servers

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIXED = {
    "index.html": PAGE,
    "assets/noise.bin": noise(300_000),
    "assets/words.txt": text(700_000),
    "assets/nothing": b"",
    "código/música nº 1.ogg": noise(5_000, seed=2),
    "levels/index.html": b"<p>levels</p>",
    "100%/a b+c&d.json": b'{"odd": "name"}',
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def arcade(servers: Servers) -> AsyncIterator[Arcade]:
    """One for all tests of this file; each makes its own exports."""
    async with open_arcade(NatsSettings(url=servers.nats_url), servers.s3) as opened:
        yield opened


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "deflated"])
@pytest.mark.parametrize("wide", [True, False], ids=["wide", "narrow"])
async def test_every_file_comes_out_whole(arcade: Arcade, stored: bool, wide: bool) -> None:
    """Whatever its name and its size are; folders lead to their pages."""
    url = await arcade.link(await arcade.finished(zipped(MIXED, stored=stored, wide=wide)))
    for path, data in MIXED.items():
        for _ in range(2):  # the second time it is known where the data begins
            found = await arcade.open(url, quote(path))
            assert (found.status, found.body == data) == (200, True), path
    assert (await arcade.open(url)).body == PAGE
    assert (await arcade.open(url, "levels/")).body == MIXED["levels/index.html"]
    moved = await arcade.open(url, "levels?level=3")
    assert (moved.status, moved.headers["location"]) == (307, "./levels/?level=3")
    assert (await arcade.open(url, "assets/noise.bin", method="HEAD")).headers[
        "content-length"
    ] == "300000"


async def test_what_the_packager_packs_is_played(arcade: Arcade) -> None:
    """Its own writer, with members of both methods, small and streamed."""
    files = {**MIXED, "large.bin": noise(9 << 20), "large.txt": text(9 << 20)}
    members = [
        Member(path=path, size_bytes=len(data), open=partial(io.BytesIO, data))
        for path, data in sorted(files.items())
    ]
    packed = b"".join(await asyncio.to_thread(lambda: [*ZipStream(members)]))
    url = await arcade.link(await arcade.finished(packed))
    for path, data in files.items():
        assert (await arcade.open(url, quote(path))).body == data, path
        found = await arcade.open(url, quote(path), Accept_Encoding="gzip, br")
        is_gzip = found.headers.get("content-encoding") == "gzip"
        assert (gzip.decompress(found.body) if is_gzip else found.body) == data


async def test_deflated_files_are_sent_as_they_lie_there(arcade: Arcade) -> None:
    """As gzip, byte for byte what the archive holds between a head and a tail; with its length."""
    archive = zipped(MIXED)
    url = await arcade.link(await arcade.finished(archive))
    found = await arcade.open(url, "assets/words.txt", Accept_Encoding="br;q=1.0, gzip;q=0.8")
    assert found.headers["content-encoding"] == "gzip"
    assert found.headers["content-type"] == "text/plain"
    assert found.headers["content-length"] == str(len(found.body))
    assert found.body[10:-8] in archive
    assert gzip.decompress(found.body) == MIXED["assets/words.txt"]
    plain = await arcade.open(url, "assets/words.txt", Accept_Encoding="gzip;q=0, br")
    assert "content-encoding" not in plain.headers
    assert {plain.headers["vary"], found.headers["vary"]} == {"Accept-Encoding"}
    assert plain.headers["etag"] != found.headers["etag"]


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "deflated"])
async def test_any_range_is_that_slice(arcade: Arcade, stored: bool) -> None:
    """From both ends, beyond the end, and after If-Range; several at once are no range."""
    whole = text(900_000)
    url = await arcade.link(await arcade.finished(zipped({"w.txt": whole}, stored=stored)))
    random_ranges = random.Random(stored)
    for _ in range(25):
        start = random_ranges.randrange(len(whole))
        end = random_ranges.randrange(start, len(whole) + 1_000)
        found = await arcade.open(url, "w.txt", Range=f"bytes={start}-{end}", Accept_Encoding="*")
        last = min(end, len(whole) - 1)
        assert (found.status, found.body) == (206, whole[start : end + 1])
        assert found.headers["content-range"] == f"bytes {start}-{last}/{len(whole)}"
    for asked, slice_ in {"bytes=-7": whole[-7:], "bytes=899990-": whole[899_990:]}.items():
        assert (await arcade.open(url, "w.txt", Range=asked)).body == slice_
    beyond = await arcade.open(url, "w.txt", Range="bytes=900000-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */900000")
    tag = (await arcade.open(url, "w.txt", method="HEAD")).headers["etag"]
    for if_range, status in ((tag, 206), ('"another"', 200)):
        found = await arcade.open(url, "w.txt", Range="bytes=0-1", If_Range=if_range)
        assert found.status == status
    for no_range in ("bytes=0-1,4-5", "lines=1-2", "bytes=9-1", "bytes=-"):
        found = await arcade.open(url, "w.txt", Range=no_range)
        assert (found.status, len(found.body)) == (200, len(whole))


async def test_who_has_a_file_is_told_so(arcade: Arcade) -> None:
    """By its entity tag, in each of its forms; the same file in another build has the same tag."""
    files = {"index.html": PAGE, "noise.bin": noise(1_000)}
    first = await arcade.link(await arcade.finished(zipped(files)))
    second = await arcade.link(await arcade.finished(zipped({**files, "more": b"1"})))
    for path in files:
        for coding in ("gzip", "identity"):
            tag = (await arcade.open(first, path, Accept_Encoding=coding)).headers["etag"]
            again = await arcade.open(
                second, path, Accept_Encoding=coding, If_None_Match=f'"x", W/{tag}'
            )
            assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
            assert again.headers["cache-control"] == "no-cache"


async def test_every_file_has_its_type(arcade: Arcade) -> None:
    """Browsers take scripts and WebAssembly by nothing else, as nothing is sniffed."""
    types = {
        "a.js": "text/javascript",
        "a.mjs": "text/javascript",
        "a.wasm": "application/wasm",
        "a.json": "application/json",
        "a.css": "text/css",
        "a.glb": "model/gltf-binary",
        "a.gltf": "model/gltf+json",
        "a.ktx2": "image/ktx2",
        "a.webp": "image/webp",
        "A.OGG": "audio/ogg",
        "a.webm": "video/webm",
        "a.mp4": "video/mp4",
        "a.webmanifest": "application/manifest+json",
        "a.woff2": "font/woff2",
        "a.pck": "application/octet-stream",
        "noname": "application/octet-stream",
    }
    url = await arcade.link(await arcade.finished(zipped(dict.fromkeys(types, b"1"))))
    for path, kind in types.items():
        found = await arcade.open(url, path, method="HEAD")
        assert (found.headers["content-type"], path) == (kind, path)
        assert found.headers["x-content-type-options"] == "nosniff"


async def test_unity_files_are_unpacked_by_the_browser_or_for_it(arcade: Arcade) -> None:
    """Beside a Unity loader the name says the coding; elsewhere it says nothing."""
    wasm, data = b"\0asm" + bytes(600_000), text(600_000)
    files = {
        "Build/g.loader.js": b"1",
        "Build/g.wasm.br": brotli.compress(wasm),
        "Build/g.data.gz": gzip.compress(data),
        "own/levels.json.gz": gzip.compress(b"{}"),
    }
    url = await arcade.link(await arcade.finished(zipped(files)))
    for path, coding, plain, kind in (
        ("Build/g.wasm.br", "br", wasm, "application/wasm"),
        ("Build/g.data.gz", "gzip", data, "application/octet-stream"),
    ):
        found = await arcade.open(url, path, Accept_Encoding="gzip, br")
        assert (found.headers["content-encoding"], found.headers["content-type"]) == (coding, kind)
        assert found.body == files[path]
        found = await arcade.open(url, path, Accept_Encoding="deflate")
        assert "content-encoding" not in found.headers
        assert (found.body, found.headers["content-type"]) == (plain, kind)
    found = await arcade.open(url, "own/levels.json.gz", Accept_Encoding="identity")
    assert (found.body, found.headers["content-type"]) == (
        files["own/levels.json.gz"],
        "application/octet-stream",
    )


async def test_no_path_leads_out_of_the_game(arcade: Arcade) -> None:
    """However it is written; nor does one that is sent back lead to another host."""
    archive = zipped({"index.html": PAGE, "//evil.example/index.html": b"1", "a\\b.txt": b"2"})
    url = await arcade.link(await arcade.finished(archive))
    for path in (
        *(
            "../index.html",
            "..%2findex.html",
            "%2e%2e/index.html",
            "a/../index.html",
            "./index.html",
        ),
        *("index.html%00", "index.html%00.png", "%5c..%5cindex.html", "%ff%fe", "index.html/"),
        *("Index.html", "api/projects", "metrics", "livez", "readyz", "schema/openapi.json"),
    ):
        found = await arcade.open(url, path)
        assert (found.status, found.title) == (404, "There is no such file"), path
    host = url.split("/")[2]
    sent = await arcade.ask(host, "///evil.example")
    assert sent.headers.get("location", "./") == "./evil.example/"


@pytest.mark.parametrize(
    "what",
    [
        *("cut", "no archive", "directory elsewhere", "more entries than it has"),
        *("member beyond the end", "encrypted", "another method", "no local header"),
    ],
)
async def test_a_damaged_archive_is_told(arcade: Arcade, what: str) -> None:
    """No directory that lies is believed; nobody waits for what is not there."""
    archive = damaged(zipped({"index.html": PAGE, "b.txt": b"2"}), what)
    url = await arcade.link(await arcade.finished(archive))
    found = await arcade.open(url)
    assert (found.status, found.title) == (502, "This build cannot be played")


async def test_damage_within_a_file_cuts_the_connection(arcade: Arcade) -> None:
    """What has been promised cannot be sent: half a file must not look like a whole one."""
    archive = bytearray(zipped({"index.html": PAGE, "words.txt": text(3_000_000)}))
    middle = archive.find(b"words.txt") + 300_000
    archive[middle : middle + 4_000] = noise(4_000)
    url = await arcade.link(await arcade.finished(bytes(archive)))
    assert (await arcade.open(url)).body == PAGE
    with pytest.raises(aiohttp.ClientPayloadError):
        await arcade.open(url, "words.txt")


async def test_many_who_come_at_once_cause_one_look(arcade: Arcade) -> None:
    """The directory is read once, and is there for everybody afterwards."""
    files = {f"level-{number}.txt": text(2_000, seed=number) for number in range(3_000)}
    url = await arcade.link(await arcade.finished(zipped(files)))
    misses = DIRECTORIES.labels("miss")._value.get()
    found = await asyncio.gather(*(arcade.open(url, f"level-{n}.txt") for n in range(100)))
    assert [answer.body for answer in found] == [files[f"level-{n}.txt"] for n in range(100)]
    assert DIRECTORIES.labels("miss")._value.get() == misses + 1


async def test_directories_are_kept_within_a_bound(arcade: Arcade) -> None:
    """Those that were used longest ago go first, and are read again when they are needed."""
    files = {f"{number:04}.txt": b"1" for number in range(100)}
    artifacts = [
        await arcade.finish(await arcade.requested(), zipped({**files, f"own-{n}": b"2"}))
        for n in range(3)
    ]
    async with open_ranged_reads(arcade.gateway.storage) as reads:
        archives = Archives(reads, cache_bytes=100_000)  # room for two
        first = await archives.get(artifacts[0])
        await archives.get(artifacts[1])
        assert await archives.get(artifacts[0]) is first
        await archives.get(artifacts[2])
        assert await archives.get(artifacts[0]) is first
        misses = DIRECTORIES.labels("miss")._value.get()
        assert "own-1" in (await archives.get(artifacts[1])).members
        assert DIRECTORIES.labels("miss")._value.get() == misses + 1


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "deflated"])
async def test_memory_stays_flat(arcade: Arcade, stored: bool) -> None:
    """A slow reader of a large file does not make us hold it; one who leaves ends the reading."""
    data = noise(48 << 20) if stored else bytes(48 << 20)
    url = await arcade.link(await arcade.finished(zipped({"large.bin": data}, stored=stored)))
    tracemalloc.start()
    try:
        base, digest = tracemalloc.get_traced_memory()[0], 0
        async for block in arcade.slowly(url, "large.bin"):
            digest = zlib.crc32(block, digest)
        peak = tracemalloc.get_traced_memory()[1] - base
    finally:
        tracemalloc.stop()
    assert digest == zlib.crc32(data)
    assert peak < 8 << 20
    async with aclosing(arcade.slowly(url, "large.bin")) as blocks:
        await anext(blocks)


async def test_an_export_in_one_file_is_its_page(arcade: Arcade) -> None:
    """It has no archive, and plays all the same."""
    page = b"<!doctype html><title>All in one</title>" + text(100_000)
    path = await arcade.finished(page, content_type="text/html; charset=utf-8")
    url = await arcade.link(path)
    for name in ("", "index.html"):
        found = await arcade.open(url, name)
        assert (found.body, found.headers["content-type"]) == (page, "text/html")
    assert (await arcade.open(url, "more.js")).status == 404
    assert (await arcade.open(url, Range="bytes=10-19")).body == page[10:20]


async def test_the_files_of_an_artifact_are_listed(arcade: Arcade) -> None:
    """With sizes, by path, in pages; of every platform's ZIP, for those who may see it."""
    path = await arcade.finished(zipped(MIXED))
    status, first = await arcade.ann.call("GET", f"{path}/files?page_size=4")
    assert (status, first["totalFiles"]) == (200, len(MIXED))
    assert first["totalBytes"] == sum(map(len, MIXED.values()))
    token = first["nextPageToken"]
    _, second = await arcade.ann.call("GET", f"{path}/files?page_size=4&page_token={token}")
    assert second["nextPageToken"] is None
    sizes = {file["path"]: file["size"] for file in (*first["files"], *second["files"])}
    assert [*sizes.items()] == sorted((name, len(data)) for name, data in MIXED.items())
    stranger = arcade.gateway.user("eve")
    assert (await stranger.call("GET", f"{path}/files"))[0] == 404
    assert (await arcade.ann.call("GET", f"{path}/files?page_token=x"))[0] == 400


async def test_the_files_of_what_has_no_directory_are_listed_from_beside_it(arcade: Arcade) -> None:
    """In pages, as its packager wrote them; what was packed before lists were says so."""
    path = await arcade.finished(b"tar", content_type="application/gzip")
    status, problem = await arcade.ann.call("GET", f"{path}/files")
    assert (status, problem["code"]) == (422, "files-not-listed")
    assert "export it again" in problem["detail"]
    files = (ListedFile("a/game", 7, None), ListedFile("b.png", 5, None))
    artifact = keys.artifact("game", path.rpartition("/")[2], "game.zip")
    document = encode_files(files)
    assert document is not None
    await arcade.gateway.storage.put(keys.artifact_list(artifact), document)
    _, first = await arcade.ann.call("GET", f"{path}/files?page_size=1")
    assert (first["totalFiles"], first["totalBytes"]) == (2, 12)
    assert first["files"] == [{"path": "a/game", "size": 7, "packedSize": None}]
    _, rest = await arcade.ann.call("GET", f"{path}/files?page_token={first['nextPageToken']}")
    assert ([file["path"] for file in rest["files"]], rest["nextPageToken"]) == (["b.png"], None)
    await arcade.gateway.storage.put(keys.artifact_list(artifact), b"odd")
    status, _ = await arcade.ann.call("GET", f"{path}/files")
    assert status == 422
