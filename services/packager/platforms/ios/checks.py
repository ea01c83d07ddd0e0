"""What would go wrong on a Mac or at the store is found before anything is packed."""

from __future__ import annotations

import unicodedata
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from services.packager.build.manifest import MANIFEST
from services.packager.build.plan import Note
from shared.errors import PreflightError, ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.packager.build.plan import Content

MAX_BYTES: Final = 4_000_000_000  # an application of the App Store, unpacked
_REFUSED: Final = (".a", ".app", ".appex", ".dylib", ".framework", ".xcframework", ".xpc")
_SHOWN: Final = 5
# Xcode copies a folder without what version control puts there; of that only this could be here.
SKIPPED: Final = "CVS"


class NamesCollideError(PreflightError):
    """Two files, or folders, that a Mac takes for one."""

    code = "names-collide"


class GameTooLargeError(ProjectError):
    """More than an application may carry."""

    code = "game-too-large"


def check_contents(contents: Sequence[Content]) -> None:
    """Check that all files of the game find a place.

    Raises:
        NamesCollideError: Two differ in case alone, and file systems of Macs see no difference.
        GameTooLargeError: They are more than the App Store takes.
    """
    _check_names([*(content.path for content in contents), MANIFEST])
    size = sum(content.size_bytes for content in contents)
    if size > MAX_BYTES:
        message = (
            f"an application for iOS has at most {MAX_BYTES / 1e9:.0f} GB; this game has "
            f"{size / 1e9:.1f} GB. Leave files out with excludePatterns, or optimize them"
        )
        raise GameTooLargeError(message)


def without_skipped(
    contents: Sequence[Content],
) -> tuple[tuple[Content, ...], tuple[Note, ...]]:
    """The contents that Xcode copies into an application, and a note where those are not all."""
    kept = tuple(content for content in contents if not _is_skipped(content.path))
    left_out = [content.path for content in contents if _is_skipped(content.path)]
    if not left_out:
        return kept, ()
    note = Note(
        file=left_out[0],
        message=f"left out {len(left_out):,} files: Xcode copies nothing that is called {SKIPPED}, "
        "nor what is in a folder of that name; give it another name if the game needs it",
    )
    return kept, (note,)


def code_notes(contents: Iterable[Content]) -> tuple[Note, ...]:
    """Files that look like programs: the store refuses an application with such inside."""
    found = [content.path for content in contents if _looks_like_code(content.path)]
    return tuple(
        Note(
            file=path,
            message="the App Store refuses programs and libraries beside an application's own; "
            "leave it out with excludePatterns",
        )
        for path in found[:_SHOWN]
    )


def _check_names(paths: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for path in paths:
        for name in (path, *_folders(path)):
            other = seen.setdefault(unicodedata.normalize("NFC", name.casefold()), name)
            if other != name:
                message = (
                    f"{other!r} and {name!r} differ in case alone, and a Mac takes them for one; "
                    "rename one, or leave it out with excludePatterns"
                )
                raise NamesCollideError(message)


def _folders(path: str) -> Iterable[str]:
    """All around a file: two that become one keep one's name, and a phone finds only that."""
    parts = path.split("/")[:-1]
    return accumulate(parts, "{}/{}".format)


def _is_skipped(path: str) -> bool:
    return SKIPPED in path.split("/")


def _looks_like_code(path: str) -> bool:
    return any(part.lower().endswith(_REFUSED) for part in path.split("/"))
