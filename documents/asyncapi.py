"""The AsyncAPI document: the WebSocket of the status service, and the streams of NATS."""

from __future__ import annotations

from typing import Any, Final

from documents import sockets
from documents.headers import HEADERS
from documents.operations import operations
from documents.references import SCHEMA, to
from documents.streams import CHANNELS
from shared.struct_schemas import sent_schemas

VERSION: Final = "3.1.0"
_ABOUT: Final = """\
What Aethel Export tells while it works. Those who wait for an export connect to the WebSocket
(channel `watch`). The streams of NATS are how the services work together; whoever listens there
besides sees every event of every project. An event is never changed: a new version has a new name
beside the old one. Members that this document does not name may come; pass them over.

The key-value buckets, in which services keep what they know, are no interface and not described.
"""


def asyncapi() -> dict[str, Any]:
    """The whole document; its members are always in the same order."""
    messages = [*sockets.MESSAGES, *(channel.message for channel in CHANNELS)]
    payloads = [message.payload for message in messages if message.payload]
    schemas = sent_schemas([*payloads, *HEADERS], SCHEMA)
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "Aethel Export",
            "version": "1",
            "description": _ABOUT,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": {
            sockets.NAME: sockets.channel(),
            **{channel.name: channel.described for channel in CHANNELS},
        },
        "operations": {"status-sends-watch": sockets.operation(), **operations()},
        "components": {
            "messages": {message.name: message.described for message in messages},
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": _security(),
        },
    }


def _servers() -> dict[str, Any]:
    return {
        "status": {
            "host": "{host}",
            "protocol": "wss",
            "title": "The status service",
            "description": "`AETHEL_WS_URL`; `ws` on one's own machine.",
            "variables": {"host": {"default": "127.0.0.1:8081"}},
            "security": [
                to("components", "securitySchemes", "ticket"),
                to("components", "securitySchemes", "subprotocol"),
            ],
        },
        "nats": {
            "host": "{host}",
            "protocol": "nats",
            "title": "NATS with JetStream",
            "description": "`NATS_URL`; `tls` where the servers ask for it.",
            "variables": {"host": {"default": "127.0.0.1:4222"}},
            "security": [
                to("components", "securitySchemes", "password"),
                to("components", "securitySchemes", "credentials"),
            ],
        },
    }


def _security() -> dict[str, Any]:
    return {
        "ticket": {
            "type": "httpApiKey",
            "in": "query",
            "name": "ticket",
            "description": "A signed ticket, as it stands in `websocketUrl`.",
        },
        "subprotocol": {
            "type": "httpApiKey",
            "in": "header",
            "name": "Sec-WebSocket-Protocol",
            "description": "The ticket or a bearer token, offered beside the protocol's own name.",
        },
        "password": {
            "type": "userPassword",
            "description": "One user for each service (`k8s/nats/users.conf`).",
        },
        "credentials": {
            "type": "asymmetricEncryption",
            "description": "`NATS_CREDS_FILE` or `NATS_NKEY_SEED_FILE`.",
        },
    }
