"""What a log line may hold: values of bounded size, nothing that steers a terminal, no secret.

No line of ours is written with a secret in it. The patterns here are a net below that, for what a
library's message, a client's words or a bug might bring.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

LETTERS: Final = 4_000  # of one text
TRACEBACK_LETTERS: Final = 20_000
ITEMS: Final = 60  # of one list or object
DEPTH: Final = 6
LONGEST_NAME: Final = 64  # more than any of those that name a secret
SCALARS: Final = (bool, int, float, type(None))
REDACTED: Final = "[redacted]"

# Ids, names, routes: most values.
_HARMLESS: Final = re.compile(r"(?![\w./{}-]{0,64}?\b(?:S[A-Z]|eyJ))[\w./{}-]{0,64}", re.ASCII)
_HEADER: Final = r"(?:cookies?|authorization)"
_NAME: Final = r"""(?:
    pass(?:word|wd|phrase) | ticket | (?<!unexpected[ ])token | api[_-]?key | credentials?
    | secret(?:[_-]?access)?(?:[_-]?key)? | (?:private|access)[_-]?key | X-Amz-Signature
)"""
_IS: Final = r"""(?:\\*['"]?\s*[:=]|%3D)[\s\[({]*"""
_SECRETS: Final = re.compile(  # its groups are what stays
    rf"""
    ((?:{_HEADER}|{_NAME}){_IS}b?")(?:[^"\\\n]|\\+[^\\\n])+
    | ((?:{_HEADER}|{_NAME}){_IS}b?')(?:[^'\\\n]|\\+[^\\\n])+
    | ((?:{_HEADER}|{_NAME}){_IS}b?\\+['"])[^'"\\\n]+
    | ({_HEADER}{_IS})[^'"\\\n]+
    | ({_NAME}{_IS}(?:(?:Bearer|Basic)\s+)?)[^\s&'",;\\]+
    | (X-Amz-Credential{_IS}|\b(?:Bearer|Basic)\s+)[^\s&'",;@\\]+
    | (://[^/\s:@'"]*:)[^/\s@'"]+(?=@)
    | \beyJ[\w-]{{8,}}\.[\w-]+\.[\w-]*
    | \bS[ACNOUX][A-Z2-7]{{56}}\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAMED: Final = re.compile(rf"(?:{_HEADER}|{_NAME})\Z", re.VERBOSE | re.IGNORECASE)
_STEERING: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


def redacted(text: str) -> str:
    """The text without what looks like a secret."""
    return _SECRETS.sub(_replaced, text)


def names_a_secret(name: str) -> bool:
    """Whether what stands under that name is one, whatever it looks like."""
    return _ends_in_a_secret(name[-LONGEST_NAME:])


def bounded(text: str, letters: int = LETTERS) -> str:
    """The text, or its beginning and how much more there was."""
    if len(text) <= letters:
        return text
    return f"{text[:letters]}… ({len(text) - letters} more letters)"


def visible(text: str) -> str:
    """The text with what would move the cursor, colour or reorder letters as its code."""
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """The text as a terminal may show it within a line."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def without_secrets(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """A processor: every value bounded, and without what looks like a secret."""
    return {key: _under(key, value, DEPTH) for key, value in line.items()}


def for_a_terminal(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """A processor: no value can end its line, or forge another; a traceback is indented."""
    shown = {key: one_line(str(value)) if _is_text(value) else value for key, value in line.items()}
    if isinstance(line.get("exception"), str):
        shown["exception"] = "    " + visible(line["exception"]).replace("\n", "\n    ")
    return shown


@lru_cache(1_024)
def _ends_in_a_secret(name: str) -> bool:
    return _NAMED.search(name) is not None


def _replaced(found: re.Match[str]) -> str:
    return "".join(kept or "" for kept in found.groups()) + REDACTED


def _is_text(value: Any) -> bool:
    return not isinstance(value, SCALARS)


def _under(name: str, value: Any, depth: int) -> Any:
    if value and not isinstance(value, bool) and names_a_secret(name):
        return REDACTED
    return _safe(value, depth)


def _safe(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        if _HARMLESS.fullmatch(value):
            return str(value)
        return redacted(bounded(value, TRACEBACK_LETTERS if "\n" in value else LETTERS))
    if isinstance(value, SCALARS):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        items = list(value.items())[:ITEMS]
        return {_safe(str(key), depth): _under(str(key), one, depth - 1) for key, one in items}
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe(one, depth - 1) for one in list(value)[:ITEMS]]
    return _safe(repr(value), depth)
