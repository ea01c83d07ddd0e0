"""A film's site is unpacked from its ZIP, which a build has made that nobody trusts."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING, Final

from services.packager.film.studio.errors import FilmError, FilmTooHeavyError
from services.packager.storage.disk_cache import disk_errors
from shared.domain.paths import check_paths
from shared.errors import PathError

if TYPE_CHECKING:
    from pathlib import Path

MOST_FILES: Final = 100_000
MOST_BYTES: Final = 8 << 30
COPY_BYTES: Final = 1 << 20
KNOWN: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_FOLDER: Final = 0o755  # whoever films it is another user
_FILE: Final = 0o644


def unpack(archive: Path, folder: Path) -> None:
    """Write the files of a ZIP into an empty folder; no link, and nothing outside of it.

    Raises:
        FilmError: It is no ZIP that our builds make.
        FilmTooHeavyError: It holds more than a site may.
        CacheFullError: The disk is full.
    """
    try:
        with zipfile.ZipFile(archive) as source:
            entries = [entry for entry in source.infolist() if not entry.is_dir()]
            _check(entries)
            with disk_errors():
                folder.chmod(_FOLDER)
                for entry in entries:
                    _write(source, entry, folder)
    except (zipfile.BadZipFile, PathError, EOFError, NotImplementedError, RuntimeError) as error:
        message = f"the site that was built to be filmed cannot be unpacked: {error}"
        raise FilmError(message) from error


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_FILES:
        raise FilmTooHeavyError("files", f"{MOST_FILES:,} files")
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise FilmTooHeavyError("disk", f"{MOST_BYTES:,} bytes of files")
    check_paths(entry.filename for entry in entries)
    for entry in entries:
        if entry.compress_type not in KNOWN:
            raise zipfile.BadZipFile(f"{entry.filename} is packed in an unknown way")


def _write(source: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """The reader gives no more bytes than the entry says that it has, and checks their sum."""
    path = folder / entry.filename
    _make_folders(path.parent, folder)
    with source.open(entry) as packed, path.open("xb") as file:
        shutil.copyfileobj(packed, file, COPY_BYTES)
    path.chmod(_FILE)


def _make_folders(folder: Path, top: Path) -> None:
    missing = []
    while folder != top and not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir()
        each.chmod(_FOLDER)
