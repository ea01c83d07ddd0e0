"""What every request below ``/api`` may carry besides."""

from __future__ import annotations

from typing import Any, Final

_TEXT: Final = {"type": "string"}
PARAMETERS: Final[dict[str, Any]] = {
    "Traceparent": {
        "name": "traceparent",
        "in": "header",
        "description": "W3C Trace Context: the export and every refusal belong to this trace.",
        "schema": _TEXT,
    },
    "RequestId": {
        "name": "X-Request-Id",
        "in": "header",
        "description": "The `trace_id` of refusals and of the export, where there is no trace.",
        "schema": _TEXT,
    },
    "ActingFor": {
        "name": "X-Aethel-User",
        "in": "header",
        "description": "The user whom a token with the role `service` acts for.",
        "schema": _TEXT,
    },
}
SECURITY: Final[dict[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "HS256, or signed by the identity provider; docs/integration.md, Sign in.",
    },
    "ticket": {
        "type": "apiKey",
        "in": "query",
        "name": "ticket",
        "description": "Signed, for one export; it stands in `downloadUrl`.",
    },
}


def addressed(operation: dict[str, Any]) -> dict[str, Any]:
    """An operation with those parameters."""
    common = [{"$ref": f"#/components/parameters/{name}"} for name in PARAMETERS]
    return {**operation, "parameters": [*operation.get("parameters", []), *common]}
