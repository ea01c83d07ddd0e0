"""Where every asyncio task waits, told when a time-out strikes.

The stack of a test that hangs ends in the event loop; what it waits for stands in its tasks.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import signal
import sys
from traceback import StackSummary
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from types import FrameType


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer() -> Generator[None, Any, Any]:
    """Let pytest-timeout's alarm tell it first."""
    result = yield
    alarm = signal.getsignal(signal.SIGALRM)
    if callable(alarm):
        strike = alarm

        def tell(number: int, frame: FrameType | None) -> None:
            tell_tasks()
            strike(number, frame)

        signal.signal(signal.SIGALRM, tell)
    return result


def tell_tasks() -> None:
    """Write the stacks of all tasks of the running loop to stderr; nothing where none runs."""
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:
        return
    for task in sorted(tasks, key=asyncio.Task.get_name):
        stack = StackSummary.extract(_frames(task.get_coro()))
        sys.stderr.write(f"{task.get_name()} waits in\n{''.join(stack.format())}")


def _frames(waits: Any) -> Iterator[tuple[FrameType, int]]:
    """From the outermost to the innermost; those of a suspended coroutine are not linked."""
    while waits is not None:
        kind = next((kind for kind in ("cr", "gi", "ag") if hasattr(waits, f"{kind}_frame")), None)
        if kind is None:  # a step of an asynchronous generator does not name it
            waits = next(filter(inspect.isasyncgen, gc.get_referents(waits)), None)
            continue
        if frame := getattr(waits, f"{kind}_frame"):
            yield frame, frame.f_lineno
        waits = getattr(waits, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
