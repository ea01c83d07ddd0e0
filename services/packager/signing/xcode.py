"""An application for iOS is built and signed by a program of the operator's, on a Mac.

A key is a folder with the program ``build``. It gets the path of an Xcode project's folder and the
path at which it has to leave the ``.ipa``; how it reaches its Mac is its own business.
"""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING, Final

from services.packager.archive.member import ArchiveError
from services.packager.archive.paths import ArchivePaths
from services.packager.signing.keys import BUILD, KeyBrokenError
from services.packager.signing.member_files import read_member, write_member
from services.packager.signing.tool import run_tool
from services.packager.storage.disk_cache import disk_errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from services.packager.archive.member import Member
    from services.packager.signing.keys import SigningKey
    from services.packager.signing.tool import ToolBench

_BLOCK_BYTES: Final = 1 << 20


def build(project: Member, key: SigningKey, bench: ToolBench) -> Member:
    """The ``.ipa`` that the operator's program makes of a project.

    Args:
        project: A ZIP in which nothing is compressed, with one folder.
        key: An operator's.
        bench: Where the program works.

    Raises:
        ArchiveError: The ZIP holds more than such a project; it comes from an untrusted build.
        SigningToolMissingError, SigningToolFailedError: The program could not run, failed, or took
            too long.
        KeyBrokenError: The key has no program, or it has left no plain file.
    """
    program = key.require(BUILD)
    archive = bench.folder / "project.zip"
    write_member(project, archive)
    folder = _unpacked(archive, bench.folder / "project")
    archive.unlink()
    built = bench.folder / f"{folder.name}.ipa"
    run_tool(
        [str(program), str(folder), str(built)], bench, doing="Building the application on a Mac"
    )
    if built.is_symlink() or not built.is_file():
        raise KeyBrokenError(f"the signing key {key.name!r} has left no {built.name}")
    return read_member(built, built.name)


def _unpacked(archive: Path, target: Path) -> Path:
    """The one folder that was in the archive."""
    try:
        with zipfile.ZipFile(archive) as source, disk_errors():
            for info in _checked(source.infolist(), archive.stat().st_size):
                path = target / info.filename
                path.parent.mkdir(parents=True, exist_ok=True)
                with source.open(info) as file, path.open("xb") as out:
                    shutil.copyfileobj(file, out, _BLOCK_BYTES)
        (folder,) = target.iterdir()
    except (zipfile.BadZipFile, ValueError, FileNotFoundError) as error:
        raise ArchiveError(f"no folder with a project: {error}") from error
    return folder


def _checked(infos: Sequence[zipfile.ZipInfo], archive_bytes: int) -> Sequence[zipfile.ZipInfo]:
    """The members, which are plain files below a folder and no larger than what holds them."""
    paths = ArchivePaths()
    for info in infos:
        paths.add(info.filename)
        if info.compress_type != zipfile.ZIP_STORED or "/" not in info.filename:
            raise ArchiveError(f"{info.filename!r} is no stored file in a folder")
    if sum(info.file_size for info in infos) > archive_bytes:
        raise ArchiveError("its files are larger than the archive")
    return infos
