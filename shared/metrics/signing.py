"""The signing keys that a packager holds."""

from __future__ import annotations

from typing import Final

from prometheus_client import Gauge

EXPIRES: Final = Gauge(
    "export_signing_certificate_expiry_timestamp_seconds",
    "When the certificate of a signing key ends, as Unix time, by platform and the key's name.",
    ["platform", "key"],
)
