"""Without a collector tracing is nothing."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from shared.settings import TracingSettings
from shared.tracing import spans, start
from shared.tracing.context import TraceContext, within
from tests.tracing.receiver import receiving

LOOK = """
import sys
import services.{0}.__main__
from shared.settings import TracingSettings
from shared.tracing.start import started
with started(TracingSettings(), service="{0}"):
    print(*(name for name in sys.modules if name.startswith("opentelemetry")))
"""


@pytest.mark.parametrize("service", ["gateway", "packager", "status", "uploader"])
def test_no_service_imports_the_sdk_unless_it_traces(service: str) -> None:
    """Nor anything of OpenTelemetry."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK.format(service)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    "settings",
    [
        TracingSettings(),
        TracingSettings(endpoint="http://127.0.0.1:9", exporter="none"),
        TracingSettings(endpoint="http://127.0.0.1:9", disabled=True),
    ],
)
def test_a_span_is_none_where_tracing_is_off(settings: TracingSettings) -> None:
    """And what happens in it stays where it was in its trace."""
    with start.started(settings, service="test"), within(TraceContext.of_id("a" * 32)):
        assert not spans.recording()
        with spans.span("outer") as outer, spans.leaf("inner") as inner:
            assert (outer, inner) == (spans.NO_SPAN, spans.NO_SPAN)


@pytest.mark.parametrize("sampled", [True, False])
def test_what_a_process_without_tracing_sends_on_is_recorded_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
    *,
    sampled: bool,
) -> None:
    """From there on, as no child of a span that nobody has; unless somebody decided against it."""
    sent = msgspec.structs.replace(TraceContext.of_id("editor-4711"), sampled=sampled)
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        with (
            start.started(TracingSettings(endpoint=receiver.url), service="test"),
            within(TraceContext.of_headers(sent.headers)),
            spans.span("build web") as build,
        ):
            assert build.context
            assert build.context.headers["traceparent"].endswith(f"-{int(sampled):02}")
        found = [(span.name, span.trace_id, span.parent_id) for span in receiver.spans]
    assert found == ([("build web", sent.trace_id, "")] if sampled else [])


def test_a_process_that_ends_sends_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A span's failure is told by its kind, never by its text; an open end is none."""
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        with (
            start.started(TracingSettings(endpoint=receiver.url), service="test"),
            within(TraceContext.of_id("editor-4711")),
            pytest.raises(ValueError, match="secret"),
        ):
            _failing()
        before, outer = receiver.spans
    assert (before.span_id, before.parent_id) == ("00f067aa0ba902b7", outer.span_id)
    assert (outer.error, outer.attributes["error.type"]) == (True, "ValueError")
    assert len(outer.attributes["long"]) == 256
    assert outer.trace_id == TraceContext.of_id("editor-4711").trace_id
    assert "secret" not in repr(receiver.spans)


def _failing() -> None:
    with spans.span("outer", {"long": "x" * 1_000}):
        spans.record("before", began=1.0, ended=2.0, span_id="00f067aa0ba902b7")
        raise ValueError("secret")
