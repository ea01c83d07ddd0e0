"""Refusals in the OpenAPI document: problem details, with what each status means here."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from msgspec import UNSET, UnsetType


class ProblemDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One wrong value: where it stands in the document, and what is wrong with it."""

    path: str
    message: str


class RefusedExport(msgspec.Struct, frozen=True, kw_only=True):
    """The export whose state does not allow it."""

    id: str
    status: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457, what older clients read, and what some refusals say besides."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    error: str
    retryable: bool
    trace_id: str
    details: list[ProblemDetail] | UnsetType = UNSET
    missing: list[str] | UnsetType = UNSET  # SHA-256 of blobs to send
    reason: str | UnsetType = UNSET
    export: RefusedExport | UnsetType = UNSET
    quota: str | UnsetType = UNSET
    limit: int | UnsetType = UNSET
    used: int | UnsetType = UNSET
    available: float | UnsetType = UNSET  # build minutes
    required: float | UnsetType = UNSET
    upgrade_required: bool | UnsetType = msgspec.field(name="upgradeRequired", default=UNSET)
    can_retry: bool | UnsetType = msgspec.field(name="canRetry", default=UNSET)
    retry_url: str | UnsetType = msgspec.field(name="retryUrl", default=UNSET)


MEANINGS: Final = {
    400: "Wrong values; `details` says which.",
    401: "No bearer token, or one that is not valid.",
    402: "Too few build minutes are left; `available`, `required`, `upgradeRequired`.",
    403: "Your role does not allow it, or a quota is used up; `quota`, `limit`, `used`.",
    404: "There is none, or it is not for the caller.",
    405: "The route knows no such method.",
    408: "The body broke off, or came too slowly.",
    409: "Its state does not allow this; `reason` and `export` where it is about one; `missing`.",
    410: "It has expired; `canRetry`, `retryUrl`.",
    413: "More than a limit of the project allows.",
    422: "Right in form, and still not possible.",
    429: "Too many requests, or a quota is used up for now; `Retry-After`.",
    500: "A fault of ours; quote the `trace_id`.",
    503: "A server is away, or a stream is nearly full; `Retry-After`.",
}
EVERYWHERE: Final = (400, 401, 429, 500, 503)
WITH_BODY: Final = (408, 413)  # of requests that send something


def problem_responses(*statuses: int) -> dict[int, ResponseSpec]:
    """The ``responses`` of a route that may refuse with one of these, as each may with some."""
    return {status: _problem(MEANINGS[status]) for status in sorted({*EVERYWHERE, *statuses})}


def _problem(description: str) -> ResponseSpec:
    return ResponseSpec(
        Problem,
        description=description,
        generate_examples=False,
        media_type="application/problem+json",
    )
