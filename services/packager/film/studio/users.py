"""Each crew has a user of its own, where we may give it one and it can read what it needs."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Final

from services.packager.sandbox.confinement import FIRST_USER, Protections, probe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FIRST: Final = FIRST_USER + 0x10000  # beyond those of builds
MOST: Final = 4_096


class Users:
    """The numbers that are in use; not for several threads."""

    def __init__(self) -> None:
        self._taken: set[int | None] = set()

    @cached_property
    def protections(self) -> Protections:
        """What works here; found out once."""
        return probe()

    def take(self, scratch: Path, readable: Iterable[Path]) -> int | None:
        """A user that no other crew has, and who owns the folder; None: the same as ours."""
        if os.geteuid() != 0 or not self.protections.own_user:
            return None
        if not all(map(_is_public, (scratch.parent, *readable))):
            return None
        user = next(n for n in range(FIRST, FIRST + MOST) if n not in self._taken)
        self._taken.add(user)
        os.chown(scratch, user, user)
        return user

    def give_back(self, user: int | None) -> None:
        """It has ended."""
        self._taken.discard(user)


def _is_public(path: Path) -> bool:
    """Whether any user can get there, and read it."""
    real = path.resolve()
    if not real.exists():
        return False
    wanted = 0o005 if real.is_dir() else 0o004
    above = all(folder.stat().st_mode & 0o001 for folder in real.parents)
    return above and real.stat().st_mode & wanted == wanted
