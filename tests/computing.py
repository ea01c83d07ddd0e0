"""Which files of tests compute most: seconds of processors, beside pytest's durations.

More processes than processors wait for each other, and durations tell of that most. Counted are a
test's own process and those that it has waited for: servers and browsers where they are ended.
"""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

PROPERTY: Final = "computed_s"


class Computed:
    """What has been computed until now, and since somebody last asked."""

    def __init__(self) -> None:
        self._until = 0.0
        self.by_file: defaultdict[str, float] = defaultdict(float)

    def since(self) -> float:
        """Seconds since the last call."""
        before, self._until = self._until, sum(os.times()[:4])
        return self._until - before


_computed: Final = Computed()


def pytest_runtest_logstart() -> None:
    """What was computed between two tests is nobody's."""
    _computed.since()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let each report of a test carry what its phase has computed."""
    report = yield
    report.user_properties.append((PROPERTY, _computed.since()))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add it up, in the process that has all reports."""
    for name, value in report.user_properties:
        if name == PROPERTY and isinstance(value, float):
            _computed.by_file[report.nodeid.partition("::")[0]] += value


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell as many files as there are durations to be told."""
    shown = config.getoption("durations")
    if not shown:
        return
    files = sorted(_computed.by_file.items(), key=lambda file: file[1], reverse=True)
    total = sum(_computed.by_file.values())
    terminalreporter.section(f"most computing files, of {total:.0f} s of processors")
    for file, seconds in files[:shown]:
        terminalreporter.write_line(f"{seconds:.2f}s {file}")
