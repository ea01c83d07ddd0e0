"""Sends batches of spans to the collector; that it is away is told once, and that it is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.trace import ReadableSpan

log = structlog.get_logger()


class Collector(SpanExporter):
    """Where it is, and how it is spoken to, the SDK reads from its own variables."""

    def __init__(self) -> None:
        self._exporter = OTLPSpanExporter()
        self._away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch, in the processor's thread; one that cannot be sent is lost."""
        result = self._exporter.export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away and not self._away:
            log.warning("tracing.collector-away", lost=len(spans))
        elif self._away and not away:
            log.info("tracing.collector-back")
        self._away = away
        return result

    def shutdown(self) -> None:
        """Give up what is being sent."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # the SDK's

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is kept here."""
        return self._exporter.force_flush(timeout_millis)
