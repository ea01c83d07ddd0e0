"""What operators do: dead letters, replays, the audit, and a look at everything."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromQuery, JSONBody, PathParameter, QueryParameter

from services.gateway.http.auth import operators_only
from services.gateway.http.pagination import LAST_SEQ, open_seq_token, seq_token
from services.gateway.http.problem_docs import refusals
from services.gateway.operators.bulk_replay import Job, Order
from services.gateway.operators.dead_letters import Filter, told
from services.gateway.routes.given import (
    TheAudit,
    TheExports,
    TheInfrastructure,
    TheJobs,
    TheLetters,
    TheReplays,
    TheUser,
    TheWorkers,
)
from shared.domain.events import decode_event
from shared.stores.worker_registry import WorkerHeartbeat

if TYPE_CHECKING:
    from services.gateway.exports.exports import Exports
    from services.gateway.operators.dead_letters import Letter
    from shared.jetstream.batch_get import Stored

OfLetter = Annotated[int, PathParameter(ge=1, le=LAST_SEQ)]
OfJob = Annotated[str, PathParameter(pattern="^[0-9a-f]{32}$")]
PageSize = Annotated[int, QueryParameter(ge=1, le=200)]
LOG_TAIL = 50
STACK_HEADER = "Aethel-Stack"


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Goes into the audit."""

    reason: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class Drop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which letters to drop."""

    filter: Filter
    limit: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    dry_run: bool = False
    reason: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class DeadLetterRoutes(Controller):
    """``/api/admin/dead-letters``."""

    path = "/admin/dead-letters"
    tags = ["operators"]  # noqa: RUF012 - Litestar reads a plain list
    guards = [operators_only]  # noqa: RUF012 - likewise

    @get("/")
    async def index(
        self,
        letters: TheLetters,
        consumer: FromQuery[str | None] = None,
        reason: FromQuery[str | None] = None,
        cause: FromQuery[str | None] = None,
        platform: FromQuery[str | None] = None,
        group_by: FromQuery[Literal["cause"] | None] = None,
        page_size: PageSize = 50,
        page_token: FromQuery[str | None] = None,
    ) -> dict[str, Any]:
        """Letters, newest first, or how many have died of which cause."""
        wanted = Filter(consumer=consumer, reason=reason, cause=cause, platform=platform)
        if group_by is not None:
            return {"groups": await letters.groups(wanted)}
        page, next_seq = await letters.newest(
            wanted, before_seq=open_seq_token(page_token), limit=page_size
        )
        return {"deadLetters": page, "nextPageToken": seq_token(next_seq)}

    @get("/{seq:int}", responses=refusals(404))
    async def show(self, seq: OfLetter, letters: TheLetters, exports: TheExports) -> dict[str, Any]:
        """All that is known of one letter."""
        message = await letters.get(seq)
        (letter,) = await letters.standing([told(message)])
        return {"deadLetter": letter, **await _inside(message, letter, exports)}

    @post("/{seq:int}/replay", status_code=202, responses=refusals(404, 409))
    async def replay(
        self, seq: OfLetter, user: TheUser, replays: TheReplays, data: JSONBody[Why | None] = None
    ) -> dict[str, Any]:
        """Let its export go on under the same id; a second time changes nothing."""
        done = await replays.replay(seq, user, reason=data.reason if data else "")
        state = done.document.state
        return {
            "success": True,
            "duplicate": done.duplicate,
            "export": {
                "id": state.id,
                "projectId": state.project_id,
                "status": state.status,
                "generation": state.generation,
            },
        }

    @post("/replay", status_code=202)
    async def replay_many(
        self, data: JSONBody[Order], user: TheUser, jobs: TheJobs, audit: TheAudit
    ) -> dict[str, str]:
        """Replay all letters that match, oldest first, as a job that can be watched."""
        await audit.record("replay-many", user, reason=data.reason, order=msgspec.to_builtins(data))
        return {"job": (await jobs.order(data, user)).id}

    @post("/drop", status_code=200)
    async def drop_many(
        self, data: JSONBody[Drop], user: TheUser, letters: TheLetters, audit: TheAudit
    ) -> dict[str, Any]:
        """Remove all letters that match, oldest first."""
        found = [letter.seq async for letter in letters.oldest(data.filter)]
        chosen = found[: data.limit]
        if not data.dry_run:
            target = {"filter": msgspec.to_builtins(data.filter), "seqs": chosen}
            await audit.record("drop-many", user, reason=data.reason, **target)
            for seq in chosen:
                await letters.drop(seq)
        return {"matching": len(found), "dropped": 0 if data.dry_run else len(chosen)}

    @delete("/{seq:int}", responses=refusals(404))
    async def drop(
        self,
        seq: OfLetter,
        user: TheUser,
        letters: TheLetters,
        audit: TheAudit,
        reason: Annotated[str, QueryParameter(max_length=1_000)] = "",
    ) -> None:
        """Remove one letter; its export stays failed."""
        letter = told(await letters.get(seq))
        await audit.record(
            "drop", user, reason=reason, seq=seq, exportId=letter.export_id, cause=letter.cause
        )
        await letters.drop(seq)


class OperatorRoutes(Controller):
    """The rest of ``/api/admin``."""

    path = "/admin"
    tags = ["operators"]  # noqa: RUF012 - Litestar reads a plain list
    guards = [operators_only]  # noqa: RUF012 - likewise

    @get("/replays/{job:str}", responses=refusals(404))
    async def show_job(self, job: OfJob, jobs: TheJobs) -> Job:
        """How far a job is."""
        return await jobs.get(job)

    @get("/audit")
    async def show_audit(
        self,
        audit: TheAudit,
        page_size: PageSize = 50,
        page_token: FromQuery[str | None] = None,
    ) -> dict[str, Any]:
        """Who did what, when and why, newest first."""
        before = open_seq_token(page_token)
        found = await audit.newest(before_seq=before, limit=page_size + 1)
        page = found[:page_size]
        more = len(found) > page_size
        entries = [{"seq": e.seq, **msgspec.to_builtins(e.entry)} for e in page]
        return {"audit": entries, "nextPageToken": seq_token(page[-1].seq) if more else None}

    @get("/workers")
    async def show_workers(self, workers: TheWorkers) -> dict[str, list[WorkerHeartbeat]]:
        """Who is there, in which version, and works on what."""
        return {"workers": await workers.living()}

    @get("/infrastructure/status")
    async def show_infrastructure(self, infrastructure: TheInfrastructure) -> dict[str, Any]:
        """How NATS, its streams and consumers, and the storage are."""
        return await infrastructure.status()


async def _inside(message: Stored, letter: Letter, exports: Exports) -> dict[str, Any]:
    """Headers (without those of the reading itself), the event, the stack, the end of the log."""
    lines = await exports.lines(letter.export_id) if letter.export_id else []
    stack = message.headers.get(STACK_HEADER, "").replace("\\n", "\n")
    return {
        "headers": {
            name: value
            for name, value in message.headers.items()
            if name != STACK_HEADER and not name.startswith("Nats-")
        },
        **_payload(message.payload),
        "stack": stack,
        "log": [
            {"seq": s.seq, "ts": s.line.at, "level": s.line.level, "message": s.line.message}
            for s in lines[-LOG_TAIL:]
        ],
    }


def _payload(payload: bytes) -> dict[str, Any]:
    try:
        return {"event": decode_event(payload), "payload": None, "decodeError": None}
    except msgspec.MsgspecError as error:
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            text = "base64:" + base64.b64encode(payload).decode()
        return {"event": None, "payload": text, "decodeError": str(error)}
