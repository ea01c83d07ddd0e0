"""A finished application is looked at as the shell will: does it lead to the game?"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from services.packager.archive.member import ArchiveError, Member
from services.packager.archive.zip_directory import read_directory
from services.packager.build.integrity import SelfCheckError
from services.packager.desktop.shell_binary import payload_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.concatenated import Piece


def check_game(program: Member, game: Sequence[Piece], *, head_bytes: int) -> None:
    """Check that the program says where the game is, and that another reader finds its files.

    Args:
        program: The finished file.
        game: What should be in it.
        head_bytes: How much of it stands before the game.

    Raises:
        SelfCheckError: It does not lead there, or to something else.
    """
    with program.open() as file:
        offset, size_bytes = payload_of(file.read(head_bytes))
        check_archive(file, game, offset=offset, size_bytes=size_bytes)


def check_archive(file: BinaryIO, game: Sequence[Piece], *, offset: int, size_bytes: int) -> None:
    """Check that every file of the game is in the archive that begins at ``offset``.

    Raises:
        SelfCheckError: It is not.
    """
    directory = game[-1]
    assert isinstance(directory, bytes)  # noqa: S101 - a ZIP ends with its directory
    file.seek(offset + size_bytes - len(directory))
    try:
        entries = read_directory(file.read(len(directory)), size_bytes)
    except ArchiveError as error:
        raise SelfCheckError(f"the game inside the application is broken: {error}") from error
    planned = [(piece.path, piece.size_bytes) for piece in game if isinstance(piece, Member)]
    if [(entry.path, entry.size) for entry in entries] != planned:
        raise SelfCheckError("the application holds other files than were planned")
    for entry, header in zip(entries, game[::2], strict=False):
        file.seek(offset + entry.offset)
        if isinstance(header, bytes) and file.read(len(header)) != header:
            raise SelfCheckError(f"{entry.path} is not where the application looks for it")
