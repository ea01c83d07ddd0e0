"""A test's end that does not end is a failure with a stack, like a test that does not."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.hanging import tell_tasks

if TYPE_CHECKING:
    from collections.abc import Generator

LONGEST_S = 600.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, Any, Any]:
    """Bound the end of each test.

    pytest-timeout gives a test one alarm. Where that has ended a test, a task that it leaves on its
    event loop and that misses its cancel would be waited for without a limit, and nobody would see
    the report. nats-py has such: what is flushing takes a cancel for the end of the flush.
    """

    def give_up(*_: object) -> None:
        tell_tasks()
        pytest.fail(f"what the test has left did not end within {LONGEST_S:.0f} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
