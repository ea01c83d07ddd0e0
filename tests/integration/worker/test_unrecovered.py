"""A server that has just started may not know its streams for a moment: that is no absence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.domain.project import Project
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.progress_reporter import last_progress
from shared.jetstream.topology import EXPORTS, PROGRESS

if TYPE_CHECKING:
    from nats.js import JetStreamContext


async def test_an_unknown_stream_is_an_outage(js: JetStreamContext) -> None:
    """No event, no progress and no project is reported missing while its stream is."""
    projects = await KeyValueStore.bind(js, "projects", Project)
    assert await projects.get("record.p") is None
    assert await EventLog(js).last("x") is None
    assert await last_progress(js, "x") is None
    for stream in (EXPORTS, PROGRESS, "KV_projects"):
        await js.delete_stream(stream)
    with pytest.raises(NatsUnavailableError):
        await projects.get("record.p")
    with pytest.raises(NatsUnavailableError):
        await EventLog(js).last("x")
    with pytest.raises(NatsUnavailableError):
        await last_progress(js, "x")
