from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import subprocess
import sys
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import brotli
import pytest
import pytest_asyncio
from yarl import URL

from services.gateway.page.content_security import page_headers
from services.gateway.page.files import read_page
from services.gateway.page.local_session import local_sign_in
from services.gateway.settings import PageSettings
from services.packager.runtimes.registry import describe
from shared.errors import ConfigurationError
from shared.settings import NatsSettings
from shared.templates import BUILT, TemplateError
from tests.integration.gateway.conftest import TOKENS, open_gateway
from tests.servers import empty_bucket, empty_nats

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.integration.gateway.conftest import Gateway
    from tests.servers import Servers

pytestmark = pytest.mark.asyncio(loop_scope="module")

INDEX: Final = b"<!doctype html><script type=module src=/assets/index-abc.js></script>"
SCRIPT: Final = b"console.log('hello');" * 20
FROM_PAGE: Final = {"X-Aethel-Page": "1", "Sec-Fetch-Site": "same-origin"}


def write_page(folder: Path) -> Path:
    """A page as ``web/build.mjs`` makes it, with next to nothing in it."""
    files = {
        "index.html": INDEX,
        "assets/index-abc.js": SCRIPT,
        "assets/index-abc.js.br": brotli.compress(SCRIPT),
        "assets/index-abc.js.gz": gzip.compress(SCRIPT),
        "assets/worker-hash-abc.js": b"postMessage(1)",
        "sample/game-abc.zip": b"PK",
    }
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    describe(
        folder,
        name="export-page",
        version="1-abc",
        page="index.html",
        workers=["assets/worker-hash-abc.js"],
        sample={"name": "Game", "id": "game", "path": "sample/game-abc.zip"},
    )
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    """A gateway with a page, which signs in the user who runs the tests."""
    folder = write_page(tmp_path_factory.mktemp("page") / "export-page")
    async with (
        empty_nats(NatsSettings(url=servers.nats_url)) as nc,
        empty_bucket(servers.s3) as storage,
        open_gateway(
            nc, storage, page=PageSettings(folder=str(folder), local_user="local")
        ) as opened,
    ):
        yield opened


class Answer:
    """Status, headers and the bytes as they came."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


async def ask(gateway: Gateway, method: str, path: str, **headers: str) -> Answer:
    """A request that asks for no compression by itself; headers by names in Python's way."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    session = gateway.user(None).session
    async with session.request(
        method,
        URL(gateway.url + path, encoded=True),
        headers={"Accept-Encoding": "identity", **named},
        allow_redirects=False,
        auto_decompress=False,
    ) as answer:
        return Answer(answer.status, answer.headers, await answer.read())


async def test_the_page_comes_with_what_it_may_do(gateway: Gateway) -> None:
    """No inline code, no frame around it, no word to anybody but the service and its games."""
    answer = await ask(gateway, "GET", "/")
    assert (answer.status, answer.body) == (200, INDEX)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "connect-src 'self' ws://status" in policy
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in answer.headers["Permissions-Policy"]


async def test_files_with_a_hash_in_their_name_are_kept_for_ever(gateway: Gateway) -> None:
    """A worker's script has a policy of its own: it alone compiles WebAssembly."""
    script = await ask(gateway, "GET", "/assets/index-abc.js")
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "wasm" not in script.headers["Content-Security-Policy"]
    worker = await ask(gateway, "GET", "/assets/worker-hash-abc.js")
    assert "script-src 'self' 'wasm-unsafe-eval'" in worker.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("", None),
        ("identity", None),
    ],
)
async def test_the_smallest_form_that_a_client_takes(
    gateway: Gateway, accepted: str, coding: str | None
) -> None:
    """Compressed when it was built; each form has a tag of its own."""
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
    answer = await ask(gateway, "GET", "/assets/index-abc.js", Accept_Encoding=accepted)
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert unpack[coding](answer.body) == SCRIPT
    plain = await ask(gateway, "GET", "/assets/index-abc.js")
    assert (answer.headers["ETag"] == plain.headers["ETag"]) == (coding is None)


async def test_what_a_client_has_is_not_sent_again(gateway: Gateway) -> None:
    """304 without a body for the same tag, weak or among others; the bytes for another one."""
    tag = (await ask(gateway, "GET", "/")).headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await ask(gateway, "GET", "/", If_None_Match=known)
        assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", tag)
    assert (await ask(gateway, "GET", "/", If_None_Match='"other"')).body == INDEX


async def test_head_has_the_headers_alone(gateway: Gateway) -> None:
    """With the length that GET would have."""
    answer = await ask(gateway, "HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(INDEX))


@pytest.mark.parametrize(
    "path",
    [
        "/template.json",
        "/index.html",
        "/assets/index-abc.js.br",
        "/assets/../../../../etc/passwd",
        "/assets/%2e%2e/index.html",
        "/assets/",
    ],
)
async def test_nothing_else_is_served(gateway: Gateway, path: str) -> None:
    """Only files that the description names, each at one path."""
    assert (await ask(gateway, "GET", path)).status == 404


@pytest.mark.parametrize("path", ["/assets/%69ndex-abc.js", "/assets/index-abc.js/"])
async def test_a_path_may_be_written_otherwise(gateway: Gateway, path: str) -> None:
    """It names the same file."""
    assert (await ask(gateway, "GET", path)).body == SCRIPT


async def test_everybody_may_know_what_the_page_loads_first(gateway: Gateway) -> None:
    """Limits, addresses, and the sample, which is there."""
    answer = await ask(gateway, "GET", "/page.json")
    facts = json.loads(answer.body)
    assert facts["limits"] == {"projectBytes": 64 << 20, "files": 200, "fileBytes": 40 << 20}
    assert (facts["version"], facts["websocketUrl"]) == ("1-abc", "ws://status")
    assert facts["localSignIn"] is True
    assert (await ask(gateway, "GET", facts["sample"]["url"])).body == b"PK"


async def test_the_page_signs_the_user_of_this_machine_in(gateway: Gateway) -> None:
    """With a token for some hours that opens the interface, and is no operator's."""
    answer = await ask(gateway, "POST", "/local-session", **FROM_PAGE)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    user = await TOKENS.user(json.loads(answer.body)["token"])
    assert (user.user_id, user.role, user.plan) == ("local", "user", None)
    by_origin = {"X-Aethel-Page": "1", "Origin": gateway.url}
    assert (await ask(gateway, "POST", "/local-session", **by_origin)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8080"},
        {"Host": "10.0.0.1:8080"},
        {"Host": ""},
        {"X-Aethel-Page": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
        {"X-Forwarded-For": "127.0.0.1:1"},
        {"Forwarded": "for=127.0.0.1"},
    ],
    ids=repr,
)
async def test_signing_in_is_for_the_page_alone(gateway: Gateway, headers: dict[str, str]) -> None:
    """Not for another site, a name that was made to lead here, or what comes through a proxy."""
    answer = await ask(gateway, "POST", "/local-session", **{**FROM_PAGE, **headers})
    assert answer.status == 403
    assert json.loads(answer.body)["code"] == "local-sign-in-refused"


async def test_signing_in_takes_word_of_where_the_request_comes_from(gateway: Gateway) -> None:
    """Programs that say nothing of it are refused, and so is another method."""
    assert (await ask(gateway, "POST", "/local-session", X_Aethel_Page="1")).status == 403
    assert (await ask(gateway, "GET", "/local-session", **FROM_PAGE)).status == 405


async def test_no_other_origin_reads_the_answer(gateway: Gateway) -> None:
    """Not even one that may use the interface."""
    editor = {"Origin": "https://editor.example"}
    shared = await ask(gateway, "GET", "/page.json", **editor)
    assert shared.headers["Access-Control-Allow-Origin"] == "https://editor.example"
    asked = {**FROM_PAGE, **editor, "Access-Control-Request-Method": "POST"}
    for method, path in product(("POST", "OPTIONS"), ("/local-session", "//local-session/")):
        answer = await ask(gateway, method, path, **asked)
        assert answer.status != 404
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


ASK: Final = """
import encodings.idna, os, socket, sys
os.setgid(65534), os.setuid(65534)
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.sendall(sys.argv[2].encode())
    print(connection.recv(1000).decode().partition(chr(13))[0])
"""


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can be another user")
async def test_another_user_of_this_machine_is_refused(gateway: Gateway) -> None:
    """The kernel knows whose socket it is, whatever its process says."""
    address = gateway.url.removeprefix("http://")
    headers = {"Host": address, "Content-Length": "0", **FROM_PAGE}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    request = "\r\n".join(["POST /local-session HTTP/1.1", *lines, "", ""])
    command = [sys.executable, "-c", ASK, address.rpartition(":")[2], request]
    asked = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert asked.stdout == "HTTP/1.1 403 Forbidden\n", asked.stderr


@pytest.mark.parametrize("bind", ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:8080", "gateway:8080"])
async def test_nobody_is_signed_in_where_others_reach_the_gateway(bind: str) -> None:
    """The process does not even start."""
    with pytest.raises(ConfigurationError, match="GATEWAY_LOCAL_USER"):
        local_sign_in(TOKENS, user_id="local", bind=bind)
    local_sign_in(TOKENS, user_id="local", bind="[::1]:8080")


@pytest.mark.parametrize("damage", ["missing", "changed", "no page"])
async def test_a_gateway_without_its_page_says_what_to_type(
    servers: Servers, tmp_path: Path, damage: str
) -> None:
    """It works all the same; signing in without a token is off unless it is asked for."""
    folder = tmp_path / "export-page"
    if damage != "missing":
        write_page(folder)
        (folder / "index.html").write_bytes(b"changed")
    if damage == "no page":
        (folder / "index.html").unlink()
        describe(folder, name="export-page", version="1", page="index.html")
    async with (
        empty_nats(NatsSettings(url=servers.nats_url)) as nc,
        empty_bucket(servers.s3) as storage,
        open_gateway(nc, storage, page=PageSettings(folder=str(folder))) as gateway,
    ):
        answer = await ask(gateway, "GET", "/")
        problem = json.loads(answer.body)
        assert (answer.status, problem["code"]) == (503, "page-missing")
        facts = json.loads((await ask(gateway, "GET", "/page.json")).body)
        assert (facts["version"], facts["sample"], facts["localSignIn"]) == (None, None, False)
        assert (await ask(gateway, "POST", "/local-session", **FROM_PAGE)).status == 404
        assert (await ask(gateway, "GET", "/livez")).status == 200


async def test_a_page_that_is_too_large_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it lies in memory."""
    monkeypatch.setattr("services.gateway.page.files.MOST_BYTES", 100)
    with pytest.raises(TemplateError, match="may have 100"):
        read_page(write_page(tmp_path / "export-page"))


async def test_the_real_page_needs_nothing_that_its_policy_forbids() -> None:
    """Everything that it names is there, under a name with a hash; nothing is inline."""
    page = read_page(BUILT / "export-page")
    html = page.files["/"].forms["identity"].body.decode()
    named = re.findall(r'(?:src|href)="\.?(/[^"]+)"', html)
    assert named
    for path in named:
        assert page.files[path].immutable, path
    assert not re.search(r"<style|\son\w+=|\sstyle=|javascript:|<script(?![^>]*\ssrc=)", html)
    headers = page_headers(
        websocket_url="wss://status.example/x",
        preview_origin="https://*.p.example",
        download_origins=["https://s3.example"],
    )
    assert "media-src 'self' https://s3.example;" in headers["Content-Security-Policy"]
    assert "img-src 'self' https://s3.example data: blob:;" in headers["Content-Security-Policy"]
    assert "connect-src 'self' wss://status.example;" in headers["Content-Security-Policy"]
    assert "frame-src https://*.p.example;" in headers["Content-Security-Policy"]
    assert any(file.role == "worker" for file in page.files.values())
