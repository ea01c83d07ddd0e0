"""Litestar's document, completed: examples, refusals by code, common headers, other routes."""

from __future__ import annotations

from typing import Any

from services.gateway.document.examples import illustrated
from services.gateway.document.other_routes import other_routes
from services.gateway.document.refusals import HEADERS, Refusals, examples
from services.gateway.document.requests import PARAMETERS, SECURITY, addressed


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The whole document; its schemas are there already."""
    refusals = Refusals()
    paths = {
        path: {
            method: addressed(illustrated(refusals.of(method, path, operation)))
            for method, operation in item.items()
        }
        for path, item in document["paths"].items()
    }
    components = {
        **document["components"],
        "responses": refusals.components,
        "examples": examples(),
        "parameters": PARAMETERS,
        "headers": HEADERS,
        "securitySchemes": SECURITY,
    }
    return {**document, "paths": {**paths, **other_routes()}, "components": components}
