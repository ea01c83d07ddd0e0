"""``python -m documents [--check]`` writes the documents, or fails where they are stale."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from documents.asyncapi import asyncapi
from services.gateway.openapi import document as openapi

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = Path(__file__).parents[1] / "docs/api"


def _asyncapi() -> bytes:
    return msgspec.json.format(msgspec.json.encode(asyncapi()), indent=2)


WRITERS: Final[dict[str, Callable[[], bytes]]] = {
    "openapi.json": openapi,
    "asyncapi.json": _asyncapi,
}


def stale() -> list[str]:
    """The files that are not what the code says now."""
    return [
        name
        for name, write in WRITERS.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != write() + b"\n"
    ]


def write_all() -> None:
    """Write them anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, write in WRITERS.items():
        (FOLDER / name).write_bytes(write() + b"\n")


if __name__ == "__main__":
    if "--check" not in sys.argv:
        write_all()
    elif names := stale():
        sys.exit(f"docs/api: {', '.join(names)} stale: run `make documents`")
