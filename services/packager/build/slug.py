"""A slug is a game's title in letters that every system, shell and header takes.

Artifacts, folders, programs and desktop entries are named by it, and by nothing else.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category, normalize

from anyascii import anyascii

MAX_SLUG: Final = 60
NAMELESS: Final = "game"
_LETTERS: Final = ("L", "M", "N", "Cf")  # categories of Unicode; Cf joins letters
_ANYTHING: Final = ("",)
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_SILENT: Final = re.compile("['`\"]")  # by which transliteration marks sounds within a word


def slug(title: str) -> str:
    """Lower-case ASCII letters, digits, single hyphens; other scripts as they sound, roughly.

    Signs and emoji count only where a title has neither letters nor figures: their names, then.
    What nobody can transliterate is ``game``.
    """
    return _spelled(title, _LETTERS) or _spelled(title, _ANYTHING) or NAMELESS


def _spelled(title: str, categories: tuple[str, ...]) -> str:
    spelled = "".join(
        _SILENT.sub("", anyascii(character)) if category(character).startswith(categories) else "-"
        for character in normalize("NFKC", title)
    )
    return _OTHER.sub("-", spelled.lower()).strip("-")[:MAX_SLUG].rstrip("-")
