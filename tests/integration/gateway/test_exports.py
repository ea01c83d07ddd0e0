from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.gateway.exports.start import GenerationStarter
from services.gateway.quotas.user_quotas import UserQuotas
from shared.domain.events import (
    Artifact,
    ExportCanceled,
    ExportCompleted,
    ExportStarted,
    decode_event,
    now,
)
from shared.domain.export_document import Document, fold
from shared.domain.progress import LogLine, Progress
from shared.domain.usage import QuotaUsedUpError
from shared.errors import TooManyRequestsError
from shared.jetstream.event_log import EventLog
from shared.jetstream.headroom import Headroom, StreamFullError
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.topology import progress_subject
from shared.service.cell_rate import CellRate
from shared.storage import keys
from shared.stores import worker_registry
from shared.stores.build_times import BuildTimes
from shared.stores.worker_registry import WorkerHeartbeat
from tests.integration.gateway.conftest import TOKENS, open_gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.domain.events import AnyEvent
    from tests.integration.gateway.conftest import Caller, Gateway

EXPORTS = "/api/projects/game/export"
WEB = {"platform": "web"}


PRICE = "/api/exports/price"


def film(**video: Any) -> dict[str, Any]:
    """A request for a film with these options."""
    return {"platform": "video", "options": {"video": video}}


def web(**options: Any) -> dict[str, Any]:
    """A request with options."""
    return {"platform": "web", "options": options}


@pytest.fixture(autouse=True)
def workers_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time: who has just come is known at once."""
    monkeypatch.setattr(worker_registry, "KNOWN_S", 0.0)


async def ann_with_game(gateway: Gateway) -> Caller:
    """A user with a project that has a file."""
    ann = gateway.user("ann")
    await ann.push("game", {"index.html": b"<p>"})
    return ann


async def complete(gateway: Gateway, export_id: str, *, lives: timedelta) -> bytes:
    """Let an export be completed, as packager, uploader and status would; the artifact."""
    js = gateway.nc.jetstream()
    events = EventLog(js)
    found = await events.last(export_id)
    assert found is not None
    key = keys.artifact("game", "build", "game.zip")
    await gateway.storage.put(key, b"artifact")
    artifact = Artifact(
        key=key,
        file_name="Añ game.zip",
        content_type="application/zip",
        size_bytes=8,
        sha256="0" * 64,
        crc32c="AAAAAA==",
    )
    done = ExportCompleted(
        **found[1].identity, artifact=artifact, expires_at=now() + lives, build_s=1
    )
    published = await events.publish(done)
    document = fold(fold(None, found[1], found[0]), done, published.seq)
    documents = await KeyValueStore.bind(js, "exports", Document)
    await documents.create(f"game.{export_id}", document)
    return b"artifact"


async def fold_request(gateway: Gateway, export_id: str) -> None:
    """Let the status service have folded the request."""
    js = gateway.nc.jetstream()
    found = await EventLog(js).last(export_id)
    assert found is not None
    documents = await KeyValueStore.bind(js, "exports", Document)
    await documents.create(f"game.{export_id}", fold(None, found[1], found[0]))


async def test_an_accepted_export_is_in_the_stream(gateway: Gateway) -> None:
    """202 with a Location; it can be read before anybody has folded it."""
    ann = await ann_with_game(gateway)
    status, made = await ann.call("POST", EXPORTS, json=WEB)
    assert status == 202
    export = made["export"]
    assert (export["status"], export["platform"], export["position"]) == ("queued", "web", 1)
    assert made["websocketUrl"].startswith("ws://status/export/" + export["id"])
    status, shown = await ann.call("GET", f"{EXPORTS}/{export['id']}")
    assert (status, shown["export"]["status"]) == (200, "queued")
    assert shown["export"]["options"]["compression"] == "zstd"
    found = await EventLog(gateway.nc.jetstream()).last(export["id"])
    assert found is not None
    assert found[1].name == "requested"


async def test_an_estimate_is_made_of_what_builds_took_lately(gateway: Gateway) -> None:
    """Nothing is made up: null while nothing is known, or nobody works."""
    ann = await ann_with_game(gateway)
    paths = [
        f"{EXPORTS}/{(await ann.call('POST', EXPORTS, json=WEB))[1]['export']['id']}"
        for _ in range(3)
    ]

    async def etas() -> list[dict[str, float] | None]:
        return [(await ann.call("GET", path))[1]["export"]["eta"] for path in paths]

    js = gateway.nc.jetstream()
    build_times = await BuildTimes.bind(js)
    worker = await js.pull_subscribe_bind("packager-web", stream="EXPORTS")
    (first,) = await worker.fetch(1)
    assert await etas() == [None] * 3
    identity = decode_event(first.data).identity
    await EventLog(js).publish(ExportStarted(**identity, stage="build", attempt=1, worker="w"))
    for build_s in (8, 10, 30):
        await build_times.note("web", build_s)
    while [eta and eta["p50S"] for eta in await etas()] != [None, 20, 30]:
        pass  # until the gateway has heard of the start
    assert [eta and eta["p90S"] for eta in await etas()] == [None, 60, 90]


async def test_nobody_at_work_means_no_estimate(gateway: Gateway) -> None:
    """However well it is known how long a build takes."""
    ann = await ann_with_game(gateway)
    await (await BuildTimes.bind(gateway.nc.jetstream())).note("web", 10)
    made = (await ann.call("POST", EXPORTS, json=WEB))[1]["export"]
    shown = (await ann.call("GET", f"{EXPORTS}/{made['id']}"))[1]["export"]
    assert (shown["position"], shown["eta"]) == (1, None)


async def test_the_position_is_ones_own(gateway: Gateway) -> None:
    """Each export sees how many stand before it, of its own platform; nobody who is under way."""
    ann = await ann_with_game(gateway)
    made = [(await ann.call("POST", EXPORTS, json=WEB))[1]["export"] for _ in range(4)]
    await ann.call("POST", EXPORTS, json={"platform": "source"})
    assert [export["position"] for export in made] == [1, 2, 3, 4]

    async def positions() -> list[int | None]:
        paths = [f"{EXPORTS}/{export['id']}" for export in made]
        return [(await ann.call("GET", path))[1]["export"]["position"] for path in paths]

    assert await positions() == [1, 2, 3, 4]
    js = gateway.nc.jetstream()
    worker = await js.pull_subscribe_bind("packager-web", stream="EXPORTS")
    (first,) = await worker.fetch(1)
    identity = decode_event(first.data).identity
    started = ExportStarted(**identity, stage="build", attempt=1, worker="w")
    await EventLog(js).publish(started)
    await ann.call("POST", f"{EXPORTS}/{made[3]['id']}/cancel")
    while await positions() != [None, 1, 2, None]:
        pass  # until the gateway has heard of both


@pytest.mark.parametrize(
    ("body", "status", "code", "path"),
    [
        ({}, 400, "bad-request", ""),
        ({"platform": "amiga"}, 400, "bad-request", "platform"),
        ({"platform": "web", "colour": 1}, 400, "bad-request", ""),
        (web(appVersion="x"), 400, "bad-request", "options.appVersion"),
        (web(nope=1), 400, "bad-request", "options"),
        (film(fps=10), 422, "option-refused", "options.video.fps"),
        (film(fps="x"), 400, "bad-request", "options.video.fps"),
        (film(colour=1), 400, "bad-request", "options.video"),
        (web(architecture="x64"), 422, "option-refused", "options.architecture"),
        (web(format="rar"), 422, "option-refused", "options.format"),
    ],
)
async def test_a_wrong_request_says_what_is_wrong(
    gateway: Gateway, body: dict[str, Any], status: int, code: str, path: str | None
) -> None:
    """Problem details with the path into the document."""
    ann = await ann_with_game(gateway)
    answer, problem = await ann.call("POST", EXPORTS, json=body)
    assert (answer, problem["code"]) == (status, code)
    assert {"title", "error", "detail", "retryable", "trace_id"} <= problem.keys()
    if path is not None:
        assert [d["path"] for d in problem["details"]] == [path]


async def test_an_empty_project_cannot_be_exported(gateway: Gateway) -> None:
    """409, and what to do."""
    ann = gateway.user("ann")
    await ann.call("POST", "/api/projects", json={"id": "game", "name": "Game"})
    status, problem = await ann.call("POST", EXPORTS, json=WEB)
    assert (status, "push some first" in problem["detail"]) == (409, True)


async def test_the_same_key_and_body_are_the_same_export(gateway: Gateway) -> None:
    """Repeated, even after the head has moved on; another body is refused."""
    ann = await ann_with_game(gateway)
    headers = {"Idempotency-Key": "k1"}
    _, first = await ann.call("POST", EXPORTS, json=WEB, headers=headers)
    await ann.push("game", {"index.html": b"<p>new"})
    _, second = await ann.call("POST", EXPORTS, json=WEB, headers=headers)
    assert first["export"]["id"] == second["export"]["id"]
    assert len(await EventLog(gateway.nc.jetstream()).of(first["export"]["id"])) == 1
    status, problem = await ann.call("POST", EXPORTS, json={"platform": "source"}, headers=headers)
    assert (status, problem["code"]) == (422, "idempotency-key-reused")
    _, quota = await ann.call("GET", "/api/quota")
    assert quota["usage"]["exports"]["used"] == 1


async def test_a_repeated_request_is_answered_whatever_a_new_one_would_be_refused_for(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No template any more, too many requests, a full stream: its export runs all the same."""
    ann = await ann_with_game(gateway)
    headers = {"Idempotency-Key": "k1"}
    linux = {"platform": "linux"}
    _, first = await ann.call("POST", EXPORTS, json=linux, headers=headers)

    async def answers() -> tuple[int, int]:
        status, again = await ann.call("POST", EXPORTS, json=linux, headers=headers)
        assert (status, again["export"]["id"]) == (202, first["export"]["id"])
        return status, (await ann.call("POST", EXPORTS, json=linux))[0]

    monkeypatch.setattr(Headroom, "check", _full)
    assert await answers() == (202, 503)
    worker = WorkerHeartbeat(
        name="w", version="1", platforms=("linux",), started_at=now(), in_hand=()
    )
    signs = await gateway.nc.jetstream().key_value(worker_registry.BUCKET)
    await signs.put("w", msgspec.json.encode(worker))
    assert await answers() == (202, 422)
    monkeypatch.setattr(CellRate, "take", _too_many)
    assert await answers() == (202, 429)


async def test_a_repeated_retry_is_answered_whatever_a_new_one_would_be_refused_for(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its generation runs all the same."""
    ann = await ann_with_game(gateway)
    _, made = await ann.call("POST", EXPORTS, json=WEB)
    export = f"{EXPORTS}/{made['export']['id']}"
    await ann.call("POST", f"{export}/cancel")
    headers = {"Idempotency-Key": "k2"}
    assert (await ann.call("POST", f"{export}/retry", headers=headers))[0] == 202
    monkeypatch.setattr(CellRate, "take", _too_many)
    assert (await ann.call("POST", f"{export}/retry", headers=headers))[0] == 202


@pytest.mark.parametrize("first_is_refused", [True, False])
async def test_of_two_requests_with_a_key_one_of_which_is_refused_both_have_the_export(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, *, first_is_refused: bool
) -> None:
    """Sent twice at once, at a limit: the key stands for what has begun; nothing begins twice."""
    ann = await ann_with_game(gateway)
    headers = {"Idempotency-Key": "k1"}
    add_export, accepted = UserQuotas.add_export, GenerationStarter.accepted
    kept, looked, refused = asyncio.Event(), asyncio.Event(), asyncio.Event()
    calls = itertools.count(1)

    async def add(quotas: UserQuotas, user_id: str) -> None:
        is_first = next(calls) == 1
        if is_first:
            kept.set()
            await (refused if first_is_refused else looked).wait()
        if is_first == first_is_refused:
            raise QuotaUsedUpError("exports", limit=1, used=1)
        await add_export(quotas, user_id)

    async def look(starter: GenerationStarter, start: Any) -> Any:
        found = await accepted(starter, start)
        if not looked.is_set():
            looked.set()
            if not first_is_refused:
                await refused.wait()
        return found

    async def ask() -> tuple[int, Any]:
        answer: tuple[int, Any] = await ann.call("POST", EXPORTS, json=WEB, headers=headers)
        return answer

    monkeypatch.setattr(UserQuotas, "add_export", add)
    monkeypatch.setattr(GenerationStarter, "accepted", look)
    first = asyncio.create_task(ask())
    await kept.wait()
    second = asyncio.create_task(ask())
    await asyncio.wait([second if first_is_refused else first])
    refused.set()
    answers = [await first, await second, await ask()]
    assert [status for status, _ in answers] == [202, 202, 202]
    assert len({body["export"]["id"] for _, body in answers}) == 1
    state = (await gateway.nc.jetstream().stream_info("EXPORTS")).state
    assert state.messages == 1


async def test_a_refused_repetition_does_not_forget_the_key_of_what_is_beginning(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request has taken the last place, and is slow; its key stands for its export."""
    ann = await ann_with_game(gateway)
    headers = {"Idempotency-Key": "k1"}
    add_export, begin = UserQuotas.add_export, GenerationStarter.begin
    beginning, refused = asyncio.Event(), asyncio.Event()

    async def add(quotas: UserQuotas, user_id: str) -> None:
        if beginning.is_set():
            raise QuotaUsedUpError("exports", limit=1, used=1)
        await add_export(quotas, user_id)

    async def slow(starter: GenerationStarter, *arguments: Any, **options: Any) -> Any:
        beginning.set()
        await refused.wait()
        return await begin(starter, *arguments, **options)

    monkeypatch.setattr(UserQuotas, "add_export", add)
    monkeypatch.setattr(GenerationStarter, "begin", slow)
    first = asyncio.create_task(ann.call("POST", EXPORTS, json=WEB, headers=headers))
    await beginning.wait()
    assert (await ann.call("POST", EXPORTS, json=WEB, headers=headers))[0] == 403
    refused.set()
    status, body = await first
    again = await ann.call("POST", EXPORTS, json=WEB, headers=headers)
    assert (status, again[0], again[1]["export"]["id"]) == (202, 202, body["export"]["id"])


async def test_a_repeated_request_says_how_its_export_stands(gateway: Gateway) -> None:
    """Not that it is queued, once it has ended."""
    ann = await ann_with_game(gateway)
    headers = {"Idempotency-Key": "k1"}
    _, first = await ann.call("POST", EXPORTS, json=WEB, headers=headers)
    await ann.call("POST", f"{EXPORTS}/{first['export']['id']}/cancel")
    _, again = await ann.call("POST", EXPORTS, json=WEB, headers=headers)
    assert (again["export"]["status"], again["export"]["position"]) == ("canceled", None)


@pytest.mark.parametrize(
    ("files", "options", "hint"),
    [
        (["readme.md"], {}, "neither index.html"),
        (["Index.html"], {}, "It has Index.html: rename that"),
        (["pages/index.html"], {}, "neither index.html"),
        (["index.html"], {"excludePatterns": ["*.html"]}, "excludePatterns"),
        (["app/package.json"], {}, "It has app/package.json: push or pack the folder app itself"),
        (["README.txt", "g/index.html"], {}, "or export with the option outputDir=g"),
    ],
)
async def test_what_nobody_could_open_is_refused_before_minutes_are_reserved(
    gateway: Gateway, files: list[str], options: dict[str, Any], hint: str
) -> None:
    """With the code and the remedy that the packager would have given; the source is no page."""
    ann = gateway.user("ann")
    await ann.push("game", dict.fromkeys(files, b"<p>"))
    for platform in ("web", "linux"):
        wanted = {"platform": platform, "options": options}
        status, problem = await ann.call("POST", EXPORTS, json=wanted)
        assert (status, problem["code"]) == (422, "entry-page-missing")
        assert hint in problem["detail"]
    assert (await ann.call("GET", "/api/quota"))[1]["reserved"] == 0
    assert (await ann.call("POST", EXPORTS, json={"platform": "source"}))[0] == 202
    as_told = {"platform": "web", "options": {"outputDir": "g"}}
    assert (await ann.call("POST", EXPORTS, json=as_told))[0] == 202


async def listed(gateway: Gateway, caller: Caller, platforms: Sequence[str]) -> list[str]:
    """The ids of new exports, oldest first, with documents as the status service folds them."""
    documents = await KeyValueStore.bind(gateway.nc.jetstream(), "exports", Document)
    ids = []
    for platform in platforms:
        _, made = await caller.call("POST", EXPORTS, json={"platform": platform})
        ids.append(made["export"]["id"])
        found = await EventLog(gateway.nc.jetstream()).last(ids[-1])
        assert found is not None
        await documents.create(f"game.{ids[-1]}", fold(None, found[1], found[0]))
    return ids


async def fold_one_more(
    gateway: Gateway, export_id: str, follows: Callable[[dict[str, Any]], AnyEvent]
) -> None:
    """Let something happen to an export, and the status service have folded it."""
    js = gateway.nc.jetstream()
    documents = await KeyValueStore.bind(js, "exports", Document)
    known = await documents.get(f"game.{export_id}")
    assert known is not None
    event = follows(known.value.identity)
    published = await EventLog(js).publish(event)
    folded = fold(known.value, event, published.seq)
    await documents.replace(f"game.{export_id}", folded, revision=known.revision)


async def pages(caller: Caller, **query: Any) -> list[list[str]]:
    """The ids on each page, to the last one."""
    found: list[list[str]] = []
    token: str | None = ""
    while token is not None:
        params = {**query, **({"page_token": token} if token else {})}
        _, page = await caller.call("GET", EXPORTS, params=params)
        found.append([item["id"] for item in page["exports"]])
        token = page["nextPageToken"]
    return found


async def test_exports_are_listed_newest_first_by_page(gateway: Gateway) -> None:
    """Following the page token shows every export once; one that is gone is left out."""
    ann = await ann_with_game(gateway)
    newest = (await listed(gateway, ann, ["web"] * 5))[::-1]
    assert await pages(ann, page_size=2) == [newest[:2], newest[2:4], newest[4:]]
    documents = await KeyValueStore.bind(gateway.nc.jetstream(), "exports", Document)
    await documents.delete(f"game.{newest[1]}")
    assert await pages(ann) == [[newest[0], *newest[2:]]]
    assert (await ann.call("GET", EXPORTS, params={"page_token": "%%%"}))[0] == 400


async def test_exports_are_listed_by_status_and_platform(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several values of one mean any of them; both together mean one of each."""
    ann = await ann_with_game(gateway)
    web, source, also_web, linux = await listed(gateway, ann, ["web", "source", "web", "linux"])
    js = gateway.nc.jetstream()
    begun: Any = {"attempt": 1, "stage": "build", "worker": "w"}
    await fold_one_more(gateway, web, lambda known: ExportStarted(**known, **begun))
    await fold_one_more(gateway, source, lambda known: ExportCanceled(**known, reason="why"))
    told = Progress(export_id=web, generation=1, status="building", percent=1, step="Building")
    await js.publish(progress_subject(web), msgspec.json.encode(told))
    assert await pages(ann, status="canceled") == [[source]]
    assert await pages(ann, status="queued") == [[linux, also_web]]
    assert await pages(ann, status=["building", "canceled"]) == [[source, web]]
    assert await pages(ann, platform=["linux", "source"]) == [[linux, source]]
    assert await pages(ann, platform="web", status="queued") == [[also_web]]
    assert await pages(ann, status="failed") == [[]]
    assert await pages(ann, platform="web", page_size=1) == [[also_web], [web]]
    monkeypatch.setattr("services.gateway.exports.export_lists.MOST_LOOKED_AT", 2)
    async with open_gateway(gateway.nc, gateway.storage) as another:
        here = another.user("ann")
        assert await pages(here, status="canceled") == [[], [source]]
        assert await pages(here, status="canceled") == [[source]]  # what was looked at is known
        assert await pages(here, platform="web") == [[also_web, web]]
    for name, values in (("status", ["done"]), ("platform", ["amiga"]), ("status", ["failed", ""])):
        status, problem = await ann.call("GET", EXPORTS, params={name: values})
        assert status == 400
        assert problem["details"][0]["path"] == f"{name}[{len(values) - 1}]"


async def test_the_log_can_be_read_from_a_sequence_on(gateway: Gateway) -> None:
    """Lines carry their stream sequence."""
    ann = await ann_with_game(gateway)
    _, made = await ann.call("POST", EXPORTS, json=WEB)
    logs = f"{EXPORTS}/{made['export']['id']}/logs"
    assert await ann.call("GET", logs) == (200, {"logs": []})
    for number in range(3):
        line = msgspec.json.encode(LogLine(generation=1, level="info", message=f"line {number}"))
        await gateway.nc.jetstream().publish(f"logs.{made['export']['id']}", line)
    _, body = await ann.call("GET", logs)
    assert [line["message"] for line in body["logs"]] == ["line 0", "line 1", "line 2"]
    _, rest = await ann.call("GET", logs, params={"after_seq": body["logs"][0]["seq"], "limit": 1})
    assert [line["message"] for line in rest["logs"]] == ["line 1"]


async def test_a_download_is_a_short_lived_link_to_the_storage(gateway: Gateway) -> None:
    """By the header or by the ticket in the state's own link; under its proper name."""
    ann = await ann_with_game(gateway)
    _, made = await ann.call("POST", EXPORTS, json=WEB)
    path = f"{EXPORTS}/{made['export']['id']}"
    assert (await ann.call("GET", f"{path}/download"))[0] == 409
    content = await complete(gateway, made["export"]["id"], lives=timedelta(days=1))
    status, headers = await ann.call("GET", f"{path}/download")
    assert status == 303
    nobody = gateway.user(None)
    _, shown = await ann.call("GET", path)
    by_ticket = shown["export"]["downloadUrl"].removeprefix(nobody.url)
    assert (await nobody.call("GET", by_ticket))[0] == 303
    nobody.url = ""
    assert await nobody.call("GET", headers["Location"]) == (200, content)


async def test_an_expired_artifact_is_gone(gateway: Gateway) -> None:
    """410 says what to do; the state has no link any more and may be retried."""
    ann = await ann_with_game(gateway)
    _, made = await ann.call("POST", EXPORTS, json=WEB)
    path = f"{EXPORTS}/{made['export']['id']}"
    await complete(gateway, made["export"]["id"], lives=timedelta(seconds=-1))
    status, problem = await ann.call("GET", f"{path}/download")
    assert (status, problem["code"], problem["canRetry"]) == (410, "gone", True)
    assert "retryUrl" in problem["detail"]
    _, shown = await ann.call("GET", path)
    state = shown["export"]
    assert (state["status"], state["downloadUrl"], state["canRetry"]) == ("completed", None, True)
    assert state["currentStep"].startswith("The artifact expired on ")
    assert state["currentStep"].endswith("Retry the export to make it again.")
    _, listed = await ann.call("GET", EXPORTS)
    (item,) = listed["exports"]
    assert item["progress"] == state["progress"] == 0
    assert item["currentStep"] == state["currentStep"]
    retry = problem["retryUrl"].removeprefix(ann.url)
    assert (await ann.call("POST", retry))[0] == 202


async def test_an_expired_artifact_whose_files_are_gone_links_to_no_retry(
    gateway: Gateway,
) -> None:
    """Nothing is promised that nobody could build."""
    ann = await ann_with_game(gateway)
    _, made = await ann.call("POST", EXPORTS, json=WEB)
    path = f"{EXPORTS}/{made['export']['id']}"
    await complete(gateway, made["export"]["id"], lives=timedelta(seconds=-1))
    _, shown = await ann.call("GET", path)
    await gateway.storage.delete([keys.snapshot("game", shown["export"]["snapshot"])])
    status, problem = await ann.call("GET", f"{path}/download")
    assert (status, problem["canRetry"]) == (410, False)
    assert "retryUrl" not in problem
    assert "export the project again" in problem["detail"]


async def test_tickets_are_good_for_one_export_and_use(gateway: Gateway) -> None:
    """A watching ticket, one for another export, a bearer token, and noise download nothing."""
    ann = await ann_with_game(gateway)
    _, one = await ann.call("POST", EXPORTS, json=WEB)
    _, other = await ann.call("POST", EXPORTS, json={"platform": "source"})
    await complete(gateway, one["export"]["id"], lives=timedelta(days=1))
    _, shown = await ann.call("GET", f"{EXPORTS}/{one['export']['id']}")
    good = shown["export"]["downloadUrl"].rpartition("=")[2]
    watch = one["websocketUrl"].rpartition("=")[2]
    bearer = ann.headers["Authorization"].split()[1]
    nobody = gateway.user(None)
    for export, wrong in ((one, watch), (one, bearer), (one, "x"), (one, ""), (other, good)):
        path = f"{EXPORTS}/{export['export']['id']}/download?ticket={wrong}"
        assert (await nobody.call("GET", path))[0] == 401
    ticket = TOKENS.open_ticket(good, use="download", export_id=one["export"]["id"])
    assert ticket.export_id == one["export"]["id"]


async def test_a_ticket_dies_with_its_project(gateway: Gateway) -> None:
    """Deleting the project closes the links that were handed out."""
    ann = await ann_with_game(gateway)
    _, made = await ann.call("POST", EXPORTS, json=WEB)
    await complete(gateway, made["export"]["id"], lives=timedelta(days=1))
    _, shown = await ann.call("GET", f"{EXPORTS}/{made['export']['id']}")
    link = shown["export"]["downloadUrl"].removeprefix(gateway.url)
    await ann.call("DELETE", "/api/projects/game")
    assert (await gateway.user(None).call("GET", link))[0] == 404


async def test_platforms_say_what_they_offer(gateway: Gateway) -> None:
    """Those that are built with their options, the others with a reason."""
    _, body = await gateway.user("ann").call("GET", "/api/platforms")
    shown = {p["platform"]: p for p in body["platforms"]}
    assert "wasmThreads" in shown["web"]["options"]["schema"]["properties"]
    video = shown["video"]
    assert "1920 x 1080" in video["minutesBy"]
    fields = video["options"]["schema"]["properties"]["video"]["anyOf"][0]["properties"]
    assert "youtube-1080p" in fields["preset"]["enum"]
    assert "subframes" in fields["motionBlur"]["properties"]
    assert all(field["description"] for field in fields.values())


async def test_the_price_is_told_and_nothing_begins(gateway: Gateway) -> None:
    """Of a film by its options, of others by the platform; what is refused, is refused here too."""
    ann = gateway.user("ann")
    status, price = await ann.call("POST", PRICE, json=film(preset="youtube-1080p", fps=29.97))
    assert (status, price["estimatedMinutes"], price["platform"]) == (200, 3, "video")
    seen = {name: price["film"][name] for name in ("fps", "frames", "codec", "sound", "container")}
    assert seen == {
        "fps": "30000/1001", "frames": 300, "codec": "h264", "sound": "aac", "container": "mp4",
    }  # fmt: skip
    _, other = await ann.call("POST", PRICE, json={"platform": "macos"})
    assert (other["estimatedMinutes"], other["film"], other["minutesBy"]) == (8, None, None)
    status, problem = await ann.call("POST", PRICE, json=film(preset="gif", fps=60))
    assert (status, problem["code"]) == (422, "option-refused")
    assert (await gateway.user(None).call("POST", PRICE, json=film()))[0] == 401
    assert (await ann.call("GET", "/api/quota"))[1]["reserved"] == 0


async def test_a_film_reserves_its_price(gateway: Gateway) -> None:
    """The answer says what it is, and so does the user's quota."""
    ann = await ann_with_game(gateway)
    large = film(width=3_840, fps=60, durationS=20)
    status, made = await ann.call("POST", EXPORTS, json=large)
    assert (status, made["export"]["estimatedMinutes"]) == (202, 40)
    assert (await ann.call("GET", "/api/quota"))[1]["reserved"] == 40


async def test_where_no_worker_is_the_user_is_told(gateway: Gateway) -> None:
    """By the platforms, by the state and by the list; the export is accepted and waits."""
    ann = await ann_with_game(gateway)
    web = await _platform(ann, "web")
    assert (web["available"], web["reason"].startswith("No worker for web")) == (False, True)
    status, made = await ann.call("POST", EXPORTS, json=WEB)
    assert status == 202
    _, shown = await ann.call("GET", f"{EXPORTS}/{made['export']['id']}")
    state = shown["export"]
    assert (state["status"], state["waitingReason"]) == ("queued", "no-worker")
    assert state["currentStep"] == web["reason"]
    await fold_request(gateway, made["export"]["id"])
    _, listed = await ann.call("GET", EXPORTS)
    assert listed["exports"][0]["currentStep"] == state["currentStep"]

    sign = WorkerHeartbeat(
        name="w", version="1", platforms=("web",), started_at=now(), in_hand=(), draining=True
    )
    for change, available, reason in (
        ({}, False, "draining"),
        ({"draining": False, "open_breakers": {"packager-web": "OSError"}}, False, "breaker"),
        ({"draining": False}, True, "queue"),
    ):
        signs = await gateway.nc.jetstream().key_value(worker_registry.BUCKET)
        await signs.put("w", msgspec.json.encode(msgspec.structs.replace(sign, **change)))
        assert (await _platform(ann, "web"))["available"] == available
        while state["waitingReason"] != reason:
            _, shown = await ann.call("GET", f"{EXPORTS}/{made['export']['id']}")
            state = shown["export"]


@pytest.mark.parametrize(
    ("templates", "versions", "reason"),
    [
        ({"player": "1.2.3", "web-builder": "1"}, ["1.2.3"], None),
        ({"web-builder": "1"}, [], "No project in the engine's own format can be exported"),
        ({"player": "1.2.3"}, ["1.2.3"], "No page that has to be built can be exported"),
        ({}, [], "No page that has to be built and no project in the engine's own format can be"),
    ],
)
async def test_platforms_tell_which_templates_their_workers_have(
    gateway: Gateway,
    templates: dict[str, str],
    versions: list[str],
    reason: str | None,
) -> None:
    """From the workers' own signs of life; what one has, another may lack."""
    sign = WorkerHeartbeat(
        name="w", version="1", platforms=("web",), templates=templates, started_at=now(), in_hand=()
    )
    signs = await gateway.nc.jetstream().key_value(worker_registry.BUCKET)
    await signs.put("w", msgspec.json.encode(sign))
    _, body = await gateway.user("ann").call("GET", "/api/platforms")
    web = next(p for p in body["platforms"] if p["platform"] == "web")
    assert web["available"]  # a page of its own needs no player
    assert web["templates"] == [
        {"name": "player", "neededFor": "engine-projects", "versions": versions},
        {
            "name": "web-builder",
            "neededFor": "built-pages",
            "versions": [templates["web-builder"]] if "web-builder" in templates else [],
        },
    ]
    assert (web["reason"] or "").startswith(reason or "")
    assert bool(web["reason"]) == bool(reason)


async def test_a_platform_that_no_worker_can_pack_is_refused(gateway: Gateway) -> None:
    """Told beforehand with the reason, and 422 instead of an export that only waits."""
    ann = gateway.user("ann")
    await ann.push("game", {"index.html": b"<title>Game</title>Game"})
    without = WorkerHeartbeat(
        name="w", version="1", platforms=("linux",), started_at=now(), in_hand=()
    )
    able = msgspec.structs.replace(
        without, name="v", templates={"shell": "1"}, signing_keys={"linux": ("default", "studio")}
    )
    signs = await gateway.nc.jetstream().key_value(worker_registry.BUCKET)
    await signs.put("w", msgspec.json.encode(without))
    linux = await _platform(ann, "linux")
    assert not linux["available"]
    assert "shell" in linux["reason"]
    assert not linux["signingConfigured"]
    status, problem = await ann.call(
        "POST", "/api/projects/game/export", json={"platform": "linux"}
    )
    assert (status, problem["code"]) == (422, "platform-unavailable")
    assert "make templates" in problem["detail"]

    await signs.put("v", msgspec.json.encode(able))  # one that can is enough
    linux = await _platform(ann, "linux")
    assert linux["available"]
    assert linux["signingKeys"] == ["default", "studio"]
    status, _ = await ann.call("POST", "/api/projects/game/export", json={"platform": "linux"})
    assert status == 202


async def test_nobody_is_refused_by_what_was_known_a_moment_ago(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests go by workers as they were lately; before one is refused, they are looked at."""
    monkeypatch.setattr(worker_registry, "KNOWN_S", 600.0)
    ann = await ann_with_game(gateway)
    without = WorkerHeartbeat(
        name="w", version="1", platforms=("linux",), started_at=now(), in_hand=()
    )
    signs = await gateway.nc.jetstream().key_value(worker_registry.BUCKET)
    await signs.put("w", msgspec.json.encode(without))
    assert (await ann.call("POST", EXPORTS, json={"platform": "linux"}))[0] == 422
    able = msgspec.structs.replace(without, templates={"shell": "1"})
    await signs.put("w", msgspec.json.encode(able))
    assert (await ann.call("POST", EXPORTS, json={"platform": "linux"}))[0] == 202


async def test_what_has_to_be_built_is_refused_without_a_builder(gateway: Gateway) -> None:
    """Pages that lie deeper are always built; beside a page at the top nobody knows yet."""
    ann = gateway.user("ann")
    app = {"app/package.json": b"{}", "app/index.html": b"<title>Game</title>Game"}
    await ann.push("deep", {"package.json": b"{}", **app})
    await ann.push("page", {"package.json": b"{}", "index.html": b"<title>Game</title>Game"})
    without = WorkerHeartbeat(
        name="w", version="1", platforms=("web",), started_at=now(), in_hand=()
    )
    signs = await gateway.nc.jetstream().key_value(worker_registry.BUCKET)
    await signs.put("w", msgspec.json.encode(without))
    answers = {}
    for name in ("deep", "page"):
        url = f"/api/projects/{name}/export"
        answers[name] = await ann.call("POST", url, json={"platform": "web"})
    status, problem = answers["deep"]
    assert (status, problem["code"]) == (422, "platform-unavailable")
    assert "web-builder" in problem["detail"]
    assert answers["page"][0] == 202


async def test_an_engine_project_without_any_player_is_refused(gateway: Gateway) -> None:
    """A page of its own needs none; one worker that has it, or nobody alive, is no reason."""
    ann = gateway.user("ann")
    scene = {"game.json": b"{}", "scenes/main.json": b"{}"}
    await ann.push("engine", scene)
    await ann.push("page", {**scene, "index.html": b"<title>Game</title>Game"})
    without = WorkerHeartbeat(
        name="w", version="1", platforms=("web",), started_at=now(), in_hand=()
    )
    able = msgspec.structs.replace(without, name="v", templates={"player": "1"})

    async def ask(project: str) -> tuple[int, Any]:
        url = f"/api/projects/{project}/export"
        return await ann.call("POST", url, json={"platform": "web"})

    assert (await ask("engine"))[0] == 202
    signs = await gateway.nc.jetstream().key_value(worker_registry.BUCKET)
    await signs.put("w", msgspec.json.encode(without))
    status, problem = await ask("engine")
    assert (status, problem["code"]) == (422, "platform-unavailable")
    assert "runtime template player" in problem["detail"]
    assert (await ask("page"))[0] == 202
    await signs.put("v", msgspec.json.encode(able))
    assert (await ask("engine"))[0] == 202


@pytest.mark.parametrize(
    ("wanted", "code", "remedy"),
    [
        (
            {"configuration": "distribution"},
            "signing-required",
            "PACKAGER_SIGNING_DIR/macos/default",
        ),
        ({"options": {"signingKey": "studio"}}, "signing-key-unknown", "operators set one up"),
    ],
)
async def test_what_nobody_can_sign_is_refused(
    gateway: Gateway, wanted: dict[str, Any], code: str, remedy: str
) -> None:
    """422 with how to configure it, instead of an export that fails; one key anywhere is enough."""
    ann = gateway.user("ann")
    await ann.push("game", {"index.html": b"<title>Game</title>Game"})
    request = {"platform": "macos", **wanted}
    status, _ = await ann.call("POST", EXPORTS, json=request)
    assert status == 202  # nobody alive says nothing: packagers scale to none
    sign = WorkerHeartbeat(
        name="w",
        version="1",
        platforms=("macos", "windows"),
        templates={"shell": "1"},
        signing_keys={"windows": ("default", "studio")},
        started_at=now(),
        in_hand=(),
    )
    signs = await gateway.nc.jetstream().key_value(worker_registry.BUCKET)
    await signs.put("w", msgspec.json.encode(sign))
    status, problem = await ann.call("POST", EXPORTS, json=request)
    assert (status, problem["code"]) == (422, code)
    assert remedy in problem["detail"]
    status, _ = await ann.call("POST", EXPORTS, json={"platform": "macos"})
    assert status == 202

    able = msgspec.structs.replace(sign, name="v", signing_keys={"macos": ("default", "studio")})
    await signs.put("v", msgspec.json.encode(able))
    status, _ = await ann.call("POST", EXPORTS, json=request)
    assert status == 202


async def _full(*_: object, **__: object) -> None:
    raise StreamFullError("EXPORTS is 81 % full")


def _too_many(_rate: CellRate, _user_id: str) -> None:
    raise TooManyRequestsError("slowly", 7)


async def _platform(caller: Caller, name: str) -> dict[str, Any]:
    _, body = await caller.call("GET", "/api/platforms")
    found: dict[str, Any] = next(p for p in body["platforms"] if p["platform"] == name)
    return found
