"""Everything is backed up while it runs, lost, and restored into servers that are empty."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec

from cli.api_client import ApiError
from cli.stream_backup import open_backup
from shared.domain.build_minutes import Account
from shared.domain.events import now
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.storage import keys
from shared.storage.bucket import open_storage
from shared.storage.permissions import BACKUP
from tests.chaos.run import load
from tests.chaos.stories import connected, patiently
from tests.chaos.story import Story
from tests.chaos.world import world
from tests.servers import as_role
from tests.signing import program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from nats.aio.client import Client as Nats

    from cli.api_client import Client
    from shared.storage.bucket import Storage
    from tests.chaos.run import Load
    from tests.chaos.world import World

ENDED = {"completed", "failed", "canceled"}
UNDER_WAY = 6  # more than two packagers build at a time: the others wait
MOST_LISTED = 100  # of a project
PROJECTS = ("good0", "good1", "good2", "good3", "invalid", "lost")


async def shown(client: Client, story: Story) -> dict[str, Any]:
    """An export as its user sees it."""
    answer = await patiently(partial(client.get, story.path))
    state: dict[str, Any] = answer["export"]
    return state


async def ended(client: Client, story: Story) -> dict[str, Any]:
    """The same, once it has ended; the test's own time-out bounds it."""
    while (state := await shown(client, story))["status"] not in ENDED:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    return state


async def known(client: Client, story: Story) -> bool:
    """Whether there is such an export: not where it was asked for too late for the backup."""
    try:
        await shown(client, story)
    except ApiError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return False
        raise
    return True


async def check_download(client: Client, state: dict[str, Any]) -> None:
    """What comes is what was announced."""
    digest = hashlib.sha256()
    async with client.open(state["downloadUrl"]) as answer:
        async for block in answer.content.iter_chunked(1 << 18):
            digest.update(block)
    assert digest.hexdigest() == state["sha256"], state


@asynccontextmanager
async def busy(here: Load) -> AsyncIterator[list[Story]]:
    """Exports are asked for and end all the while; those that were asked for."""
    asked: list[Story] = []

    async def ask() -> None:
        while True:
            story = Story("valid", 100 + len(asked))
            await here.users.request(story, "good1")
            asked.append(story)
            await asyncio.sleep(0.25)  # each is downloaded in the end

    asking = asyncio.create_task(ask())
    try:
        yield asked
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


async def histories(here: Load) -> dict[str, list[Story]]:
    """Exports in every state: finished, failed, dead-lettered, under way and waiting."""
    kinds: dict[str, list[Story]] = {
        "completed": [Story("valid", number) for number in range(3)],
        "failed": [Story("invalid", 10)],
        "dead-lettered": [Story("lost", 11)],
        "under way": [Story("signed", 20 + number) for number in range(UNDER_WAY)],
    }
    for story in kinds["completed"]:
        await here.users.request(story, "good0")
    await here.users.request(kinds["failed"][0], "invalid", platform="web", icon="icon.png")
    await here.users.request(kinds["dead-lettered"][0], "lost")
    for kind in ("completed", "failed", "dead-lettered"):
        for story in kinds[kind]:
            story.final = await ended(here.client, story)
    for story in kinds["under way"]:
        await here.users.request(story, "good0", platform="linux", key="endless")
    await until_built(here.client, kinds["under way"])
    return kinds


async def until_built(client: Client, stories: list[Story]) -> None:
    """Wait until as many are under way as can be, and the others wait."""
    while True:
        states = [await shown(client, story) for story in stories]
        if [state["status"] for state in states].count("queued") <= len(stories) - 4:
            return
        await asyncio.sleep(0.1)


async def last_line(here: Load, story: Story) -> tuple[str, int]:
    """Where a watcher is in the log: its epoch, and the sequence of its latest line."""
    ticket = await here.client.send("POST", f"{story.path}/ticket")
    epoch, seq = "", 0
    async with await here.client.websocket(ticket["websocketUrl"]) as socket:
        while not (epoch and seq):
            message = await socket.receive_json(timeout=60)
            epoch = message.get("epoch", epoch)
            seq = message["seq"] if message["type"] == "log" else seq
    return epoch, seq


async def check_epoch(client: Client, story: Story, epoch: str, seq: int) -> None:
    """A watcher who comes back is told that this is another life of the log."""
    ticket = await client.send("POST", f"{story.path}/ticket")
    url = f"{ticket['websocketUrl']}&epoch={epoch}&after_seq={seq}"
    kinds = []
    async with await client.websocket(url) as socket:
        async for frame in socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                message = msgspec.json.decode(frame.data)
                kinds.append(message["type"])
                assert message.get("epoch") != epoch
    assert "gap" in kinds


async def check_books(nc: Nats, client: Client, lost: set[str]) -> None:
    """Lists show exports that have all ended, and nothing stays reserved for one of them.

    But for those whose events came too late for the backup: the reaper ends them in two minutes.
    """
    listed: dict[str, dict[str, Any]] = {}
    for project in PROJECTS:
        path = f"/api/projects/{project}/export"
        with client.blocking() as blocking:
            page = await asyncio.to_thread(blocking.pages, path, "exports", MOST_LISTED)
        listed |= {export["id"]: export for export in page["exports"] if export["id"] not in lost}
    assert {export["status"] for export in listed.values()} <= ENDED, listed
    accounts = await KeyValueStore.bind(nc.jetstream(), topology.QUOTA_BUCKET.name, Account)
    (key,) = await accounts.keys(f"*.{now():%Y-%m}")
    account = await accounts.get(key)
    assert account is not None
    left = {name.partition(":")[0] for name in account.value.reservations}
    assert not left & set(listed)


async def replay(
    client: Client, operator: Client, storage: Storage, story: Story, files: Any
) -> None:
    """The dead letter is as good as it was."""
    for key, data in files.items():
        await storage.put(key, data)
    path = f"/api/admin/dead-letters/{story.final['deadLetter']}/replay"
    await operator.send("POST", path, {"reason": "its files are back"})
    state = await ended(client, story)
    assert (state["status"], state["generation"]) == ("completed", 2)


async def export_anew(client: Client, version: str) -> None:
    """A project that was there before can be exported again."""
    story = Story("valid", 0, project="good2")
    body = {"platform": "web", "options": {"appVersion": version}}
    request = partial(client.send, "POST", "/api/projects/good2/export", body)
    story.id = (await patiently(request))["export"]["id"]
    state = await ended(client, story)
    assert state["status"] == "completed", state
    await check_download(client, state)


async def test_everything_comes_back_from_streams_and_bucket(tmp_path: Path) -> None:
    """Finished exports download, those under way end, dead letters are replayed, work goes on."""
    backup = tmp_path / "backup"
    copied: dict[str, bytes] = {}

    async with load(tmp_path / "old", seed=7) as here:
        stories = await histories(here)
        line = await last_line(here, stories["under way"][0])
        async with busy(here) as asked:
            while len(asked) < 5:  # noqa: ASYNC110 - a list is looked at
                await asyncio.sleep(0.05)
            before = list(asked)
            await asyncio.to_thread(here.world.cli, "streams", "backup", str(backup))
            async with open_storage(as_role(here.world.s3_settings, BACKUP)) as bucket:
                async for item in bucket.objects(keys.PROJECTS):
                    copied[item.key] = await bucket.get(item.key)
        taken = here.users._taken
        held = await here.nc.jetstream().stream_info(topology.ARTIFACTS_BUCKET.stream)

    assert any("held" in name for name in held.config.metadata or {})
    ends = program(tmp_path / "keys/linux/endless/sign", 'sha256sum "$1" | cut -c1-64 > "$1.sig"\n')

    async def fill(empty: World) -> None:
        await asyncio.to_thread(empty.cli, "streams", "restore", str(backup))
        async with open_storage(as_role(empty.s3_settings, BACKUP)) as storage:
            for key, data in copied.items():
                await storage.put(key, data)

    signing = str(ends.parents[2])
    async with (
        world(tmp_path / "new", fill, PACKAGER_SIGNING_DIR=signing) as (there, nc),
        open_storage(there.s3_settings) as storage,
        connected(there) as (client, operator),
    ):
        for story in stories["completed"]:
            assert await shown(client, story) | {"downloadUrl": "", "eta": None} == (
                story.final | {"downloadUrl": "", "eta": None}
            )
            await check_download(client, await shown(client, story))
        await check_epoch(client, stories["under way"][0], *line)
        for story in stories["under way"]:
            assert (await ended(client, story))["status"] == "completed"
        for story in before:
            await check_download(client, await ended(client, story))
        late = [story for story in asked if story not in before and await known(client, story)]
        lost = {story.id for story in late if not await EventLog(nc.jetstream()).of(story.id)}
        for story in late:
            if story.id not in lost:
                await check_download(client, await ended(client, story))
        await replay(client, operator, storage, stories["dead-lettered"][0], taken)
        await export_anew(client, "1.0.0")
        await check_books(nc, client, lost)
        manifest = open_backup(backup)
        events = await nc.jetstream().stream_info(topology.EXPORTS, subjects_filter=topology.GAP)
        assert not events.state.subjects
        assert events.state.last_seq > manifest.events_until

        await nc.jetstream().delete_stream(topology.EXPORTS)
        await asyncio.to_thread(there.cli, "streams", "apply")
        await export_anew(client, "2.0.0")  # no service was started again
