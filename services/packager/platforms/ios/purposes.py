"""Why an application wants the camera is what iOS shows when a player takes a picture for a game.

Where a page has a button for files, the system offers the camera there, and ends an application
that does not say why. Scripts that ask for camera or microphone themselves are denied it.

Source: Apple, "Requesting access to protected resources".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.build.plan import Note
from services.packager.phones.script_signs import (
    FILE_CHOOSER,
    IN_THE_CLEAR,
    first_signs,
    notes_in_the_clear,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from services.packager.build.plan import Content
    from services.packager.project.files import ProjectFiles

Purposes = dict[str, str]  # key of Info.plist -> what the player reads
_CAMERA: Final = "NSCameraUsageDescription"
_MICROPHONE: Final = "NSMicrophoneUsageDescription"
OF_FILES: Final[Mapping[str, Purposes]] = {
    "en": {
        _CAMERA: "The picture or film that you take here goes into the game.",
        _MICROPHONE: "The film that you take here has sound.",
    },
    "pt-BR": {
        _CAMERA: "A foto ou o filme que você fizer aqui vai para o jogo.",
        _MICROPHONE: "O filme que você fizer aqui tem som.",
    },
}


def purposes(
    contents: Iterable[Content], project: ProjectFiles, *, known: Collection[str]
) -> tuple[Mapping[str, Purposes], list[Note]]:
    """What a game's application says it wants, by language, and what is told to the maker.

    Args:
        contents: Of the game.
        project: Where they lie.
        known: SHA-256 of files that nobody has to look into: the player's own.
    """
    found = first_signs({FILE_CHOOSER, *IN_THE_CLEAR}, contents, project, known=known)
    notes = [*notes_in_the_clear(found)]
    chooser = found.get(FILE_CHOOSER)
    if chooser is None:
        return {}, notes
    message = (
        f"{chooser.sign}: iOS offers the camera there, so the application says why it is wanted "
        f"({_CAMERA} and {_MICROPHONE} in InfoPlist.strings)"
    )
    note = Note(level="info", file=chooser.file, line=chooser.line, message=message)
    return OF_FILES, [note, *notes]
