from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from services.status.projector import Folding
from shared.domain.export_document import Document
from shared.jetstream.event_log import Facts
from shared.jetstream.key_value import Records
from tests.unit.sample_events import EXPORT, requested

if TYPE_CHECKING:
    from nats.js import JetStreamContext


async def test_a_document_that_cannot_be_read_keeps_no_other_from_being_folded(
    js: JetStreamContext,
) -> None:
    """One of a later release, say; its facts come again later."""
    exports, facts, stop = await Records.bind(js, "exports", Document), Facts(js), asyncio.Event()
    await js.publish(f"$KV.exports.p.{EXPORT}", b'{"of": "a later release"}')
    other = msgspec.structs.replace(requested(), export_id=EXPORT.replace("1", "2"))
    folding = asyncio.create_task((await Folding.bind(js)).run(stop))
    for fact in (requested(), other):
        await facts.publish(fact)
    while await exports.get(f"p.{other.export_id}") is None:
        assert not folding.done(), folding.exception()
        await asyncio.sleep(0.05)
    info = await js.consumer_info("EXPORTS", "status")
    assert info.num_ack_pending == 1
    stop.set()
    await folding
