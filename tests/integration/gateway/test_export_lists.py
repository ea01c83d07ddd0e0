from __future__ import annotations

import asyncio
import random
import threading
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest
import uuid_utils

from services.gateway.exports import export_index
from services.gateway.exports.export_index import ExportIndex
from services.gateway.exports.export_list import EVERY, RUNNING, ExportFilter
from services.gateway.exports.export_lists import ExportLists
from services.gateway.exports.export_order import ExportOrder
from services.gateway.exports.exports import Exports
from services.gateway.http.pagination import token
from services.gateway.projects.membership import Projects
from services.gateway.projects.project_settings import ProjectSettings
from services.gateway.projects.snapshots import Snapshots
from services.gateway.quotas.user_quotas import UserQuotas
from shared.domain.events import ExportFailed, ExportRequested, Failure, now
from shared.domain.export_document import Document, fold
from shared.domain.export_view import Links
from shared.domain.options import ExportOptions
from shared.jetstream import topology
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.headroom import Headroom
from shared.stores.exports import bind_exports, export_key
from shared.stores.queue_position import QueuePositions
from shared.stores.usage import Usages
from tests.integration.gateway.conftest import LIMITS, TOKENS, USER_LIMITS
from tests.integration.gateway.export_ids import made_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from nats.aio.client import Client

    from shared.jetstream.key_value import KeyValueStore
    from shared.storage.bucket import Storage

MANY: Final = 1_000
OOPS: Final = Failure(code="oops", message="No.", retryable=False)


class World:
    """The exports of a project, and gateways that list them."""

    def __init__(self, nc: Client, storage: Storage, documents: KeyValueStore[Document]) -> None:
        self.nc = nc
        self.js = nc.jetstream(timeout=60)
        self.storage = storage
        self.documents = documents
        self._seq = 0

    async def lists(self) -> ExportLists:
        """What one gateway has, which was started this moment."""
        js, headroom = self.js, Headroom(self.js)
        quotas = UserQuotas(await Usages.bind(js), USER_LIMITS)
        settings = ProjectSettings(self.storage)
        projects = await Projects.bind(js, settings=settings, quotas=quotas, headroom=headroom)
        links = Links(TOKENS, public_url="", websocket_url="", ticket_ttl_s=1)
        exports = Exports(
            self.nc,
            self.documents,
            links=links,
            snapshots=Snapshots(self.storage, projects, LIMITS, quotas=quotas, headroom=headroom),
            queue=await QueuePositions.bind(self.nc),
        )
        return ExportLists(exports, ExportIndex(self.nc, self.documents))

    def request(
        self, *, project: str = "game", platform: Any = "web", export_id: str = ""
    ) -> ExportRequested:
        """An export that is asked for now, or whenever its id says."""
        return ExportRequested(
            export_id=export_id or str(uuid_utils.uuid7()),
            project_id=project,
            user_id="u",
            platform=platform,
            configuration="release",
            options=ExportOptions(),
            snapshot="a" * 64,
            created_at=now(),
        )

    def folded(self, request: ExportRequested, *, failed: bool = True) -> Document:
        """What the status service makes of it, and of its failure."""
        self._seq += 2
        document = fold(None, request, self._seq)
        if failed:
            end = ExportFailed(**request.identity, stage="build", error=OOPS)
            document = fold(document, end, self._seq + 1)
        return document

    async def store(self, *documents: Document) -> list[str]:
        """Put documents into the bucket, as they came from an earlier release, say; their ids."""
        for document in documents:
            key = export_key(document.state.project_id, document.state.id)
            subject = topology.EXPORTS_BUCKET.prefix + key
            await self.js.publish_async(subject, msgspec.json.encode(document))
        await self.js.publish_async_completed()
        return [document.state.id for document in documents]

    async def many(self, count: int, project: str = "game") -> list[str]:
        """So many exports that have ended; newest first."""
        made = [self.folded(self.request(project=project)) for _ in range(count)]
        return (await self.store(*made))[::-1]


@pytest.fixture
async def world(nc: Client, storage: Storage) -> World:
    """Empty servers."""
    return World(nc, storage, await bind_exports(nc.jetstream(timeout=60)))


async def shown(
    lists: ExportLists, wanted: ExportFilter = EVERY, *, size: int = 20, project: str = "game"
) -> list[str]:
    """All ids, page by page."""
    ids: list[str] = []
    after: str | None = None
    while True:
        page = await lists.page(project, wanted, size=size, page_token=after)
        ids += [export.id for export in page.exports]
        after = page.next_page_token
        if after is None:
            return ids


@asynccontextmanager
async def counted(nc: Client) -> AsyncIterator[Callable[[], tuple[int, int]]]:
    """Messages out and in, and bytes in, of a connection since then."""
    begun = dict(nc.stats)

    def since() -> tuple[int, int]:
        out, into, size = (nc.stats[n] - begun[n] for n in ("out_msgs", "in_msgs", "in_bytes"))
        return out + into, size

    yield since


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks in between whether the bucket is still the same."""
    monkeypatch.setattr(export_index, "CHECKED_S", 1e9)


@pytest.mark.usefixtures("unchecked")
async def test_a_page_costs_the_same_however_many_exports_there_are(world: World) -> None:
    """In requests, answers and bytes: the first page, one deep below, and filtered ones."""
    few = await world.many(60, project="small")
    many = await world.many(MANY)
    lists = await world.lists()
    costs = {}
    failed = ExportFilter(statuses=frozenset({"failed"}), platforms=frozenset({"web"}))
    for project, ids in (("small", few), ("game", many)):
        assert await shown(lists, size=100, project=project) == ids  # from now on it is known
        middle = token(ids[len(ids) // 2])
        looks = {"first": (EVERY, None), "deep": (EVERY, middle), "filtered": (failed, None)}
        for name, (wanted, at) in looks.items():
            async with counted(world.nc) as since:
                page = await lists.page(project, wanted, size=20, page_token=at)
                costs[project, name] = since()
            assert len(page.exports) == 20
    for name in ("first", "deep", "filtered"):
        (messages, size), (among_many, size_among_many) = costs["small", name], costs["game", name]
        assert among_many < messages * 1.1, costs  # the end of an answer may come late
        assert size_among_many < size * 1.1, costs
    async with counted(world.nc) as since:
        page = await lists.page("game", RUNNING, size=20, page_token=None)
        assert page.exports == [] and page.next_page_token is None  # noqa: PT018 - of one page
        assert since()[0] <= costs["game", "first"][0]  # no document is read


@pytest.mark.usefixtures("unchecked")
async def test_what_changes_is_read_and_nothing_else(world: World) -> None:
    """One more export costs one more question, in a project of thousands."""
    ids = await world.many(MANY)
    lists, wanted = await world.lists(), ExportFilter(platforms=frozenset({"ios"}))
    assert await shown(lists, size=100) == ids
    (new,) = await world.store(world.folded(world.request(platform="ios")))
    async with counted(world.nc) as since:
        page = await lists.page("game", wanted, size=20, page_token=None)
        assert [export.id for export in page.exports] == [new]
        assert since()[0] < 20


async def test_an_accepted_export_is_listed_before_it_is_folded(world: World) -> None:
    """Whoever was answered 202 finds it on top, although the status service may be away."""
    ids, lists = await world.many(3), await world.lists()
    assert await shown(lists) == ids
    request = world.request()
    published = await EventLog(world.js).publish(request)
    document = fold(None, request, published.seq)
    lists.accepted(document)
    queued = ExportFilter(statuses=frozenset({"queued"}))
    assert await shown(lists) == [request.export_id, *ids]
    assert await shown(lists, queued) == [request.export_id]
    assert [one.state.id async for one in lists.running("game")] == [request.export_id]
    await world.store(document)
    assert await shown(await world.lists()) == [request.export_id, *ids]
    await world.documents.delete(export_key("game", request.export_id))
    assert await shown(lists) == ids


async def test_what_another_gateway_accepted_is_listed_once_it_is_folded(world: World) -> None:
    """Whatever its id: clocks of gateways differ."""
    ids, lists = await world.many(5), await world.lists()
    assert await shown(lists) == ids
    early = made_at((now() - timedelta(days=1)).timestamp())
    await world.store(world.folded(world.request(export_id=early), failed=False))
    assert await shown(lists) == [*ids, early]
    assert await shown(lists, RUNNING) == [early]


async def change(world: World, chance: random.Random, there: dict[str, Document]) -> set[str]:
    """Let something happen to some export; which has come or gone."""
    match chance.choice(["new", "late", "folded once more", "deleted"]):
        case "folded once more":
            await world.store(chance.choice(list(there.values())))
            return set()
        case "deleted":
            gone = chance.choice(list(there))
            del there[gone]
            await world.documents.delete(export_key("game", gone))
            return {gone}
        case when:
            ago = timedelta(seconds=chance.uniform(0, 3_600) if when == "late" else 0)
            made = world.folded(world.request(export_id=made_at((now() - ago).timestamp())))
            there[made.state.id] = made
            return set(await world.store(made))


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_is_shown_twice_or_missed_while_exports_come_and_go(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there all the time is on the pages once, in order, on every gateway."""
    monkeypatch.setattr(export_index, "FEW", 8)  # changes: often all is listed anew
    chance = random.Random(seed)
    gateways = [await world.lists() for _ in range(2)]
    made = [world.folded(world.request()) for _ in range(40)]
    there = dict(zip(await world.store(*made), made, strict=True))
    wanted = chance.choice([EVERY, ExportFilter(statuses=frozenset({"failed", "canceled"}))])
    for _ in range(4):
        lists, begun = chance.choice(gateways), set(there)
        changed, walked = set[str](), list[str]()
        after: str | None = ""
        while after is not None:
            size = chance.randint(1, 9)
            page = await lists.page("game", wanted, size=size, page_token=after or None)
            walked += [export.id for export in page.exports]
            after = page.next_page_token
            for _ in range(chance.randint(0, 3)):
                changed |= await change(world, chance, there)
        assert walked == sorted(set(walked), reverse=True)
        assert begun - changed <= set(walked) <= begun | changed
    for lists in gateways:
        assert await shown(lists, wanted) == sorted(there, reverse=True)


async def test_a_bucket_that_was_made_anew_is_listed_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was in the lost one is not shown; what was folded again is."""
    monkeypatch.setattr(export_index, "CHECKED_S", 0.0)
    lists, ids = await world.lists(), await world.many(4)
    assert await shown(lists) == ids
    await world.js.delete_stream(topology.EXPORTS_BUCKET.stream)
    await topology.apply(world.js)
    ids = await world.many(2)
    assert await shown(lists) == ids


async def test_projects_that_nobody_asks_for_make_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are listed anew when somebody does."""
    monkeypatch.setattr(export_index, "HELD", 2 * (export_index.PROJECT + 8))
    expected = {name: await world.many(8, project=name) for name in ("a", "b", "c")}
    lists = await world.lists()
    for name in ("a", "b", "c", "a", "c"):
        assert await shown(lists, project=name) == expected[name]


async def test_projects_without_exports_make_room_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are asked for, only so many are held."""
    monkeypatch.setattr(export_index, "HELD", 4 * export_index.PROJECT)
    index = ExportIndex(world.nc, world.documents)
    for number in range(20):
        assert len(await index.of(f"empty-{number}")) == 0
    assert len(index) == 4


async def test_what_was_deleted_while_nobody_asked_is_not_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although its marker has gone before anybody could read it."""
    monkeypatch.setattr(export_index, "KEEPS_UP_S", 0.5)  # markers here live for a second
    ids, lists = await world.many(3), await world.lists()
    assert await shown(lists) == ids
    key = export_key("game", ids[-1])
    await world.documents.delete(key, marker_s=1.0)
    while key in await world.documents.keys(key):  # noqa: ASYNC110 - NATS lets it expire
        await asyncio.sleep(0.1)
    page = await lists.page("game", EVERY, size=2, page_token=None)
    assert [export.id for export in page.exports] == ids[:-1]
    assert page.next_page_token is None


async def test_lists_share_one_question_that_fails(world: World) -> None:
    """None waits for another's failure only to fail itself, and nothing is held of any."""
    index = ExportIndex(world.nc, world.documents)
    await world.js.delete_stream(topology.EXPORTS_BUCKET.stream)
    async with counted(world.nc) as since:
        asked = [index.of(project) for project in ("game", "a", "b", "c") * 5]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert since()[0] <= 3  # one question and its answer
    assert all(isinstance(answer, NatsUnavailableError) for answer in answers)
    assert len(index) == 0
    await topology.apply(world.js)
    ids = await world.many(2)
    assert await shown(await world.lists()) == ids
    assert len(await index.of("game")) == 2


async def test_lists_of_a_project_share_a_failure_to_catch_up(world: World) -> None:
    """The stream goes away between two looks at it."""
    index = ExportIndex(world.nc, world.documents)
    await world.many(2)
    await index.of("game")
    await world.js.delete_stream(topology.EXPORTS_BUCKET.stream)
    async with counted(world.nc) as since:
        answers = await asyncio.gather(
            *(index.of("game") for _ in range(20)), return_exceptions=True
        )
        assert since()[0] <= 3
    assert all(isinstance(answer, NatsUnavailableError) for answer in answers)


async def test_a_first_look_leaves_the_loop_to_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What grows with the project is computed in a thread: 100,000 exports take half a second."""
    threads: list[int] = []
    order_of = ExportOrder.of

    def noted(ids: Iterable[str]) -> ExportOrder:
        def each() -> Iterator[str]:
            for one in ids:
                threads.append(threading.get_ident())
                yield one

        return order_of(each())

    monkeypatch.setattr(ExportOrder, "of", noted)
    ids = await world.many(50)
    assert await shown(await world.lists(), size=50) == ids
    assert len(threads) == len(ids)
    assert threading.get_ident() not in threads
