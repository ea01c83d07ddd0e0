"""What the paths of routes carry, with what is allowed there."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from services.gateway.http.pagination import LAST_SEQ

AnyRequest = Request[Any, Any, Any]

ProjectId = Annotated[str, PathParameter(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$(?!\n)")]
ExportId = Annotated[
    str, PathParameter(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$(?!\n)")
]
BlobSha256 = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$(?!\n)")]
MemberId = Annotated[str, PathParameter(min_length=1, max_length=200)]
DeadLetterSeq = Annotated[int, PathParameter(ge=1, le=LAST_SEQ)]
BulkReplayId = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{32}$(?!\n)")]
PageSize = Annotated[int, QueryParameter(ge=1, le=200)]
IdempotencyKey = Annotated[str | None, HeaderParameter(name="Idempotency-Key", max_length=200)]
