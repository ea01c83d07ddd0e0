from __future__ import annotations

import pytest
import structlog

from shared.tracing.context import TraceContext, current, within

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("traceparent", "sampled"),
    [
        (f"00-{TRACE}-{SPAN}-01", True),
        (f"00-{TRACE}-{SPAN}-00", False),
        (f"00-{TRACE}-{SPAN}-03", True),  # a flag of level 2 besides
        (f"01-{TRACE}-{SPAN}-01-what-a-later-version-says", True),
    ],
)
def test_a_callers_place_in_its_trace_is_read(traceparent: str, sampled: bool) -> None:
    """With whether it is sampled, and its state."""
    found = TraceContext.of_headers({"traceparent": traceparent, "tracestate": "vendor=a"})
    assert found == TraceContext(TRACE, SPAN, sampled=sampled, state="vendor=a")


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01-more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
    ],
)
def test_what_is_no_traceparent_is_none(traceparent: str) -> None:
    """The context of nobody is not made up."""
    assert TraceContext.of_headers({"traceparent": traceparent}) is None


@pytest.mark.parametrize("request_id", ["editor-4711", TRACE, ""])
def test_headers_say_again_what_they_were_made_of(request_id: str) -> None:
    """Also where people know the trace by another id than its own."""
    made = TraceContext.of_request(traceparent="", tracestate="", request_id=request_id)
    found = TraceContext.of_headers(made.headers)
    assert found is not None
    assert found == made
    assert not request_id or found.id == request_id


def test_who_records_nothing_decides_nothing() -> None:
    """What comes of it may be recorded, and is no child of a span that nobody has seen."""
    headers = TraceContext.of_id(TRACE).headers
    found = TraceContext.of_headers(headers)
    assert headers["traceparent"].endswith("-01")
    assert (found, found and found.span_id) == (TraceContext(TRACE), "")


@pytest.mark.parametrize("span_id", [SPAN, ""])
def test_a_decision_not_to_sample_is_kept(span_id: str) -> None:
    """The caller's, and that of a start which goes on in a trace of its own."""
    headers = TraceContext(TRACE, span_id, sampled=False).headers
    found = TraceContext.of_headers(headers)
    assert found is not None
    assert (found.sampled, bool(found.span_id)) == (False, True)
    assert found.headers == headers


def test_one_id_stands_for_one_trace() -> None:
    """Whoever knows a request id finds its trace."""
    assert TraceContext.of_id("editor-4711") == TraceContext.of_id("editor-4711")
    assert TraceContext.of_id("editor-4711").trace_id != TraceContext.of_id("editor-4712").trace_id
    assert TraceContext.of_id(TRACE).trace_id == TRACE


def test_hostile_headers_go_no_further() -> None:
    """A state of any length, an id with a line break."""
    headers = TraceContext(TRACE, SPAN).headers
    found = TraceContext.of_headers({**headers, "tracestate": "a" * 513, "Aethel-Trace-Id": "a\nb"})
    assert found == TraceContext(TRACE, SPAN)


def test_what_happens_within_a_trace_is_told_with_its_id() -> None:
    """And no longer than that."""
    with within(TraceContext.of_id("editor-4711")):
        assert structlog.contextvars.get_contextvars()["trace_id"] == "editor-4711"
        assert current() == TraceContext.of_id("editor-4711")
    assert current() is None
    assert "trace_id" not in structlog.contextvars.get_contextvars()
