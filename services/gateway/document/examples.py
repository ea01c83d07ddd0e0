"""Examples of requests, answers and refusals, as a real stack has sent them.

``RECORD_EXAMPLES=1 pytest tests/documents/test_recorded.py`` records them anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("examples.json")
_ALL: Final[dict[str, Any]] = json.loads(FILE.read_bytes())
PROBLEMS: Final[dict[str, dict[str, Any]]] = _ALL["problems"]  # by code
_ANSWERS: Final[dict[str, dict[str, Any]]] = _ALL["answers"]  # by operation and status
_BODIES: Final[dict[str, Any]] = _ALL["bodies"]  # of requests, by operation
JSON: Final = "application/json"


def illustrated(operation: dict[str, Any]) -> dict[str, Any]:
    """An operation with examples of what is sent and answered, where there are any."""
    name = operation["operationId"]
    answers = {
        status: _with(answer, _ANSWERS.get(name, {}).get(status))
        for status, answer in operation["responses"].items()
    }
    body = operation.get("requestBody")
    bodies = {"requestBody": _with(body, _BODIES.get(name))} if body else {}
    return {**operation, "responses": answers, **bodies}


def _with(described: dict[str, Any], example: Any) -> dict[str, Any]:
    content = described.get("content", {})
    if example is None or JSON not in content:
        return described
    return {**described, "content": {**content, JSON: {**content[JSON], "example": example}}}
