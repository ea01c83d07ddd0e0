"""``/livez``, ``/readyz`` and ``/metrics`` of a service that serves nothing else.

It is an ASGI application of its own: to import a framework for three routes would take a quarter
of the time in which such a service starts.
"""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from prometheus_client import CONTENT_TYPE_LATEST

from shared.service.health import is_forwarded, metrics_page, readiness
from shared.service.http_protocol import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping

    Message = MutableMapping[str, Any]

PATHS: Final = ("/livez", "/readyz", "/metrics")
ALLOWED: Final = (b"allow", b"GET, OPTIONS")
NO_ROUTE: Final = Refusal(HTTPStatus.NOT_FOUND, "not-found", "there is no such route")
WRONG_METHOD: Final = Refusal(
    HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", "this route answers GET alone"
)


class Answer(NamedTuple):
    """What one request is told."""

    status: int
    body: bytes = b""
    media_type: str = "application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


class HealthApp:
    """What probes and Prometheus ask; whoever comes through a proxy sees less of it.

    Args:
        checks: What ``/readyz`` looks at.
    """

    def __init__(self, checks: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        self._checks = checks

    async def __call__(
        self,
        scope: Mapping[str, Any],
        _receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer one request; no WebSocket is let in."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        names = {name.decode("latin-1") for name, _ in scope["headers"]}
        answer = await self._answer(scope["method"], scope["path"], names)
        headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
        if answer.body:
            headers.append((b"content-type", answer.media_type.encode()))
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, method: str, path: str, headers: Collection[str]) -> Answer:
        route = path.removesuffix("/")
        if route not in PATHS:
            return _refused(NO_ROUTE)
        if method == "OPTIONS":
            return Answer(HTTPStatus.NO_CONTENT, headers=(ALLOWED,))
        if method != "GET":
            return _refused(WRONG_METHOD, ALLOWED)
        if route == "/livez":
            return Answer(HTTPStatus.OK, b'{"status":"alive"}')
        forwarded = is_forwarded(headers)
        if route == "/readyz":
            report, ready = await readiness(self._checks, forwarded=forwarded)
            status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
            return Answer(status, json.dumps(report, separators=(",", ":")).encode())
        if forwarded:
            return _refused(NO_ROUTE)
        return Answer(HTTPStatus.OK, await metrics_page(), CONTENT_TYPE_LATEST)


def _refused(refusal: Refusal, *headers: tuple[bytes, bytes]) -> Answer:
    body = refusal.problem(uuid.uuid4().hex)
    return Answer(refusal.status, body, "application/problem+json", headers)
