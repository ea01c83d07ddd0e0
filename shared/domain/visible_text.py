"""Text that people read, in names above all: it must be what it looks like.

What cannot be seen, or turns around what stands beside it, makes one name pass for another, hides
an extension, or forges a line of a log.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from shared.errors import InvalidRequestError

# Of Unicode 15: Cc, Cs, Zl, Zp, noncharacters, Cf but for the two joiners, and letters without ink.
_HIDDEN: Final = (
    r"\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    r"\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufdd0-\ufdef"
    r"\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 17))
)
# Flags of England, Scotland and others: a black flag, letters that say which, an end (UTS 51,
# 1.4.6). Elsewhere such letters hide text.
_FLAG: Final = r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"
# Mongolian letters take the form that a selector behind them says.
_MONGOLIAN: Final = r"(?<=[\u1820-\u18aa])[\u180b-\u180f]"
# Arabic, Indic and other scripts, and emoji, are written with joiners (compare RFC 5892 A.1, A.2).
_JOINABLE: Final = (
    r"[\u0600-\u10ff\u1200-\u1cff\u2190-\u2bff\ua800-\uabff\ufb50-\ufdff\ufe00-\ufe0f\ufe70-\ufefc"
    r"\U00010800-\U00016fff\U0001e000-\U0001faff]"
)
_JOINER: Final = r"[\u200c\u200d]"
_FOUND: Final = re.compile(
    rf"(?P<fine>{_FLAG}|{_MONGOLIAN})"
    rf"|[{_HIDDEN}]|(?<!{_JOINABLE}){_JOINER}|{_JOINER}(?!{_JOINABLE})"
)
_MULTILINE: Final = frozenset("\n\t")


def objection(text: str, *, multiline: bool = False) -> str | None:
    """What a reader could not see in a text, or None; ``multiline``: breaks and tabs are fine."""
    if text.isascii() and text.isprintable():
        return None  # as most are; the expression below looks at each letter several times
    for found in _FOUND.finditer(text):
        letter = found.group()
        if not (found["fine"] or (multiline and letter in _MULTILINE)):
            name = unicodedata.name(letter, "a control character")
            return f"contains U+{ord(letter):04X} ({name}), which cannot be seen"
    return None


def check_visible(path: str, text: str, *, multiline: bool = False) -> str:
    """The text, if it is what it looks like; ``path`` is its place in the request.

    Raises:
        InvalidRequestError: What is in it that is not.
    """
    if said := objection(text, multiline=multiline):
        raise InvalidRequestError(f"{path} {said}", [(path, said)])
    return text


def visible(text: str) -> str:
    """The text without what cannot be seen."""
    return _FOUND.sub(lambda found: found["fine"] or "", text)


def visible_line(text: str) -> str:
    """One line of what can be seen: single blanks, none at the ends, Unicode form NFC."""
    line = visible(" ".join(unicodedata.normalize("NFC", text).split()))
    return " ".join(unicodedata.normalize("NFC", line).split())
