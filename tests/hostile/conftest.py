"""Variations: a few in `make test`, as many as there is time for in `make hostile`."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED: Final = "HOSTILE_SEED"
SECONDS: Final = "HOSTILE_SECONDS"


def pytest_configure() -> None:
    """One seed for all processes of a run."""
    os.environ.setdefault(SEED, str(random.SystemRandom().randrange(1 << 32)))


def pytest_report_header() -> str:
    """How to have the same variations again."""
    return f"hostile variations: {SEED}={os.environ[SEED]}"


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """The source of a test's variations: the same for the same seed, another for each test."""
    return random.Random(f"{os.environ[SEED]}:{request.node.nodeid}")


@pytest.fixture
def rounds() -> Callable[[int], Iterator[int]]:
    """Numbers to loop over: as many as asked for, or for HOSTILE_SECONDS where that is set."""
    long_s = float(os.environ.get(SECONDS, "0"))

    def count(few: int) -> Iterator[int]:
        ends_s = time.monotonic() + long_s
        number = 0
        while number < few or time.monotonic() < ends_s:
            yield number
            number += 1

    return count
