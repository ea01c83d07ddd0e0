"""A span for each call of S3 within a trace: of every client of a session.

Keys are built of ids and hashes (:mod:`shared.storage.keys`), so they may be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.tracing import spans

if TYPE_CHECKING:
    from aiobotocore.session import AioSession

    from shared.tracing.spans import Attributes

PARAMETERS: Final = "aethel_parameters"  # in the context that botocore passes from hook to hook
SPAN: Final = "aethel_span"
FAILED: Final = 300  # this status and those above it
_ATTRIBUTES: Final = {  # of the semantic conventions for S3, by the parameters of its calls
    "Bucket": "aws.s3.bucket",
    "Key": "aws.s3.key",
    "PartNumber": "aws.s3.part_number",
    "Range": "http.request.header.range",
}


def trace(session: AioSession) -> None:
    """Trace the calls of all clients that the session will make."""
    session.register("before-parameter-build.s3", _remember)
    session.register("before-call.s3", _begin)
    session.register("after-call.s3", _end)
    session.register("after-call-error.s3", _fail)


def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    if spans.recording():
        context[PARAMETERS] = params


def _begin(model: Any, context: dict[str, Any], **_: Any) -> None:
    if PARAMETERS not in context:
        return
    attributes: Attributes = {
        "rpc.system.name": "aws-api",
        "rpc.method": f"S3/{model.name}",
    }
    for parameter, attribute in _ATTRIBUTES.items():
        if (value := context[PARAMETERS].get(parameter)) is not None:
            attributes[attribute] = value
    context[SPAN] = spans.child(f"S3/{model.name}", attributes, kind="client")


def _end(http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    if (span := context.get(SPAN)) is None:
        return
    status = http_response.status_code
    span.set({"http.response.status_code": status})
    if status >= FAILED:
        span.failed(str(parsed.get("Error", {}).get("Code", status)))
    span.end()


def _fail(context: dict[str, Any], exception: Exception, **_: Any) -> None:
    if (span := context.get(SPAN)) is not None:
        span.failed(type(exception).__name__)
        span.end()
