"""What of a folder is no part of a game: it stays at home, and no export ships it.

One rule for every way in (push, ZIPs, single files, manifests) and for the way out, so that a file
which came in by another way, or long ago, is not published either. What files hold is judged by
:mod:`.secret_scanner`.
"""

from __future__ import annotations

import re
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.build_warnings import BuildWarning
from shared.domain.ignore_patterns import IGNORE_FILE
from shared.domain.paths import MAX_FOLDERS, MAX_PATH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shared.domain.ignore_patterns import Pattern

_CLUTTER: Final = re.compile(
    r"\.git|\.svn|\.hg|\.bzr|__macosx|\.ds_store|thumbs\.db|ehthumbs\.db|desktop\.ini|\._.*"
    r"|\.aethelignore"
)
_ENVIRONMENT: Final = re.compile(r"\.env(rc)?([._-].*)?")
_SECRETS: Final = re.compile(
    r"\.npmrc|\.netrc|_netrc|\.pypirc|\.htpasswd|\.git-credentials|\.vault[-_]?token"
    r"|\.aws|\.ssh|\.gnupg|\.kube|\.azure|\.dockercfg"
    r"|id_(rsa|dsa|ecdsa|ed25519)([._-].*)?(?<!\.pub)"
    r"|.*\.(p12|pfx|jks|keystore|mobileprovision|ppk|kdbx)"
    r"|(.*[._-])?service[._-]?account([._-].*)?\.json"
    r"|(.*[._-])?(client_secret|credentials)([._-].*)?\.json"
)
_PACKAGES: Final = "node_modules"


class Kind(StrEnum):
    """Why a file stays at home; the code of the warning that tells of it."""

    CLUTTER = "left-out-clutter"
    SECRET = "left-out-secret"  # noqa: S105 - a code
    PACKAGES = "left-out-packages"
    IGNORED = "left-out-ignored"


SHOWN: Final = 5  # of what is left out as everybody expects
EXPECTED: Final = {
    Kind.CLUTTER: "as no part of a game",
    Kind.IGNORED: f"as {IGNORE_FILE} says",
    Kind.PACKAGES: "as packages are installed at export (to take them along, put a line "
    f"!node_modules/ into {IGNORE_FILE})",
}


class LeftOut(msgspec.Struct, frozen=True):
    """A file that stays at home, or a folder with all that lies in it: its path ends in ``/``."""

    path: str
    kind: Kind
    found: str = ""  # what in it looks like a secret; "": its name does

    def __str__(self) -> str:
        return f"{self.file} {self.reason}"

    @property
    def file(self) -> str:
        """The path to be shown: nothing in it deceives."""
        return self.path if self.path.isprintable() else ascii(self.path)

    @property
    def reason(self) -> str:
        """Why, and how to take it along all the same."""
        take_back = f"a line {self._line} in {IGNORE_FILE} takes it along"
        match self.kind:
            case Kind.CLUTTER:
                return "is no part of a game and was left out"
            case Kind.IGNORED:
                return f"was left out: {IGNORE_FILE} names it"
            case Kind.PACKAGES:
                return f"was left out: packages are installed at export; {take_back}"
            case Kind.SECRET if self.found:
                return (
                    f"holds what looks like {self.found} and was left out: take that out of it, "
                    f"or, if everybody may read it, {take_back}"
                )
            case _:
                return (
                    "looks like a secret by its name and was left out; "
                    f"if everybody may read it, {take_back}"
                )

    @property
    def stored_reason(self) -> str:
        """What becomes of it where it is stored all the same."""
        if self.kind is Kind.CLUTTER:
            return "is no part of a game: it is stored, and in no export"
        return (
            "looks like a secret by its name: it is stored, and in no export, unless a line "
            f"{self._line} in {IGNORE_FILE} asks for it"
        )

    @property
    def _line(self) -> str:
        return "!" + re.sub(r"([*?\[\\])", r"\\\1", self.file)

    @property
    def warning(self) -> BuildWarning:
        """The same for programs."""
        return BuildWarning(code=self.kind, message=self.reason[:500], file=self.file[:500])


class HomeRule:
    """Judges the paths of one folder.

    Args:
        patterns: Those of its ``.aethelignore``.
        packages_stay: Whether ``node_modules`` does; where it has come in, somebody wanted it.
    """

    def __init__(self, patterns: Sequence[Pattern] = (), *, packages_stay: bool = True) -> None:
        self._packages_stay = packages_stay
        self._patterns = tuple(reversed(patterns))  # the last one that speaks of a path decides
        self._folders: dict[str, LeftOut | None] = {}

    def stays_home(self, path: str) -> LeftOut | None:
        """What stays at home of a file's path: itself, or a folder around it; None: it goes."""
        parts = path[:MAX_PATH_BYTES].split("/")  # no project has longer ones
        for depth in range(1, min(len(parts), MAX_FOLDERS + 1)):
            if found := self.folder_stays_home("/".join(parts[:depth])):
                return found
        return self._judged(parts, is_folder=False)

    def folder_stays_home(self, path: str) -> LeftOut | None:
        """The folder, where all that lies in it stays at home; those around it do not."""
        if path not in self._folders:
            self._folders[path] = self._judged(path.split("/"), is_folder=True)
        return self._folders[path]

    def asks_for(self, path: str) -> bool:
        """Whether a line takes this very file along, and not all files by a ``*``."""
        return self._answer(path.split("/"), is_folder=False) is _Answer.NAMED

    def _judged(self, parts: Sequence[str], *, is_folder: bool) -> LeftOut | None:
        path = "/".join(parts) + "/" * is_folder
        by_name = _kind(parts)
        if by_name is Kind.CLUTTER:
            return LeftOut(path, by_name)
        match self._answer(parts, is_folder=is_folder):
            case _Answer.LEFT_OUT:
                return LeftOut(path, Kind.IGNORED)
            case _Answer.NAMED:
                return None
            case _Answer.TAKEN_BACK if by_name is Kind.PACKAGES:
                return None
        if by_name is None or (by_name is Kind.PACKAGES and not self._packages_stay):
            return None
        return LeftOut(path, by_name)

    def _answer(self, parts: Sequence[str], *, is_folder: bool) -> _Answer:
        """The last pattern that speaks of the path decides, as git has it."""
        answer = _Answer.NONE
        for pattern in self._patterns:
            if pattern.matches(parts, is_folder=is_folder):
                if not pattern.takes_back:
                    return _Answer.LEFT_OUT if answer is _Answer.NONE else answer
                if pattern.names_it:
                    return _Answer.NAMED
                answer = _Answer.TAKEN_BACK
        return answer


class _Answer(Enum):
    """What the patterns say of a path."""

    NONE = auto()
    LEFT_OUT = auto()
    TAKEN_BACK = auto()  # by a line that begins with ``!*``
    NAMED = auto()  # by one that somebody wrote for it


def is_environment(path: str) -> bool:
    """Whether a file sets variables of a build (``.env``): builds read it, no export ships it."""
    return _ENVIRONMENT.fullmatch(path.rpartition("/")[2].casefold()) is not None


def never_shipped(paths: Iterable[str]) -> list[BuildWarning]:
    """What is stored, as a client has chosen it, and shipped only where somebody asks for it."""
    rule = HomeRule(packages_stay=False)
    found = {one for path in paths if path != IGNORE_FILE and (one := rule.stays_home(path))}
    return [
        BuildWarning(code=one.kind, message=one.stored_reason[:500], file=one.file[:500])
        for one in sorted(found, key=lambda one: one.path)
    ]


def expected(left_out: Iterable[LeftOut]) -> Iterator[tuple[Kind, str]]:
    """One line for each kind of what everybody expects to be left out."""
    found = sorted({(one.kind, one.file) for one in left_out if one.path != IGNORE_FILE})
    for kind, why in EXPECTED.items():
        if files := [file for one, file in found if one is kind]:
            more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
            yield kind, f"left out, {why}: {', '.join(files[:SHOWN])}{more}"


def _kind(parts: Sequence[str]) -> Kind | None:
    name = parts[-1].casefold()
    if _CLUTTER.fullmatch(name):
        return Kind.CLUTTER
    if _SECRETS.fullmatch(name) or _ENVIRONMENT.fullmatch(name):
        return Kind.SECRET
    if name == "config.json" and len(parts) > 1 and parts[-2].casefold() == ".docker":
        return Kind.SECRET
    return Kind.PACKAGES if name == _PACKAGES else None
