"""Examples in the documents: messages as a real stack has sent them.

``RECORD_EXAMPLES=1 pytest tests/documents/test_recorded.py`` records them anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("examples.json")
EXAMPLES: Final[dict[str, list[dict[str, Any]]]] = json.loads(FILE.read_bytes())  # by message
