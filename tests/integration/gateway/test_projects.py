from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from shared.domain.export_document import Document, fold
from shared.domain.project import Project
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.tokens import User
from tests.integration.gateway.conftest import TOKENS

if TYPE_CHECKING:
    from shared.domain.project import Role
    from tests.integration.gateway.conftest import Gateway


async def test_a_project_is_created_listed_and_shown(gateway: Gateway) -> None:
    """Its owner finds it in the list; nobody else does."""
    ann, bob = gateway.user("ann"), gateway.user("auth0|bob@example.com")
    status, made = await ann.call("POST", "/api/projects", json={"id": "game", "name": "Game"})
    assert (status, made["owner"], made["role"]) == (201, "ann", "owner")
    assert [p["id"] for p in (await ann.call("GET", "/api/projects"))[1]["projects"]] == ["game"]
    assert (await bob.call("GET", "/api/projects"))[1]["projects"] == []


async def test_an_id_can_be_taken_once(gateway: Gateway) -> None:
    """A second project of the same id is refused, also to its owner."""
    for name, expected in (("ann", 201), ("bob", 409), ("ann", 409)):
        body = {"id": "game", "name": "Game"}
        assert (await gateway.user(name).call("POST", "/api/projects", json=body))[0] == expected


async def test_roles(gateway: Gateway) -> None:
    """A viewer reads and exports, an editor writes too, only the owner manages."""
    ann, eve = gateway.user("ann"), gateway.user("eve|1")
    await ann.push("game", {"index.html": b"<p>"})
    member = "/api/projects/game/members/eve%7C1"
    assert (await ann.call("PUT", member, json={"role": "viewer"}))[0] == 200
    assert [p["id"] for p in (await eve.call("GET", "/api/projects"))[1]["projects"]] == ["game"]
    put = ("PUT", "/api/projects/game/files/a.txt")
    export = ("POST", "/api/projects/game/export")
    assert (await eve.call(*put, data=b"x"))[0] == 403
    assert (await eve.call(*export, json={"platform": "source"}))[0] == 202
    await ann.call("PUT", member, json={"role": "editor"})
    assert (await eve.call(*put, data=b"x"))[0] == 201
    assert (await eve.call("DELETE", "/api/projects/game"))[0] == 403
    assert (await eve.call("PUT", member, json={"role": "editor"}))[0] == 403
    assert (await ann.call("DELETE", member))[0] == 204
    assert (await eve.call("GET", "/api/projects/game"))[0] == 404


async def test_the_owner_stays_the_owner(gateway: Gateway) -> None:
    """Nobody can be made a second owner, and the owner cannot be made less."""
    ann = gateway.user("ann")
    await ann.call("POST", "/api/projects", json={"id": "game", "name": "Game"})
    for member, role in (("bob", "owner"), ("ann", "viewer")):
        path = f"/api/projects/game/members/{member}"
        assert (await ann.call("PUT", path, json={"role": role}))[0] == 400


async def test_a_deleted_project_is_gone_and_its_exports_are_canceled(gateway: Gateway) -> None:
    """At once for its users; the sweeper erases the bytes later."""
    ann = gateway.user("ann")
    await ann.push("game", {"index.html": b"<p>"})
    _, made = await ann.call("POST", "/api/projects/game/export", json={"platform": "source"})
    events = EventLog(gateway.nc.jetstream())
    found = await events.last(made["export"]["id"])
    assert found is not None
    documents = await KeyValueStore.bind(gateway.nc.jetstream(), "exports", Document)
    await documents.create(f"game.{made['export']['id']}", fold(None, found[1], found[0]))
    assert (await ann.call("DELETE", "/api/projects/game"))[0] == 202
    assert (await ann.call("GET", "/api/projects/game"))[0] == 404
    last = await events.last(made["export"]["id"])
    assert last is not None
    assert last[1].name == "canceled"


async def test_a_service_may_act_for_a_user_and_nobody_else(gateway: Gateway) -> None:
    """X-Aethel-User counts with the role service only."""
    await gateway.user("ann").call("POST", "/api/projects", json={"id": "game", "name": "Game"})
    for role, expected in (("service", 200), ("admin", 401), ("user", 401)):
        token = TOKENS.bearer(User(user_id="platform", role=role))
        headers = {"Authorization": f"Bearer {token}", "X-Aethel-User": "ann"}
        nobody = gateway.user(None)
        assert (await nobody.call("GET", "/api/projects/game", headers=headers))[0] == expected


async def test_a_projects_record_stays_small(gateway: Gateway) -> None:
    """Settings and members have limits; beyond them nothing is stored, and nobody tries again."""
    ann = gateway.user("ann")
    body = {"id": "game", "name": "Game", "settings": {"a": "x" * (64 << 10)}}
    status, problem = await ann.call("POST", "/api/projects", json=body)
    assert (status, problem["code"], problem["retryable"]) == (413, "too-large", False)
    assert (await ann.call("GET", "/api/projects/game"))[0] == 404
    await ann.push("game", {"index.html": b"<p>"})
    records = await KeyValueStore.bind(gateway.nc.jetstream(), "projects", Project)
    full: dict[str, Role] = dict.fromkeys((f"user{n}" for n in range(1_000)), "viewer")
    await records.change(
        "record.game", lambda project: project and msgspec.structs.replace(project, members=full)
    )
    for name, expected in (("bob", 413), ("user1", 200)):
        member = f"/api/projects/game/members/{name}"
        assert (await ann.call("PUT", member, json={"role": "editor"}))[0] == expected
