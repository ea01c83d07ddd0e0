"""Links: who makes them, whom they let in, what they show, and how they end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from services.gateway.play import builds, known_links
from services.gateway.play.known_links import KnownLinks
from services.gateway.play.preview import preview_app
from services.uploader.gc import sweeper
from services.uploader.gc.sweeper import Sweeper
from shared.domain.events import now
from shared.jetstream.batch_get import read_from_leader
from shared.jetstream.key_value import KEEPS_UP_S
from shared.jetstream.topology import PLAY_LINKS_BUCKET
from shared.settings import NatsSettings
from shared.stores.play_links import WRITES, PlayLinks
from tests.integration.gateway.archives import PAGE, zipped
from tests.integration.gateway.players import open_arcade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.gateway.conftest import Caller
    from tests.integration.gateway.players import Arcade
    from tests.servers import Servers

pytestmark = pytest.mark.asyncio(loop_scope="module")

GAME = zipped({"index.html": PAGE})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def arcade(servers: Servers) -> AsyncIterator[Arcade]:
    """One for all tests of this file; each makes its own exports."""
    async with open_arcade(NatsSettings(url=servers.nats_url), servers.s3) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a link plays is looked up every time."""
    monkeypatch.setattr(builds, "KNOWN_S", 0.0)


async def shared_with(arcade: Arcade, name: str, role: str) -> Caller:
    """A member of ann's project."""
    member = {"role": role}
    path = f"/api/projects/game/members/{name}"
    assert (await arcade.ann.call("PUT", path, json=member))[0] == 200
    return arcade.gateway.user(name)


async def test_an_export_has_one_link(arcade: Arcade) -> None:
    """201 the first time, then the same; of many requests at once one makes it."""
    path = await arcade.finished(GAME)
    assert (await arcade.ann.call("GET", f"{path}/play"))[0] == 404
    answers = await asyncio.gather(*(arcade.ann.call("POST", f"{path}/play") for _ in range(12)))
    assert sorted(status for status, _ in answers) == [200] * 11 + [201]
    made = answers[0][1]
    assert all(body == made for _, body in answers)
    assert set(made) == {
        *("url", "expiresAt", "passwordProtected", "crossOriginIsolated", "createdAt")
    }
    assert (await arcade.ann.call("GET", f"{path}/play")) == (200, made)
    assert (await arcade.open(made["url"])).body == PAGE


async def test_a_link_is_changed_by_what_is_named(arcade: Arcade) -> None:
    """Password and expiry come and go; what is not named stays, and so does the address."""
    path = f"{await arcade.finished(GAME)}/play"
    _, made = await arcade.ann.call("POST", path)
    soon = (now() + timedelta(hours=1)).isoformat()
    for body, is_protected, is_limited in (
        ({"password": "open sesame"}, True, False),
        ({"expiresAt": soon}, True, True),
        ({}, True, True),
        ({"password": None}, False, True),
        ({"expiresAt": None, "crossOriginIsolated": True}, False, False),
    ):
        status, changed = await arcade.ann.call("POST", path, json=body)
        assert (status, changed["url"]) == (200, made["url"])
        assert changed["passwordProtected"] is is_protected
        assert (changed["expiresAt"] != made["expiresAt"]) is is_limited
    assert changed["crossOriginIsolated"] is True
    status, answer = await arcade.ann.call("POST", path)
    assert (status, answer) == (200, changed)


@pytest.mark.parametrize(
    "body",
    [
        {"expiresAt": "2020-01-01T00:00:00Z"},
        {"expiresAt": "2040-01-01T00:00:00"},
        {"password": "abc"},
        {"password": "x" * 201},
        {"passwort": "open sesame"},
        {"crossOriginIsolated": "yes"},
    ],
)
async def test_wrong_wishes_are_refused(arcade: Arcade, body: dict[str, Any]) -> None:
    """400 with the place; no link is made of them."""
    path = await arcade.finished(GAME)
    status, problem = await arcade.ann.call("POST", f"{path}/play", json=body)
    assert (status, bool(problem["details"])) == (400, True)
    assert (await arcade.ann.call("GET", f"{path}/play"))[0] == 404


async def test_only_finished_web_builds_are_played(arcade: Arcade) -> None:
    """Others are refused with the reason, before there is a link."""
    waiting = await arcade.requested()
    source = await arcade.requested(platform="source")
    await arcade.finish(source, GAME)
    expired = await arcade.finished(GAME, lives=timedelta(seconds=-1))
    for path, status, code, told in (
        (f"/api/projects/game/export/{waiting}", 409, "conflict", "is queued"),
        (f"/api/projects/game/export/{source}", 422, "not-playable", "is for source"),
        (expired, 410, "gone", "POST to retryUrl"),
        (f"{expired[:-1]}{'0' if expired[-1] != '0' else '1'}", 404, "not-found", "no export"),
    ):
        found, problem = await arcade.ann.call("POST", f"{path}/play")
        assert (found, problem["code"]) == (status, code)
        assert told in problem["detail"]


async def test_roles(arcade: Arcade) -> None:
    """Editors make links and revoke them; viewers see them, and share what they have exported."""
    path = await arcade.finished(GAME)
    viewer = await shared_with(arcade, "vera", "viewer")
    editor = await shared_with(arcade, "ed", "editor")
    stranger, nobody = arcade.gateway.user("eve"), arcade.gateway.user(None)
    own = (await viewer.call("POST", "/api/projects/game/export", json={"platform": "web"}))[1]
    await arcade.finish(own["export"]["id"], GAME)
    own_path = f"/api/projects/game/export/{own['export']['id']}"
    for caller, of_other, of_own, of_project in (
        (viewer, 403, 201, 403),
        (editor, 201, 200, 201),
        (stranger, 404, 404, 404),
        (nobody, 401, 401, 401),
    ):
        assert (await caller.call("POST", f"{path}/play"))[0] == of_other
        assert (await caller.call("POST", f"{own_path}/play"))[0] == of_own
        assert (await caller.call("POST", "/api/projects/game/play"))[0] == of_project
    assert (await viewer.call("GET", f"{path}/play"))[0] == 200
    assert (await stranger.call("GET", f"{path}/play"))[0] == 404
    assert (await viewer.call("DELETE", f"{path}/play"))[0] == 403
    assert (await viewer.call("DELETE", f"{own_path}/play"))[0] == 204
    assert (await editor.call("DELETE", f"{path}/play"))[0] == 204
    assert (await editor.call("DELETE", "/api/projects/game/play"))[0] == 204


async def test_a_revoked_link_is_dead_at_once(arcade: Arcade) -> None:
    """The next link has another address."""
    path = await arcade.finished(GAME)
    first = await arcade.link(path)
    assert (await arcade.open(first)).status == 200
    for _ in range(2):
        assert (await arcade.ann.call("DELETE", f"{path}/play"))[0] == 204
    found = await arcade.open(first)
    assert (found.status, found.title) == (404, "There is no game here")
    second = await arcade.link(path)
    assert second != first
    assert (await arcade.open(second)).status == 200
    assert (await arcade.open(first)).status == 404


async def test_every_gateway_hears_that_a_link_is_revoked(
    arcade: Arcade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has just played it, too: it forgets what it knew, long before it would have."""
    monkeypatch.setattr(known_links, "KNOWN_S", 3_600.0)
    path = await arcade.finished(GAME)
    token = (await arcade.link(path))[7:39]
    nc = arcade.gateway.nc
    another = await KnownLinks.bind(nc, await PlayLinks.bind(nc.jetstream()))
    await nc.flush()
    assert await another.by_token(token) is not None
    assert (await arcade.ann.call("DELETE", f"{path}/play"))[0] == 204
    while await another.by_token(token) is not None:  # noqa: ASYNC110 - nobody says when
        await asyncio.sleep(0.01)


async def test_links_and_builds_expire(arcade: Arcade, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says which of them it was, in the visitor's language."""
    path = await arcade.finished(GAME, lives=timedelta(hours=1))
    url = await arcade.link(path)
    short = await arcade.link(
        await arcade.finished(GAME), expiresAt=(now() + timedelta(hours=1)).isoformat()
    )
    assert (await arcade.open(url)).status == (await arcade.open(short)).status == 200
    for module in (builds, preview_app):
        monkeypatch.setattr(module, "now", lambda: now() + timedelta(hours=2))
    for link, english, portuguese in (
        (url, "This build has expired", "Esta versão expirou"),
        (short, "This link has expired", "Este link expirou"),
    ):
        found = await arcade.open(link, Accept_Language="de, pt;q=0.5")
        assert (found.status, found.title) == (410, english)
        found = await arcade.open(link, Accept_Language="pt-BR,pt;q=0.9")
        assert (found.title, found.headers["content-language"]) == (portuguese, "pt-BR")
        assert "script" not in found.body.decode()
        assert found.headers["content-security-policy"].startswith("default-src 'none'; style-src")


async def test_a_projects_link_follows_its_newest_build(arcade: Arcade) -> None:
    """Its address stays. What the newest lacks comes from the one before; older ones are gone."""
    await arcade.ann.push("saga", {"index.html": b"<p>"})
    url = await arcade.link("/api/projects/saga")
    found = await arcade.open(url)
    assert (found.status, found.title) == (404, "No build is finished yet")
    for number in range(3):
        other = await arcade.requested("saga", "source")
        await arcade.finish(other, GAME, project="saga")
        files = {"index.html": b"build %d" % number, f"only-{number}.js": b"%d" % number}
        await arcade.finished(zipped(files), project="saga")
        await arcade.requested("saga")  # one that is not finished
        assert (await arcade.open(url)).body == b"build %d" % number
    assert [(await arcade.open(url, f"only-{n}.js")).status for n in range(3)] == [404, 200, 200]
    assert (await arcade.link("/api/projects/saga")) == url
    await arcade.ann.push("old", {"index.html": b"<p>"})
    old = await arcade.link("/api/projects/old")
    await arcade.finished(GAME, project="old", lives=timedelta(seconds=-1))
    assert (await arcade.open(old)).title == "This build has expired"


async def test_links_go_with_what_they_play(
    arcade: Arcade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once where a project is deleted; by the sweeper where an export is no longer kept."""
    await arcade.ann.push("gone", {"index.html": b"<p>"})
    urls = [
        await arcade.link("/api/projects/gone"),
        await arcade.link(await arcade.finished(GAME, project="gone")),
    ]
    kept, lost = await arcade.finished(GAME), await arcade.finished(GAME)
    stays, goes = await arcade.link(kept), await arcade.link(lost)
    assert (await arcade.ann.call("DELETE", "/api/projects/gone"))[0] == 202
    assert [(await arcade.open(url)).status for url in urls] == [404, 404]
    js = arcade.gateway.nc.jetstream()
    exports = await js.key_value("exports")
    await exports.purge(f"game.{lost.rpartition('/')[2]}")
    monkeypatch.setattr(sweeper, "LISTED_WITHIN", timedelta())
    swept = await (await Sweeper.bind(js, arcade.gateway.storage, grace=timedelta(days=1))).sweep()
    assert swept["link"] == 1
    stored = await read_from_leader(arcade.gateway.nc, PLAY_LINKS_BUCKET.stream, WRITES)
    marked = [float(one.headers["Nats-TTL"]) for one in stored if not one.payload]
    assert min(marked) > KEEPS_UP_S  # of links and tokens: sweepers that follow the bucket learn it
    links = await PlayLinks.bind(js)
    tokens = [url.removeprefix("http://").partition(".")[0] for url in (stays, goes, *urls)]
    assert [bool(await links.by_token(token)) for token in tokens] == [True, False, False, False]


async def test_a_password_lets_in_who_knows_it(arcade: Arcade) -> None:
    """On an own origin by a cookie of that host; another password ends what the old one gave."""
    path = await arcade.finished(GAME)
    url = await arcade.link(path, password="open sesame")
    asked = await arcade.open(url, "index.html")
    assert (asked.status, asked.title) == (401, "This game needs a password")
    assert PAGE not in asked.body
    wrong = await arcade.open(url, method="POST", data={"password": "close sesame"})
    assert (wrong.status, wrong.title) == (403, "That is not the password")
    right = await arcade.open(url, "index.html", method="POST", data={"password": "open sesame"})
    assert (right.status, right.headers["location"]) == (303, "/index.html")
    cookie, *scope = right.headers["set-cookie"].split("; ")
    assert {"HttpOnly", "Path=/"} <= set(scope)
    assert not any(attribute.startswith("Domain") for attribute in scope)
    found = await arcade.open(url, Cookie=f"other=1; {cookie}")
    assert (found.body, found.headers["cache-control"]) == (PAGE, "private, no-cache")
    other = await arcade.link(await arcade.finished(GAME), password="open sesame")
    assert (await arcade.open(other, Cookie=cookie)).status == 401
    for forged in (cookie[:-1] + ("0" if cookie[-1] != "0" else "1"), "play=", "play=grant-0-0"):
        assert (await arcade.open(url, Cookie=forged)).status == 401
    await arcade.link(path, password="open sesame")
    assert (await arcade.open(url, Cookie=cookie)).status == 200
    await arcade.link(path, password="a new one")
    assert (await arcade.open(url, Cookie=cookie)).status == 401
    await arcade.link(path, password=None)
    assert (await arcade.open(url)).body == PAGE


async def test_on_a_shared_origin_the_grant_is_in_the_path(arcade: Arcade) -> None:
    """Games have no cookies there; relative references keep the grant."""
    token = (await arcade.link(await arcade.finished(GAME), password="open sesame"))[7:39]
    host = f"127.0.0.1:{arcade.port}"
    assert (await arcade.ask(host, f"/{token}/index.html")).status == 401
    form = {"password": "open sesame"}
    right = await arcade.ask(host, f"/{token}/", method="POST", data=form)
    assert "set-cookie" not in right.headers
    inside = right.headers["location"]
    assert inside.startswith(f"/{token}/grant-")
    assert (await arcade.ask(host, inside)).body == PAGE
    assert (await arcade.ask(host, f"{inside}index.html")).body == PAGE
    assert (await arcade.ask(host, f"{inside[:-2]}x/index.html")).status == 401


async def test_guesses_are_paced(arcade: Arcade) -> None:
    """For each link by itself, whoever guesses; those who are in play on."""
    url = await arcade.link(await arcade.finished(GAME), password="open sesame")
    other = await arcade.link(await arcade.finished(GAME), password="open sesame")
    form = {"password": "open sesame"}
    cookie = (await arcade.open(url, method="POST", data=form)).headers["set-cookie"]
    guesses = [await arcade.open(url, method="POST", data={"password": "x"}) for _ in range(12)]
    assert [guess.status for guess in guesses[:9]] == [403] * 9
    assert guesses[-1].status == 429
    assert int(guesses[-1].headers["retry-after"]) > 0
    assert (await arcade.open(url, method="POST", data=form)).status == 429
    assert (await arcade.open(url, Cookie=cookie.partition(";")[0])).status == 200
    assert (await arcade.open(other, method="POST", data=form)).status == 303
