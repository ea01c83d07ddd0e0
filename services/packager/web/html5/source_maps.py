"""Source maps are told from other files that are called ``*.map``, such as levels, by content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

SUFFIX: Final = ".map"
MAX_LOOKED_AT: Final = 64 << 10  # bytes; of a larger file the beginning tells
_VERSION: Final = 3
_GUARD: Final = re.compile(rb"\)\]\}'?[^\n]*+\n")  # that keeps a page from running JSON as a script
_KEYS: Final = re.compile(
    rb'"(?:mappings"\s*+:\s*+"|sources(?:Content)?"\s*+:\s*+\[|sections"\s*+:)'
)
_NUMBER: Final = re.compile(rb'"version"\s*+:\s*+3\b(?!\.)')


def is_source_map(project: ProjectFiles, path: str) -> bool:
    """Whether a file is a source map of version 3; what cannot be told is none.

    Source:
        ECMA-426, source map format.
    """
    if not path.endswith(SUFFIX):
        return False
    with project.open(path) as stream:
        data = stream.read(MAX_LOOKED_AT)
    data = data.removeprefix(b"\xef\xbb\xbf")
    if guard := _GUARD.match(data):
        data = data[guard.end() :]
    if not data.lstrip().startswith(b"{"):
        return False
    if project.files[path].size <= MAX_LOOKED_AT:
        return _is_map(data)
    return bool(_KEYS.search(data)) and (bool(_NUMBER.search(data)) or b'"mappings"' in data)


def _is_map(data: bytes) -> bool:
    try:
        document: Any = msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False
    return (
        isinstance(document, dict)
        and document.get("version") == _VERSION
        and (
            isinstance(document.get("mappings"), str) or isinstance(document.get("sections"), list)
        )
    )
