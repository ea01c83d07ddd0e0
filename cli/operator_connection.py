"""The operator's connection to NATS."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from shared.jetstream.connection import connect
from shared.jetstream.permissions import OPERATOR

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client

    from shared.settings import NatsSettings


@asynccontextmanager
async def operator_connection(
    settings: NatsSettings, *, patience_s: float = 10
) -> AsyncIterator[Client]:
    """A connection as the operator, closed at the end.

    Raises:
        NatsUnavailableError: Nobody answers for ``patience_s`` seconds.
    """
    nc = await connect(settings, name=OPERATOR, patience_s=patience_s)
    try:
        yield nc
    finally:
        await nc.close()
