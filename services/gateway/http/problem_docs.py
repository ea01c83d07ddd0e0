"""Refusals in the OpenAPI document: problem details, with what each status means here."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar.openapi.datastructures import ResponseSpec

MEANINGS: Final = {
    402: "Too few build minutes are left; `available`, `required`, `upgradeRequired`.",
    403: "Your role does not allow it, or a quota is used up; `quota`, `limit`, `used`.",
    404: "There is none, or it is not for the caller.",
    409: "Its state does not allow this; `reason` and `export` (id, status) where it is about one.",
    410: "It has expired; `canRetry`, `retryUrl`.",
    413: "More than a limit of the project allows.",
    422: "Right in form, and still not possible.",
    429: "Too many requests, or a quota is used up for now; `Retry-After`.",
    503: "A server is away, or a stream is nearly full; `Retry-After`.",
}


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457, and what older clients read."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    error: str
    retryable: bool
    trace_id: str


def problem_responses(*statuses: int) -> dict[int, ResponseSpec]:
    """The ``responses`` of a route that may refuse with one of these statuses."""
    return {
        status: ResponseSpec(
            ProblemDetails,
            description=MEANINGS[status],
            generate_examples=False,
            media_type="application/problem+json",
        )
        for status in statuses
    }
