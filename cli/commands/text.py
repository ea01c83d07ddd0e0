"""How sizes and warnings are told to people."""

from __future__ import annotations

from typing import Any


def megabytes(size_bytes: int) -> str:
    """A size."""
    return f"{size_bytes / 1e6:.1f} MB"


def warning_text(warning: dict[str, Any]) -> str:
    """A warning of a build, with its place."""
    file = f"{warning['file']}:{warning['line']}" if warning["line"] else warning["file"]
    return ": ".join(filter(None, (file, warning["path"], warning["message"])))
