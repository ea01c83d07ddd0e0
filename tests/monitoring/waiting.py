"""Work waits for a consumer that somebody has paused."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.jetstream import topology
from shared.jetstream.topology import packager_durable
from tests.monitoring.failing import message_lost

if TYPE_CHECKING:
    from tests.monitoring.watched import Watched


async def packager_paused(stack: Watched) -> None:
    """More and more web exports wait, and none is finished, until the consumer is woken."""
    web = packager_durable("web")
    await _pause(stack, web)
    names = (
        "ExportConsumerStalled",
        "ExportNothingFinishes",
        "ExportBacklogGrowing",
        "ExportBacklogOld",
    )
    growing = asyncio.create_task(_more_and_more(stack))
    try:
        await asyncio.gather(stack.fires(*names), message_lost(stack))
    finally:
        growing.cancel()
    await stack.types("streams", "wake", web)
    stack.mended(*names)


async def fold_paused(stack: Watched) -> None:
    """Events come, and are in no document until the consumer is woken."""
    await _pause(stack, topology.STATUS)
    await stack.exports(1, "good1", "source")
    await stack.fires("ExportFoldLate")
    await stack.types("streams", "wake", topology.STATUS)
    stack.mended("ExportFoldLate")


async def _pause(stack: Watched, consumer: str) -> None:
    """As ``nats consumer pause`` does."""
    until = datetime.now(UTC) + timedelta(hours=1)
    subject = f"$JS.API.CONSUMER.PAUSE.{topology.EXPORTS}.{consumer}"
    body = json.dumps({"pause_until": until.isoformat()}).encode()
    answer = await stack.load.nc.request(subject, body, timeout=30)
    assert "error" not in json.loads(answer.data)


async def _more_and_more(stack: Watched) -> None:
    await stack.exports(12, "invalid", "web")
    while True:
        await stack.exports(1, "invalid", "web")
        await asyncio.sleep(0.5)
