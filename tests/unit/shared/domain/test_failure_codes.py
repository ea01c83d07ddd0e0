from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import services.packager
import services.uploader
import shared
from shared.domain import failure_codes as closed
from shared.errors import ExportError, ProjectError
from shared.worker import job_events, retry
from shared.worker.dead_letter_writer import LostError

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_WORK = ("services.packager", "services.uploader", "shared.worker", "shared.templates")
SERVERS = ("shared.jetstream.errors", "shared.jetstream.headroom", "shared.storage")
# Raised where no export is at work: a readiness check, a tool that is told to stop.
OF_NO_EXPORT = {"work-stopped", "stopped"}
# Not a class's: named where they are published.
PUBLISHED = {"events-lost", "no-worker", "worker-lost", "worker-stopping"}


def errors() -> Iterator[type[ExportError]]:
    """Every error that anybody at work may raise."""
    for root in (shared, services.packager, services.uploader):
        for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found = [ExportError]
    while found:
        kind = found.pop()
        found += kind.__subclasses__()
        if kind.__module__.startswith(("shared.", *AT_WORK)):
            yield kind


def test_every_code_that_may_end_an_export_is_counted_by_name() -> None:
    """A new error has its line in one of the closed sets."""
    of_projects = {kind.code for kind in errors() if issubclass(kind, ProjectError)}
    ours = {
        kind.code
        for kind in errors()
        if not issubclass(kind, ProjectError) and kind.__module__.startswith((*AT_WORK, *SERVERS))
    }
    assert of_projects == closed.PROJECT_CODES
    assert ours - OF_NO_EXPORT <= closed.FAILURE_CODES


def test_no_code_is_counted_that_nobody_has() -> None:
    """An error that is gone takes its series along."""
    codes = {kind.code for kind in errors()} | PUBLISHED
    assert codes >= closed.FAILURE_CODES | closed.LOST_ATTEMPTS


def test_attempts_and_dead_letters_are_counted_by_their_own_words() -> None:
    """Where they are published, the words are these."""
    reasons = {retry.RETRIES_EXHAUSTED, retry.NOT_RETRYABLE}
    assert reasons <= closed.DEAD_LETTER_REASONS
    assert {retry.WORKER_LOST, job_events.STOPPING.code} == closed.LOST_ATTEMPTS
    assert LostError.code in closed.DEAD_LETTER_REASONS
