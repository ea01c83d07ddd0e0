"""No user of NATS may do what it never does: a run of everything is held against the table."""

from __future__ import annotations

import asyncio
import os
import re
import uuid
from typing import TYPE_CHECKING

import aiohttp
import msgspec

from cli.watch import follow
from services.status.document_news import DocumentNews
from services.status.recovery.max_deliveries import MaxDeliveriesHandler
from services.status.recovery.open_exports import OpenExports
from services.status.recovery.reaper import Reaper
from services.status.websocket.access import PROTOCOL
from shared.domain.events import ExportCanceled, ExportRequested
from shared.domain.export_document import Document
from shared.jetstream import api_subjects as api
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.permissions import OPERATOR, SWEPT, USERS
from shared.jetstream.publishing import publish
from shared.settings import NatsSettings
from shared.stores.debug_keys import DebugKey, DebugKeys
from shared.stores.exports import bind_exports
from shared.stores.open_exports import OpenExportsNotes
from shared.stores.play_links import INDEX, Target
from tests.chaos.run import load
from tests.chaos.story import Kind, Story
from tests.nats_users import matches, used
from tests.unit.sample_events import requested

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.run import Load

KINDS: list[Kind] = ["cancel", "lost", "lost", "cancel", "valid", "invalid", "garbage", "deadly"]
NOBODYS = "macos"  # no packager of this run builds for it
SLOTS = 4  # of both packagers together
PATIENCE_S = 300.0
REASON = {"reason": "the table is compared with what is done"}

# What a short run does not bring about, and where it is seen instead.
ELSEWHERE = {
    ("gateway", "exports.packaged.*.*"): "an upload had failed: tests/integration/gateway",
    (
        "packager",
        api.message_get("KV_workers"),
    ): "a build out of turn: integration/worker",
    **{
        ("packager", subject): "an application for Android: integration/packager/test_debug_keys.py"
        for subject in (
            api.message_get(topology.DEBUG_KEYS_BUCKET.stream),
            topology.DEBUG_KEYS_BUCKET.subjects,
        )
    },
    ("packager", topology.preview_subject("*")): "no film is made: tests/integration/packager/film",
    ("status", topology.preview_subject("*")): "no film is watched: status/test_previews.py",
    **{
        ("packager", subject): "a film: tests/integration/packager/film"
        for subject in (
            topology.slice_subject("*", "*", "*"),
            api.consumer_info(topology.FILMS, topology.FILM_SLICES),
            api.next_message(topology.FILMS, topology.FILM_SLICES),
            api.acknowledgements(topology.FILMS, topology.FILM_SLICES),
            api.message_get(topology.FILMS),
            api.direct_get(topology.FILMS),
            api.message_get(topology.FILMS_BUCKET.stream),
            api.stream_info(topology.FILMS_BUCKET.stream),
            topology.FILMS_BUCKET.subjects,
        )
    },
    **{
        (user, api.message_get(topology.FILMS)): "a slice waits: test_nats_users.py"
        for user in ("gateway", "status")
    },
    ("status", "exports.packaged.*.*"): "an upload's message was lost: as a build's, by the reaper",
    ("uploader", "exports.attempt-failed.*.*"): "the storage was away: test_being_away",
    **{
        ("uploader", subject): "an upload takes a tenth of a second: test_chaos.py, on every server"
        for subject in (topology.progress_subject("*"), api.message_get(topology.PROGRESS))
    },
    **{
        (user, api.message_get(topology.ADVISORIES)): "an advisory waits: test_nats_users.py"
        for user in ("gateway", "status")
    },
    (OPERATOR, topology.GAP): "a restore: tests/drills/test_restore.py",
    **{
        (OPERATOR, subject): "sweep --now: tests/integration/test_operators_commands.py"
        for subject in (
            "exports.canceled.*.*",
            *(bucket.subjects for bucket in (*SWEPT, topology.DEBUG_KEYS_BUCKET)),
        )
    },
}
# Of these one platform stands for all: which of them a run builds for is no question of rights.
PLATFORMS = re.compile(r"packager-[a-z]+")


def unused(said: dict[str, set[tuple[str, str]]]) -> set[tuple[str, str]]:
    """Users and their patterns that nothing of a run lies within."""
    never, families = set(), set()
    for user, granted in USERS.items():
        for verb in ("publish", "subscribe"):
            subjects = {subject for known, subject in said.get(user, ()) if known == verb}
            for pattern in getattr(granted, verb):
                family = (user, PLATFORMS.sub("packager-*", pattern))
                if any(matches(pattern, subject) for subject in subjects):
                    families.add(family)
                elif (user, pattern) not in ELSEWHERE:
                    never.add(family)
    return never - families


async def _users_and_operators(here: Load) -> None:
    """Everything that can be asked for."""
    stories = [Story(kind, number) for number, kind in enumerate(KINDS)]
    await here.users.live(stories, at_once=len(stories), pause_s=0.1)
    valid = next(story for story in stories if story.kind == "valid")
    project = f"/api/projects/{valid.project}"
    client, operator = here.client, here.operator
    for path in (valid.path, f"{valid.path}/logs", project, f"{project}/export"):
        await client.get(path)
    for path in ("/api/projects", "/api/platforms", "/api/quota", "/api/exports/metrics"):
        await client.get(path)
    await client.send("POST", f"{valid.path}/ticket")
    async with client.open(f"{client.url}{valid.path}/download") as answer:
        await answer.read()
    await client.send("PUT", f"{project}/members/ann", {"role": "viewer"})
    await client.delete(f"{project}/members/ann")
    letters = (await operator.get("/api/admin/dead-letters"))["deadLetters"]
    await operator.get("/api/admin/dead-letters", group_by="cause")
    await operator.get(f"/api/admin/dead-letters/{letters[0]['seq']}")
    for path in ("audit", "workers", "infrastructure/status", "usage", "usage/player"):
        await operator.get(f"/api/admin/{path}")
    await operator.send("POST", "/api/admin/dead-letters/replay", {**REASON, "dry_run": True})
    await operator.send(
        "POST", "/api/admin/dead-letters/drop", {**REASON, "filter": {}, "limit": 1}
    )


async def _waiting(here: Load) -> None:
    """More builds that do not end than there are slots: the last ones wait, and are watched."""
    stories = [Story("cancel", number) for number in range(SLOTS + 1)]
    for story in stories:
        await here.users.request(story, "good0", platform="linux", key="endless")
    while not any([await _position(here, story) for story in stories]):  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    bearer = here.world.token()
    async with aiohttp.ClientSession() as session:
        for story in stories:
            url = f"{here.world.env['AETHEL_WS_URL']}/export/{story.id}"
            async with session.ws_connect(url, protocols=[PROTOCOL, bearer]) as socket:
                while (await socket.receive_json())["type"] != "export-status":
                    continue
    for story in stories:
        await here.client.send("POST", f"{story.path}/cancel")
    for story in stories:
        while not await here.users.stopped(story):  # noqa: ASYNC110 - the service is asked
            await asyncio.sleep(0.2)


async def _position(here: Load, story: Story) -> int | None:
    position: int | None = (await here.client.get(story.path))["export"]["position"]
    return position


async def _same_again(here: Load) -> None:
    """An artifact that is there already is used again, and its log says so."""
    body = {"platform": "source", "options": {"appVersion": "9.9.9"}}
    for number in range(2):
        story = Story("valid", number)
        story.project = "good0"
        asked = await here.client.request_export(story.project, body)
        story.id = asked["export"]["id"]
        await follow(here.client, story.path, story)


async def _uploaders_dead_letter(here: Load) -> None:
    """What is no event, where uploads are asked for."""
    export_id = str(uuid.uuid4())
    headers = {
        "Aethel-Export-Id": export_id,
        "Aethel-Project-Id": "good0",
        "Aethel-User-Id": "player",
        "Aethel-Generation": "1",
    }
    subject = f"exports.packaged.web.{export_id}"
    await publish(here.nc.jetstream(timeout=60), subject, b"\xff", headers, patience_s=60)


async def _given_up(here: Load) -> None:
    """JetStream's word that a message was delivered too often, as it would send it."""
    js = here.nc.jetstream(timeout=60)
    published = await EventLog(js).publish(_nobodys("good0"))
    durable = topology.packager_durable(NOBODYS)
    subject = f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{topology.EXPORTS}.{durable}"
    advisory = {
        "stream": topology.EXPORTS,
        "consumer": durable,
        "stream_seq": published.seq,
        "deliveries": 2,
    }
    await js.publish(subject, msgspec.json.encode(advisory))


async def _lost(here: Load) -> None:
    """A message is gone, and the reaper, more impatient than the service's, queues it again."""
    js = here.nc.jetstream(timeout=60)
    event = _nobodys("good0")
    durable = topology.packager_durable(NOBODYS)
    seq = (await EventLog(js).publish(event)).seq
    taking = await js.pull_subscribe_bind(durable, stream=topology.EXPORTS)
    while (await _floor(here, durable)) < seq:
        for message in await taking.fetch(1, timeout=60):
            await message.ack_sync()
    await taking.unsubscribe()
    settings = NatsSettings(url=here.world.nats_url("status"))
    nc, stop = await connect(settings, name="status", patience_s=60), asyncio.Event()
    handler = MaxDeliveriesHandler(nc.jetstream(timeout=60))
    async with DocumentNews(nc) as news:
        exports = OpenExports(nc, news, await OpenExportsNotes.bind(nc.jetstream(timeout=60)))
        documents = await bind_exports(nc.jetstream(timeout=60))
        reaper = Reaper(nc, exports, documents, handler, attempt_s=900, patience_s=0.5)
        reaping = asyncio.create_task(reaper.run(stop, interval_s=0.5))
        events = EventLog(js)
        while (await events.last_seq(event.export_id)) == seq:  # noqa: ASYNC110 - the stream is asked
            await asyncio.sleep(0.1)
        stop.set()
        await reaping
    await nc.close()


async def _floor(here: Load, durable: str) -> int:
    info = await here.nc.jetstream(timeout=60).consumer_info(topology.EXPORTS, durable)
    return info.ack_floor.stream_seq if info.ack_floor else 0


async def _deleted(here: Load) -> None:
    """A project goes, and the sweeper ends what was asked for behind its back; so does a token."""
    js = here.nc.jetstream(timeout=60)
    tokens = await KeyValueStore.bind(js, topology.PLAY_LINKS_BUCKET.name, Target)
    await tokens.create(f"{INDEX}opens-nothing", Target(project_id="gone", export_id=None))
    debug_keys = await DebugKeys.bind(js)
    await debug_keys.of("good1", lambda _: DebugKey(private_key=b"", certificate=b""))
    exports = await KeyValueStore.bind(js, topology.EXPORTS_BUCKET.name, Document)
    story = Story("valid", 100)
    await here.users.request(story, "good1", platform="web")
    await follow(here.client, story.path, story)
    await here.client.send("POST", f"{story.path}/play")
    await here.client.delete("/api/projects/good1")
    late = _nobodys("good1")
    await EventLog(js).publish(late)
    while not await _is_canceled(here, late.export_id):  # noqa: ASYNC110 - the stream is asked
        await asyncio.sleep(0.2)
    while await exports.get(f"good1.{late.export_id}"):  # noqa: ASYNC110 - erased with the project
        await asyncio.sleep(0.2)


async def _administration(here: Load, folder: Path) -> None:
    """Streams are applied and copied: one is so large that its pieces are acknowledged."""
    for _ in range(4):
        await here.nc.jetstream(timeout=60).publish("logs.large", os.urandom(100_000))
    await asyncio.to_thread(here.world.cli, "streams", "apply")
    await asyncio.to_thread(here.world.cli, "streams", "backup", str(folder))


async def _is_canceled(here: Load, export_id: str) -> bool:
    events = await EventLog(here.nc.jetstream(timeout=60)).of(export_id)
    return any(isinstance(event, ExportCanceled) for _, event in events)


def _nobodys(project_id: str) -> ExportRequested:
    return msgspec.structs.replace(
        requested(),
        export_id=str(uuid.uuid4()),
        project_id=project_id,
        user_id="player",
        platform=NOBODYS,
    )


async def test_every_permission_is_used(tmp_path: Path) -> None:
    """Exports, logs, cancels, retries, dead letters, operators' reads, deletions, recovery."""
    async with load(tmp_path, seed=6, trace=True, UPLOADER_SWEEP_INTERVAL_S="2") as here:
        await _users_and_operators(here)
        await _waiting(here)
        await _same_again(here)
        await _uploaders_dead_letter(here)
        await _given_up(here)
        await _lost(here)
        await _deleted(here)
        await _administration(here, tmp_path / "backup")
        (log,) = here.world.nats_logs
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while never := unused(used(log)):
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(3)
    assert not never
