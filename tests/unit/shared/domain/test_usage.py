from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.usage import (
    UNDER_WAY,
    Holding,
    QuotaUsedUpError,
    Rate,
    RateUsedUpError,
    Usage,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOBODY = Usage(user_id="ann")


@given(
    limit=st.integers(1, 20),
    steps=st.lists(st.tuples(st.integers(0, 1_800), st.integers(1, 5)), max_size=60),
)
def test_a_rate_lets_through_what_it_says(limit: int, steps: list[tuple[int, int]]) -> None:
    """Whatever comes when: twice the limit at most in any window, and whoever waits may go on."""
    rate = Rate("projectsPerHour", limit, HOUR)
    usage, at = NOBODY, AT
    taken: list[tuple[datetime, int]] = []
    for pause_s, amount in steps:
        at += timedelta(seconds=pause_s)
        try:
            usage = usage.paying(rate, amount, at)
        except RateUsedUpError as error:
            later = at + timedelta(seconds=error.retry_after_s)
            usage.paying(rate, amount, later)
            continue
        taken.append((at, amount))
        recent = sum(n for when, n in taken if when > at - HOUR)
        assert recent <= 2 * limit + max(amount, 5)


def test_what_was_taken_without_asking_has_to_be_paid_first() -> None:
    """A body that turned out to be larger delays the next one, by as much."""
    rate = Rate("uploadBytesPerDay", 100, HOUR)
    usage = NOBODY.owing(rate, 300, AT)
    with pytest.raises(RateUsedUpError) as refused:
        usage.paying(rate, 1, AT)
    assert refused.value.retry_after_s > HOUR.total_seconds()
    assert usage.paying(rate, 1, AT + 3 * HOUR).paid_off


def test_a_project_is_counted_once() -> None:
    """Named again it takes no further place; one that is not there gives none back."""
    usage = NOBODY.with_project("a", 1, AT)
    assert usage.with_project("a", 1, AT) == usage
    with pytest.raises(QuotaUsedUpError):
        usage.with_project("b", 1, AT)
    assert usage.without_project("b").with_project("a", 1, AT) == usage


@given(sizes=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 900)), max_size=20))
def test_contents_never_exceed_their_limits(sizes: list[tuple[int, int]]) -> None:
    """What is refused changes nothing; what is less than before is never refused."""
    usage = NOBODY
    for number, (files, size_bytes) in enumerate(sizes):
        name, held = f"p{number % 3}", Holding(files, size_bytes, AT)
        before = usage.projects.get(name, Holding(0, 0, AT))
        try:
            usage = usage.with_contents(name, held, files_limit=12, bytes_limit=1_000)
        except QuotaUsedUpError:
            assert files > before.files or size_bytes > before.size_bytes
        assert usage.files <= 12
        assert usage.stored_bytes <= 1_000


def test_a_recount_leaves_alone_what_is_under_way() -> None:
    """Old entries follow what is there; young ones wait for the next pass."""
    old, young = AT - 2 * UNDER_WAY, AT - UNDER_WAY / 2
    usage = msgspec.structs.replace(
        NOBODY,
        projects={
            "gone": Holding(1, 1, old),
            "changed": Holding(1, 1, old),
            "new": Holding(5, 5, young),
        },
    )
    found = usage.as_found({"changed": (2, 2), "new": (0, 0), "unknown": (3, 3)}, AT)
    shown = {name: (held.files, held.size_bytes) for name, held in found.projects.items()}
    assert shown == {"changed": (2, 2), "new": (5, 5), "unknown": (3, 3)}
