"""Spans: what took how long within a trace; all of this does nothing until tracing is started.

No other package knows the SDK. Attributes are ids, names of ours, numbers: nothing that a user has
written, and no URL.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, Literal, Protocol

from shared.tracing.context import current, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.tracing.context import TraceContext

Kind = Literal["internal", "server", "client", "consumer"]
Attributes = dict[str, "str | int | float | bool"]
NOTHING: Final[Attributes] = {}


class Span(Protocol):
    """One that is open."""

    @property
    def context(self) -> TraceContext | None:
        """Where its children belong."""
        ...

    def rename(self, name: str) -> None:
        """Give it the name that is only known now."""
        ...

    def set(self, attributes: Attributes) -> None:
        """Say more about it."""
        ...

    def failed(self, error_type: str) -> None:
        """What it stands for did not succeed; ``error_type`` is a code or the name of a class."""
        ...

    def end(self, at: float | None = None) -> None:
        """It is over: now, or at that time."""
        ...


class Recorder(Protocol):
    """Makes spans (:mod:`shared.tracing.sdk`)."""

    def start(
        self,
        name: str,
        parent: TraceContext | None,
        *,
        kind: Kind,
        attributes: Mapping[str, str | int | float | bool],
        links: Sequence[TraceContext],
        at: float | None,
        span_id: str,
    ) -> Span:
        """Begin one: now, or at that time; with that id, or any."""
        ...


class NoSpan:
    """Nobody records."""

    context = None

    def rename(self, name: str) -> None:
        """Do nothing."""

    def set(self, attributes: Attributes) -> None:
        """Do nothing."""

    def failed(self, error_type: str) -> None:
        """Do nothing."""

    def end(self, at: float | None = None) -> None:
        """Do nothing."""


NO_SPAN: Final = NoSpan()
_open: ContextVar[Span] = ContextVar("span", default=NO_SPAN)


class _Recording:
    """The process's recorder, where there is one."""

    recorder: Recorder | None = None


def record_with(recorder: Recorder | None) -> None:
    """Begin to record, or end it."""
    _Recording.recorder = recorder


def recording() -> bool:
    """Whether spans are made at all."""
    return _Recording.recorder is not None


def here() -> Span:
    """The span that this task is in."""
    return _open.get()


def links_to(place: TraceContext | None) -> list[TraceContext]:
    """Links to it, where it is the place of a span."""
    return [place] if place is not None and place.span_id else []


@contextmanager
def span(
    name: str,
    attributes: Attributes = NOTHING,
    *,
    kind: Kind = "internal",
    links: Sequence[TraceContext] = (),
) -> Iterator[Span]:
    """A span around the block; what happens inside are its children."""
    if _Recording.recorder is None:
        yield NO_SPAN
        return
    opened = _Recording.recorder.start(
        name, current(), kind=kind, attributes=attributes, links=links, at=None, span_id=""
    )
    token = _open.set(opened)
    try:
        with _ended(opened), within(opened.context):
            yield opened
    finally:
        _open.reset(token)


@contextmanager
def leaf(name: str, attributes: Attributes = NOTHING, *, kind: Kind = "internal") -> Iterator[Span]:
    """A span around the block that has no children; none outside of a trace."""
    opened = child(name, attributes, kind=kind)
    with _ended(opened):
        yield opened


def child(name: str, attributes: Attributes = NOTHING, *, kind: Kind = "internal") -> Span:
    """One that begins now and must be ended; none outside of a trace."""
    if _Recording.recorder is None or (parent := current()) is None:
        return NO_SPAN
    return _Recording.recorder.start(
        name, parent, kind=kind, attributes=attributes, links=(), at=None, span_id=""
    )


def record(
    name: str,
    *,
    began: float,
    ended: float | None = None,
    attributes: Attributes = NOTHING,
    links: Sequence[TraceContext] = (),
    error_type: str = "",
    span_id: str = "",
    kind: Kind = "internal",
) -> None:
    """A span that is over already; times are seconds since the epoch.

    Args:
        name: Its name.
        began: When.
        ended: When; None: now.
        attributes: What is known of it.
        links: What else it has to do with.
        error_type: What it failed of.
        span_id: Its id, where others are its children already.
        kind: What it is.
    """
    if _Recording.recorder is None or (parent := current()) is None:
        return
    ended = max(time.time() if ended is None else ended, began)
    made = _Recording.recorder.start(
        name,
        parent,
        kind=kind,
        attributes=attributes,
        links=links,
        at=began,
        span_id=span_id,
    )
    if error_type:
        made.failed(error_type)
    made.end(ended)


@contextmanager
def _ended(opened: Span) -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError:
        opened.set({"aethel.canceled": True})
        raise
    except BaseException as error:
        opened.failed(str(getattr(error, "code", "")) or type(error).__name__)
        raise
    finally:
        opened.end()
