"""Records spans with the OpenTelemetry SDK; imported only where a collector is named."""

from __future__ import annotations

import time
from contextvars import ContextVar
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    TraceState,
    format_span_id,
    set_span_in_context,
)

from shared.tracing.context import SAMPLED, TraceContext
from shared.version import product_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as OtelSpan

    from shared.tracing.spans import Attributes, Kind

LIMITS: Final = SpanLimits(
    max_span_attribute_length=256,  # characters
    max_span_attributes=32,
    max_events=16,
    max_links=16,
)
NANOSECONDS: Final = 1e9
_NO_PARENT: Final = Context()
_KINDS: Final[dict[Kind, SpanKind]] = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "consumer": SpanKind.CONSUMER,
}
_trace_id: ContextVar[int | None] = ContextVar("next_trace_id", default=None)
_span_id: ContextVar[int | None] = ContextVar("next_span_id", default=None)


class GivenIds(RandomIdGenerator):
    """The ids that :class:`SdkRecorder` asks for, and random ones otherwise."""

    def generate_trace_id(self) -> int:
        """Of a trace that begins."""
        return _trace_id.get() or super().generate_trace_id()

    def generate_span_id(self) -> int:
        """Of any span."""
        return _span_id.get() or super().generate_span_id()


class SdkSpan:
    """One span of the SDK's."""

    def __init__(self, made: OtelSpan, parent: TraceContext | None) -> None:
        self._made = made
        self._parent = parent

    @cached_property
    def context(self) -> TraceContext:
        """Where its children belong; most have none."""
        about = self._made.get_span_context()
        return TraceContext(
            f"{about.trace_id:032x}",
            format_span_id(about.span_id),
            sampled=bool(about.trace_flags & TraceFlags.SAMPLED),
            state=about.trace_state.to_header(),
            given_id=self._parent.given_id if self._parent else "",
        )

    def rename(self, name: str) -> None:
        """Give it the name that is only known now."""
        self._made.update_name(name)

    def set(self, attributes: Attributes) -> None:
        """Say more about it."""
        self._made.set_attributes(attributes)

    def failed(self, error_type: str) -> None:
        """What it stands for did not succeed."""
        self._made.set_status(Status(StatusCode.ERROR))
        self._made.set_attribute("error.type", error_type)

    def end(self, at: float | None = None) -> None:
        """It is over: now, or at that time."""
        self._made.end(_nanoseconds(at))


class SdkRecorder:
    """Makes spans and hands them, in batches and in a thread of its own, to ``exporter``.

    How many are sampled and how large batches are is up to the SDK's own variables; a caller that
    has decided whether it samples has decided for us (``parentbased_always_on`` by default).
    """

    def __init__(self, resource: Resource, exporter: SpanExporter) -> None:
        # Here, so that the processor's thread is not started by the import.
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        self._provider = TracerProvider(
            resource=resource,
            id_generator=GivenIds(),
            span_limits=LIMITS,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("aethel-export", product_version())

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
    ) -> SdkSpan:
        """Begin one: now, or at that time; with that id, or any."""
        wanted = _span_id.set(int(span_id, 16)) if span_id else None
        begins = parent is not None and not parent.span_id
        trace = _trace_id.set(int(parent.trace_id, 16)) if parent and begins else None
        try:
            made = self._tracer.start_span(
                name,
                _NO_PARENT if parent is None or begins else _context(parent),
                kind=_KINDS[kind],
                attributes=attributes,
                links=[Link(_span_context(one)) for one in links if one.span_id],
                start_time=_nanoseconds(at),
            )
        finally:
            if wanted is not None:
                _span_id.reset(wanted)
            if trace is not None:
                _trace_id.reset(trace)
        return SdkSpan(made, parent)

    def close(self) -> None:
        """Send what is left, and no more from now on."""
        self._provider.shutdown()


@lru_cache(maxsize=256)  # of an attempt and its many calls
def _context(parent: TraceContext) -> Context:
    return set_span_in_context(NonRecordingSpan(_span_context(parent)), _NO_PARENT)


def _span_context(place: TraceContext) -> SpanContext:
    return SpanContext(
        int(place.trace_id, 16),
        int(place.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(SAMPLED if place.sampled else 0),
        trace_state=TraceState.from_header([place.state]) if place.state else None,
    )


def _nanoseconds(at: float | None) -> int:
    return round((time.time() if at is None else at) * NANOSECONDS)
