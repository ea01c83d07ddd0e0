"""What ``--option name=value`` asks for: each value as its option takes it.

``video.preset=gif`` is within ``video``, as deep as its options go.
"""

from __future__ import annotations

import json
from typing import Any, Final, get_args, get_origin

import msgspec

from cli.exit_codes import UsageError
from shared.domain.options import ExportOptions

UNKNOWN: Final = object()


def parse_options(pairs: tuple[str, ...]) -> dict[str, Any]:
    """``k=v`` pairs, each value as what its option takes: a game may be called 2048, or true.

    Values of options that nobody knows are JSON where they can be; the gateway refuses those.

    Raises:
        UsageError: A pair has no ``=``, or is within an option that holds no others.
    """
    options: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--option {pair!r}: write it as name=value")
        *above, last = name.split(".")
        holder = options
        for part in above:
            holder = holder.setdefault(part, {})
            if not isinstance(holder, dict):
                raise UsageError(f"--option {pair!r}: {part} was given a value of its own")
        holder[last] = _typed(_type_of(name.split(".")), value)
    return options


def _type_of(path: list[str]) -> Any:
    """The type of an option, however deep; UNKNOWN where there is none."""
    found: Any = ExportOptions
    for name in path:
        found = next(
            (inner for kind in (found, *get_args(found)) if (inner := _inner(kind, name))), UNKNOWN
        )
    return found


def _inner(kind: Any, name: str) -> Any:
    """The type of a member; None where the type has none of that name."""
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields = msgspec.structs.fields(kind)
        return next((field.type for field in fields if field.encode_name == name), None)
    return None


def _typed(kind: Any, value: str) -> Any:
    """The value as text where the option takes that, else as JSON where it takes that."""
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    if kind is UNKNOWN:
        return parsed
    holds = isinstance(parsed, list | dict)
    if holds and _takes(kind, parsed):
        return parsed
    if _takes(kind, value):
        return value
    # Of a value that is refused either way, the gateway's message says most of it as JSON.
    return parsed if holds or _takes(kind, parsed) else value


def _takes(kind: Any, value: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
