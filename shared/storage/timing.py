"""How long calls of S3 take, which fail and how, by operation: of every client of a session.

A call ends with the head of its answer: how long a body takes is for whoever reads it to say.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from shared.metrics import storage as metrics
from shared.metrics.born import OTHER, born, known
from shared.storage.refusals import KINDS, Kind, kind_of

if TYPE_CHECKING:
    from aiobotocore.session import AioSession

READ: Final = "GetObject"
OPERATIONS: Final = frozenset(  # that the services call, by S3's own names
    {
        READ,
        "AbortMultipartUpload",
        "CompleteMultipartUpload",
        "CreateMultipartUpload",
        "DeleteObjects",
        "HeadObject",
        "ListMultipartUploads",
        "ListObjectsV2",
        "ListParts",
        "PutObject",
        "UploadPart",
    }
)
CALL: Final = "aethel_call"  # in the context that botocore passes from hook to hook
FAILED: Final = 300  # this status and those above it

born(metrics.REQUEST_SECONDS, operation=(*OPERATIONS, OTHER))
born(metrics.ERRORS, operation=(*OPERATIONS, OTHER), kind=KINDS)


def measure(session: AioSession) -> None:
    """Measure the calls of all clients that the session will make."""
    session.register("before-call.s3", _begin)
    session.register("after-call.s3", _end)
    session.register("after-call-error.s3", _fail)


def ended(operation: str, began: float, failed: Kind | None = None) -> None:
    """A call of that moment (``time.perf_counter``) has had its answer, or has failed."""
    metrics.REQUEST_SECONDS.labels(operation).observe(time.perf_counter() - began)
    if failed:
        metrics.ERRORS.labels(operation, failed).inc()


def _begin(model: Any, context: dict[str, Any], **_: Any) -> None:
    context[CALL] = known(model.name, OPERATIONS), time.perf_counter()


def _end(http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    operation, began = context[CALL]
    status, code = http_response.status_code, parsed.get("Error", {}).get("Code", "")
    ended(operation, began, kind_of(code, status) if status >= FAILED else None)


def _fail(context: dict[str, Any], **_: Any) -> None:
    operation, began = context[CALL]
    ended(operation, began, "unavailable")
