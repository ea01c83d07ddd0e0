from __future__ import annotations

from typing import Any

import pytest

from shared.stores.worker_registry import OUTAGE, WorkerHeartbeat, obstacle
from tests.unit.sample_events import START


def worker(*platforms: str, **changes: Any) -> WorkerHeartbeat:
    """A living worker; one without a platform is an uploader."""
    return WorkerHeartbeat(
        name="w", version="1", platforms=platforms, started_at=START, in_hand=(), **changes
    )


STOPPED = {"packager-web": "StorageError"}


@pytest.mark.parametrize(
    ("living", "expected"),
    [
        ([], "no-worker"),
        ([worker("linux"), worker()], "no-worker"),
        ([worker("linux", "web")], None),
        ([worker("web", draining=True)], "draining"),
        ([worker("web", draining=True), worker("web")], None),
        ([worker("web", open_breakers=STOPPED)], "breaker"),
        ([worker("web", open_breakers=STOPPED), worker("web", draining=True)], "breaker"),
        ([worker("web", open_breakers=STOPPED), worker("web")], None),
        ([worker("web", open_breakers={"packager-web": OUTAGE})], "outage"),
        ([worker("web", "linux", open_breakers={"packager-linux": "OSError"})], None),
    ],
)
def test_one_worker_that_takes_the_message_is_enough(
    living: list[WorkerHeartbeat], expected: str | None
) -> None:
    """No worker, only ones that end, only ones that have stopped: each has its reason."""
    assert obstacle("packager-web", living) == expected


def test_uploads_are_taken_by_uploaders_alone() -> None:
    """Those are the workers without a platform."""
    assert obstacle("uploader", [worker("web")]) == "no-worker"
    assert obstacle("uploader", [worker()]) is None
