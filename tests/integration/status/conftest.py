from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.integration.status.watching import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client

    from tests.integration.status.watching import Status


@pytest_asyncio.fixture
async def status(nc: Client) -> AsyncIterator[Status]:
    """The service on an empty NATS."""
    async with running(nc) as service:
        yield service
