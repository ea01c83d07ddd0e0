"""An AppImage is a program with an image of a folder behind it, and the game in that.

The game is read in place, out of the image, so nothing has to be mounted. The image holds the
complete application: unpacked, its ``AppRun`` starts as well.

Source: AppImage specification, type 2; its folder is an AppDir.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.archive.concatenated import concatenated_member, piece_bytes
from services.packager.archive.squashfs import File, Link, image_of
from services.packager.desktop.shell_binary import with_payload
from services.packager.platforms.linux.elf import as_appimage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.concatenated import Piece
    from services.packager.archive.member import Member

APP_RUN = "AppRun"


def appimage(
    program: bytes, game: Sequence[Piece], *, name: str, entry: bytes, icon: bytes
) -> Member:
    """The one file.

    Args:
        program: The shell, not branded yet.
        game: The game's archive.
        name: Of the desktop entry and the icon, without extension.
        entry: The desktop entry.
        icon: A PNG.

    Raises:
        TemplateError: The shell cannot be followed by an image.
    """
    size = sum(map(piece_bytes, game))
    inner = with_payload(program, offset=len(program), size=size)
    image = image_of(
        {
            APP_RUN: File((inner, *game), 0o755),
            f"{name}.desktop": File((entry,)),
            f"{name}.png": File((icon,)),
            ".DirIcon": Link(f"{name}.png"),
        }
    )
    outer = as_appimage(program)
    game_at = len(outer) + image.offsets[APP_RUN] + len(inner)
    located = with_payload(outer, offset=game_at, size=size)
    return concatenated_member(f"{name}.AppImage", (located, *image.pieces), mode=0o755)
