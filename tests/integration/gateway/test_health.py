from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.gateway.conftest import Gateway


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_what_is_inside_is_told_to_those_inside(gateway: Gateway, header: str) -> None:
    """Through a proxy there are no metrics, and of readiness only what is ready."""
    nobody, forwarded = gateway.user(None), {header: "for=192.0.2.1"}
    status, text = await nobody.call("GET", "/metrics")
    assert status == 200
    assert b"export_http_requests_total" in text
    assert (await nobody.call("GET", "/metrics", headers=forwarded))[0] == 404
    gateway.own.bucket = "no-such-bucket"
    status, report = await nobody.call("GET", "/readyz")
    assert status == 503
    assert "AccessDenied" in report["storage"]  # who may not list is not told what is missing
    status, report = await nobody.call("GET", "/readyz", headers=forwarded)
    assert (status, report["storage"]) == (503, "failed")
