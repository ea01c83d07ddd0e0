"""Progress on the real stream: the newest value, which never falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.jetstream import progress_reporter
from shared.jetstream.log_reader import read_lines
from shared.jetstream.progress_reporter import ProgressReporter, last_progress

if TYPE_CHECKING:
    import pytest
    from nats.aio.client import Client
    from nats.js import JetStreamContext

EXPORT = "01234567-89ab-7def-8123-456789abcdef"


async def _found(js: JetStreamContext) -> tuple[float, str]:
    found = await last_progress(js, EXPORT)
    assert found
    return found[1].percent, found[1].step


async def test_a_new_step_is_told_at_the_same_percentage(js: JetStreamContext) -> None:
    """A stage may begin where the last one was said to be; less is never told."""
    for told, shown in (
        ((4.0, "Checking the project"), (4.0, "Checking the project")),
        ((4.0, "Installing packages"), (4.0, "Installing packages")),
        ((3.0, "Fetching the project"), (4.0, "Installing packages")),
        ((5.0, "Building with Vite"), (5.0, "Building with Vite")),
    ):
        reporter = ProgressReporter(js, EXPORT, 1)  # each is a worker of its own, too
        percent, step = told
        reporter.progress("building", percent, step)
        await reporter.close()
        assert await _found(js) == shown


async def test_what_was_told_is_not_told_again(js: JetStreamContext) -> None:
    """A log line wakes the reporter, and nothing new is there to be told."""
    reporter = ProgressReporter(js, EXPORT, 1)
    reporter.progress("building", 4.0, "Bundling scripts")
    reporter.log("one")
    await reporter.close()
    found = await last_progress(js, EXPORT)
    again = ProgressReporter(js, EXPORT, 1)
    again.log("two")
    await again.close()
    assert await last_progress(js, EXPORT) == found


async def test_the_lines_of_a_short_job_go_together(
    nc: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They wait for its end, which does not wait for them, and come in their order."""
    monkeypatch.setattr(progress_reporter, "PROGRESS_INTERVAL_S", 600.0)
    reporter = ProgressReporter(nc.jetstream(), EXPORT, 1)
    lines = ["one", "two", "three"]
    for line in lines:
        sent = nc.stats["out_msgs"]
        reporter.log(line)
        for _ in range(3):
            await nc.flush()
        assert nc.stats["out_msgs"] == sent
    await reporter.finish()
    found = await read_lines(nc, EXPORT)
    assert [stored.line.message for stored in found] == lines
