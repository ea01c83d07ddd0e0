from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import TooManyRequestsError
from shared.service.cell_rate import CellRate


class Clock:
    """Goes on when the test says so."""

    def __init__(self) -> None:
        self.s = 1_000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the rates of a test."""
    made = Clock()
    monkeypatch.setattr(time, "monotonic", made)
    return made


def test_what_comes_too_fast_is_refused(clock: Clock) -> None:
    """As many at once as the burst; the answer says when to come again; others have their own."""
    rate = CellRate(1, burst=60, what="60 exports a minute")
    assert [rate.take("ann") for _ in range(60)] == [0.0] * 60
    with pytest.raises(TooManyRequestsError, match="at most 60 exports a minute") as refused:
        rate.take("ann")
    assert refused.value.retry_after_s == 1
    assert rate.take("eve") == 0
    clock.s += 1
    assert rate.take("ann") == 0


def test_what_is_given_back_was_not_taken(clock: Clock) -> None:
    """However often: nobody gets more than the burst by it."""
    del clock
    rate = CellRate(1, burst=2, what="2 a second")
    for _ in range(10):
        rate.take("ann")
        rate.give_back("ann")
    rate.take("ann")
    rate.take("ann")
    with pytest.raises(TooManyRequestsError):
        rate.take("ann")


def test_what_comes_too_fast_is_held_back(clock: Clock) -> None:
    """Each a little longer than the one before, up to the longest."""
    del clock
    rate = CellRate(10, burst=2, longest_s=0.3, what="10 requests a second")
    assert [round(rate.take("ann"), 3) for _ in range(5)] == [0, 0, 0.1, 0.2, 0.3]
    with pytest.raises(TooManyRequestsError):
        rate.take("ann")


def test_no_limit_is_none() -> None:
    """Zero means any number."""
    rate = CellRate(0, burst=0, what="")
    assert {rate.take("ann") for _ in range(1_000)} == {0.0}


@given(
    pauses=st.lists(st.floats(0, 3), max_size=80),
    per_second=st.floats(0.5, 20),
    burst=st.integers(1, 10),
)
def test_no_window_has_more_than_burst_and_rate(
    pauses: list[float], per_second: float, burst: int
) -> None:
    """However they come: what is let through in any time is the burst and what the rate gives."""
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock()
        patch.setattr(time, "monotonic", clock)
        rate = CellRate(per_second, burst=burst, longest_s=5, what="")
        let_in = []
        for pause in pauses:
            clock.s += pause
            try:
                let_in.append(clock.s + rate.take("ann"))
            except TooManyRequestsError:
                continue
    for first, begin in enumerate(let_in):
        for last, end in enumerate(let_in[first:], 1):
            assert last <= burst + 1 + (end - begin) * per_second + 1e-3
