"""What ``--option name=value`` asks for: each value as its option takes it."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from cli.exit_codes import UsageError
from shared.domain.options import ExportOptions

_TYPES: Final = {field.encode_name: field.type for field in msgspec.structs.fields(ExportOptions)}


def parse_options(pairs: tuple[str, ...]) -> dict[str, Any]:
    """``k=v`` pairs, each value as what its option takes: a game may be called 2048, or true.

    Values of options that nobody knows are JSON where they can be; the gateway refuses those.

    Raises:
        UsageError: A pair has no ``=``.
    """
    options = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--option {pair!r}: write it as name=value")
        options[name] = _typed(name, value)
    return options


def _typed(name: str, value: str) -> Any:
    """The value as text where the option takes that, else as JSON where it takes that."""
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    if name not in _TYPES:
        return parsed
    if _takes(name, value):
        return value
    # Of a value that is refused either way, the gateway's message says most of it as JSON.
    return parsed if _takes(name, parsed) or isinstance(parsed, list | dict) else value


def _takes(name: str, value: Any) -> bool:
    try:
        msgspec.convert(value, _TYPES[name])
    except msgspec.ValidationError:
        return False
    return True
