from __future__ import annotations

from datetime import timedelta

import msgspec

from shared.stores.export_totals import WRITERS, Ended, Portion, Totals
from tests.unit.sample_events import START

ONE = Ended(completed=1, failed=2, duration_ms=3)


def portion(writer: str, number: int) -> Portion:
    """A part of the month."""
    return Portion(writer=writer, number=number, month="2026-01", ended=ONE, at=START)


def added(portions: list[Portion]) -> Totals:
    """The month with all of them."""
    month = Totals()
    for each in portions:
        month = month.with_(each) or month
    return month


def test_a_portion_is_in_once() -> None:
    """It is sent again where the answer was lost, after others' perhaps."""
    sent = [portion("a", 1), portion("a", 1), portion("b", 1), portion("a", 2), portion("b", 1)]
    assert added(sent).ended == Ended(completed=3, failed=6, duration_ms=9)


def test_a_month_says_since_when_it_is_counted() -> None:
    """Which nobody knows of one that a version began that did not say so."""
    later = START + timedelta(hours=1)
    month = added([portion("a", 1), msgspec.structs.replace(portion("a", 2), at=later)])
    assert (month.since, month.updated_at) == (START, later)
    before = msgspec.structs.replace(month, since=None).with_(portion("b", 1))
    assert before is not None
    assert before.since is None


def test_of_many_writers_the_latest_are_remembered() -> None:
    """Every start of a process is one, and a record must not grow with them."""
    month = added([portion(str(number), 1) for number in range(WRITERS + 5)])
    assert list(month.taken) == [str(number) for number in range(5, WRITERS + 5)]
    again = added([portion("a", 1), *(portion(str(n), 1) for n in range(98)), portion("a", 2)])
    assert again.taken["a"] == 2
    assert again.ended.completed == 100
