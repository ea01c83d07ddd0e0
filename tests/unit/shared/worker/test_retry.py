from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.events import AnyEvent, AttemptFailed, Failure
from shared.errors import ProjectError, UnavailableError, UnknownPlatformError
from shared.jetstream.topology import MAX_DELIVER
from shared.settings import RetrySettings
from shared.worker.attempt import AttemptTimeoutError
from shared.worker.retry import (
    MAX_DELAY_S,
    OUTAGE_DELAY_S,
    QUICK_DELIVERIES,
    WORKER_LOST,
    Fail,
    History,
    Retry,
    ToDeadLetter,
    backoff_s,
    decide,
    describe,
    describe_final,
    history,
    outage_delay_s,
)
from tests.unit.sample_events import START, generation, identity, requested

POLICY = RetrySettings(max_attempts=3, base_delay_ms=1_000)
LOST = AttemptFailed(
    **identity(),
    stage="build",
    attempt=1,
    failures=0,
    error=Failure(code=WORKER_LOST, message="It died."),
    retry_at=START,
)


@given(st.integers(0, 10_000), st.floats(0.01, 60), st.floats(0, 1))
def test_a_delay_stays_within_its_bounds(failures: int, base_s: float, jitter: float) -> None:
    """Never longer than the cap, never less than half of what doubling says."""
    delay_s = backoff_s(failures, base_s=base_s, jitter=jitter)
    ceiling = min(base_s * 2.0 ** min(failures, 30), MAX_DELAY_S)
    assert ceiling / 2 <= delay_s <= ceiling


@given(st.integers(0, 20), st.floats(0, 1))
def test_a_failure_is_retried_until_the_attempts_are_used_up(failures: int, jitter: float) -> None:
    """The last allowed failure makes a dead letter, every earlier one counts and retries."""
    decision = decide(RuntimeError(), failures=failures, policy=POLICY, jitter=jitter)
    if failures + 1 < POLICY.max_attempts:
        assert isinstance(decision, Retry)
        assert decision.failures == failures + 1
    else:
        assert decision == ToDeadLetter("retries-exhausted")


@given(st.integers(0, 1_000))
def test_an_outage_never_counts(failures: int) -> None:
    """However long a server is away, no job becomes a dead letter for it."""
    decision = decide(UnavailableError(), failures=failures, policy=POLICY)
    assert isinstance(decision, Retry)
    assert decision.failures == failures


@given(st.integers(0, 1_000))
def test_the_makers_fault_ends_at_once(failures: int) -> None:
    """No retry can mend a project."""
    assert decide(ProjectError("no"), failures=failures, policy=POLICY) == Fail()


def test_our_own_final_errors_become_dead_letters() -> None:
    """An error that says it is not retryable is for the operators."""
    error = UnknownPlatformError("amiga", ["web"])
    assert decide(error, failures=0, policy=POLICY) == ToDeadLetter("not-retryable")


def test_what_users_see_of_a_bug_gives_nothing_away() -> None:
    """An unexpected error's text stays inside."""
    assert "password" not in describe(RuntimeError("password=1")).message


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("x"),
        TimeoutError(),
        UnknownPlatformError("amiga", ["web"]),
        AttemptTimeoutError("it hung"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_final_failure_says_that_nothing_comes_after_it(error: Exception) -> None:
    """In whole sentences, with what to do and what operators find it by."""
    message = describe_final(error, reference="dead letter 7").message
    sentences = message.removesuffix(".").split(". ")
    assert all(sentence[0].isupper() for sentence in sentences)
    assert message.count("tried again") == 1
    assert "It is not tried again by itself" in message
    assert message.endswith("the operators: dead letter 7.")


@pytest.mark.parametrize(
    ("reason", "failures"), [("retries-exhausted", 2), ("not-retryable", 2), ("crash-loop", 1)]
)
def test_a_dead_letter_counts_the_attempt_that_led_to_it(reason: str, failures: int) -> None:
    """No event says that the last attempt failed; a death is no failure."""
    past = history(generation()[:4], generation=1, stage="build")
    assert (len(past.started), past.failures_with(reason)) == (2, failures)


def test_history_counts_what_speaks_against_a_job() -> None:
    """Failures come from attempt-failed events, crashes are starts without an end."""
    past = history(generation()[:4], generation=1, stage="build")
    assert (past.failures, past.crashes, past.next_attempt, past.over) == (1, 1, 3, False)


@pytest.mark.parametrize(
    ("events", "left"),
    [
        (generation()[:2], True),
        (generation()[:3], False),
        (generation()[:4], True),
        (generation()[:5], False),
        (generation()[:6], False),
        ([*generation()[:2], LOST], True),
        ([*generation()[:2], LOST, *generation()[3:6]], True),
    ],
    ids=["begun", "told", "begun again", "packed", "uploading", "lost", "lost, then packed"],
)
def test_parts_are_left_where_a_worker_died_in_a_build(
    events: list[AnyEvent], *, left: bool
) -> None:
    """An attempt that told of its end has removed its own; the last one handed its parts on."""
    assert history(events, generation=1, stage="upload").parts_left is left


@pytest.mark.parametrize(
    ("until", "stage"), [(5, "build"), (7, "build"), (7, "upload")], ids=["packaged", "end", "up"]
)
def test_what_is_over_is_not_done_again(until: int, stage: str) -> None:
    """A stage that was handed on, and a generation that has ended."""
    assert history(generation()[:until], generation=1, stage=stage).over  # type: ignore[arg-type]


def test_an_earlier_generation_is_superseded() -> None:
    """Once the next one has begun, nothing of the earlier one is done."""
    assert history([requested(1), requested(2)], generation=1, stage="build").superseded
    assert history([requested(1)], generation=1, stage="build") == History()


@given(st.integers(1, QUICK_DELIVERIES))
def test_a_short_outage_is_over_soon(deliveries: int) -> None:
    """However often its worker was killed before, within reason."""
    assert outage_delay_s(deliveries) <= OUTAGE_DELAY_S


def test_a_long_outage_does_not_use_up_the_deliveries() -> None:
    """JetStream gives a message up after so many; they last for hours."""
    delays_s = [outage_delay_s(n, jitter=0) for n in range(1, MAX_DELIVER)]
    assert sum(delays_s) > 3 * 3_600
