"""Litestar's document, completed: examples, refusals by code, common headers, other routes."""

from __future__ import annotations

from typing import Any

from services.gateway.document.examples import illustrated
from services.gateway.document.other_routes import other_routes
from services.gateway.document.refusals import HEADERS, referred, responses
from services.gateway.document.requests import PARAMETERS, SECURITY, addressed


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The whole document; its schemas are there already."""
    paths = {
        path: {method: _completed(operation) for method, operation in item.items()}
        for path, item in document["paths"].items()
    }
    components = {
        **document["components"],
        "responses": responses(),
        "parameters": PARAMETERS,
        "headers": HEADERS,
        "securitySchemes": SECURITY,
    }
    return {**document, "paths": {**paths, **other_routes()}, "components": components}


def _completed(operation: dict[str, Any]) -> dict[str, Any]:
    return addressed(illustrated(referred(operation)))
