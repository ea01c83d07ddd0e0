from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.integration.gateway.conftest import open_gateway

if TYPE_CHECKING:
    from nats.aio.client import Client

    from tests.servers import TestersStorage


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_what_is_inside_is_told_to_those_inside(
    nc: Client, storage: TestersStorage, header: str
) -> None:
    """Through a proxy there are no metrics, and of readiness only what is ready."""
    storage.settings = msgspec.structs.replace(storage.settings, bucket="no-such-bucket")
    async with open_gateway(nc, storage) as gateway:
        nobody, forwarded = gateway.user(None), {header: "for=192.0.2.1"}
        status, text = await nobody.call("GET", "/metrics")
        assert status == 200
        assert b"export_http_requests_total" in text
        assert (await nobody.call("GET", "/metrics", headers=forwarded))[0] == 404
        status, report = await nobody.call("GET", "/readyz")
        assert status == 503
        assert "AccessDenied" in report["storage"]  # who may not list is not told what is missing
        status, report = await nobody.call("GET", "/readyz", headers=forwarded)
        assert (status, report["storage"]) == (503, "failed")
