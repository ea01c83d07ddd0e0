"""Where the files of an application lie in an APK, and in the module of an app bundle."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.archive.member import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.packager.archive.concatenated import Piece
    from shared.templates import Template

GAME: Final = "assets/www/"
APK: Final = "apk/"  # the folders of the template
BUNDLE: Final = "aab/"
MODULE: Final = "base/"  # of a bundle
DEX: Final = "classes.dex"
MANIFEST: Final = "AndroidManifest.xml"
TABLE: Final = "resources.arsc"  # stored and aligned, or Android 11 installs nothing
RESOURCES: Final = "res/"
# Players seek in them: a file that is stored is read in place, from anywhere.
_MEDIA: Final = """
    .3gp .aac .flac .m4a .m4v .mid .mkv .mov .mp3 .mp4 .oga .ogg .ogv .opus .wav .weba .webm
"""
MEDIA: Final = tuple(_MEDIA.split())


def made(path: str, data: bytes) -> Member:
    """A file of the application's own."""
    return msgspec.structs.replace(
        Member.of_bytes(path, data, compress=not path.endswith(TABLE)),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def game_files(game: Iterable[Piece], folder: str) -> Iterator[Member]:
    """The game's files below a folder; they keep their way to be read."""
    for file in game:
        assert isinstance(file, Member)  # noqa: S101 - an application that carries files gets them
        yield msgspec.structs.replace(
            file, path=folder + file.path, compress=not file.path.lower().endswith(MEDIA)
        )


def template_files(template: Template, folder: str) -> dict[str, bytes]:
    """What one of the template's folders holds, by the paths within."""
    return {
        path.removeprefix(folder): template.read(path)
        for path in template.files
        if path.startswith(folder)
    }
