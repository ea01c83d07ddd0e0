from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from services.status.projector import Projector
from shared.domain.export_document import Document
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from tests.unit.sample_events import EXPORT, requested

if TYPE_CHECKING:
    from nats.js import JetStreamContext


async def test_a_document_that_cannot_be_read_keeps_no_other_from_being_folded(
    js: JetStreamContext,
) -> None:
    """One of a later release, say; its events come again later."""
    exports, events, stop = (
        await KeyValueStore.bind(js, "exports", Document),
        EventLog(js),
        asyncio.Event(),
    )
    await js.publish(f"$KV.exports.p.{EXPORT}", b'{"of": "a later release"}')
    other = msgspec.structs.replace(requested(), export_id=EXPORT.replace("1", "2"))
    projector = asyncio.create_task((await Projector.bind(js)).run(stop))
    for event in (requested(), other):
        await events.publish(event)
    while await exports.get(f"p.{other.export_id}") is None:
        assert not projector.done(), projector.exception()
        await asyncio.sleep(0.05)
    while (await js.consumer_info("EXPORTS", "status")).num_ack_pending != 1:  # noqa: ASYNC110 - the server is asked
        await asyncio.sleep(0.05)
    stop.set()
    await projector
