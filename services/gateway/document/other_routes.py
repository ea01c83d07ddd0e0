"""What the gateway answers beside its API: how it is, and the games behind play links."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

OPEN: Final[list[Any]] = []  # of ``security``: nothing is needed
SERVICE: Final = "service"
PLAY: Final = "play"
_TEXT: Final = {"type": "string"}
_CHECKS: Final = {
    "type": "object",
    "additionalProperties": _TEXT,
    "description": "What each check says: `ok`, or what is wrong.",
}
_ANYTHING: Final = {"schema": {"type": "string", "format": "binary"}}
_PAGE: Final = {"text/html": {"schema": _TEXT}}
_PLAY_STATUSES: Final = {
    200: "A file of the game.",
    206: "The part of it that `Range` names.",
    303: "The password was right: to the game, with what lets one in.",
    304: "It is as `If-None-Match` says.",
    307: "To the folder, with a slash.",
    401: "A password is needed: a page with a form.",
    403: "It is another password: a page with a form.",
    404: "There is no such link or file.",
    405: "Games are read, and nothing else.",
    410: "The link or its build has expired.",
    416: "The part that `Range` names is not there.",
    429: "Too many passwords were tried.",
    500: "A fault of ours.",
    502: "What is stored of the build is damaged.",
    503: "A server is away.",
}
_PLAY_HEADERS: Final[dict[int, tuple[str, ...]]] = {
    200: ("ETag", "Cache-Control"),
    206: ("ETag", "Content-Range"),
    303: ("Location",),
    304: ("ETag",),
    307: ("Location",),
    416: ("Content-Range",),
}


def other_routes() -> dict[str, Any]:
    """The Path Item Objects."""
    return {
        "/livez": _get("Livez", "Whether the process runs.", _json({200: "It runs."}, _CHECKS)),
        "/readyz": _get(
            "Readyz",
            "Whether everything is there that requests need. Every service has this route.",
            _json({200: "It is ready.", 503: "It is not; what is wrong is said."}, _CHECKS),
        ),
        "/metrics": _get(
            "Metrics",
            "Metrics for Prometheus; not through a proxy. Every service has this route.",
            {
                "200": {
                    "description": "All of them.",
                    "content": {"text/plain": {"schema": _TEXT}},
                },
                "404": {"$ref": "#/components/responses/Problem404"},
            },
        ),
        "/schema/openapi.json": _get(
            "Schema",
            "This document.",
            {
                "200": {
                    "description": "OpenAPI 3.1.",
                    "content": {"application/vnd.oai.openapi+json": {"schema": {"type": "object"}}},
                }
            },
        ),
        "/{file}": _games(),
    }


def _get(name: str, summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {
        "get": {
            "tags": [SERVICE],
            "operationId": name,
            "summary": summary,
            "security": OPEN,
            "responses": responses,
        }
    }


def _json(meanings: dict[int, str], schema: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {str(s): {"description": text, "content": content} for s, text in meanings.items()}


def _games() -> dict[str, Any]:
    """Files of games on the preview origin, which is another server than that of the API."""
    form = {"type": "object", "properties": {"password": _TEXT}, "required": ["password"]}
    content = {"application/x-www-form-urlencoded": {"schema": form}}
    path = {"name": "file", "in": "path", "required": True, "schema": _TEXT}
    return {
        "summary": "Where games are played: `EXPORT_PREVIEW_ORIGIN`, the `url` of a play link.",
        "servers": [
            {
                "url": "https://{token}.play.example.com",
                "variables": {"token": {"default": "a" * 32, "description": "Of the link."}},
            }
        ],
        "parameters": [{**path, "description": "The path of a file in the game; it may be empty."}],
        "get": _play("PlayFile", "One file of the game, for everybody who has the link."),
        "post": {
            **_play("PlayPassword", "The password of a link that has one."),
            "requestBody": {"required": True, "content": content},
        },
    }


def _play(name: str, summary: str) -> dict[str, Any]:
    return {
        "tags": [PLAY],
        "operationId": name,
        "summary": summary,
        "security": OPEN,
        "responses": {str(s): _play_answer(s, text) for s, text in _PLAY_STATUSES.items()},
    }


def _play_answer(status: int, description: str) -> dict[str, Any]:
    headers = {name: {"schema": _TEXT} for name in _PLAY_HEADERS.get(status, ())}
    if status >= HTTPStatus.BAD_REQUEST and status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        content = _PAGE
    else:
        content = {"*/*": _ANYTHING} if status in {200, 206} else {}
    return {
        "description": description,
        **({"headers": headers} if headers else {}),
        **({"content": content} if content else {}),
    }
