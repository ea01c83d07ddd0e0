"""The reuse responder ends exports with the artifact of an earlier build of the same inputs.

Packagers ask before they build. What is recorded is not believed: the artifact must be ready, its
life is extended before anything is said of it, and its object must be there. Otherwise the answer
is no, and the packager builds.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import nats.errors
import structlog
from msgspec import UNSET

from shared.domain.events import ExportCompleted, now
from shared.domain.log_keys import keys_of
from shared.domain.reuse import ANSWER_S, ReuseAnswer, ReuseQuestion
from shared.errors import StorageRefusedError, UnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.progress_reporter import ProgressReporter
from shared.jetstream.topology import REUSE, UPLOADER
from shared.storage.multipart_check import is_committed
from shared.tracing.context import TraceContext, within

if TYPE_CHECKING:
    from datetime import timedelta

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from services.uploader.artifact_claims import ArtifactClaims
    from shared.domain.events import ExportRequested
    from shared.jetstream.chatter import ChatterOutbox
    from shared.storage.bucket import Storage
    from shared.stores.build_results import BuildResult, BuildResults

log = structlog.get_logger()

AT_ONCE: Final = 64  # questions in work; who asks beyond that builds
FIND_S: Final = 3.0  # of the time for an answer: the rest is for what follows
PUBLISH_S: Final = 1.0  # after which a stream that is away is not tried again
DRAIN_S: Final = 2.0  # for what the server sent before it knew that this process stops


class ReuseResponder:
    """Answers packagers; any number of uploaders share the questions."""

    def __init__(
        self,
        nc: Client,
        storage: Storage,
        claims: ArtifactClaims,
        results: BuildResults,
        *,
        ttl: timedelta,
        outbox: ChatterOutbox | None = None,
    ) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._events = EventLog(self._js)
        self._storage = storage
        self._claims = claims
        self._results = results
        self._ttl = ttl
        self._outbox = outbox
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Answer until told to stop."""
        subscription = await self._nc.subscribe(REUSE, queue=UPLOADER, cb=self._on_question)
        try:
            await stop.wait()
        finally:
            with suppress(nats.errors.Error, TimeoutError):  # away: then nothing comes any more
                async with asyncio.timeout(DRAIN_S):
                    await subscription.drain()  # type: ignore[no-untyped-call]
            if self._answers:
                await asyncio.wait(self._answers)

    async def _on_question(self, message: Msg) -> None:
        if len(self._answers) >= AT_ONCE:
            await self._say(message, completed=False)
            return
        task = asyncio.create_task(self._answer(message))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, message: Msg) -> None:
        completed = False
        try:
            question = msgspec.json.decode(message.data, type=ReuseQuestion)
        except msgspec.MsgspecError as error:  # of a later version
            log.warning("reuse.failed", error=repr(error))
        else:
            with (
                within(TraceContext.of_headers(message.headers)),
                structlog.contextvars.bound_contextvars(**keys_of(question.event)),
            ):
                completed = await self._try_to_complete(question)
        await self._say(message, completed=completed)

    async def _try_to_complete(self, question: ReuseQuestion) -> bool:
        """Whatever goes wrong on the way, or takes too long, the export must be built then.

        What was published too late ends it all the same, and the build was for nothing.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._complete(question)
        except (UnavailableError, StorageRefusedError, TimeoutError) as error:
            log.warning("reuse.failed", error=repr(error))
        except Exception:
            log.exception("reuse.failed")  # our bug
        return False

    async def _say(self, message: Msg, *, completed: bool) -> None:
        with suppress(nats.errors.Error):
            await message.respond(msgspec.json.encode(ReuseAnswer(completed)))

    async def _complete(self, question: ReuseQuestion) -> bool:
        """Whether the stream holds a completion of the export now, from whomever."""
        event, inputs = question.event, question.inputs
        async with asyncio.timeout(FIND_S):
            result = await self._results.find(event.project_id, inputs)
            completed = await self._completion(event, result) if result else None
        if result is None or completed is None:
            return False
        await asyncio.gather(
            self._results.keep(event.project_id, inputs, result, until=completed.expires_at),
            self._tell_maker(event, result),
        )
        first = (await self._events.publish_first(completed, patience_s=PUBLISH_S)).event
        if first == completed:
            log.info("export.reused", built_at=result.built_at.isoformat(timespec="seconds"))
        return isinstance(first, ExportCompleted)

    async def _completion(
        self, event: ExportRequested, result: BuildResult
    ) -> ExportCompleted | None:
        """The end of the export, whose artifact lives on; None where that is gone."""
        key = result.artifact_key
        record = await self._claims.extend(event.project_id, key, now() + self._ttl)
        if record is None or not await is_committed(self._storage, record.artifact):
            return None
        return ExportCompleted(
            **event.identity,
            artifact=record.artifact,
            expires_at=record.expires_at,
            build_s=0.0,
            warnings=result.warnings or UNSET,
            built_at=result.built_at,
        )

    async def _tell_maker(self, event: ExportRequested, result: BuildResult) -> None:
        """Before its end, as nobody looks for lines behind that; so it is true without it, too."""
        reporter = ProgressReporter(self._js, event.export_id, event.generation, self._outbox)
        reporter.log(
            "Nothing has changed since the same export was built, on "
            f"{result.built_at:%Y-%m-%d at %H:%M} UTC: its artifact is there already."
        )
        await reporter.finish()
