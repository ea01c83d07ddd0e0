from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.gateway.exports.start import GenerationStarter
from services.gateway.settings import UserLimits
from services.status.projector import Projector
from shared.domain.build_minutes import Account, QuotaExceededError, Reservation
from shared.domain.events import (
    ExportCanceled,
    ExportCompleted,
    ExportFailed,
    ExportRequested,
    Failure,
    TerminalEvent,
    now,
)
from shared.domain.options import ExportOptions
from shared.errors import TooManyRequestsError
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.service.cell_rate import CellRate
from shared.stores.quota import Quota
from shared.stores.usage import Usages
from tests.integration.gateway.conftest import Caller
from tests.unit.sample_events import ARTIFACT, OOPS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.js import JetStreamContext

    from tests.integration.gateway.conftest import Gateway

EXPORTS = "/api/projects/game/export"
WEB = {"platform": "web"}  # reserves 3 minutes
MINE = Failure(code="project-invalid", message="It has no index.html.")
TRIAL_MINUTES = 10
COPIES = 5


@pytest.fixture
async def ann(gateway: Gateway) -> Caller:
    """A user with a project and the smallest plan."""
    caller = gateway.user("ann", plan="starter_trial")
    await caller.push("game", {"index.html": b"<p>"})
    return caller


@asynccontextmanager
async def projector(js: JetStreamContext) -> AsyncIterator[None]:
    """The status service folds, and so settles."""
    stop = asyncio.Event()
    task = asyncio.create_task((await Projector.bind(js)).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def asked(caller: Caller, **options: Any) -> str:
    """A new export."""
    status, body = await caller.call("POST", EXPORTS, json=WEB, **options)
    assert status == 202, body
    return str(body["export"]["id"])


async def end(
    js: JetStreamContext, export_id: str, kind: type[TerminalEvent], **fields: Any
) -> None:
    """Let it end."""
    found = await EventLog(js).last(export_id)
    assert found is not None
    await EventLog(js).publish(kind(**found[1].identity, **fields))


async def quota_of(caller: Caller) -> tuple[float, float, float]:
    """Used, reserved, available."""
    _, body = await caller.call("GET", "/api/quota")
    return body["used"], body["reserved"], body["available"]


async def until_settled(caller: Caller, reserved: float = 0) -> tuple[float, float, float]:
    """The quota once nothing more than that is reserved."""
    while True:
        quota = await quota_of(caller)
        if quota[1] <= reserved:
            return quota
        await asyncio.sleep(0.02)


def a_start(number: int) -> ExportRequested:
    """An export of ann's, as a gateway is about to ask for it."""
    return ExportRequested(
        export_id=f"01900000-0000-7000-8000-{number:012}",
        project_id="game",
        user_id="ann",
        platform="web",
        configuration="release",
        options=ExportOptions(),
        snapshot="a" * 64,
        created_at=now(),
        at=now(),
    )


async def only_key(js: JetStreamContext) -> str:
    """The one key that anybody has sent."""
    (key,) = await (await KeyValueStore.bind(js, "idempotency", dict)).keys()
    return key


async def until_folded(js: JetStreamContext, seq: int) -> None:
    """The status service has gone past that event."""
    while True:
        info = await js.consumer_info("EXPORTS", "status")
        if info.ack_floor and info.ack_floor.stream_seq >= seq:
            return
        await asyncio.sleep(0.02)


async def test_an_export_reserves_minutes_and_a_short_plan_says_no(ann: Caller) -> None:
    """Three times three of ten; the fourth is refused with what is there and what is needed."""
    for _ in range(3):
        await asked(ann)
    assert await quota_of(ann) == (0, 9, 1)
    status, problem = await ann.call("POST", EXPORTS, json=WEB)
    assert (status, problem["code"]) == (402, "quota-exceeded")
    assert problem["error"]
    assert (problem["available"], problem["required"], problem["upgradeRequired"]) == (1, 3, True)
    status, _ = await ann.call("POST", EXPORTS, json={"platform": "source"})
    assert status == 202


async def test_racing_requests_cannot_reserve_more_than_there_is(ann: Caller) -> None:
    """Of ten at once three are accepted, whichever they are."""
    answers = await asyncio.gather(*(ann.call("POST", EXPORTS, json=WEB) for _ in range(10)))
    assert sorted(status for status, _ in answers) == [202] * 3 + [402] * 7
    assert await quota_of(ann) == (0, 9, 1)


async def test_several_gateways_reserve_no_more_than_there_is(js: JetStreamContext) -> None:
    """However their writes race; what a settled one gives back is taken by the next."""
    gateways = [await Quota.bind(js) for _ in range(3)]
    starts = [a_start(number) for number in range(60)]
    racing = [
        gateways[number % 3].reserve(start, limit=TRIAL_MINUTES)
        for number, start in enumerate(starts)
    ]
    found = await asyncio.gather(*racing, return_exceptions=True)
    taken = [start for start, error in zip(starts, found, strict=True) if error is None]
    assert len(taken) == 3
    assert {type(error) for error in found} == {type(None), QuotaExceededError}
    ends = [ExportCanceled(**start.identity, reason="enough") for start in taken]
    await asyncio.gather(*(gateways[0].settle(end) for end in [*ends, *ends]))
    account = await gateways[1].account("ann")
    assert (account.used, account.reserved) == (0, 0)


async def test_a_refused_request_leaves_nothing_behind(ann: Caller, js: JetStreamContext) -> None:
    """Its key stands for nothing: the same request may be sent again, and is counted then."""
    headers, body = {"Idempotency-Key": "k"}, {"platform": "windows"}
    await asked(ann)
    await asked(ann)
    status, problem = await ann.call("POST", EXPORTS, json=body, headers=headers)
    assert (status, problem["required"]) == (402, 5)
    assert await (await KeyValueStore.bind(js, "idempotency", dict)).get(await only_key(js)) is None
    rich = Caller(ann.session, ann.url, "ann", plan="pro")
    assert (await rich.call("POST", EXPORTS, json=body, headers=headers))[0] == 202
    assert (await (await Usages.bind(js)).of("ann")).exports == 3


async def test_the_same_request_reserves_once(ann: Caller, js: JetStreamContext) -> None:
    """Repeated at once, later, and even after the export has been paid for."""
    headers = {"Idempotency-Key": "k"}
    ids = await asyncio.gather(*(asked(ann, headers=headers) for _ in range(5)))
    assert len(set(ids)) == 1
    assert await quota_of(ann) == (0, 3, 7)
    async with projector(js):
        await end(js, ids[0], ExportCompleted, artifact=ARTIFACT, expires_at=now(), build_s=61)
        assert await until_settled(ann) == (1.1, 0, 8.9)
        assert await asked(ann, headers=headers) == ids[0]
    assert await quota_of(ann) == (1.1, 0, 8.9)


async def test_copies_of_a_request_that_race_count_once(
    ann: Caller, js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All have been counted before any has begun: the others are given back, the day's, too."""
    begin, waiting, together = GenerationStarter.begin, 0, asyncio.Event()

    async def at_once(starter: GenerationStarter, start: Any, user: Any, **options: Any) -> Any:
        nonlocal waiting
        waiting += 1
        if waiting == COPIES:
            together.set()
        await together.wait()
        return await begin(starter, start, user, **options)

    monkeypatch.setattr(GenerationStarter, "begin", at_once)
    headers = {"Idempotency-Key": "k"}
    ids = await asyncio.gather(*(asked(ann, headers=headers) for _ in range(COPIES)))
    usage = await (await Usages.bind(js)).of("ann")
    assert (len(set(ids)), usage.exports) == (1, 1)
    owed = usage.paid_off["exportsPerDay"] - now()
    assert owed < 2 * timedelta(days=1) / UserLimits().exports_per_day
    assert (await js.stream_info("EXPORTS")).state.messages == 1


@pytest.mark.parametrize(
    ("kind", "fields", "used"),
    [
        (ExportCompleted, {"artifact": ARTIFACT, "expires_at": now(), "build_s": 61}, 1.1),
        (ExportFailed, {"stage": "build", "error": MINE, "build_s": 61}, 1.1),
        (ExportFailed, {"stage": "build", "error": OOPS, "dead_letter": "7"}, 0),
        (ExportCanceled, {"reason": "enough"}, 0),
    ],
    ids=["completed", "the project's fault", "not the project's fault", "canceled"],
)
async def test_minutes_are_settled_when_it_ends(
    ann: Caller,
    js: JetStreamContext,
    kind: type[TerminalEvent],
    fields: dict[str, Any],
    used: float,
) -> None:
    """Real minutes where its maker answers for it, nothing otherwise; the state says the same."""
    export_id = await asked(ann)
    async with projector(js):
        await end(js, export_id, kind, **fields)
        assert await until_settled(ann) == (used, 0, TRIAL_MINUTES - used)
    _, body = await ann.call("GET", f"{EXPORTS}/{export_id}")
    assert body["export"]["buildMinutesUsed"] == used


async def test_a_fact_that_comes_twice_is_charged_once(ann: Caller, js: JetStreamContext) -> None:
    """Also where the second one lies in the stream itself, beyond any window."""
    export_id = await asked(ann)
    async with projector(js):
        await end(js, export_id, ExportCompleted, artifact=ARTIFACT, expires_at=now(), build_s=61)
        await until_settled(ann)
        found = await js.get_msg("EXPORTS", subject=f"exports.completed.web.{export_id}")
        again = await js.publish(found.subject or "", found.data or b"")
        await until_folded(js, again.seq)
    assert await quota_of(ann) == (1.1, 0, 8.9)


async def test_every_generation_is_reserved_for_itself(ann: Caller, js: JetStreamContext) -> None:
    """A retry needs minutes too; of racing ones one is reserved and charged."""
    export_id = await asked(ann)
    async with projector(js):
        await end(js, export_id, ExportCompleted, artifact=ARTIFACT, expires_at=now(), build_s=540)
        assert await until_settled(ann) == (9, 0, 1)
        assert (await ann.call("POST", f"{EXPORTS}/{export_id}/retry"))[0] == 402
        rich = Caller(ann.session, ann.url, "ann", plan="pro")
        calls = [rich.call("POST", f"{EXPORTS}/{export_id}/retry") for _ in range(5)]
        assert sorted(s for s, _ in await asyncio.gather(*calls)) == [202] + [409] * 4
        assert (await quota_of(rich))[:2] == (9, 3)


async def test_a_reservation_whose_request_was_never_accepted_is_released(
    ann: Caller, js: JetStreamContext
) -> None:
    """The gateway died in between: after a while the minutes are there again."""
    lost = ExportRequested(
        export_id="01900000-0000-7000-8000-000000000009",
        project_id="game",
        user_id="ann",
        platform="web",
        configuration="release",
        options=ExportOptions(),
        snapshot="a" * 64,
        created_at=now(),
        at=now() - timedelta(minutes=11),
    )
    quota = await Quota.bind(js)
    await quota.reserve(lost, limit=TRIAL_MINUTES)
    await quota.reserve(msgspec.structs.replace(lost, generation=2, at=now()), limit=TRIAL_MINUTES)
    kept = await asked(ann)
    accounts = await KeyValueStore.bind(js, "quota", Account)
    (key,) = await accounts.keys()
    found = await accounts.get(key)
    assert found is not None
    assert len(found.value.reservations) == 3
    assert (await quota_of(ann))[1] == 6
    found = await accounts.get(key)
    assert found is not None
    assert {f"{kept}:1", f"{lost.export_id}:2"} == found.value.reservations.keys()


async def test_a_quota_is_read_in_a_bounded_number_of_requests(
    gateway: Gateway, ann: Caller, js: JetStreamContext
) -> None:
    """However many reservations are old, and whether anybody has heard of them."""
    kept = await asked(ann)
    accounts = await KeyValueStore.bind(js, "quota", Account)
    (key,) = await accounts.keys()
    found = await accounts.get(key)
    assert found is not None
    old = now() - timedelta(minutes=11)
    names = [f"01900000-0000-7000-8000-{number:012}:1" for number in range(3_000)]
    many = {name: Reservation(1, old) for name in (f"{kept}:1", *names)}
    account = msgspec.structs.replace(found.value, reservations=many)
    await accounts.replace(key, account, revision=found.revision)
    before = gateway.nc.stats["out_msgs"]
    await quota_of(ann)
    assert gateway.nc.stats["out_msgs"] - before < 50
    rich = Caller(ann.session, ann.url, "ann", plan="studio")  # too few are left until all are gone
    await asked(rich)
    assert gateway.nc.stats["out_msgs"] - before < 200
    found = await accounts.get(key)
    assert found is not None
    assert len(found.value.reservations) == 2
    assert f"{kept}:1" in found.value.reservations


async def test_an_export_that_crosses_the_month_is_settled_where_it_was_reserved(
    js: JetStreamContext,
) -> None:
    """IdempotencyRecord for on the 31st, completed on the 1st."""
    asked_at = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)
    start = ExportRequested(
        export_id="01900000-0000-7000-8000-000000000009",
        project_id="game",
        user_id="auth0|ünn@example",
        platform="web",
        configuration="release",
        options=ExportOptions(),
        snapshot="a" * 64,
        created_at=asked_at,
        at=asked_at,
    )
    quota = await Quota.bind(js)
    await quota.reserve(start, limit=None)
    done = {**start.identity, "at": asked_at + timedelta(minutes=2)}
    terminal_event = ExportCompleted(**done, artifact=ARTIFACT, expires_at=now(), build_s=60)
    for _ in range(2):
        await quota.settle(terminal_event)
    accounts = await KeyValueStore.bind(js, "quota", Account)
    (key,) = await accounts.keys()
    found = await accounts.get(key)
    assert found is not None
    assert key.endswith(".2026-01")
    assert (found.value.used, found.value.reservations) == (1, {})
    assert found.value.duration_ms == 120_000


async def test_an_unlimited_plan_is_counted_and_not_limited(gateway: Gateway) -> None:
    """A token without a plan has the default one, here that of the local stack."""
    ann = gateway.user("ann")
    await ann.push("game", {"index.html": b"<p>"})
    for _ in range(5):
        await asked(ann)
    _, body = await ann.call("GET", "/api/quota")
    assert (body["plan"], body["limit"], body["available"]) == ("unlimited", None, None)
    assert body["reserved"] == 15


async def ended_exports(caller: Caller) -> dict[str, Any]:
    """The numbers of this month."""
    _, body = await caller.call("GET", "/api/exports/metrics")
    metrics: dict[str, Any] = body["metrics"]
    return metrics


async def test_metrics_are_the_callers_own_and_all_for_an_operator(
    gateway: Gateway, ann: Caller, js: JetStreamContext
) -> None:
    """Completed, failed and waiting exports of this month."""
    done, failed, _ = [await asked(ann) for _ in range(3)]
    async with projector(js):
        await end(js, done, ExportCompleted, artifact=ARTIFACT, expires_at=now(), build_s=6)
        await end(js, failed, ExportFailed, stage="build", error=MINE)
        await until_settled(ann, reserved=3)
    for caller in (ann, gateway.user("ops", role="admin")):
        metrics = await ended_exports(caller)
        assert (metrics["success"], metrics["failed"], metrics["completed"]) == (1, 1, 2)
        assert metrics["totalDurationMs"] > 0
        assert metrics["since"] <= metrics["updatedAt"]
    assert (await ended_exports(ann))["backlog"] == 1
    ops = await ended_exports(gateway.user("ops", role="admin"))
    assert ops["backlog"] == 3  # no worker has taken their messages away
    _, body = await gateway.user("eve").call("GET", "/api/exports/metrics")
    assert (body["metrics"]["completed"], body["metrics"]["backlog"]) == (0, 0)


async def test_too_many_requests_say_when_to_come_again(
    gateway: Gateway, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429 with Retry-After, for new exports and retries alike."""
    del gateway
    export_id = await asked(ann)
    monkeypatch.setattr(CellRate, "take", _too_many)
    for path in (EXPORTS, f"{EXPORTS}/{export_id}/retry"):
        answer = await ann.session.post(ann.url + path, json=WEB, headers=ann.headers)
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
        assert (await answer.json(content_type=None))["retryable"]


def _too_many(_rate: CellRate, _user_id: str) -> None:
    raise TooManyRequestsError("slowly", 7)
