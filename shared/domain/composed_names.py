"""Names come in one Unicode form: Finder writes letters and their marks apart, everybody else not.

A file that is called otherwise than the page says is not found, and looks as if it were there.

Source:
    UAX #15, forms NFC and NFD.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from shared.domain.paths import MAX_PATH_BYTES
from shared.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST: Final = 4 * MAX_PATH_BYTES  # letters; a form is found in time that grows with their square
SHOWN: Final = 3
SHOWN_LETTERS: Final = 300


def composed(name: str) -> str:
    """The name in form NFC; one that is longer than any path stays as it is."""
    return unicodedata.normalize("NFC", name) if len(name) <= LONGEST else name


def composed_paths(paths: Iterable[str]) -> dict[str, str]:
    """The form NFC of each path, by the path.

    Raises:
        PathError: Two that differ become one; both are named.
    """
    names: dict[str, str] = {}
    first: dict[str, str] = {}
    for path in paths:
        name = names[path] = composed(path)
        if (other := first.setdefault(name, path)) != path:
            both = " and ".join(ascii(one)[:SHOWN_LETTERS] for one in sorted((path, other)))
            raise PathError(name, f"the name of two files, {both}, that look alike; rename one")
    return names


def composition_note(changed: Sequence[str]) -> str:
    """What is told once of names that have been composed."""
    shown = ", ".join(name if name.isprintable() else ascii(name) for name in changed[:SHOWN])
    names = "1 name was" if len(changed) == 1 else f"{len(changed):,} names were"
    more = ", …" if len(changed) > SHOWN else ""
    return (
        f"{names} spelled with letters and marks apart, as macOS does, and put together (Unicode "
        f"NFC), as pages name files: {shown[:SHOWN_LETTERS]}{more}"
    )
