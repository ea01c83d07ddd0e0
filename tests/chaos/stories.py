"""What users do, story by story."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp

from cli import api_client as api
from cli.api_client import ApiError
from cli.exit_codes import UnreachableError
from cli.project_folder import read_folder
from cli.watch import follow
from shared.errors import UnavailableError
from shared.jetstream.publishing import publish
from tests.chaos.progress import while_moving
from tests.pushing import push_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path
    from random import Random

    from nats.js import JetStreamContext

    from cli.api_client import Client
    from shared.storage.bucket import Storage
    from tests.chaos.story import Story
    from tests.chaos.world import World

CONFLICT = 409
PROJECTS = 4


async def patiently(act: Callable[[], Awaitable[Any]]) -> Any:
    """Repeat what got no answer, as a user with an Idempotency-Key may."""
    while True:
        try:
            return await act()
        except (UnreachableError, UnavailableError, aiohttp.ClientError, TimeoutError):
            await asyncio.sleep(0.5)


class Users:
    """Everybody who exports something."""

    def __init__(
        self,
        client: Client,
        operator: Client,
        *,
        js: JetStreamContext,
        storage: Storage,
        random: Random,
        folder: Path,
    ) -> None:
        self._client = client
        self._operator = operator
        self._js = js
        self._storage = storage
        self._random = random
        self._folder = folder
        self._broken = asyncio.Event()  # every story of a lost project has failed
        self._taken: dict[str, bytes] = {}
        self._files: dict[str, dict[str, bytes]] = {}  # of each project, as last pushed
        self._pushes = 0

    async def prepare(self) -> None:
        """Good projects, one without an icon, and one whose files the storage has lost."""
        for number in range(PROJECTS):
            size = self._random.choice([10_000, 400_000, 4_000_000])
            files = {"index.html": b"<!doctype html><title>x</title>x", "data.bin": b""}
            files["data.bin"] = self._random.randbytes(size)
            files |= {f"level{n}.json": b'{"n": %d}' % n for n in range(20)}
            await self._push(f"good{number}", files)
        await self._push("invalid", {"index.html": b"<p>no icon</p>"})
        await self.lose("lost")

    async def lose(self, project: str) -> None:
        """A project whose files the storage no longer has, until they are mended."""
        page = b"<p>%s</p>" % project.encode()
        await self._push(project, {"index.html": page, "big.bin": bytes(5_000)})
        taken = {}
        async for item in self._storage.objects(f"projects/{project}/"):
            if "/snapshots/" not in item.key:
                taken[item.key] = await self._storage.get(item.key)
        await self._storage.delete(list(taken))
        self._taken |= taken

    async def live(self, stories: list[Story], *, at_once: int, pause_s: float = 0.3) -> None:
        """Live all stories, a few at a time, for as long as something moves."""
        await while_moving(self._live(stories, at_once=at_once, pause_s=pause_s), stories)

    async def _live(self, stories: list[Story], *, at_once: int, pause_s: float) -> None:
        slots = asyncio.Semaphore(at_once)
        lost = [story for story in stories if story.kind == "lost"]
        failed = 0

        async def one(story: Story) -> None:
            nonlocal failed
            async with slots:
                await self.tell(story)
            if story.kind == "lost":
                failed += 1
                if failed == len(lost):
                    await self.mend()
                    self._broken.set()
                await self._broken.wait()
                await self.come_back(story)
            story.final = (await patiently(lambda: self._client.get(story.path)))["export"]

        async with asyncio.TaskGroup() as group:
            for story in stories:
                group.create_task(one(story))
                await asyncio.sleep(self._random.uniform(0, 2 * pause_s))

    async def tell(self, story: Story) -> None:
        """Live one story, to the first end of its export."""
        await getattr(self, f"_{story.kind}")(story)

    async def _push(self, project: str, files: dict[str, bytes]) -> None:
        self._files[project] = files
        self._pushes += 1
        folder = self._folder / f"{project}-{self._pushes}"
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        found = read_folder(folder)
        await patiently(lambda: push_folder(self._client, project, found))

    async def _edit(self, project: str) -> None:
        """Something small, rarely something large, and again: the first edit is never exported."""
        for _ in range(2):
            large = self._random.random() < 0.1
            name, size = ("data.bin", 9_000_000) if large else ("level3.json", 500)
            edited = {**self._files[project], name: self._random.randbytes(size)}
            await self._push(project, edited)

    async def mend(self) -> None:
        """Give the storage back what it had lost."""
        for key, data in self._taken.items():
            await patiently(partial(self._storage.put, key, data))

    async def _watch(self, story: Story) -> None:
        """From the first line on, whatever was seen of it before."""

        async def watch() -> None:
            story.lines.clear()
            await follow(self._client, story.path, story)

        await patiently(watch)

    async def _valid(self, story: Story) -> None:
        """Some makers change their game first."""
        project = f"good{self._random.randrange(PROJECTS)}"
        if self._random.random() < 0.3:
            await self._edit(project)
        await self.request(story, project)
        await self._watch(story)

    async def _twin(self, story: Story) -> None:
        """The same request twice at once is one export."""
        await self.request(story, f"good{self._random.randrange(PROJECTS)}", twice=True)
        await self._watch(story)

    async def _signed(self, story: Story) -> None:
        """By a program with a child, either of which may be killed with its packager."""
        await self.request(story, "good0", platform="linux", key="good")
        await self._watch(story)

    async def _phone(self, story: Story) -> None:
        """Signed by its project's own key, which is made for the first of them."""
        await self.request(story, f"good{story.number % PROJECTS}", platform="android")
        await self._watch(story)

    async def _deadly(self, story: Story) -> None:
        """It kills every worker that tries it."""
        await self.request(story, "good0", platform="linux", key="deadly")
        await self._watch(story)

    async def _cancel(self, story: Story) -> None:
        """Among them builds that would not end by themselves."""
        if story.number % 3:
            await self.request(story, f"good{self._random.randrange(PROJECTS)}")
        else:
            await self.request(story, "good0", platform="linux", key="endless")
        await asyncio.sleep(self._random.uniform(0, 2))
        try:
            await patiently(lambda: self._client.send("POST", f"{story.path}/cancel"))
            story.cancel = "accepted"
        except ApiError as error:
            if error.status != CONFLICT:
                raise
            story.cancel = "refused"
        await self._watch(story)
        while story.cancel == "accepted" and not await self.stopped(story):  # noqa: ASYNC110
            await asyncio.sleep(0.3)

    async def stopped(self, story: Story) -> bool:
        """Whether its receipt has come."""
        shown = await patiently(lambda: self._client.get(story.path))
        receipt = shown["export"]["cancelReceipt"]
        return receipt is not None and receipt["stoppedAt"] is not None

    async def _invalid(self, story: Story) -> None:
        """Fails by a fault of its project; as it is it cannot be tried again."""
        await self.request(story, "invalid", platform="web", icon="icon.png")
        await self._watch(story)
        try:
            await self._act(f"{story.path}/retry", None)
        except ApiError as refused:
            assert "export the project anew" in str(refused), refused  # noqa: PT017 - the claim
        else:
            raise AssertionError(f"{story.id} was started again")

    async def _lost(self, story: Story) -> None:
        await self.request(story, story.project or "lost")
        await self._watch(story)

    async def _garbage(self, story: Story) -> None:
        """Bytes that are no event, under headers that say whose they are."""
        story.id, story.project = str(uuid.uuid4()), "good0"
        headers = {
            "Nats-Msg-Id": f"garbage:{story.id}",
            "Aethel-Export-Id": story.id,
            "Aethel-Project-Id": story.project,
            "Aethel-User-Id": "player",
            "Aethel-Generation": "1",
        }
        subject = f"exports.requested.web.{story.id}"
        data = b"\xff\xfe garbage"
        await patiently(lambda: publish(self._js, subject, data, headers, patience_s=60))
        while True:
            try:
                await patiently(lambda: self._client.get(story.path))
                break
            except ApiError:  # 404 until it is a dead letter
                await asyncio.sleep(0.3)
        await self._watch(story)

    async def come_back(self, story: Story) -> None:
        """Its files are there again: an operator replays it, or its user retries it."""
        await (self._replay if story.number % 2 else self._again)(story)

    async def _again(self, story: Story) -> None:
        await self._act(f"{story.path}/retry", None)
        await self._watch(story)

    async def _replay(self, story: Story) -> None:
        """An operator does it, twice, because the first answer may have been lost."""
        shown = await patiently(lambda: self._client.get(story.path))
        path = f"/api/admin/dead-letters/{shown['export']['deadLetter']}/replay"
        body = {"reason": "its files are back"}
        for _ in range(2):
            await patiently(lambda: self._operator.send("POST", path, body))
        await self._watch(story)

    async def request(
        self,
        story: Story,
        project: str,
        *,
        platform: str = "",
        key: str = "",
        icon: str = "",
        twice: bool = False,
    ) -> None:
        """Some ask for what was made before, most for something of their own."""
        story.project = project
        same = self._random.random() < 0.2
        options = {"appVersion": "1.0.0" if same else f"1.1.{story.number}"}
        options |= {"signingKey": key} if key else {}
        options |= {"appIcon": icon} if icon else {}
        body = {
            "platform": platform or self._random.choice(["web", "source"]),
            "options": options,
        }
        asked_as = uuid.UUID(int=self._random.getrandbits(128)).hex
        path = f"/api/projects/{project}/export"
        asked = [self._act(path, body, asked_as) for _ in range(2 if twice else 1)]
        ids = {answer["export"]["id"] for answer in await asyncio.gather(*asked)}
        assert len(ids) == 1, ids
        (story.id,) = ids

    async def _act(self, path: str, body: Any, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return await patiently(lambda: self._client.send("POST", path, body, **headers))


@asynccontextmanager
async def connected(world: World) -> AsyncIterator[tuple[Client, Client]]:
    """A player's and an operator's connection."""
    operator = world.token("operator", role="admin")
    async with (
        api.connect(world.gateway_url, world.token()) as client,
        api.connect(world.gateway_url, operator) as admin,
    ):
        yield client, admin
