"""The channel of the WebSocket: what the status service sends to those who watch an export."""

from __future__ import annotations

from typing import Any, Final

from documents.messages import Message
from documents.references import to
from services.status.websocket.access import PROTOCOL
from services.status.websocket.close_codes import MEANINGS
from shared.domain.websocket_messages import (
    ErrorMessage,
    ExportStatus,
    Gap,
    Log,
    PreviewMessage,
    Ready,
)

NAME: Final = "watch"
MESSAGES: Final = tuple(
    Message(payload=kind) for kind in (Ready, ExportStatus, Log, Gap, PreviewMessage, ErrorMessage)
)
_TEXT: Final = {"type": "string", "minLength": 1}

QUERY: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "ticket": {
            **_TEXT,
            "description": (
                "From `websocketUrl`: good for one export and about a minute, checked at connect. "
                "It names the generation and sequence that it was made at; the first state sent is "
                "at least as new."
            ),
        },
        "epoch": {**_TEXT, "description": "Of `ready`, to resume: which life of the log it was."},
        "after_seq": {
            "type": "string",
            "pattern": "^[0-9]{1,19}$",
            "description": (
                "To resume: the `seq` of the last `log` seen. The log goes on behind it, or a "
                "`gap` says what is lost. Without it the last lines come first."
            ),
        },
    },
}
HEADERS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "Sec-WebSocket-Protocol": {
            **_TEXT,
            "description": (
                f"`{PROTOCOL}`, and beside it the ticket or a bearer token where neither is in the "
                "query."
            ),
        },
        "Origin": {**_TEXT, "description": "Of browsers: one that the service is set to allow."},
    },
}


def channel() -> dict[str, Any]:
    """The AsyncAPI Channel Object."""
    return {
        "address": "/export/{exportId}",
        "title": "One export, watched",
        "summary": "The state of an export at once, every change, and its log, until it ends.",
        "description": (
            "`ready` comes first, then `export-status` with the whole state, and another one after "
            "every change. Progress may be conflated for a slow reader, the terminal state never. "
            "While a film is made a `preview` comes every few seconds, to a slow reader the newest "
            "alone. "
            "The socket is accepted before it is refused, so that its close code reaches browsers: "
            "an `error` says why. Clients send nothing. A ping comes every 15 seconds."
        ),
        "servers": [to("servers", "status")],
        "messages": {m.name: to("components", "messages", m.name) for m in MESSAGES},
        "parameters": {"exportId": {"description": "The export's id, a UUID."}},
        "tags": [{"name": "websocket"}],
        "bindings": {
            "ws": {"method": "GET", "query": QUERY, "headers": HEADERS, "bindingVersion": "0.1.0"}
        },
        "x-close-codes": [
            {"code": int(code), "name": code.name.lower().replace("_", "-"), "meaning": meaning}
            for code, meaning in MEANINGS.items()
        ],
    }


def operation() -> dict[str, Any]:
    """The AsyncAPI Operation Object, as the status service sees it."""
    return {
        "action": "send",
        "channel": to("channels", NAME),
        "title": "Watch an export",
        "summary": "The status service tells those who watch an export what happens to it.",
        "messages": [to("channels", NAME, "messages", m.name) for m in MESSAGES],
        "security": [
            to("components", "securitySchemes", "ticket"),
            to("components", "securitySchemes", "subprotocol"),
        ],
        "tags": [{"name": "status"}],
    }
