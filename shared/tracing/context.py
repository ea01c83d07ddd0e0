"""Which trace something belongs to, as W3C Trace Context; it needs no SDK and is always there.

An export's ``trace_id`` is what its request was given: a trace's id, or any request id. Every
message and log line has it, and the trace's own id can be derived from it.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TRACEPARENT: Final = "traceparent"
TRACESTATE: Final = "tracestate"
GIVEN_ID: Final = "Aethel-Trace-Id"  # where the id that people know is no trace's
STATE_CHARS: Final = 512  # W3C Trace Context, 3.3.1.5: what must be passed on
SAMPLED: Final = 1

_TRACEPARENT: Final = re.compile(  # W3C Trace Context, 3.2; a later version may say more
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<span>(?!0{16})[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?"
)
_TRACE: Final = re.compile(r"(?!0{32})[0-9a-f]{32}")
_GIVEN: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)
_STATE: Final = re.compile(rf"[ -~]{{1,{STATE_CHARS}}}")


class TraceContext(msgspec.Struct, frozen=True):
    """A place in a trace: whatever happens there is a child of ``span_id``, or its root."""

    trace_id: str  # 32 hexadecimal digits
    span_id: str = ""  # 16 of them; none where the trace begins here, or where nobody records
    sampled: bool = True  # unless somebody has decided otherwise
    state: str = ""  # tracestate, as the caller gave it
    given_id: str = ""  # the id that people know, where that is not the trace's

    @classmethod
    def of_id(cls, given_id: str) -> TraceContext:
        """The trace that an id stands for: its own, or one that is derived from it."""
        if _TRACE.fullmatch(given_id):
            return cls(given_id)
        return cls(_digest(given_id)[:32], given_id=given_id)

    @classmethod
    def of_headers(cls, headers: Mapping[str, str] | None) -> TraceContext | None:
        """What a message carries; None where that is nothing, or nothing that can be read."""
        found = _TRACEPARENT.fullmatch((headers or {}).get(TRACEPARENT, ""))
        if headers is None or found is None or (found["version"] == "00" and found["more"]):
            return None
        state, given_id = headers.get(TRACESTATE, ""), headers.get(GIVEN_ID, "")
        sampled = bool(int(found["flags"], 16) & SAMPLED)
        undecided = sampled and found["span"] == _nobodys_span(found["trace"])
        return cls(
            found["trace"],
            "" if undecided else found["span"],
            sampled=sampled,
            state=state if _STATE.fullmatch(state) else "",
            given_id=given_id if _GIVEN.fullmatch(given_id) else "",
        )

    @classmethod
    def of_request(cls, *, traceparent: str, tracestate: str, request_id: str) -> TraceContext:
        """The caller's trace, or one of its request id, or a new one."""
        caller = cls.of_headers({TRACEPARENT: traceparent, TRACESTATE: tracestate})
        if caller is not None:
            return caller
        return cls.of_id(request_id if _GIVEN.fullmatch(request_id) else uuid.uuid4().hex)

    @property
    def id(self) -> str:
        """The id as people know it: in State, problem details and log lines."""
        return self.given_id or self.trace_id

    @property
    def headers(self) -> dict[str, str]:
        """What makes whatever comes of a message a child of this.

        A traceparent must name a span. Where there is none it names nobody's, as sampled: whoever
        reads it may decide.
        """
        span_id = self.span_id or _nobodys_span(self.trace_id)
        headers = {TRACEPARENT: f"00-{self.trace_id}-{span_id}-{int(self.sampled):02x}"}
        if self.state:
            headers[TRACESTATE] = self.state
        if self.given_id:
            headers[GIVEN_ID] = self.given_id
        return headers


_current: ContextVar[TraceContext | None] = ContextVar("trace", default=None)


def current() -> TraceContext | None:
    """The place in a trace that this task is at."""
    return _current.get()


@contextmanager
def within(context: TraceContext | None) -> Iterator[None]:
    """What happens inside belongs there, and log lines say its ``trace_id``."""
    if context is None:
        yield
        return
    outside = _current.get()
    known = outside is not None and outside.id == context.id
    told = nullcontext() if known else structlog.contextvars.bound_contextvars(trace_id=context.id)
    token = _current.set(context)
    try:
        with told:
            yield
    finally:
        _current.reset(token)


@contextmanager
def begun() -> Iterator[None]:
    """Within the trace that this task is in, or a new one."""
    with within(current() or TraceContext.of_id(uuid.uuid4().hex)):
        yield


def _nobodys_span(trace_id: str) -> str:
    return _digest(trace_id)[:16]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
