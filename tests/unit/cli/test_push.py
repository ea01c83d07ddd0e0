from __future__ import annotations

import asyncio
import hashlib
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from cli.answers import ApiError
from cli.blocking_client import BlockingClient
from cli.connections import Bytes
from cli.exit_codes import UnreachableError, UsageError
from cli.local.ports import free_ports
from cli.project_folder import ProjectFolder, read_folder
from cli.push import push

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp.typedefs import Handler


@asynccontextmanager
async def served(**routes: Handler) -> AsyncIterator[BlockingClient]:
    """A client of a gateway that has these routes below a project."""
    app = web.Application(client_max_size=1 << 30)
    for name, answer in routes.items():
        app.router.add_route("*", f"/api/projects/game/{name}{{rest:.*}}", answer)
    runner = web.AppRunner(app, lingering_time=1.0)
    await runner.setup()
    (port,) = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    with BlockingClient(f"http://127.0.0.1:{port}", "token") as client:
        yield client
    for _ in range(5):  # a connection is taken, given a transport and made known in turn
        await asyncio.sleep(0)
    await runner.cleanup()


def large_files(folder: Path, *names: str) -> ProjectFolder:
    """A project that has some which travel alone."""
    (folder / "index.html").write_text("<p>")
    for name in names:
        (folder / name).write_bytes(name.encode() * 300_000)
    return read_folder(folder)


async def all_missing(request: web.Request) -> web.Response:
    """No such project; then whatever a manifest names."""
    if request.method == "GET":
        return web.json_response({}, status=404)
    files = (await request.json())["files"].values()
    return web.json_response({"missing": [file["sha256"] for file in files]}, status=409)


async def test_a_gateway_that_dies_in_the_middle_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many files were on their way: a script sees exit code 4, a person one line."""
    monkeypatch.setattr("cli.answers.FIRST_WAIT_S", 0.05)

    async def die(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    folder = large_files(tmp_path, "a.bin", "b.bin")
    async with served(snapshot=all_missing, blobs=die) as client:
        with pytest.raises(UnreachableError, match="no answer from http"):
            await asyncio.to_thread(push, client, "game", folder)


async def test_a_refusal_in_the_middle_of_a_file_is_told(tmp_path: Path) -> None:
    """Who refuses does not read to the end; what it says is not lost with the connection."""

    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"detail": "a file may have 3 bytes"}, status=413)

    folder = large_files(tmp_path, "a.bin", "b.bin")
    async with served(snapshot=all_missing, blobs=refuse) as client:
        with pytest.raises(ApiError, match="may have 3 bytes"):
            await asyncio.to_thread(push, client, "game", folder)


@pytest.mark.parametrize("change", [b"", b"other than before" * 100_000])
async def test_a_file_that_changes_meanwhile_is_told(tmp_path: Path, change: bytes) -> None:
    """One that has become shorter, and one whose hash is another: what to do is said."""

    async def store(request: web.Request) -> web.Response:
        if hashlib.sha256(await request.read()).hexdigest() == request.match_info["rest"][1:]:
            return web.json_response({})
        return web.json_response({"code": "wrong-hash"}, status=422)

    folder = large_files(tmp_path, "a.bin")
    (tmp_path / "a.bin").write_bytes(change)
    async with served(snapshot=all_missing, blobs=store) as client:
        with pytest.raises(UsageError, match="push again"):
            await asyncio.to_thread(push, client, "game", folder)


@pytest.mark.parametrize("name", ["a.bin", "index.html"])
async def test_a_file_that_is_gone_is_told(tmp_path: Path, name: str) -> None:
    """One that travels alone, and one of many: it is no matter of the gateway."""

    async def store(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({})

    folder = large_files(tmp_path, "a.bin")
    (tmp_path / name).unlink()
    async with served(snapshot=all_missing, blobs=store) as client:
        with pytest.raises(UsageError, match=rf"{name}: No such file.*push again"):
            await asyncio.to_thread(push, client, "game", folder)


async def test_what_is_there_already_is_not_proposed(tmp_path: Path) -> None:
    """The project's snapshot has the folder's name: one question is enough."""
    folder, asked = large_files(tmp_path), []

    async def same(request: web.Request) -> web.Response:
        asked.append(request.method)
        return web.json_response({"snapshot": folder.manifest.snapshot_id})

    async with served(snapshot=same) as client:
        pushed = await asyncio.to_thread(push, client, "game", folder)
    assert (pushed.snapshot, pushed.sent_files) == (folder.manifest.snapshot_id, 0)
    assert asked == ["GET"]


async def test_a_busy_gateway_is_asked_again_when_it_says() -> None:
    """Not earlier: it has said how long others will take."""
    asked: list[float] = []

    async def busy_once(_: web.Request) -> web.Response:
        asked.append(time.monotonic())
        if len(asked) == 1:
            return web.json_response({}, status=503, headers={"Retry-After": "2"})
        return web.json_response({"stored": 1})

    async with served(blobs=busy_once) as client:
        path = "/api/projects/game/blobs"
        stored = await asyncio.to_thread(client.upload, "POST", path, Bytes(b"x"))
    assert stored == {"stored": 1}
    first, second = asked
    assert second - first >= 1.9


async def test_a_quota_of_tomorrow_is_told_at_once() -> None:
    """Nobody waits for it in front of a command line."""
    asked = 0

    async def come_tomorrow(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        problem = {"detail": "the quota 'uploadBytesPerDay' is used up"}
        return web.json_response(problem, status=429, headers={"Retry-After": "86400"})

    async with served(blobs=come_tomorrow) as client:
        path = "/api/projects/game/blobs"
        with pytest.raises(UnreachableError, match="uploadBytesPerDay"):
            await asyncio.to_thread(client.upload, "POST", path, Bytes(b"x"))
    assert asked == 1


def test_vendored_packages_go_on_request(tmp_path: Path) -> None:
    """``node_modules`` stays where it is, unless ``.aethelignore`` takes all or some of it back."""
    for name in ("index.html", "node_modules/a/index.js", "node_modules/b/index.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    ignore = tmp_path / ".aethelignore"
    found = read_folder(tmp_path)
    assert set(found.manifest.files) == {"index.html"}
    assert found.notes == (
        (
            "left out, as packages are installed at export (to take them along, put a line "
            "!node_modules/ into .aethelignore): node_modules/"
        ),
    )
    ignore.write_text("!node_modules/\n")
    assert len(read_folder(tmp_path).manifest.files) == 4
    ignore.write_text("!node_modules/\nnode_modules/*\n!node_modules/b/\n")
    pushed = set(read_folder(tmp_path).manifest.files)
    assert pushed == {".aethelignore", "index.html", "node_modules/b/index.js"}


def written(root: Path, files: dict[str, bytes]) -> Path:
    """A folder with these files."""
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def test_secrets_stay_at_home_and_are_told(tmp_path: Path) -> None:
    """By name and by what they hold, each with the line that takes it along; clutter in a line."""
    key = b"k = '-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg'"
    game = written(
        tmp_path,
        {
            "index.html": b"<p>",
            "src/config.js": key,
            "src/signing.js": key,
            ".ENV.local": b"SECRET=1",
            "deploy/id_rsa": b"x",
            "ca.pem": b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
            "keys.json": b'{"red": "door"}',
            ".git/config": b"x",
            "art/.DS_Store": b"x",
            "notes/todo.txt": b"x",
            ".aethelignore": b"notes/\n!src/signing.js\n",
        },
    )
    found = read_folder(game)
    assert {*found.manifest.files} == {
        *(".aethelignore", "ca.pem", "index.html", "keys.json", "src/signing.js"),
    }
    assert [warning.partition(" and was left out")[0] for warning in found.warnings] == [
        ".ENV.local looks like a secret by its name",
        "deploy/id_rsa looks like a secret by its name",
        "src/config.js holds what looks like a private key",
    ]
    for warning in found.warnings:
        assert f"a line !{warning.split()[0]} in .aethelignore takes it along" in warning
    assert found.notes == (
        "left out, as no part of a game: .git/, art/.DS_Store",
        "left out, as .aethelignore says: notes/",
    )


def test_what_is_no_plain_file_or_folder_is_told(tmp_path: Path) -> None:
    """Links to files, to folders, to nothing and in a circle; pipes and sockets."""
    game = written(tmp_path / "game", {"index.html": b"<p>", "a/b.txt": b"x"})
    outside = written(tmp_path / "shared", {"hero.png": b"x"})
    (game / "assets").symlink_to(outside)
    (game / "a/circle").symlink_to(game)
    (game / "hero.png").symlink_to(outside / "hero.png")
    (game / "gone.png").symlink_to("nowhere.png")
    os.mkfifo(game / "a/pipe")
    listening = socket.socket(socket.AF_UNIX)
    with listening:
        listening.bind(os.path.relpath(game / "socket"))
        found = read_folder(game)
    assert {*found.manifest.files} == {"index.html", "a/b.txt"}
    told = sorted(warning.partition(" was left out")[0] for warning in found.warnings)
    assert told == sorted(
        [
            f"assets is a link to {outside} and",
            f"a/circle is a link to {game} and",
            f"hero.png is a link to {outside / 'hero.png'} and",
            "gone.png is a link to nowhere.png and",
            "a/pipe is no file (but a pipe or a device) and",
            "socket is no file (but a pipe or a device) and",
        ]
    )


@pytest.mark.parametrize("unreadable", ["levels", "levels/one.json", ".aethelignore"])
def test_what_cannot_be_read_is_an_error(tmp_path: Path, unreadable: str) -> None:
    """Not a smaller game: the message names it and says what to do."""
    files = {"index.html": b"<p>", "levels/one.json": b"{}", ".aethelignore": b"*.psd\n"}
    game = written(tmp_path / "game", files)
    (game / unreadable).chmod(0)
    command = [sys.executable, "-m", "cli", "push", str(game), "--dry-run"]
    if os.geteuid() == 0:  # whom modes do not stop
        privileges = "-dac_override,-dac_read_search"
        bounds = [f"--bounding-set={privileges}", f"--inh-caps={privileges}"]
        command = ["setpriv", *bounds, *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (game / unreadable).chmod(0o755)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert f"{game / unreadable} cannot be read" in done.stderr
    assert "make it readable" in done.stderr


@pytest.mark.parametrize(
    ("patterns", "reason"),
    [
        (b"\xef\xbb\xbf*.psd\r\n", ""),
        ("\ufeff*.psd\r\n".encode("utf-16-le"), ""),
        ("*.psd\nä.txt\n".encode("latin-1"), "is no UTF-8 text (line 2): save it as UTF-8"),
    ],
)
def test_the_ignore_file_is_read_or_refused_in_words(
    tmp_path: Path, patterns: bytes, reason: str
) -> None:
    """As editors on Windows write it, too."""
    game = written(tmp_path, {"index.html": b"", "a/x.psd": b"", ".aethelignore": patterns})
    if reason:
        with pytest.raises(UsageError, match=re.escape(reason)):
            read_folder(game)
    else:
        assert {*read_folder(game).manifest.files} == {"index.html", ".aethelignore"}


def test_names_of_finder_go_as_pages_call_them(tmp_path: Path) -> None:
    """Letters and marks apart become one; the file is sent from where it lies, its maker told."""
    (tmp_path / ".aethelignore").write_text("P\xe4sse/\n")
    for path in ("index.html", "Ba\u0308ume/o\u0308l.png", "Pa\u0308sse/anna.png"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(path)
    folder = read_folder(tmp_path)
    assert set(folder.manifest.files) == {".aethelignore", "index.html", "B\xe4ume/\xf6l.png"}
    sent = {content.place.read_text() for content in folder.by_hash().values()}
    assert "Ba\u0308ume/o\u0308l.png" in sent
    assert [note for note in folder.notes if "1 name was" in note]


def test_two_names_that_look_alike_are_refused(tmp_path: Path) -> None:
    """Both are named; the one would take the place of the other."""
    for name in ("o\u0308l.png", "\xf6l.png"):
        (tmp_path / name).write_text(name)
    with pytest.raises(UsageError, match=r"o\\+u0308l\.png.*xf6l\.png.*rename"):
        read_folder(tmp_path)
