"""Every answer that a test of the gateway gets is held against the OpenAPI document."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final

import jsonschema_rs

from services.gateway.openapi import document

DOCUMENT: Final[dict[str, Any]] = json.loads(document())


def check_described(method: str, path: str, status: int, body: Any) -> None:
    """Fail where the document does not describe this answer of a path that it knows."""
    operation = _operation(method, path.partition("?")[0])
    if operation is None:
        return
    answers = operation["responses"]
    assert str(status) in answers, f"{method} {path} answered {status}, which is not described"
    for media_type, content in resolved(answers[str(status)]).get("content", {}).items():
        if media_type.endswith("json"):
            _validator(json.dumps(content["schema"])).validate(body)


def resolved(answer: dict[str, Any]) -> dict[str, Any]:
    """A response, where it stands among the components, too."""
    name = answer.get("$ref", "").removeprefix("#/components/responses/")
    found: dict[str, Any] = DOCUMENT["components"]["responses"][name] if name else answer
    return found


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for template, operations in DOCUMENT["paths"].items():
        pattern = template.replace("{path}", ".+")
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path.rstrip("/")):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None


@cache
def _validator(schema: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({**json.loads(schema), "components": DOCUMENT["components"]})
