from __future__ import annotations

import asyncio
import hashlib
import threading
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from cli import file_digest, project_folder
from cli.answers import ApiError
from cli.content_sender import PACK_BYTES, PARALLEL
from cli.exit_codes import UnreachableError, UsageError
from cli.file_digest import digest_file
from cli.hash_cache import HashCache
from cli.project_folder import FolderReading
from cli.push import Pushed, push_reading
from tests.unit.cli.test_push import served

if TYPE_CHECKING:
    from pathlib import Path

    from cli.blocking_client import BlockingClient

MUCH_BYTES = PARALLEL * PACK_BYTES  # from so many on it is asked what is missing


class Project:
    """A gateway's project: what it has, and what it was asked, in turn."""

    def __init__(self, *, answers_questions: bool = True) -> None:
        self.has: set[str] = set()
        self.asked: list[str] = []
        self.first_arrived = threading.Event()
        self._answers_questions = answers_questions

    async def blobs(self, request: web.Request) -> web.Response:
        """Questions, and large blobs."""
        if request.match_info["rest"] == "/missing":
            self.asked.append("question")
            if not self._answers_questions:
                return web.json_response({}, status=405)
            wanted = (await request.json())["sha256"]
            return web.json_response({"missing": [one for one in wanted if one not in self.has]})
        self.asked.append("blob")
        sha256 = hashlib.sha256(await request.read()).hexdigest()
        if request.match_info["rest"] != f"/{sha256}":
            return web.json_response({"code": "wrong-hash"}, status=422)
        self.has.add(sha256)
        self.first_arrived.set()
        return web.json_response({})

    async def snapshot(self, request: web.Request) -> web.Response:
        """No head, then manifests."""
        if request.method == "GET":
            return web.json_response({"snapshot": None})
        self.asked.append("manifest")
        files = (await request.json())["files"].values()
        missing = {file["sha256"] for file in files} - self.has
        if missing:
            return web.json_response({"missing": sorted(missing)}, status=409)
        return web.json_response({"snapshot": "s"})


def much(folder: Path) -> Path:
    """Two files; the first of them is enough to ask for."""
    for name in ("a.bin", "z.bin"):
        with (folder / name).open("wb") as file:
            file.write(name.encode())
            file.truncate(MUCH_BYTES + len(name))
    return folder


async def pushed(client: BlockingClient, folder: Path, cache: HashCache | None = None) -> Pushed:
    """Push a folder that nobody has read."""
    reading = FolderReading(folder, cache)
    return await asyncio.to_thread(push_reading, client, "game", reading, lambda _: None)


async def test_what_is_missing_goes_while_more_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last file is read once the first has arrived; the manifest goes once, at the end."""
    project = Project()

    def read_late(place: str, path: str) -> object:
        if path == "z.bin":
            assert project.first_arrived.wait(60)
        return digest_file(place, path)

    monkeypatch.setattr(project_folder, "digest_file", read_late)
    async with served(snapshot=project.snapshot, blobs=project.blobs) as client:
        told = await pushed(client, much(tmp_path))
    assert project.asked == ["question", "blob", "question", "blob", "manifest"]
    assert (told.files, told.sent_files, told.sent_bytes) == (2, 2, told.size_bytes)


async def test_what_is_there_is_not_sent(tmp_path: Path) -> None:
    """A push that broke off goes on where it was."""
    project = Project()
    project.has.add(hashlib.sha256((much(tmp_path) / "a.bin").read_bytes()).hexdigest())
    async with served(snapshot=project.snapshot, blobs=project.blobs) as client:
        told = await pushed(client, tmp_path)
    assert (told.files, told.sent_files) == (2, 1)


async def test_a_gateway_that_answers_no_questions_says_it_to_the_manifest(tmp_path: Path) -> None:
    """One of an earlier version: nothing goes before all is read."""
    project = Project(answers_questions=False)
    async with served(snapshot=project.snapshot, blobs=project.blobs) as client:
        told = await pushed(client, much(tmp_path))
    assert project.asked == ["question", "manifest", "blob", "blob", "manifest"]
    assert told.sent_files == 2


async def test_a_project_that_is_refused_gets_no_byte(tmp_path: Path) -> None:
    """The totals go along with the first question; the manifest's refusal is what is told."""
    project, asked = Project(), []

    async def refuse(request: web.Request) -> web.Response:
        if request.method == "GET":
            return await project.snapshot(request)
        asked.append((request.match_info["rest"], (await request.json()).get("totalBytes")))
        return web.json_response({"detail": "a project may have 1 byte"}, status=413)

    async with served(snapshot=refuse, blobs=refuse) as client:
        with pytest.raises(ApiError, match="may have 1 byte"):
            await pushed(client, much(tmp_path))
    assert asked == [("/missing", 2 * (MUCH_BYTES + 5)), ("", None)]


@pytest.mark.parametrize("fails", ["dies", "refuses"])
async def test_what_fails_early_is_told(
    tmp_path: Path, fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway that goes away, and a file that has changed: the push ends, no manifest goes."""
    monkeypatch.setattr("cli.answers.FIRST_WAIT_S", 0.05)
    project = Project()

    async def fail(request: web.Request) -> web.Response:
        if request.match_info["rest"] == "/missing":
            return await project.blobs(request)
        if fails == "refuses":
            return web.json_response({"code": "wrong-hash"}, status=422)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    expected = UsageError if fails == "refuses" else UnreachableError
    async with served(snapshot=project.snapshot, blobs=fail) as client:
        with pytest.raises(expected):
            await pushed(client, much(tmp_path))
    assert "manifest" not in project.asked


async def test_what_was_read_is_known_after_a_push_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one reads nothing again."""
    monkeypatch.setattr(file_digest, "TICK_NS", -(10**12))  # as if they had been at rest for long
    (tmp_path / "game").mkdir()
    game, kept = much(tmp_path / "game"), tmp_path / "cache/hashes"

    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"detail": "no"}, status=403)

    async with served(snapshot=refuse, blobs=refuse) as client:
        with pytest.raises(ApiError, match="no"):
            await pushed(client, game, HashCache(kept))
    assert FolderReading(game, HashCache(kept)).read().known == 2
