"""Tracing of a process: off, free and without any import of the SDK unless a collector is named."""

from __future__ import annotations

import importlib.util
import logging
import os
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import structlog

from shared.errors import ConfigurationError
from shared.tracing import spans
from shared.version import product_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.settings import TracingSettings
    from shared.tracing.sdk import SdkRecorder

log = structlog.get_logger()

FLUSH_S: Final = 3.0  # for the last spans, at the end of a process; then they are lost
QUIET: Final = ("opentelemetry", "urllib3")  # their loggers: each batch would be told of


@contextmanager
def started(settings: TracingSettings, *, service: str) -> Iterator[None]:
    """Record spans while the block lasts, and send what is left at its end.

    Raises:
        ConfigurationError: A protocol that is not spoken.
    """
    recorder = _recorder(settings, service)
    spans.record_with(recorder)
    try:
        yield
    finally:
        spans.record_with(None)
        if recorder is not None:
            closing = threading.Thread(target=recorder.close, daemon=True)
            closing.start()
            closing.join(FLUSH_S)


def _recorder(settings: TracingSettings, service: str) -> SdkRecorder | None:
    if not settings.on:
        return None
    if settings.protocol != "http/protobuf":
        raise ConfigurationError(
            f"OTEL_EXPORTER_OTLP_PROTOCOL={settings.protocol!r} is not spoken: http/protobuf is"
        )
    if importlib.util.find_spec("opentelemetry") is None:
        log.warning("tracing.not-installed", install="pip install 'aethel-export[tracing]'")
        return None
    # Only here: an import costs 0.2 s and 12 MB, and the extra may not be installed.
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415

    from shared.tracing.collector import Collector  # noqa: PLC0415
    from shared.tracing.sdk import SdkRecorder  # noqa: PLC0415

    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": service}
    about = {
        **named,
        "service.namespace": "aethel-export",
        "service.version": product_version(),
        "service.instance.id": f"{service}-{socket.gethostname()}-{os.getpid()}",
    }
    log.info("tracing.started")
    return SdkRecorder(Resource.create(about), Collector())
