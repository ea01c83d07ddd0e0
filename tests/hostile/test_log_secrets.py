"""No secret is in any log, and not because the net has caught it: there is none here."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp
import jwt
import pytest
import pytest_asyncio

from cli import api_client as api
from cli.local.credentials import open_credentials
from cli.project_folder import read_folder
from tests.chaos.world import world
from tests.identity_provider import AUDIENCE, ISSUER, claims, identity_provider, jwk, rsa_key
from tests.log_secrets import WITHOUT_NET, found, of_installation
from tests.pushing import push_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from cli.api_client import Client
    from tests.chaos.world import World

PASSWORD = "5ecret-password-of-a-link"
WORDS = {
    place: f"5ecret-{place.replace(' ', '-')}-{number}a7"
    for number, place in enumerate(
        ("header", "query", "body", "path", "name", "field", "option", "protocol", "head", "cookie")
    )
}


class Visitor:
    """Somebody who does everything right, and then wrong in odd ways."""

    def __init__(self, here: World, http: aiohttp.ClientSession, client: Client) -> None:
        self._here = here
        self._http = http
        self._client = client
        self.secrets: dict[str, str] = {}

    async def play(self, folder: Path) -> str:
        """Push, export, watch, download, make a link with a password and enter it; the export."""
        await push_folder(self._client, "game", read_folder(folder))
        asked = await self._client.request_export("game", {"platform": "web"})
        async with self._http.ws_connect(asked["websocketUrl"]) as opened:
            async for _ in opened:
                pass
        path = f"/api/projects/game/export/{asked['export']['id']}"
        url = (await self._client.get(path))["export"]["downloadUrl"]
        self.secrets["a ticket of a download"] = url.rpartition("ticket=")[2]
        async with self._http.get(url, allow_redirects=False) as answer:
            signed_url = answer.headers["Location"]
            self.secrets["a signature"] = signed_url.rpartition("Signature=")[2][:64]
        await self._enter((await self._client.act(f"{path}/play", {"password": PASSWORD}))["url"])
        await self._client.delete(f"{path}/play")
        return path

    async def _enter(self, link: str) -> None:
        """With a wrong password and the right one, wherever its name leads."""
        host = link.partition("//")[2].strip("/")
        self.secrets |= {"the password of a link": PASSWORD, "a link": host.partition(".")[0]}
        address = f"http://127.0.0.1:{host.rpartition(':')[2]}/"
        for password in ("wrong-" + PASSWORD, PASSWORD):
            async with self._http.post(
                address, data={"password": password}, headers={"Host": host}, allow_redirects=False
            ) as answer:
                for cookie in answer.cookies.values():
                    self.secrets["a cookie"] = cookie.value

    async def watch_wrongly(self, path: str) -> None:
        """Tickets and tokens that are none, in every place for them, and no export's id."""
        answer = await self._client.get(path)
        url = answer["websocketUrl"]
        self.secrets["a ticket of a socket"] = ticket = url.rpartition("ticket=")[2]
        base = url.partition("?")[0]
        for address, protocols in (
            (f"{base}?ticket={ticket[:-4]}{WORDS['query']}", ()),
            (f"{url}&after_seq={WORDS['query']}", ()),
            (f"{url}&epoch={WORDS['query']}&after_seq=3", ()),
            (base, ("aethel.export.v1", WORDS["protocol"])),
            (f"{base[:-4]}{WORDS['path']}?ticket={ticket}", ()),
        ):
            with suppress(aiohttp.ClientError):
                async with self._http.ws_connect(address, protocols=protocols) as opened:
                    await opened.receive()

    async def ask_wrongly(self, path: str) -> None:
        """Secrets where none belongs: headers, queries, bodies, paths; and what is no HTTP.

        But for names of files: an error says which one is missing, to its maker and in the log.
        """
        headers: list[dict[str, str]] = [
            {"Authorization": f"Bearer {WORDS['header']}"},
            {"Authorization": f"Basic {WORDS['header']}"},
            {"X-Aethel-User": WORDS["header"]},
            {"X-Request-Id": f"ticket={WORDS['header']}", "traceparent": WORDS["header"]},
            {"Cookie": f"session={WORDS['cookie']}", "Idempotency-Key": WORDS["header"]},
            {"Range": WORDS["header"], "Origin": f"https://{WORDS['header']}"},
            {"Content-Type": WORDS["header"]},
        ]
        bodies: list[Any] = [
            {"platform": WORDS["body"]},
            {"platform": "web", WORDS["field"]: 1},
            {"platform": "linux", "options": {"signingKey": WORDS["option"]}},
            {"platform": "web", "options": {"format": WORDS["option"]}},
            {
                "platform": "web",
                "options": {"excludePatterns": ["**/*"], "appName": WORDS["option"]},
            },
        ]
        places = [f"?ticket={WORDS['query']}", f"?page_token={WORDS['query']}", f"/{WORDS['path']}"]
        url = f"{self._here.gateway_url}/api/projects/game/export"
        mine = {"Authorization": f"Bearer {self.secrets['the token of a user']}"}
        tries: list[tuple[str, str, dict[str, str], Any]] = [
            ("POST", url, {**mine, **h}, {"platform": "video"}) for h in headers
        ]
        tries += [("POST", url, mine, body) for body in bodies]
        tries += [("GET", f"{url}{place}", mine, None) for place in places]
        tries += [
            ("GET", f"{self._here.gateway_url}{path}/download?ticket={WORDS['query']}", {}, None),
            ("GET", f"{self._here.gateway_url}/api/{WORDS['path']}!/x", mine, None),
            ("POST", f"{self._here.gateway_url}/api/projects", mine, {"id": WORDS["body"] + "/"}),
        ]
        for method, address, given, body in tries:
            async with self._http.request(method, address, headers=given, json=body) as answer:
                assert answer.status < 500, await answer.text()
        for head in (
            f"GET /{WORDS['head']} HTTP/9\r\n\r\n",
            f"GET / HTTP/1.1\r\n{WORDS['head']}\r\n",
        ):
            await asyncio.to_thread(self._say, head.encode())

    def _say(self, head: bytes) -> None:
        host, _, port = self._here.gateway_url.rpartition("/")[2].partition(":")
        with suppress(OSError), socket.create_connection((host, int(port))) as connection:
            connection.sendall(head)  # whoever is refused may be hung up on
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4_096):
                pass


@pytest_asyncio.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    """Services that redact nothing and believe an identity provider."""
    async with identity_provider() as provider:
        provider.keys = [jwk(rsa_key("r"), "r1")]
        async with world(
            tmp_path / "world",
            PYTHONPATH=WITHOUT_NET,
            JWT_JWKS_URL=provider.url,
            JWT_ISSUER=ISSUER,
            JWT_AUDIENCE=AUDIENCE,
        ) as (made, _):
            yield made


@pytest.mark.timeout(600)  # all processes of an installation
async def test_no_secret_is_in_any_log(here: World, tmp_path: Path) -> None:
    """Of playing, downloading, watching and signing in; nor what was put where none belongs."""
    game = tmp_path / "game"
    game.mkdir()
    (game / "index.html").write_text("<!doctype html><title>x</title>x")
    (game / f"{WORDS['name']}.json").write_text("{}")
    signed = jwt.encode(claims(sub="ann"), rsa_key("r"), "RS256", headers={"kid": "r1"})
    forged = jwt.encode(claims(sub="ann"), rsa_key("x"), "RS256", headers={"kid": "r1"})
    async with (
        aiohttp.ClientSession() as http,
        api.connect(here.gateway_url, signed) as client,
        api.connect(here.gateway_url, forged) as forger,
    ):
        visitor = Visitor(here, http, client)
        visitor.secrets["the token of a user"] = signed
        with suppress(api.ApiError):
            await forger.get("/api/projects")
        path = await visitor.play(game)
        await visitor.watch_wrongly(path)
        await visitor.ask_wrongly(path)
    secrets = {
        **of_installation(open_credentials(here.folder)),
        **visitor.secrets,
        **{f"what stood in a {place}": word for place, word in WORDS.items()},
    }
    assert found(here.folder, secrets) == []
    told = (here.folder / "logs/gateway.log").read_text()
    assert [told.count(event) > 0 for event in ("download.link-made", "play-link.made")] == [
        True
    ] * 2
    assert told.count("request.refused") > 15


def test_a_secret_would_be_found(tmp_path: Path) -> None:
    """The search is no empty one."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "n1").mkdir()
    (tmp_path / "logs/a.log").write_text("fine\nGET /?ticket=x\nword 5ecret here\n")
    (tmp_path / "n1/log").write_text("Authorization: Bearer abcdefgh\nnats://user:word@host\n")
    assert len(found(tmp_path, {"a word": "5ecret"})) == 4
