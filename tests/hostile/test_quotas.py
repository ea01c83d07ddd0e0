"""One user who wants everything, and others who have to live beside that."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.gateway.settings import UserLimits
from services.status.measuring.stream_watch import StreamWatch
from services.status.projector import Projector
from services.uploader.gc.sweeper import Sweeper
from shared.domain.events import now
from shared.domain.project import Project
from shared.jetstream import headroom
from shared.jetstream.topology import EXPORTS_BUCKET, PROJECTS_BUCKET
from shared.stores.exports import bind_exports, export_key
from shared.stores.projects import (
    Membership,
    bind_memberships,
    bind_projects,
    membership_key,
    project_key,
)
from shared.stores.usage import Usages
from tests.integration.gateway.conftest import manifest, open_gateway, sha
from tests.measured import measured

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.storage.bucket import Storage
    from tests.integration.gateway.conftest import Caller, Gateway

PROJECTS = "/api/projects"
SOURCE = {"platform": "source"}


@pytest.fixture
async def stack(nc: Client, storage: Storage) -> AsyncIterator[Stack]:
    """Two gateways with the same small limits, as two pods would have them."""
    async with AsyncExitStack() as opened:
        yield Stack(opened, nc, storage)


class Stack:
    """Opens gateways on the same servers."""

    def __init__(self, opened: AsyncExitStack, nc: Client, storage: Storage) -> None:
        self._opened = opened
        self._nc = nc
        self._storage = storage

    async def gateways(self, **limits: int) -> Sequence[Gateway]:
        """Two of them."""
        chosen = UserLimits(**limits)
        return [
            await self._opened.enter_async_context(
                open_gateway(self._nc, self._storage, user_limits=chosen)
            )
            for _ in range(2)
        ]


async def make(caller: Caller, name: str, way: str) -> tuple[int, Any]:
    """A new project, in one of the ways in which there can come to be one."""
    data = name.encode()
    match way:
        case "create":
            return await caller.call("POST", PROJECTS, json={"id": name, "name": name})
        case "blob":
            return await caller.call("PUT", f"{PROJECTS}/{name}/blobs/{sha(data)}", data=data)
        case "file":
            return await caller.call("PUT", f"{PROJECTS}/{name}/files/a.txt", data=data)
        case _:
            return await caller.call("PUT", f"{PROJECTS}/{name}/snapshot", json=manifest({}))


async def usage(caller: Caller, quota: str) -> int:
    """How much of it is used."""
    return int((await caller.call("GET", "/api/quota"))[1]["usage"][quota]["used"])


async def test_racing_requests_make_as_many_projects_as_one_may_have(
    stack: Stack, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Whichever way they come, through whichever gateway; what is deleted makes room at once."""
    limit = rng.randint(3, 6)
    gateways = await stack.gateways(projects=limit, projects_per_hour=0)
    for number in rounds(1):
        user = f"mallory-{number}"
        calls = [
            make(rng.choice(gateways).user(user), f"p{number}-{n}", rng.choice(WAYS))
            for n in range(4 * limit)
        ]
        answers = await asyncio.gather(*calls)
        made = [n for n, (status, _) in enumerate(answers) if status == 201]
        refused = [body for status, body in answers if status == 403]
        assert (len(made), len(made) + len(refused)) == (limit, 4 * limit)
        assert {(b["code"], b["quota"], b["limit"]) for b in refused} == {
            ("quota-exceeded", "projects", limit)
        }
        ann = gateways[0].user(user)
        assert await usage(ann, "projects") == limit
        for n in (gone := rng.sample(made, 2)):
            assert (await ann.call("DELETE", f"{PROJECTS}/p{number}-{n}"))[0] == 202
        again = [make(ann, f"q{number}-{n}", rng.choice(WAYS)) for n in range(4)]
        statuses = sorted(status for status, _ in await asyncio.gather(*again))
        assert statuses == [201] * len(gone) + [403] * (4 - len(gone))


WAYS = ("create", "blob", "file", "snapshot")


async def test_an_id_that_somebody_else_has_costs_nothing(stack: Stack) -> None:
    """However often one asks for it, also in the very moment in which the other gets it."""
    gateways = await stack.gateways(projects=2, projects_per_hour=0)
    ann, bob = gateways[0].user("ann"), gateways[1].user("bob")
    both = [make(who, f"game{n}", "create") for n in range(2) for who in (ann, bob)]
    answers = await asyncio.gather(*both)
    assert sorted(status for status, _ in answers) == [201, 201, 409, 409]
    assert await usage(ann, "projects") + await usage(bob, "projects") == 2


async def test_all_projects_together_hold_no_more_than_one_may_store(
    stack: Stack, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """At random sizes, side by side; what becomes smaller is always taken."""
    gateways = await stack.gateways(stored_bytes=4_000, files=12)
    for number in rounds(1):
        user = f"mallory-{number}"

        async def push(n: int, user: str = user, number: int = number) -> tuple[int, Any]:
            caller = rng.choice(gateways).user(user)
            files = {f"f{i}": rng.randbytes(rng.randint(1, 900)) for i in range(rng.randint(1, 4))}
            base = f"{PROJECTS}/b{number}-{n}"
            for data in files.values():
                assert (await caller.call("PUT", f"{base}/blobs/{sha(data)}", data=data))[0] == 201
            return await caller.call("PUT", f"{base}/snapshot", json=manifest(files))

        answers = await asyncio.gather(*(push(n) for n in range(8)))
        statuses = {status for status, _ in answers}
        assert statuses <= {201, 403}
        assert {b["quota"] for s, b in answers if s == 403} <= {"storedBytes", "files"}
        caller = gateways[0].user(user)
        held = (await caller.call("GET", PROJECTS))[1]["projects"]
        assert sum(p["sizeBytes"] for p in held) == await usage(caller, "storedBytes") <= 4_000
        assert sum(p["files"] for p in held) == await usage(caller, "files") <= 12
        full = next(p["id"] for p in held if p["files"])
        status, _ = await caller.call("PUT", f"{PROJECTS}/{full}/snapshot", json=manifest({}))
        assert status == 201


@pytest.mark.parametrize("quota", ["projectsPerHour", "uploadBytesPerDay", "exportsPerDay"])
async def test_who_is_too_quick_is_told_when_to_come_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, quota: str
) -> None:
    """429 with Retry-After and the quota's name, through either gateway."""
    monkeypatch.setattr("services.gateway.quotas.upload_meter.COUNTED_BYTES", 1)
    first, second = await stack.gateways(
        projects_per_hour=3 if quota == "projectsPerHour" else 0,
        upload_bytes_per_day=3_000 if quota == "uploadBytesPerDay" else 0,
        exports_per_day=3 if quota == "exportsPerDay" else 0,
    )
    await first.user("ann").push("game", {"index.html": b"<p>"})
    before: list[int] = []
    while len(before) <= 3:
        caller = (first, second)[len(before) % 2].user("ann")
        match quota:
            case "projectsPerHour":
                answer = await make(caller, f"p{len(before)}", "create")
            case "uploadBytesPerDay":
                data = bytes([len(before)]) * 1_000
                path = f"{PROJECTS}/game/blobs/{sha(data)}"
                answer = await caller.call("PUT", path, data=data)
            case _:
                answer = await caller.call("POST", f"{PROJECTS}/game/export", json=SOURCE)
        if answer[0] == 429:
            break
        before.append(answer[0])
    assert answer[0] == 429
    assert (answer[1]["code"], answer[1]["quota"]) == ("quota-exceeded", quota)
    assert answer[1]["retryable"] is True
    assert (await second.user("bob").call("GET", PROJECTS))[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"blobs/{'0' * 64}"),
        ("POST", "blobs"),
        ("PUT", "files/a.txt"),
        ("POST", "import"),
        ("PUT", "snapshot"),
    ],
)
async def test_every_body_is_counted(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, rng: random.Random, method: str, path: str
) -> None:
    """Wherever it is sent, and also where nothing comes of it."""
    monkeypatch.setattr("services.gateway.quotas.upload_meter.COUNTED_BYTES", 1)
    gateway, _ = await stack.gateways(upload_bytes_per_day=1_000)
    ann = gateway.user("ann")
    await ann.call(method, f"{PROJECTS}/game/{path}", data=rng.randbytes(2_000))
    status, problem = await ann.call("PUT", f"{PROJECTS}/game/files/b.txt", data=b"b")
    assert (status, problem.get("quota")) == (429, "uploadBytesPerDay")


async def test_kept_exports_are_counted_whatever_becomes_of_the_request(
    stack: Stack, js: JetStreamContext, storage: Storage, rng: random.Random
) -> None:
    """Racing ones pass as many as fit, refused ones count for nothing, the sweeper counts anew."""
    limit = rng.randint(3, 5)
    gateways = await stack.gateways(exports=limit)
    ann = gateways[0].user("ann")
    await ann.push("game", {"index.html": b"<p>"})
    poor = gateways[1].user("ann", plan="starter_trial")
    path = f"{PROJECTS}/game/export"
    for _ in range(3):
        assert (await poor.call("POST", path, json={"platform": "macos"}))[0] in {202, 402}
    kept = await usage(ann, "exports")
    assert kept == 1  # eight of ten minutes; the others were refused
    callers = [rng.choice(gateways).user("ann") for _ in range(3 * limit)]
    answers = await asyncio.gather(*(c.call("POST", path, json=SOURCE) for c in callers))
    passed = [body for status, body in answers if status == 202]
    refused = {(b["code"], b["quota"]) for s, b in answers if s != 202}
    assert (len(passed), refused) == (limit - kept, {("quota-exceeded", "exports")})
    sweeper = await Sweeper.bind(js, storage, grace=timedelta(days=1))
    await sweeper.sweep()  # no status service has written a document: none is kept
    assert await usage(ann, "exports") == 0
    assert (await ann.call("POST", path, json=SOURCE))[0] == 202


async def test_the_sweeper_mends_what_a_dying_gateway_left(
    stack: Stack, js: JetStreamContext, storage: Storage
) -> None:
    """A place that was taken for nothing is free again, a project of an earlier version counts."""
    (gateway, _) = await stack.gateways()
    ann = gateway.user("ann")
    records = await bind_projects(js)
    old = Project(id="old", name="Old", owner="ann", created_at=now(), updated_at=now())
    await records.create(project_key("old"), old)
    usages = await Usages.bind(js)
    long_ago = now() - timedelta(minutes=11)
    await usages.change("ann", lambda usage: usage.with_project("lost", 0, long_ago))
    await usages.change("ann", lambda usage: usage.with_project("under-way", 0, now()))
    await ann.push("game", {"index.html": b"<p>"})
    await (await Sweeper.bind(js, storage, grace=timedelta(days=1))).sweep()
    found = await usages.of("ann")
    assert found.projects.keys() == {"old", "under-way", "game"}
    assert (found.files, found.stored_bytes) == (1, 3)


async def test_records_stay_small_whatever_is_sent(
    stack: Stack, js: JetStreamContext, rng: random.Random
) -> None:
    """Large settings lie in the storage, large options are refused, and both are told."""
    (gateway, _) = await stack.gateways()
    ann = gateway.user("ann")
    for n in range(3):
        settings = {f"k{i}": "x" * rng.randint(1, 4_000) for i in range(rng.randint(1, 8))}
        body = {"id": f"p{n}", "name": "P", "settings": settings}
        status, made = await ann.call("POST", PROJECTS, json=body)
        assert (status, made["settings"]) == (201, settings)
        assert (await ann.call("GET", f"{PROJECTS}/p{n}"))[1]["settings"] == settings
        stored = await (await js.key_value(PROJECTS_BUCKET.name)).get(project_key(f"p{n}"))
        assert len(stored.value or b"") < 2_000
    await ann.push("p0", {"index.html": b"<p>"})
    patterns = ["x" * 250] * rng.randint(20, 100)
    wanted = {**SOURCE, "options": {"excludePatterns": patterns}}
    status, problem = await ann.call("POST", f"{PROJECTS}/p0/export", json=wanted)
    assert (status, problem["details"][0]["path"]) == (400, "options")


async def test_a_record_of_an_earlier_version_is_read(stack: Stack, js: JetStreamContext) -> None:
    """With its settings inside, and more members than a project may have by now."""
    (gateway, _) = await stack.gateways()
    settings = {"a": "x" * 50_000}
    members = {f"user{n}": "viewer" for n in range(300)}
    record = {
        "id": "old",
        "name": "Old",
        "owner": "ann",
        "members": members,
        "settings": settings,
        "created_at": now(),
        "updated_at": now(),
    }
    bucket = await js.key_value(PROJECTS_BUCKET.name)
    await bucket.put(project_key("old"), msgspec.json.encode(record))
    status, shown = await gateway.user("ann").call("GET", f"{PROJECTS}/old")
    assert (status, shown["settings"], len(shown["members"])) == (200, settings, 300)
    newbie = f"{PROJECTS}/old/members/newbie"
    assert (await gateway.user("ann").call("PUT", newbie, json=VIEWER))[0] == 413
    index = await bind_memberships(js)
    assert await index.keys(membership_key("newbie", "*")) == []  # or it could grow for ever
    assert (await gateway.user("user7").call("DELETE", f"{PROJECTS}/old/members/me"))[0] == 204
    assert (await gateway.user("user7").call("GET", f"{PROJECTS}/old"))[0] == 404


async def fill(js: JetStreamContext, bucket: str, share: float) -> None:
    """Make a bucket small, and full to that share of it."""
    info = await js.stream_info(f"KV_{bucket}")
    small = max(info.state.bytes * 8, 1 << 16)
    await js.update_stream(info.config.evolve(max_bytes=small))
    while (bytes_ := (await js.stream_info(f"KV_{bucket}")).state.bytes) < share * small:
        size = max(min(int(share * small) - bytes_, 4_096), 64)
        await js.publish(f"$KV.{bucket}.filler.{random.randrange(1 << 60)}", bytes(size))


async def test_what_exists_can_be_ended_while_nothing_new_fits(
    stack: Stack, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch, rng: random.Random
) -> None:
    """In buckets that are really full to a share beyond the reserve; readiness and metric tell."""
    monkeypatch.setattr(headroom, "KNOWN_S", 0)
    (gateway, _) = await stack.gateways()
    ann, eve = gateway.user("ann"), gateway.user("eve")
    for name in ("game", "other"):
        await ann.push(name, {"index.html": b"<p>"})
        assert (await ann.call("PUT", f"{PROJECTS}/{name}/members/eve", json=VIEWER))[0] == 200
    export = f"{PROJECTS}/game/export"
    ids = [(await ann.call("POST", export, json=SOURCE))[1]["export"]["id"] for _ in range(3)]
    stop = asyncio.Event()
    projector = asyncio.create_task((await Projector.bind(js)).run(stop))
    documents = await bind_exports(js)
    await until_status(documents, "game", ids, "queued")
    for bucket in (PROJECTS_BUCKET.name, EXPORTS_BUCKET.name):
        await fill(js, bucket, rng.uniform(0.82, 0.94))

    refused = [
        await ann.call("POST", PROJECTS, json={"name": "New"}),
        await ann.call("PUT", f"{PROJECTS}/new/files/a.txt", data=b"x"),
        await ann.call("PUT", f"{PROJECTS}/game/members/bob", json=VIEWER),
        await ann.call("POST", export, json=SOURCE),
    ]
    assert [(status, body["code"]) for status, body in refused] == [(503, "stream-full")] * 4
    status, ready = await ann.call("GET", "/readyz")
    assert (status, "KV_projects is" in ready["headroom"]) == (200, True)
    await (await StreamWatch.bind(js, interval_s=10)).look()
    shown = measured("export_stream_fill_ratio", stream="KV_projects")
    assert shown > headroom.NEW_WORK_SHARE

    assert (await ann.call("POST", f"{export}/{ids[0]}/cancel"))[0] == 202
    await until_status(documents, "game", ids[:1], "canceled")
    assert (await ann.call("POST", f"{export}/{ids[0]}/retry"))[1]["code"] == "stream-full"
    assert (await eve.call("DELETE", f"{PROJECTS}/other/members/me"))[0] == 204
    assert (await ann.call("PUT", f"{PROJECTS}/other/files/b.txt", data=b"x"))[0] == 201
    await fill(js, PROJECTS_BUCKET.name, rng.uniform(0.96, 0.98))
    changes = [
        await ann.call("PUT", f"{PROJECTS}/other/files/c.txt", data=b"x"),
        await ann.call("PUT", f"{PROJECTS}/other/snapshot", json=manifest({})),
    ]
    assert [(status, body["code"]) for status, body in changes] == [(503, "stream-full")] * 2
    assert (await ann.call("DELETE", f"{PROJECTS}/game"))[0] == 202
    await until_status(documents, "game", ids, "canceled")
    ops = gateway.user("ops", role="admin")
    assert (await ops.call("DELETE", "/api/admin/projects/other"))[0] == 202

    await fill(js, PROJECTS_BUCKET.name, 0.995)
    assert (await ann.call("GET", "/readyz"))[0] == 503
    stop.set()
    await projector


VIEWER = {"role": "viewer"}


async def until_status(documents: Any, project_id: str, ids: Sequence[str], status: str) -> None:
    """Every export has been folded that far."""
    for export_id in ids:
        while True:
            found = await documents.get(export_key(project_id, export_id))
            if found is not None and found.value.state.status == status:
                break
            await asyncio.sleep(0.02)


async def test_many_shared_projects_do_not_hide_ones_own(
    stack: Stack, js: JetStreamContext, rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Own ones come first, every page is small, all are listed once, and leaving is one call."""
    (gateway, _) = await stack.gateways()
    victim = gateway.user("victim")
    own = {f"zz-own-{n}" for n in range(3)}
    for name in own:
        assert (await make(victim, name, "create"))[0] == 201
    shared = {f"a{rng.randrange(1 << 40):x}" for _ in range(150)}
    records, index = await bind_projects(js), await bind_memberships(js)

    async def share(name: str) -> None:
        record = Project(
            id=name,
            name="x" * 200,
            owner="mallory",
            members={"victim": "viewer", **{f"user{n}": "viewer" for n in range(50)}},
            settings={"a": "x" * 2_000},
            created_at=now(),
            updated_at=now(),
        )
        await records.create(project_key(name), record)
        await index.create(membership_key("victim", name), Membership())

    await asyncio.gather(*map(share, shared))
    size, seen, token = rng.randint(20, 60), list[str](), None
    while True:
        query = {"page_size": size, **({"page_token": token} if token else {})}
        _, page = await victim.call("GET", PROJECTS, params=query)
        assert len(msgspec.json.encode(page)) < 1_000 * size
        seen += [project["id"] for project in page["projects"]]
        if (token := page["nextPageToken"]) is None:
            break
    assert (set(seen[:3]), len(seen), set(seen)) == (own, len(set(seen)), own | shared)

    monkeypatch.setattr("services.gateway.projects.membership.MOST_SHARED", len(own | shared))
    mallory = gateway.user("mallory")
    await make(mallory, "one-more", "create")
    path = f"{PROJECTS}/one-more/members/victim"
    status, problem = await mallory.call("PUT", path, json=VIEWER)
    assert (status, problem["quota"]) == (403, "sharedProjects")
    for name in rng.sample(sorted(shared), 3):
        assert (await victim.call("DELETE", f"{PROJECTS}/{name}/members/me"))[0] == 204
        assert (await victim.call("GET", f"{PROJECTS}/{name}"))[0] == 404
    while True:
        if (await mallory.call("PUT", path, json=VIEWER))[0] == 200:
            break
        await asyncio.sleep(0.2)
    assert (await victim.call("DELETE", f"{PROJECTS}/zz-own-0/members/me"))[0] == 400
    bystander = f"{PROJECTS}/one-more/members/mallory"
    assert (await victim.call("DELETE", bystander))[0] == 403
