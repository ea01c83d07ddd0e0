"""Several publish the same event: each learns whether it was another who was quicker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nats.errors

from shared.domain.events import ExportCanceled
from shared.jetstream import publishing
from shared.jetstream.event_log import EventLog, FirstEvent

if TYPE_CHECKING:
    import pytest
    from nats.js import JetStreamContext

CANCELED = ExportCanceled(
    export_id="01900000-0000-7000-8000-000000000001",
    project_id="game",
    user_id="ann",
    generation=1,
    platform="web",
    reason="enough",
)


async def test_the_second_who_publishes_an_event_learns_it(js: JetStreamContext) -> None:
    """Though both have published the very same."""
    first = await EventLog(js).publish_first(CANCELED)
    second = await EventLog(js).publish_first(CANCELED)
    assert first == FirstEvent(CANCELED, 1, by_another=False)
    assert second == FirstEvent(CANCELED, 1, by_another=True)


async def test_who_was_not_told_at_once_may_have_been_first(
    js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream took it, its acknowledgement was lost: what it has is ours, as far as we know."""
    whole, lost = publishing.store, False

    async def losing(*arguments: Any, **options: Any) -> publishing.Published:
        nonlocal lost
        ack = await whole(*arguments, **options)
        if not lost:
            lost = True
            raise nats.errors.TimeoutError
        return ack

    monkeypatch.setattr(publishing, "store", losing)
    assert await EventLog(js).publish_first(CANCELED) == FirstEvent(CANCELED, 1, by_another=False)
    assert lost


async def test_another_event_with_the_same_id_is_anothers_however_late_that_is_learnt(
    js: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What differs cannot be our own, whatever became of earlier tries."""
    other = ExportCanceled(**CANCELED.identity, reason="somebody else's")
    await EventLog(js).publish_first(other)
    whole, tries = publishing.store, 0

    async def away_at_first(*arguments: Any, **options: Any) -> publishing.Published:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise nats.errors.TimeoutError
        return await whole(*arguments, **options)

    monkeypatch.setattr(publishing, "store", away_at_first)
    assert await EventLog(js).publish_first(CANCELED) == FirstEvent(other, 1, by_another=True)
