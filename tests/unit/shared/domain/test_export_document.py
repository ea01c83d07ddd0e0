from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.build_warnings import BuildWarning, BuildWarnings
from shared.domain.events import (
    ExportCanceled,
    ExportCompleted,
    ExportFailed,
    ExportStopped,
    Failure,
    TerminalEvent,
    minutes_of,
)
from shared.domain.export_document import Document, fold, fold_together
from shared.domain.waiting import Wait
from tests.unit.sample_events import ARTIFACT, OOPS, START, generation, identity, requested

if TYPE_CHECKING:
    from shared.domain.events import AnyEvent

MINE = Failure(code="project-invalid", message="It has no index.html.")
STREAM = list(enumerate([*generation(1), *generation(2)], start=1))


def folded(events: list[tuple[int, AnyEvent]]) -> Document:
    """The document after these events."""
    document: Document | None = None
    for seq, event in events:
        document = fold(document, event, seq)
    assert document is not None
    return document


@given(
    st.lists(st.sampled_from(STREAM), max_size=30),
    st.permutations(STREAM),
)
def test_any_order_and_repetition_converges(
    noise: list[tuple[int, AnyEvent]], order: list[tuple[int, AnyEvent]]
) -> None:
    """Whatever comes twice, late or early, the same events make the same document."""
    assert folded(noise + order) == folded(STREAM)


@given(st.permutations(STREAM), st.lists(st.sampled_from(STREAM), min_size=1))
def test_events_of_a_generation_fold_together_as_one_after_the_other(
    order: list[tuple[int, AnyEvent]], some: list[tuple[int, AnyEvent]]
) -> None:
    """Whatever the document has already, of that generation or of another."""
    for at in range(0, len(order), 4):
        document = folded(order[:at]) if at else None
        group = sorted((one for one in some if one[1].generation == 1), key=itemgetter(0))
        if group:
            together = fold_together(document, dict(group))
            one_by_one = document
            for seq, event in group:
                one_by_one = fold(one_by_one, event, seq)
            assert together == one_by_one
            assert (together is document) == (one_by_one is document)


@given(st.permutations(list(enumerate(generation(), start=1))))
def test_the_first_ending_in_the_stream_counts(order: list[tuple[int, AnyEvent]]) -> None:
    """Cancel, completion and failure of one generation: the lowest sequence wins."""
    state = folded(order).state
    assert (state.status, state.can_cancel) == ("canceled", False)
    assert state.cancel_receipt is not None
    assert state.cancel_receipt.parts_aborted


def test_the_states_an_export_goes_through() -> None:
    """Each event moves it on, progress never falls, and a retry is told."""
    document: Document | None = None
    seen = []
    for seq, event in enumerate(generation()[:6], start=1):
        document = fold(document, event, seq)
        seen.append((document.state.status, document.state.progress, document.state.attempts))
    assert seen == [
        ("queued", 0, 0),
        ("preparing", 0, 1),
        ("queued", 0, 1),
        ("preparing", 0, 2),
        ("uploading", 90, 2),
        ("uploading", 90, 2),
    ]


def test_the_document_knows_what_it_waits_for() -> None:
    """A build, its next attempt, an upload: until a worker is at it."""
    events = list(enumerate(generation(), start=1))
    waits = [folded(events[:count]).wait for count in range(1, 8)]
    assert waits == [
        Wait(stage="build", platform="web"),
        None,
        Wait(stage="build", platform="web", retry_at=START, error="Try again."),
        None,
        Wait(stage="upload", platform="web"),
        None,
        None,
    ]


@pytest.mark.parametrize("aborted", [(True, False), (False, True), (True, True)])
def test_parts_are_gone_only_where_every_stage_says_so(aborted: tuple[bool, bool]) -> None:
    """A build whose worker died may have left some, whatever the uploader has removed."""
    build, upload = aborted
    stops = [
        ExportStopped(**identity(), stage="build", parts_aborted=build),
        ExportStopped(**identity(), stage="upload", parts_aborted=upload),
    ]
    canceled = ExportCanceled(**identity(), reason="enough")
    receipt = folded(list(enumerate([requested(), canceled, *stops], 1))).state.cancel_receipt
    assert receipt is not None
    assert receipt.parts_aborted == all(aborted)


def test_a_later_generation_starts_anew_and_keeps_its_age() -> None:
    """A retry is queued again under the same id; what the earlier generation left does not show."""
    state = folded([*STREAM[:10], (11, requested(2))]).state
    assert (state.status, state.generation, state.progress) == ("queued", 2, 0)
    assert (state.attempts, state.error, state.cancel_receipt) == (0, None, None)
    assert state.created_at == folded(STREAM[:1]).state.created_at


def test_an_upload_that_starts_a_generation_keeps_the_request() -> None:
    """Where only the upload runs again, options and snapshot still show."""
    packaged = generation(2)[4]
    state = folded([*STREAM[:9], (20, packaged)]).state
    assert (state.status, state.generation, state.configuration) == ("uploading", 2, "release")
    assert state.snapshot == "a" * 64


def test_what_a_build_warns_of_is_kept_to_the_end() -> None:
    """The state shows the first warnings and counts all; a new generation begins without any."""
    first = BuildWarning(code="project-warning", message="is odd", file="a.json", path="$.b")
    warned = msgspec.structs.replace(
        generation()[4], warnings=BuildWarnings(count=21, first=(first,))
    )
    events: list[AnyEvent] = [requested(), warned, generation()[7]]
    state = folded(list(enumerate(events, 1))).state
    assert (state.status, state.warnings, state.warning_count) == ("completed", (first,), 21)
    state = folded([*enumerate(events, 1), (4, requested(2))]).state
    assert (state.warnings, state.warning_count) == ((), 0)


def test_what_must_fail_again_cannot_be_retried() -> None:
    """The same files have the same fault; what went wrong on our side may go well."""
    for error, can_retry in ((MINE, False), (OOPS, True)):
        failed = ExportFailed(**identity(), stage="build", error=error, build_s=1)
        state = folded([(1, requested()), (2, failed)]).state
        assert state.can_retry == can_retry
        assert bool(state.retry_disabled_reason) != can_retry
    buried = ExportFailed(**identity(), stage="build", error=MINE, reason="x", dead_letter="7")
    assert folded([(1, requested()), (2, buried)]).state.can_retry


@pytest.mark.parametrize(
    ("build_s", "minutes"), [(0, 0), (0.1, 0.1), (6, 0.1), (6.1, 0.2), (60, 1), (61, 1.1)]
)
def test_build_minutes_are_tenths_rounded_up(build_s: float, minutes: float) -> None:
    """A build is never charged less than it took, nor six seconds more."""
    assert minutes_of(build_s) == minutes


@pytest.mark.parametrize(
    ("terminal_event", "minutes"),
    [
        (ExportCompleted(**identity(), artifact=ARTIFACT, expires_at=START, build_s=61), 1.1),
        (ExportFailed(**identity(), stage="build", error=MINE, build_s=61), 1.1),
        (ExportFailed(**identity(), stage="build", error=OOPS, build_s=61), 0),
        (ExportFailed(**identity(), stage="build", error=MINE, build_s=61, dead_letter="7"), 0),
        (ExportCanceled(**identity(), reason="enough"), 0),
    ],
    ids=["completed", "the project's fault", "the world's fault", "buried", "canceled"],
)
def test_only_what_its_maker_answers_for_costs_minutes(
    terminal_event: TerminalEvent, minutes: float
) -> None:
    """The state tells what was charged."""
    document = fold(fold(None, requested(), 1), cast("AnyEvent", terminal_event), 2)
    assert document.state.build_minutes_used == minutes
