"""The WebSocket: check access, send the state of the export, then all news, until it ends."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import structlog
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath
from uvicorn.protocols.utils import ClientDisconnected

from services.status.websocket.access import PROTOCOL, AccessCheck, Refused, bad_request
from services.status.websocket.close_codes import COUNTED, GONE, NO_CODE, CloseCode
from services.status.websocket.places import SocketPlaces
from services.status.websocket.send_buffer import Outgoing, SendBuffer, outgoing
from services.status.websocket.watching import watching
from shared.domain.events import is_export_id
from shared.domain.websocket_messages import ErrorMessage, Ready
from shared.errors import UnavailableError
from shared.metrics import sockets as metrics
from shared.metrics.born import OTHER, born, known

if TYPE_CHECKING:
    from litestar.handlers import WebsocketRouteHandler

    from services.status.websocket.access import Visitor
    from services.status.websocket.hub import Hub
    from services.status.websocket.room import Room
    from shared.tokens import Ticket

AnySocket = WebSocket[Any, Any, Any]

log = structlog.get_logger()

FOLD_WAIT_S: Final = 10.0
RECEIPT_S: Final = 10.0  # for a canceled export to say that its work has stopped

born(metrics.CLOSED, code=(*sorted(COUNTED), OTHER))


class Sockets:
    """The WebSocket route, and all sockets of this process."""

    def __init__(
        self,
        hub: Hub,
        access: AccessCheck,
        stop: asyncio.Event,
        *,
        max_sockets: int,
        places: SocketPlaces | None = None,
        origins: frozenset[str],
    ) -> None:
        self._hub = hub
        self._access = access
        self._stop = stop
        self._max_sockets = max_sockets
        self._places = places or SocketPlaces()
        self._origins = frozenset() if "*" in origins else origins  # none named: any
        self._open = 0

    def route(self) -> WebsocketRouteHandler:
        """``/export/{exportId}``."""

        @websocket("/export/{export_id:str}")
        async def watch(socket: AnySocket, export_id: FromPath[str]) -> None:
            await self.serve(socket, export_id)

        return watch

    async def serve(self, socket: AnySocket, export_id: str) -> None:
        """Serve one socket.

        It is accepted first: a refusal before that reaches a browser as 1006, whatever its code.
        """
        protocols = socket.headers.get("sec-websocket-protocol", "").split(",")
        offered = [p.strip() for p in protocols if p.strip()]
        self._open += 1
        metrics.OPEN.inc()
        try:
            visitor = await self._access.visitor(
                export_id, ticket=socket.query_params.get("ticket"), offered=offered
            )
            too_fast = await self._hold_back(visitor)
            await socket.accept(subprotocols=PROTOCOL if PROTOCOL in offered else None)
            code = await self._answer(socket, export_id, offered, visitor, too_fast)
        except UnavailableError as error:
            log.warning("socket.unavailable", error=str(error), **_named(export_id))
            code = CloseCode.SHUTTING_DOWN
        except (WebSocketDisconnect, ClientDisconnected):
            _count_closed(GONE)
            return
        except Exception:
            log.exception("socket.failed", **_named(export_id))
            code = CloseCode.INTERNAL_ERROR
        finally:
            self._open -= 1
            metrics.OPEN.dec()
        _count_closed(code)
        with suppress(WebSocketDisconnect, ClientDisconnected, RuntimeError):
            await socket.close(code)

    async def _hold_back(self, visitor: Visitor | None) -> Refused | None:
        """Wait until one more socket of this user may come; the refusal where that is too long."""
        if visitor is None:
            return None
        try:
            await asyncio.sleep(self._places.wait_s(visitor.user_id))
        except Refused as refused:
            return refused
        return None

    async def _answer(
        self,
        socket: AnySocket,
        export_id: str,
        offered: list[str],
        visitor: Visitor | None,
        too_fast: Refused | None,
    ) -> int:
        """Serve the client, and return the close code; a refusal is sent before."""
        try:
            if too_fast is not None:
                raise too_fast
            return await self._converse(socket, export_id, offered, visitor)
        except Refused as refused:
            code, close_code = refused.code, int(refused.close_code)
            log.info("socket.refused", code=code, close_code=close_code, **_named(export_id))
            message = ErrorMessage(export_id=export_id, error=str(refused), code=refused.code)
            await _send(socket, outgoing(message))
            return refused.close_code

    async def _converse(
        self, socket: AnySocket, export_id: str, offered: list[str], visitor: Visitor | None
    ) -> int:
        """Send all that the client may see, and return the close code it ends with."""
        if self._stop.is_set() or self._open > self._max_sockets:
            return CloseCode.SHUTTING_DOWN
        if self._origins and socket.headers.get("origin", "") not in self._origins | {""}:
            raise Refused(CloseCode.FORBIDDEN, "forbidden", "this origin is not allowed")
        ticket = visitor.ticket if visitor else None
        if ticket is None:
            ticket = await self._access.check(
                export_id, ticket=socket.query_params.get("ticket"), offered=offered
            )
        with self._places.place(ticket):
            return await self._watch(socket, export_id, ticket)

    async def _watch(self, socket: AnySocket, export_id: str, ticket: Ticket) -> int:
        """Send what there is and what comes, and return the close code it ends with."""
        query = socket.query_params
        async with self._hub.room(ticket.project_id, export_id) as room:
            if not await room.reached(ticket.generation, ticket.seq, timeout_s=FOLD_WAIT_S):
                return CloseCode.SHUTTING_DOWN  # the fold is behind: come back
            after_seq = _after_seq(query.get("after_seq"))
            epoch, last_seq = await self._hub.epoch(after_seq or 0)
            send_buffer = SendBuffer(export_id)
            if after_seq is not None and (query.get("epoch") != epoch or after_seq > last_seq):
                send_buffer.lose(1, after_seq)  # another life of the stream: start over
                after_seq = 0
            await _send(socket, outgoing(Ready(export_id=export_id, epoch=epoch)))
            resumed = after_seq is not None
            metrics.OPENED.labels("resumed" if resumed else "new").inc()
            with watching(room, ticket, send_buffer, resumed=resumed) as watched:
                watched.code = await self._pump(socket, room, send_buffer, after_seq)
            return watched.code

    async def _pump(
        self, socket: AnySocket, room: Room, send_buffer: SendBuffer, after_seq: int | None
    ) -> int:
        """Send until the export ends, the client goes, or its room or the hub has it closed."""
        room.join(send_buffer, after_seq=after_seq)
        if self._stop.is_set():  # all that were there before have been told
            send_buffer.close(CloseCode.SHUTTING_DOWN)
        sending = asyncio.create_task(_send_all(socket, send_buffer))
        going = asyncio.create_task(_until_gone(socket))
        ends: list[asyncio.Future[Any]] = [sending, going, send_buffer.closing]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            code: int = next(end for end in ends if end.done()).result()
            return code
        finally:
            room.leave(send_buffer)
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)


async def _send_all(socket: AnySocket, send_buffer: SendBuffer) -> CloseCode:
    """Send until the end; after a cancel, until its receipt or until that is overdue."""
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as overdue:

            async def send(message: Outgoing) -> None:
                await _send(socket, message)
                if message.terminal:
                    overdue.reschedule(asyncio.get_running_loop().time() + RECEIPT_S)

            await send_buffer.send_all(send)
    return CloseCode.DONE


async def _send(socket: AnySocket, message: Outgoing) -> None:
    await socket.send(message.event)
    metrics.MESSAGES.inc()
    if message.stored_at:
        metrics.NEWS_SECONDS.observe(max(time.time() - message.stored_at, 0.0))


async def _until_gone(socket: AnySocket) -> int:
    """Wait until the client has gone; it has nothing to say, reading is how that is noticed.

    Returns:
        Its close code.
    """
    with suppress(WebSocketDisconnect):
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return GONE if message["code"] == NO_CODE else message["code"]
    return GONE


def _count_closed(code: int) -> None:
    metrics.CLOSED.labels(known(str(int(code)), COUNTED)).inc()


def _after_seq(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 19:  # noqa: PLR2004 - 64 bits
        raise bad_request("after_seq is a sequence number")
    return int(text)


def _named(export_id: str) -> dict[str, str]:
    """As the log names it; what is no id may be anything at all."""
    return {"export_id": export_id} if is_export_id(export_id) else {}
