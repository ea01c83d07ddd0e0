"""How far a build is said to be, whatever its stages do."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.build.estimate import SILENT_S, Estimate
from services.packager.build.stages import MOST_S, ORDER, StageName

COSTS: dict[StageName, float] = {"reading": 1.0, "optimizing": 36.0, "packing": 3.0}
A_STAGE = st.tuples(
    st.sampled_from(ORDER),
    st.one_of(st.none(), st.floats(0, 1e12)),  # its cost, as a build says
    st.lists(st.tuples(st.floats(0, 2), st.floats(0, 1), st.floats(0, 400)), max_size=6),
)


@given(
    st.lists(A_STAGE, max_size=12), st.dictionaries(st.sampled_from(ORDER), st.floats(0, MOST_S))
)
def test_whatever_comes_percents_never_fall_and_end_at_ninety(
    stages: list[tuple[StageName, float | None, list[tuple[float, float, float]]]],
    costs: dict[StageName, float],
) -> None:
    """Stages unforeseen, missing, out of order, longer or shorter, and counted in any way."""
    now_s = 100.0
    least: dict[StageName, float] = {"reading": 0.1, ORDER[-1]: 0.1}
    estimate = Estimate(least | costs, now_s)
    shown = [estimate.percent(now_s)]
    for stage, cost_s, news in stages:
        estimate.begin(stage, now_s, cost_s)
        for share, step, after_s in news:
            now_s += after_s
            estimate.advance(share, now_s, step=step)
            shown.append(estimate.percent(now_s))
            assert 0 < estimate.left_s(now_s) < 1e6
    estimate.begin(ORDER[-1], now_s)
    estimate.advance(1.0, now_s)
    shown.append(estimate.percent(now_s))
    assert shown == sorted(shown)
    assert shown[0] == 0
    assert shown[-1] == pytest.approx(90)


def test_a_stage_has_the_percents_of_its_seconds() -> None:
    """36 of 40 seconds are nine tenths of the way; half of them done is half of that."""
    estimate = Estimate(COSTS, 0.0)
    estimate.begin("optimizing", 1.0)
    assert estimate.percent(1.0) == pytest.approx(90 / 40)
    estimate.advance(0.5, 19.0)
    assert estimate.percent(19.0) == pytest.approx(90 / 40 * 19)
    assert estimate.left_s(19.0) == pytest.approx(18 + 3, rel=0.05)


def test_what_is_passed_over_is_jumped() -> None:
    """All assets were kept from an earlier export: their percents go to the rest."""
    estimate = Estimate(COSTS, 0.0)
    estimate.begin("packing", 1.0)
    estimate.advance(0.5, 1.5)
    assert estimate.percent(1.5) == pytest.approx(90 / 40 + (90 - 90 / 40) / 2)


def test_a_stage_that_nobody_can_count_moves_for_a_minute_and_then_stands() -> None:
    """As long as it should take it moves evenly, later ever slower; one that hangs shows."""
    estimate = Estimate({"reading": 0.1, "building": 10.0, "packing": 0.1}, 0.0)
    estimate.begin("building", 0.1)
    shown = [estimate.percent(0.1 + second) for second in range(int(2 * SILENT_S))]
    begun, moving, after = shown[0], shown[: int(SILENT_S) + 1], shown[int(SILENT_S) :]
    assert all(later > earlier for earlier, later in pairwise(moving))
    assert shown[5] - begun == pytest.approx((shown[10] - begun) / 2)
    assert after == after[:1] * len(after)
    assert shown[-1] < 89


def test_a_program_that_is_seen_to_run_goes_on_moving() -> None:
    """A build script says every second that it is still there: it moves after a minute, too."""
    estimate = Estimate({"reading": 0.1, "scripting": 10.0, "packing": 0.1}, 0.0)
    estimate.begin("scripting", 0.0)
    shown = []
    for second in range(240):
        estimate.advance(0.0, float(second), step=1.0)
        shown.append(estimate.percent(float(second)))
    assert all(later > earlier for earlier, later in pairwise(shown))
    assert shown[-1] < 89


def test_a_file_in_work_never_counts_as_done() -> None:
    """Of four files one is done: what is shown stays below two."""
    estimate = Estimate(COSTS, 0.0)
    estimate.begin("optimizing", 0.0, 4.0)
    estimate.advance(0.25, 1.0, step=0.25)
    first, late = estimate.percent(1.0), estimate.percent(50.0)
    estimate.advance(0.5, 50.0, step=0.25)
    assert first < late < estimate.percent(50.0)


def test_bytes_are_not_guessed() -> None:
    """Where they are counted, nothing moves without them."""
    estimate = Estimate({"reading": 0.1, "packing": 5.0}, 0.0)
    estimate.begin("packing", 0.1)
    estimate.advance(0.3, 1.0)
    assert estimate.percent(1.0) == estimate.percent(30.0)


def test_a_slow_machine_is_found_out() -> None:
    """One stage took ten times as long as it should: so will the others."""
    estimate = Estimate(COSTS, 0.0)
    before_s = estimate.left_s(0.0)
    estimate.begin("optimizing", 10.0)
    assert before_s == pytest.approx(40, rel=0.05)
    assert estimate.left_s(10.0) == pytest.approx(390, rel=0.05)


@pytest.mark.parametrize("cost_s", [1e9, float("inf")])
def test_no_stage_is_believed_to_take_for_ever(cost_s: float) -> None:
    """What a build says of its own work is bounded."""
    estimate = Estimate(COSTS, 0.0)
    estimate.begin("baking", 0.0, cost_s)
    assert estimate.left_s(0.0) < MOST_S + 10
