"""HTTP/1.1 for strangers: uvicorn's protocol, with a limit on all that it would wait for or keep.

Uvicorn's own parser keeps whatever a head consists of, in time that grows with the square of its
length, and waits for ever for one that never ends.
"""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.http11 import MAX_LINE_LENGTH

from shared.metrics import connections as metrics
from shared.metrics.born import born
from shared.service.answer_writes import AnswerTransport

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from shared.settings import HttpSettings

log = structlog.get_logger()

HEAD_BYTES: Final = 64 << 10  # of a request's head, and of all that frames its body
FRAMING: Final = 16  # more bytes of framing for each byte of a body
HEADERS: Final = 128
URL_BYTES: Final = 7 << 10  # what the WebSocket's own parser takes, too
PARAMETERS: Final = 64  # in a query; Litestar remembers what it has made of a thousand queries
PIPELINED: Final = 16  # requests that wait for the answer to one before them
UNREAD_S: Final = 60.0  # how long a client may leave its answer untouched
PAUSE_S: Final = 0.02  # between two pieces of what is only read to be thrown away
LINGER_S: Final = 2.0  # to read what is on its way, or a refusal would be lost with it
SPARE: Final = 64  # connections beyond the most, which are told so; what comes then is cut off


class Refusal(NamedTuple):
    """What a client is told whose request reaches no route."""

    status: HTTPStatus
    code: str
    detail: str

    @property
    def ours(self) -> bool:
        """Whether the same request may be answered later."""
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    def problem(self, trace_id: str) -> bytes:
        """The body: problem details (RFC 9457) as the gateway's routes give them."""
        told = {
            "type": f"urn:aethel-export:{self.code}",
            "title": self.status.phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "error": self.status.phrase,
            "retryable": self.ours,
            "trace_id": trace_id,
        }
        return json.dumps(told).encode()

    def encode(self, trace_id: str) -> bytes:
        """The whole answer; none comes after it."""
        body = self.problem(trace_id)
        retry = "Retry-After: 5\r\n" if self.ours else ""
        head = (
            f"HTTP/1.1 {self.status} {self.status.phrase}\r\n"
            f"Content-Type: application/problem+json\r\n{retry}"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + body


MALFORMED: Final = Refusal(HTTPStatus.BAD_REQUEST, "malformed", "this is not HTTP/1.1")
TOO_LARGE: Final = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "head-too-large",
    f"a request may have {HEADERS} headers, and {HEAD_BYTES} bytes besides its body",
)
URL_TOO_LONG: Final = Refusal(
    HTTPStatus.REQUEST_URI_TOO_LONG,
    "url-too-long",
    f"a URL may have {URL_BYTES} bytes, and its query {PARAMETERS} parameters",
)
TOO_SLOW: Final = Refusal(
    HTTPStatus.REQUEST_TIMEOUT, "head-incomplete", "the head of the request did not arrive in time"
)
TOO_MANY: Final = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "too-many-connections",
    "too many connections are open: close those you do not need, and come again",
)


CUT_OFF: Final = "cut-off"  # too many connections, even to be told so
REFUSALS: Final = (MALFORMED, TOO_LARGE, URL_TOO_LONG, TOO_SLOW, TOO_MANY)
born(metrics.REFUSED, code=(CUT_OFF, *(refusal.code for refusal in REFUSALS)))


class RefusedError(Exception):
    """Stops the parser."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection: a head within bytes and seconds, or a refusal.

    ``_overhead`` counts what has come since the last request ended and was not its body: the head,
    blank lines before it, chunk sizes with their extensions, trailers.
    """

    def __init__(
        self, *args: Any, limits: HttpSettings, others: set[BoundedHttpProtocol], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._limits = limits
        self._others = others
        self._overhead = 0
        self._in_head = True
        self._refused: Refusal | None = None
        self._overdue: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let one more in, or say that there are too many."""
        super().connection_made(transport)
        self._others.add(self)
        metrics.OPEN.inc()
        if len(self._others) > self._limits.max_connections + SPARE:
            metrics.REFUSED.labels(CUT_OFF).inc()
            transport.abort()
        elif len(self._others) > self._limits.max_connections:
            self._refuse(TOO_MANY)
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget all of it."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the next bytes, unless nothing that comes can matter any more."""
        if self._refused is not None:
            self.flow.pause_reading()
            self.loop.call_later(PAUSE_S, self._read_on)
            return
        self._overhead += len(data)
        super().data_received(data)
        self._overhead = max(self._overhead, 0)
        if self._overhead > HEAD_BYTES and self._refused is None:
            self._refuse(TOO_LARGE)
        self._watch()

    def on_message_begin(self) -> None:
        """Refuse to queue requests without end."""
        if len(self.pipeline) >= PIPELINED:
            self._stop(TOO_LARGE)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Keep no more of it than a head may have."""
        super().on_url(url)
        if len(self.url) > HEAD_BYTES:
            self._stop(TOO_LARGE)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep headers, but no trailers: uvicorn would take those for headers."""
        if self._in_head:
            super().on_header(name, value)
            if len(self.headers) > HEADERS:
                self._stop(TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Judge the head by its very size: it may have come in one piece with what follows."""
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > HEAD_BYTES:
            self._stop(TOO_LARGE)
        if len(self.url) > URL_BYTES or self.url.count(b"&") >= PARAMETERS:
            self._stop(URL_TOO_LONG)
        self._in_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count what is no overhead."""
        self._overhead -= (1 + FRAMING) * len(body)
        if not self.cycle.body:  # nothing waits: uvicorn would copy it twice, into an empty array
            self.cycle.body = b""  # type: ignore[assignment]
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Begin to count anew."""
        self._in_head, self._overhead = True, 0
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if cycle.scope["method"] != "HEAD":
            cycle.transport = AnswerTransport(self.transport)  # type: ignore[assignment]
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """The client may still owe us the rest of its body."""
        super().on_response_complete()
        self._watch()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words
        """What uvicorn calls whenever the parser was stopped, by itself or by us."""
        objection, self._refused = self._refused or MALFORMED, None
        self._refuse(objection)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, with a head that the WebSocket's own parser takes."""
        lines = [self.url, *(name + value for name, value in self.headers)]
        if max(map(len, lines)) > MAX_LINE_LENGTH - len("OPTIONS  HTTP/1.1\r\n"):
            self._refuse(TOO_LARGE)
            return
        self._forget()
        super().handle_websocket_upgrade()
        del self.parser  # it holds us, as we hold it: both would stay until somebody looks

    def pause_writing(self) -> None:
        """The client does not read what it has asked for."""
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    @property
    def _handed_over(self) -> bool:
        return self not in self._others

    @property
    def _is_idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn says that it is never None
        return cycle is None or cycle.response_complete

    def _watch(self) -> None:
        """Give the client some seconds for whatever it owes us: a head, or the rest of a body."""
        if self._refused is not None or self._handed_over or self.transport.is_closing():
            return
        owes = self._in_head and self._overhead > 0
        owes = owes or (self._is_idle and self.timeout_keep_alive_task is None)
        if owes and self._overdue is None:
            self._overdue = self.loop.call_later(self._limits.head_timeout_s, self._on_overdue)
        elif not owes and self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _on_overdue(self) -> None:
        self._overdue = None
        if not self._is_idle:
            self._watch()  # we read no further until that is answered
        elif self._in_head and self._overhead > 0:
            self._refuse(TOO_SLOW)
        else:
            self.transport.close()

    def _read_on(self) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def _stop(self, refusal: Refusal) -> None:
        self._refused = refusal
        raise RefusedError(refusal.code)

    def _refuse(self, refusal: Refusal) -> None:
        """Answer, if an answer can still be told from those before it, and close."""
        self._refused = refusal
        metrics.REFUSED.labels(refusal.code).inc()
        if self._in_head and not self._is_idle:
            self.cycle.keep_alive = False  # what came before is answered, and that is the last
            return
        if not self._in_head:
            if self._is_idle or self.cycle.response_started or self.pipeline:
                self.transport.abort()
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.flow.resume_reading()
        trace_id = uuid.uuid4().hex
        log.info(
            "connection.refused", code=refusal.code, status=refusal.status.value, trace_id=trace_id
        )
        self.transport.write(refusal.encode(trace_id))
        self.transport.write_eof()
        self._unset_keepalive_if_required()
        self.loop.call_later(LINGER_S, self.transport.abort)

    def _forget(self) -> None:
        if self in self._others:
            self._others.remove(self)
            metrics.OPEN.dec()
        for timer in (self._overdue, self._unread):
            if timer is not None:
                timer.cancel()
        self._overdue = self._unread = None
