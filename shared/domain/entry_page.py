"""What a browser can open of a project: a page of its own, or what the player plays.

The gateway refuses by it before minutes are reserved; the packager looks again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.domain.globs import matches_any
from shared.errors import PreflightError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE: Final = "index.html"  # a page of its own, which comes first
GAME: Final = "game.json"  # a project in the engine's format
PACKAGE: Final = "package.json"  # a project whose pages may lie deeper, and are built


class EntryPageMissingError(PreflightError):
    """There is nothing that a browser could open."""

    code = "entry-page-missing"

    def __init__(self, *, spelled: str | None = None, has_package: bool = False) -> None:
        hint = f" It has {spelled}: rename that." if spelled else ""
        if has_package:
            hint = (
                f" It has {PACKAGE}, but no {PAGE} anywhere: pages that are built begin with one."
            )
        super().__init__(
            f"the project has neither {PAGE} (a page of its own) nor {GAME} (an Aethel "
            f"project) at its top, nor {PACKAGE} (pages that are built), or excludePatterns "
            f"leaves them out.{hint}"
        )


def entry_files(paths: Iterable[str]) -> frozenset[str]:
    """Those of a project's files that may be opened, however they are spelled."""
    return frozenset(path for path in paths if path.casefold() in {PAGE, GAME, PACKAGE})


def check_entry_page(entries: frozenset[str], *, exclude: Sequence[str]) -> None:
    """Raise EntryPageMissingError unless one of the entry files is what a browser can open.

    Args:
        entries: By :func:`entry_files`.
        exclude: Patterns of files that the export leaves out.
    """
    kept = sorted(path for path in entries if not matches_any(path, exclude))
    if not {PAGE, GAME, PACKAGE} & set(kept):
        spelled = next((path for path in kept if path.casefold() == PAGE), None)
        raise EntryPageMissingError(spelled=spelled)


def is_surely_built(entries: frozenset[str]) -> bool:
    """Whether it has nothing that runs without a build."""
    return entries == {PACKAGE}


def is_engine_project(entries: frozenset[str]) -> bool:
    """Whether the player plays it."""
    return GAME in entries and PAGE not in entries
