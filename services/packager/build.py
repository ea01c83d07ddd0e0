"""What names an artifact: everything that shapes its bytes, and nothing else."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.plan import Request

BUILD_VERSION: Final = "1"  # raise it with every change here that changes the bytes of an artifact
_SHAPING: Final = ("deflate", "isal", "pillow")


@cache
def tool_versions() -> Mapping[str, str]:
    """The versions of what shapes the bytes of an artifact."""
    return {"aethel-export-build": BUILD_VERSION, **{name: version(name) for name in _SHAPING}}


def build_key(*, snapshot: str, request: Request, tools: Mapping[str, str]) -> str:
    """SHA-256 over the canonical JSON of snapshot, request and tools."""
    inputs = {"snapshot": snapshot, "request": request, "tools": tools}
    return hashlib.sha256(msgspec.json.encode(inputs, order="deterministic")).hexdigest()
