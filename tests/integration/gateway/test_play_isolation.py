"""The preview server shows games and nothing else, each apart from the others and from the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
import pytest_asyncio

from shared.settings import NatsSettings
from tests.integration.gateway.archives import PAGE, zipped
from tests.integration.gateway.players import open_arcade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.gateway.players import Answer, Arcade
    from tests.servers import Servers

pytestmark = pytest.mark.asyncio(loop_scope="module")

GAME = zipped({"index.html": PAGE})
COOP, COEP = "cross-origin-opener-policy", "cross-origin-embedder-policy"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def arcade(servers: Servers) -> AsyncIterator[Arcade]:
    """One for all tests of this file; each makes its own exports."""
    async with open_arcade(NatsSettings(url=servers.nats_url), servers.s3) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(arcade: Arcade) -> str:
    """A link that plays."""
    return await arcade.link(await arcade.finished(GAME))


def policy(found: Answer) -> tuple[set[str], set[str]]:
    """What the sandbox allows, and who may show the page in a frame; no sandbox: empty."""
    directives = {
        name: set(values.split())
        for name, _, values in (
            part.strip().partition(" ")
            for part in found.headers["content-security-policy"].split(";")
        )
    }
    return directives.get("sandbox", set()), directives["frame-ancestors"]


async def test_only_links_lead_anywhere(arcade: Arcade, url: str) -> None:
    """Whatever host or path is asked for, it is a game of a living link or a page that says no."""
    token = url.removeprefix("http://").partition(".")[0]
    unknown = token[::-1]
    for host, path in (
        (f"{unknown}.localhost", "/"),
        (f"{token}.example.com", "/"),
        (f"{token}x.localhost", "/"),
        (f"www.{token}.localhost", "/"),
        ("play.example.com", f"/{token}/"),
        ("evil.localhost", f"/{token}/"),
        ("", f"/{token}/"),
        ("localhost", "/"),
        ("localhost", f"/{unknown}/"),
        ("localhost", f"/{token.upper()}/"),
        ("localhost", "/api/projects"),
        ("localhost", "/livez"),
        ("localhost", "/readyz"),
        ("localhost", "/metrics"),
        ("localhost", "/schema/openapi.json"),
        ("localhost", "//evil.example/"),
    ):
        found = await arcade.ask(host, path)
        assert (found.status, found.title) == (404, "There is no game here"), (host, path)
    for host in (f"{token}.localhost.", f"{token.upper()}.LocalHost:1"):
        assert (await arcade.ask(host, "/")).body == PAGE
    for host in ("localhost", "127.0.0.1:99", "[::1]"):
        assert (await arcade.ask(host, f"/{token}/")).body == PAGE
    moved = await arcade.ask("localhost", f"/{token}")
    assert (moved.status, moved.headers["location"]) == (307, f"./{token}/")


async def test_the_api_serves_no_game(arcade: Arcade, url: str) -> None:
    """Under no name of a host, and by no path."""
    host = url.split("/")[2]
    for path, name in (("/", host), (f"/{host.partition('.')[0]}/index.html", "localhost")):
        async with (
            aiohttp.ClientSession() as session,
            session.get(arcade.gateway.url + path, headers={"Host": name}) as answer,
        ):
            assert PAGE not in await answer.read()
            assert answer.status in {404, 503}  # 503: the page of the service is not built here


async def test_a_game_with_an_origin_is_sandboxed_in_it(arcade: Arcade, url: str) -> None:
    """It may store things; it cannot leave its frame, and only those who may show it."""
    found = await arcade.open(url)
    sandbox, ancestors = policy(found)
    assert {"allow-scripts", "allow-same-origin", "allow-pointer-lock"} <= sandbox
    assert not [flag for flag in sandbox if "navigation" in flag or "escape" in flag]
    port = arcade.gateway.url.rpartition(":")[2]
    own = {f"http://127.0.0.1:{port}", f"http://localhost:{port}"}
    assert ancestors == {"'self'", "https://editor.example", *own}
    assert found.headers["cross-origin-resource-policy"] == "same-origin"
    assert found.headers["origin-agent-cluster"] == "?1"
    assert "access-control-allow-origin" not in found.headers
    assert "set-cookie" not in found.headers
    assert (await arcade.open(url, method="OPTIONS")).status == 405


async def test_a_game_on_the_shared_origin_has_none(arcade: Arcade, url: str) -> None:
    """It reads its own files as a stranger would: any origin may, and sends nothing along."""
    token = url.removeprefix("http://").partition(".")[0]
    for path in ("index.html", "none.js"):
        found = await arcade.ask("localhost", f"/{token}/{path}")
        assert found.headers["access-control-allow-origin"] == "*"
        assert found.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "access-control-allow-credentials" not in found.headers
    found = await arcade.ask("localhost", f"/{token}/")
    sandbox, _ = policy(found)
    assert "allow-scripts" in sandbox
    assert "allow-same-origin" not in sandbox
    preflight = await arcade.ask("localhost", f"/{token}/a.js", method="OPTIONS", Origin="null")
    assert (preflight.status, preflight.headers["access-control-allow-methods"]) == (
        204,
        "GET, HEAD",
    )


@pytest.mark.parametrize("asked", ["by the build", "by the link"])
async def test_isolation_is_there_when_asked_for(arcade: Arcade, asked: str) -> None:
    """At the top COOP takes the sandbox's place, as browsers show no page with both."""
    if asked == "by the build":
        url = await arcade.link(await arcade.finished(GAME, options={"wasmThreads": True}))
    else:
        url = await arcade.link(await arcade.finished(GAME), crossOriginIsolated=True)
    top = await arcade.open(url, Sec_Fetch_Dest="document")
    assert (top.headers[COOP], top.headers[COEP]) == ("same-origin", "require-corp")
    assert policy(top)[0] == set()
    frame = await arcade.open(url, Sec_Fetch_Dest="iframe")
    assert COOP not in frame.headers
    assert frame.headers[COEP] == "require-corp"
    assert "allow-same-origin" in policy(frame)[0]
    assert "Sec-Fetch-Dest" in frame.headers["vary"]
    assert frame.headers["cross-origin-resource-policy"] == "cross-origin"
    token = url.removeprefix("http://").partition(".")[0]
    shared = await arcade.ask("localhost", f"/{token}/")
    assert COOP not in shared.headers
    assert "allow-same-origin" not in policy(shared)[0]
    plain = await arcade.open(await arcade.link(await arcade.finished(GAME)))
    assert not {COOP, COEP} & plain.headers.keys()


async def test_games_are_only_read(arcade: Arcade, url: str) -> None:
    """Other methods are refused, and sockets too."""
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
        found = await arcade.open(url, method=method)
        assert (found.status, found.title) == (405, "Games are only read")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(
                f"http://127.0.0.1:{arcade.port}/", headers={"Host": url.split("/")[2]}
            )


async def test_a_storage_that_is_away_is_told(
    arcade: Arcade, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, and when to come again; afterwards the game is there."""
    storage = arcade.gateway.own
    nowhere = "http://127.0.0.1:9/bucket/key"

    async def lost(_key: str, *, expires_s: int) -> str:
        return f"{nowhere}?{expires_s}"

    fresh = await arcade.link(await arcade.finished(GAME))
    with monkeypatch.context() as patched:
        patched.setattr(storage, "own_url", lost)
        found = await arcade.open(fresh)
        assert (found.status, found.title) == (503, "The game cannot be loaded now")
        assert found.headers["retry-after"] == "5"
    assert (await arcade.open(fresh)).body == PAGE
    assert (await arcade.open(url)).body == PAGE


async def test_a_plain_origin_has_a_path_for_each_link(servers: Servers) -> None:
    """Nothing answers on other hosts; what needs an origin of its own is refused, or left out."""
    async with open_arcade(
        NatsSettings(url=servers.nats_url), servers.s3, "https://play.example.com"
    ) as arcade:
        path = await arcade.finished(GAME, options={"wasmThreads": True})
        status, problem = await arcade.ann.call(
            "POST", f"{path}/play", json={"crossOriginIsolated": True}
        )
        assert (status, problem["code"]) == (422, "not-playable")
        assert "EXPORT_PREVIEW_ORIGIN" in problem["detail"]
        made = (await arcade.ann.call("POST", f"{path}/play"))[1]
        assert made["crossOriginIsolated"] is False
        assert made["url"].startswith("https://play.example.com/")
        assert (await arcade.open(made["url"])).body == PAGE
        token = made["url"].split("/")[3]
        for host in ("localhost", f"{token}.play.example.com", "example.com"):
            assert (await arcade.ask(host, f"/{token}/")).status == 404
