"""Which operation of the OpenAPI document an answer is of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.documents.test_checked_in import OPENAPI

if TYPE_CHECKING:
    from tests.documents.recording import Answer


def operation_of(answer: Answer) -> tuple[str, dict[str, Any] | None]:
    """The template of its path, and what the document says of it."""
    path = answer.path.partition("?")[0]
    for template, item in OPENAPI["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template.replace("{path}", ".+"))
        pattern = pattern if template != "/{file}" else "/[^/]*"
        if re.fullmatch(pattern, path) and answer.method.lower() in item:
            return template, item[answer.method.lower()]
    return path, None
