"""Dead letters: list, look into, replay, drop."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from services.gateway.dependencies import CurrentUser, Injected
from services.gateway.http.auth import require_operator
from services.gateway.http.pagination import open_seq_token, seq_token
from services.gateway.http.parameters import DeadLetterSeq, PageSize
from services.gateway.http.problem_docs import WITH_BODY, problem_responses
from services.gateway.operators.bulk_replay import BulkReplayRequest
from services.gateway.operators.dead_letter_view import DeadLetterFilter, from_headers
from services.gateway.operators.drop import BulkDropRequest
from services.gateway.responses.exports import log_lines
from services.gateway.responses.operators import (
    BulkDropAnswer,
    BulkReplayJob,
    DeadLetterDetail,
    DeadLetterGroups,
    DeadLetterPage,
    ReplayAnswer,
)
from shared.domain.events import decode_event
from shared.domain.visible_text import check_visible

if TYPE_CHECKING:
    from services.gateway.exports.exports import Exports
    from services.gateway.operators.dead_letter_view import DeadLetter
    from shared.jetstream.batch_get import Stored

LOG_TAIL = 50
STACK_HEADER = "Aethel-Stack"


class AuditReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why something is done; it goes into the audit log."""

    reason: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class DeadLetterRoutes(Controller):
    """``/api/admin/dead-letters``."""

    path = "/admin/dead-letters"
    tags = ["operators"]  # noqa: RUF012 - Litestar reads a plain list
    guards = [require_operator]  # noqa: RUF012 - likewise

    @get("/", responses=problem_responses(403))
    async def index(
        self,
        *,
        deps: Injected,
        consumer: FromQuery[str | None] = None,
        reason: FromQuery[str | None] = None,
        cause: FromQuery[str | None] = None,
        platform: FromQuery[str | None] = None,
        group_by: FromQuery[Literal["cause"] | None] = None,
        page_size: PageSize = 50,
        page_token: FromQuery[str | None] = None,
    ) -> DeadLetterPage | DeadLetterGroups:
        """Dead letters, newest first, or how many there are of each cause."""
        wanted = DeadLetterFilter(consumer=consumer, reason=reason, cause=cause, platform=platform)
        if group_by is not None:
            return DeadLetterGroups(groups=await deps.dead_letters.groups(wanted))
        page, next_seq = await deps.dead_letters.newest(
            wanted, before_seq=open_seq_token(page_token), limit=page_size
        )
        return DeadLetterPage(dead_letters=page, next_page_token=seq_token(next_seq))

    @get("/{seq:int}", responses=problem_responses(403, 404))
    async def show(self, seq: DeadLetterSeq, deps: Injected) -> DeadLetterDetail:
        """All that is known of one letter."""
        message = await deps.dead_letters.get(seq)
        (letter,) = await deps.dead_letters.with_dispositions([from_headers(message)])
        return await _detail(message, letter, deps.exports)

    @post(
        "/{seq:int}/replay", status_code=202, responses=problem_responses(*WITH_BODY, 403, 404, 409)
    )
    async def replay(
        self,
        seq: DeadLetterSeq,
        user: CurrentUser,
        deps: Injected,
        data: JSONBody[AuditReason | None] = None,
    ) -> ReplayAnswer:
        """Let its export go on under the same id; a second time changes nothing."""
        reason = _reason(data.reason) if data else ""
        replayed = await deps.replayer.replay(seq, user, reason=reason)
        return ReplayAnswer.of(replayed)

    @post("/replay", status_code=202, responses=problem_responses(*WITH_BODY, 403))
    async def replay_many(
        self, data: JSONBody[BulkReplayRequest], user: CurrentUser, deps: Injected
    ) -> BulkReplayJob:
        """Replay all letters that match, oldest first, as a job that can be watched."""
        _reason(data.reason)
        return BulkReplayJob(job=(await deps.bulk_replays.create(data, user)).id)

    @post("/drop", status_code=200, responses=problem_responses(*WITH_BODY, 403))
    async def drop_many(
        self, data: JSONBody[BulkDropRequest], user: CurrentUser, deps: Injected
    ) -> BulkDropAnswer:
        """Remove all letters that match, oldest first; says what came of each."""
        _reason(data.reason)
        drop = await deps.dropper.drop_many(data, user)
        return BulkDropAnswer(matching=drop.matching, dropped=drop.dropped, results=drop.results)

    @delete("/{seq:int}", responses=problem_responses(403, 404))
    async def drop(
        self,
        seq: DeadLetterSeq,
        user: CurrentUser,
        deps: Injected,
        reason: Annotated[str, QueryParameter(max_length=1_000)] = "",
    ) -> None:
        """Remove one letter; its export stays failed."""
        await deps.dropper.drop(seq, user, reason=_reason(reason))


def _reason(text: str) -> str:
    return check_visible("reason", text, multiline=True)


async def _detail(message: Stored, letter: DeadLetter, exports: Exports) -> DeadLetterDetail:
    """Headers (without those of the reading itself), the event, the stack, the end of the log."""
    lines = await exports.last_lines(letter.export_id) if letter.export_id else []
    stack = message.headers.get(STACK_HEADER, "").replace("\\n", "\n")
    return DeadLetterDetail(
        dead_letter=letter,
        headers={
            name: value
            for name, value in message.headers.items()
            if name != STACK_HEADER and not name.startswith("Nats-")
        },
        **_payload(message.payload),
        stack=stack,
        log=log_lines(lines[-LOG_TAIL:]),
    )


def _payload(payload: bytes) -> dict[str, Any]:
    try:
        event = decode_event(payload)
    except msgspec.MsgspecError as error:
        return {"event": None, "payload": _text(payload), "decode_error": str(error)}
    return {"event": msgspec.to_builtins(event), "payload": None, "decode_error": None}


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(payload).decode()
