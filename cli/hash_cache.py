"""What is known of a folder's files from the last push: only what has changed since is read again.

One file for each project folder, in the user's cache.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import msgspec

from cli.file_digest import FileDigest
from cli.local.private_files import private_folder, write_private
from shared.domain import secret_scanner

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES: Final = 64 << 20  # some 400,000 files
FOLDERS_KEPT: Final = 64
_CHECKSUM_BYTES: Final = hashlib.sha256().digest_size


class _Known(msgspec.Struct, frozen=True):
    """All that is known of one folder."""

    rules: str  # that its files were searched by for secrets
    files: dict[str, FileDigest]


class HashCache:
    """The files of one folder, by their path in the project.

    Args:
        place: Where it lies; None: nothing is known, and nothing kept.
    """

    def __init__(self, place: Path | None = None) -> None:
        self.place = place
        self._rules = _rules()
        self._files = _load(place, self._rules) if place else {}

    @classmethod
    def of(cls, root: Path) -> Self:
        """That of a project folder; nothing is known for a user who has no place for it."""
        name = hashlib.sha256(bytes(root.resolve())).hexdigest()[:24]
        try:
            return cls(cache_folder() / name)
        except RuntimeError:
            return cls()

    def get(self, path: str, status: os.stat_result) -> FileDigest | None:
        """What is known of a file that has not changed."""
        known = self._files.get(path)
        return known if known is not None and known.is_of(status) else None

    def replace(self, files: Mapping[str, FileDigest]) -> None:
        """Keep these instead; a cache that cannot be written costs the next push its time."""
        if self.place is None or files == self._files:
            return
        data = msgspec.msgpack.encode(_Known(self._rules, dict(files)))
        with suppress(OSError):
            private_folder(self.place.parent)
            write_private(self.place, hashlib.sha256(data).digest() + data)
            _forget_all_but_the_newest(self.place.parent)


def cache_folder() -> Path:
    """Where the caches of all folders lie: below ``XDG_CACHE_HOME``.

    Raises:
        RuntimeError: It is not set, and the user has no home.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "aethel-export/hashes"


def _rules() -> str:
    """The scanner itself: a newer one looks at every file again."""
    return hashlib.sha256(Path(secret_scanner.__file__).read_bytes()).hexdigest()


def _load(place: Path, rules: str) -> dict[str, FileDigest]:
    """What was kept; nothing where it is damaged, somebody else's, or of other rules."""
    with suppress(OSError, msgspec.MsgspecError):
        data = _own_bytes(place)
        if hashlib.sha256(data[_CHECKSUM_BYTES:]).digest() == data[:_CHECKSUM_BYTES]:
            known = msgspec.msgpack.decode(data[_CHECKSUM_BYTES:], type=_Known)
            return known.files if known.rules == rules else {}
    return {}


def _own_bytes(place: Path) -> bytes:
    """What a file holds that nobody but its owner, who is us, could write."""
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        is_ours = status.st_uid == os.geteuid() and not status.st_mode & 0o022
        if not (is_ours and stat.S_ISREG(status.st_mode) and status.st_size <= MAX_BYTES):
            return b""
        return file.read(MAX_BYTES)


def _forget_all_but_the_newest(folder: Path) -> None:
    by_age = sorted(folder.iterdir(), key=lambda place: place.stat().st_mtime, reverse=True)
    for place in by_age[FOLDERS_KEPT:]:
        place.unlink(missing_ok=True)
