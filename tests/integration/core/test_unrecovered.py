"""A server that has just started may not know its streams for a moment: that is no absence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.chatter import last_progress
from shared.facts import Facts, NatsUnavailableError
from shared.projects import Project
from shared.records import Records
from shared.streams import EXPORTS, PROGRESS

if TYPE_CHECKING:
    from nats.js import JetStreamContext


async def test_an_unknown_stream_is_an_outage(js: JetStreamContext) -> None:
    """No fact, no progress and no project is reported missing while its stream is."""
    projects = await Records.bind(js, "projects", Project)
    assert await projects.get("record.p") is None
    assert await Facts(js).last("x") is None
    assert await last_progress(js, "x") is None
    for stream in (EXPORTS, PROGRESS, "KV_projects"):
        await js.delete_stream(stream)
    with pytest.raises(NatsUnavailableError):
        await projects.get("record.p")
    with pytest.raises(NatsUnavailableError):
        await Facts(js).last("x")
    with pytest.raises(NatsUnavailableError):
        await last_progress(js, "x")
