"""Notes are told once each, and no more of them than an export may carry."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from services.packager.film.studio.shot import NoteTold
from shared.domain.build_warnings import MOST, BuildWarning

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_OF_CODE: Final = 6  # of one kind: they must not take the place of others
MOST_OF_MESSAGE: Final = 500  # letters, as notes may have


class Notes:
    """Hands each note on, the first time."""

    def __init__(self, tell: Callable[[NoteTold], object]) -> None:
        self._tell = tell
        self._told: set[BuildWarning] = set()
        self._by_code: Counter[str] = Counter()

    def add(
        self, code: str, message: str, *, file: str | None = None, line: int | None = None
    ) -> None:
        """Tell it; texts are cut where they are long, and those of one kind where they are many."""
        note = BuildWarning(
            code=code, message=cut(message), file=cut(file) if file else None, line=line
        )
        if note in self._told or self._by_code[code] > MOST_OF_CODE or len(self._told) >= MOST:
            return
        self._told.add(note)
        self._by_code[code] += 1
        if self._by_code[code] > MOST_OF_CODE:
            message = f"there is more like this: the first {MOST_OF_CODE} are told"
            note = BuildWarning(code=code, message=message)
        self._tell(NoteTold(note))


def cut(text: str, most: int = MOST_OF_MESSAGE) -> str:
    """The text's beginning, as one line that has no control characters."""
    line = "".join(c if c.isprintable() else " " for c in text[: 2 * most])
    line = " ".join(line.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
