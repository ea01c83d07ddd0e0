"""The books: what must be true of a run, whatever was killed in it."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, defaultdict
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from nats.js.errors import NotFoundError

from shared.domain.events import AnyEvent, TerminalEvent, decode_event
from shared.jetstream import topology
from shared.jetstream.batch_get import read_stored
from shared.jetstream.log_reader import decode_line
from shared.worker.retry import parts_left
from tests.apks import tool
from tests.chaos.story import described
from tests.consumers import at_rest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from nats.aio.client import Client as Nats

    from cli.api_client import Client
    from tests.chaos.late_lines import LateLines
    from tests.chaos.story import Story

REASONS = {"lost": "retries-exhausted", "garbage": "undecodable", "deadly": "crash-loop"}
WHERE_FROM = ("Packed ", "Nothing has changed since the same export was built")
TERMINAL_EVENTS = {"completed", "failed", "canceled"}
EXPECTED = {
    "valid": "completed",
    "twin": "completed",
    "signed": "completed",
    "phone": "completed",
    "invalid": "failed",
    "lost": "completed",  # after its files came back and it was started again
    "garbage": "failed",
    "deadly": "failed",
}


async def settled(nc: Nats) -> None:
    """Wait until no message waits or is in flight, for anybody."""
    js = nc.jetstream(timeout=2)
    for consumer in topology.CONSUMERS:
        await at_rest(js, consumer.durable_name or "")


class Ledger:
    """Collects what is wrong, in words."""

    def __init__(self, nc: Nats, client: Client, stories: Sequence[Story], late: LateLines) -> None:
        self._nc = nc
        self._js = nc.jetstream(timeout=60)
        self._client = client
        self._stories = stories
        self._late = late
        self.wrong: list[str] = []

    async def check(self) -> list[str]:
        """Everything that its users can see, and the streams."""
        events = await decodable(self._js)
        for story in self._stories:
            self._check_end(story, [event for event in events if event.export_id == story.id])
            self._check_seen(story)
        self._check_terminal_events(events)
        await self._check_letters()
        await self._check_downloads()
        await self._check_minutes()
        await self._check_logs()
        await self._check_debug_keys()
        return self.wrong

    def _claim(self, holds: Any, story: Story, what: str) -> None:
        if not holds:
            self.wrong.append(f"{what}: {described(story)}")

    def _check_end(self, story: Story, events: list[AnyEvent]) -> None:
        final = story.final
        if story.kind == "cancel":
            expected = "canceled" if story.cancel == "accepted" else "completed"
        else:
            expected = EXPECTED[story.kind]
        self._claim(final["status"] == expected, story, f"ended {final['status']}, not {expected}")
        if story.kind == "invalid":
            good = final["errorCode"] and final["failedStage"] == "build" and final["error"]
            self._claim(
                good and final["deadLetter"] is None, story, "a maker's error without reason"
            )
        if story.kind in {"garbage", "deadly"}:
            letter = final["deadLetter"]
            named = letter and f"dead letter {letter}" in final["error"]
            self._claim(named, story, "a dead letter that the error does not name")
        if expected == "canceled":
            receipt = final["cancelReceipt"]
            good = receipt["stoppedAt"] and (receipt["partsAborted"] or parts_left(events))
            self._claim(good, story, f"a receipt that says nothing: {receipt}")

    def _check_seen(self, story: Story) -> None:
        """The WebSocket showed every end, and progress never fell within a generation."""
        last: dict[int, float] = {}
        ended = set()
        for state in story.states:
            generation = state["generation"]
            self._claim(state["progress"] >= last.get(generation, 0.0), story, "progress fell")
            last[generation] = state["progress"]
            if state["status"] in {"completed", "failed", "canceled"}:
                ended.add((generation, state["status"]))
            self._claim(
                state["status"] != "completed" or state["progress"] == 100, story, "not quite done"
            )
        generations = {generation for generation, _ in ended}
        expected = set(range(1, story.final["generation"] + 1))
        self._claim(generations == expected, story, f"ends seen: {ended}")

    def _check_terminal_events(self, events: list[AnyEvent]) -> None:
        count = Counter(
            (event.export_id, event.generation)
            for event in events
            if isinstance(event, TerminalEvent)
        )
        wanted = {
            (story.id, generation)
            for story in self._stories
            for generation in range(1, story.final["generation"] + 1)
        }
        for key in wanted | set(count):
            if count[key] != 1 or key not in wanted:
                self.wrong.append(f"{count[key]} terminal events of {key}")

    async def _check_letters(self) -> None:
        """There is one for each export that must have one; kills make none."""
        letters: Counter[tuple[str, str]] = Counter()
        for letter in await all_messages(self._js, topology.DEAD_LETTERS):
            letters[letter.subject.rpartition(".")[2], letter.headers["Aethel-Reason"]] += 1
        wanted = Counter(
            {(story.id, REASONS[story.kind]): 1 for story in self._stories if story.kind in REASONS}
        )
        if letters != wanted:
            self.wrong.append(
                f"dead letters: {letters - wanted} too many, {wanted - letters} missing"
            )

    async def _check_downloads(self) -> None:
        for story in self._stories:
            if story.final["status"] != "completed":
                continue
            digest = hashlib.sha256()
            async with self._client.open(story.final["downloadUrl"]) as answer:
                async for block in answer.content.iter_chunked(1 << 20):
                    digest.update(block)
            same = digest.hexdigest() == story.final["sha256"]
            self._claim(same, story, "the download is not what was promised")

    async def _check_debug_keys(self) -> None:
        """All applications of a project are signed by one key, or none installs over another."""
        signed: defaultdict[str, set[str]] = defaultdict(set)
        for story in self._stories:
            if story.kind == "phone" and story.final["status"] == "completed":
                async with self._client.open(story.final["downloadUrl"]) as answer:
                    signed[story.project].add(await asyncio.to_thread(_signer, await answer.read()))
        for project, certificates in signed.items():
            if len(certificates) != 1:
                self.wrong.append(f"{len(certificates)} keys have signed {project}")

    async def _check_minutes(self) -> None:
        quota = await self._client.get("/api/quota")
        used = 0.0
        for story in self._stories:
            ends = {s["generation"]: s for s in [*story.states, story.final] if s["completedAt"]}
            used += sum(state["buildMinutesUsed"] or 0.0 for state in ends.values())
        if abs(quota["used"] - used) > 0.01 or quota["reserved"] != 0:
            self.wrong.append(f"minutes: {used} by the exports, {quota}")

    async def _check_logs(self) -> None:
        """Every artifact's log says where it comes from, and its watcher saw all up to the end.

        A second worker on the same job may write a line when another has already ended it. A line
        that cannot be sent is lost with its worker: no export waits for it.
        """
        ended = await self._ends()
        for story in self._stories:
            if story.kind == "garbage" or story.id not in ended:
                continue
            kept = (await self._client.get(f"{story.path}/logs"))["logs"]
            if story.final["status"] == "completed" and not self._late.at(ended[story.id]):
                told = any(line["message"].startswith(WHERE_FROM) for line in kept)
                self._claim(told, story, "no line about where its artifact comes from")
            seen = set(story.lines)
            stored = await read_stored(self._nc, topology.LOGS, f"logs.{story.id}")
            due = [line for line in stored if line.at <= ended[story.id]]
            lost = {(line.seq, decode_line(line.payload).message) for line in due} - seen
            self._claim(not lost or story.cancel, story, f"lines not seen: {lost}")
            self._claim(len(seen) == len(story.lines), story, "lines seen twice")

    async def _ends(self) -> dict[str, datetime]:
        """When each export's last terminal event was stored, by the clock of nats-server."""
        ends = {}
        for message in await all_messages(self._js, topology.EXPORTS):
            _, event, _, export_id = message.subject.split(".")
            if event in TERMINAL_EVENTS:
                ends[export_id] = message.time
        return ends


def _signer(package: bytes) -> str:
    """The certificate of a package, as Android's own tool names it."""
    with NamedTemporaryFile(suffix=".apk") as file:
        file.write(package)
        file.flush()
        said = tool("apksigner", "verify", "--print-certs", file.name)
    (line,) = (line for line in said.splitlines() if "certificate SHA-256" in line)
    return line.split()[-1]


async def decodable(js: Any) -> list[AnyEvent]:
    """All events but those that nobody could read."""
    found = await all_messages(js, topology.EXPORTS)
    return [decode_event(m.data) for m in found if not m.data.startswith(b"\xff")]


async def all_messages(js: Any, stream: str) -> list[Any]:
    """A stream from its first to its last message."""
    info = await js.stream_info(stream)
    found = []
    for seq in range(max(info.state.first_seq, 1), info.state.last_seq + 1):
        try:
            found.append(await js.get_msg(stream, seq=seq))
        except NotFoundError:
            continue
    return found
