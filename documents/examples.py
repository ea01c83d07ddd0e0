"""Examples in the documents: messages and answers as a real stack has sent them.

``tests/documents`` records them (``RECORD_EXAMPLES=1``), and holds them against the schemas.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("examples.json")


def _read() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(FILE.read_text()) if FILE.is_file() else {}
    return known


_ALL: Final = _read()
EXAMPLES: Final[dict[str, list[dict[str, Any]]]] = _ALL.get("messages", {})  # by message
ANSWERS: Final[dict[str, dict[str, Any]]] = _ALL.get("answers", {})  # by operation and status
BODIES: Final[dict[str, Any]] = _ALL.get("bodies", {})  # of requests, by operation
