"""The gateway's HTTP interface for commands, which start at once: it needs no other package."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote, urlencode, urlsplit

from cli.answers import (
    ATTEMPTS,
    asked_again_after_s,
    check,
    leads_elsewhere,
    required,
    unanswered,
    wait_s,
)
from cli.connections import LOST, Bytes, Connections
from cli.web_address import led_to

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from http.client import HTTPResponse

    from cli.connections import Body

PAGE: Final = 200  # as many rows as the gateway lists at a time
_KEPT: Final = "/%?&=+,;:@!$'()*~"  # letters of a path that stay as they are


class BlockingClient:
    """One user's connections to one gateway, which threads may share.

    Every call is repeated while the service is away.

    Args:
        url: The gateway's.
        token: The bearer's.
        user: Whom a token of the role ``service`` acts for.
    """

    def __init__(self, url: str, token: str, *, user: str | None = None) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.user = user
        self._headers = headers_of(token, user)
        self._prefix = urlsplit(self.url).path
        self._connections = Connections(self.url)
        self._ended = threading.Event()
        self._closed_too: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End its connections; threads that still use them get an error."""
        self._ended.set()
        self._connections.close()
        for close in tuple(self._closed_too):
            close()

    def closes(self, close: Callable[[], None]) -> None:
        """End something else with it, at once where it has ended already."""
        self._closed_too.append(close)
        if self._ended.is_set():
            close()

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON that ``path`` answers with."""
        return required(self.url, path, self._json("GET", _with_query(path, query)))

    def pages(self, path: str, rows: str, limit: int, **query: str) -> dict[str, Any]:
        """A list that comes in pages, as one answer with at most ``limit`` of its ``rows``."""
        found: list[Any] = []
        more: dict[str, str] = {}
        while True:
            size = min(limit - len(found), PAGE)
            page = self.get(path, page_size=size, **query, **more)
            found += page[rows]
            if page["nextPageToken"] is None or len(found) >= limit:
                return {**page, rows: found}
            more = {"page_token": page["nextPageToken"]}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send JSON (bytes are such already), get JSON."""
        if body is None:
            return self._json(method, path, headers=headers)
        content = Bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
        return self._json(method, path, content, {"Content-Type": "application/json", **headers})

    def delete(self, path: str, **query: str) -> None:
        """Remove what ``path`` names."""
        self._json("DELETE", _with_query(path, query))

    def upload(self, method: str, path: str, body: Body) -> Any:
        """Send raw bytes."""
        return self._json(method, path, body, {"Content-Type": "application/octet-stream"})

    def request_export(self, project_id: str, body: dict[str, Any]) -> Any:
        """Ask for an export, once however often the request has to be repeated."""
        return self.act(f"/api/projects/{project_id}/export", body)

    def act(self, path: str, body: Any = None) -> Any:
        """POST something that is to be done once however often the request has to be repeated."""
        told = self.send("POST", path, body, **{"Idempotency-Key": os.urandom(16).hex()})
        return required(self.url, path, told)

    def location(self, path: str) -> str:
        """Where the gateway leads to from ``path``: to somebody who is told no token of ours."""
        answer, content = self._answer("GET", path)
        to = answer.headers.get("Location")
        if leads_elsewhere(answer.status) and to and not to.partition("?")[0].endswith(path):
            return led_to(self.url + path, to)
        check(self.url, path, answer.status, content, to)
        return str(required(self.url, path, None))

    def _json(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        answer, content = self._answer(method, path, body, headers)
        location = answer.headers.get("Location")
        return check(self.url, path.partition("?")[0], answer.status, content, location)

    def _answer(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[HTTPResponse, bytes]:
        """The answer that counts, and what it consists of."""
        target = self._prefix + quote(path, safe=_KEPT)
        sent = {**self._headers, **(headers or {})}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._connections.request(method, target, sent, body) as answer:
                    content = answer.read()
            except LOST as error:
                if attempt == ATTEMPTS or self._ended.is_set():
                    raise unanswered(self.url, error) from error
                pause_s = wait_s(attempt)
            else:
                again_s = asked_again_after_s(
                    answer.status, answer.headers.get("Retry-After"), attempt
                )
                if again_s is None:
                    return answer, content
                pause_s = again_s
            self._ended.wait(pause_s)
        raise AssertionError  # the last attempt has returned or raised


def headers_of(token: str, user: str | None) -> dict[str, str]:
    """Who asks, and for whom."""
    headers = {"Authorization": f"Bearer {token}"}
    return headers if user is None else {**headers, "X-Aethel-User": user}


def _with_query(path: str, query: Mapping[str, str | int]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
