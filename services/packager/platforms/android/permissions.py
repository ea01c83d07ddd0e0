"""Which permissions a game needs shows in its scripts: each is kept for a reason, or left out.

What a script puts together at run time cannot be known. The permissions here are of the kind that
nobody is asked for, or that the player is asked for when the game uses them; so one sign is enough
to keep one, and a game without any gets none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.build.plan import Content, Note
from services.packager.phones.script_signs import (
    CAMERA,
    IN_THE_CLEAR,
    MICROPHONE,
    NETWORK,
    PLACE,
    VIBRATION,
    Found,
    first_signs,
    notes_in_the_clear,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from services.packager.project.files import ProjectFiles

PREFIX: Final = "android.permission."
SIGNS: Final = {
    "INTERNET": NETWORK,
    "ACCESS_NETWORK_STATE": NETWORK,
    "VIBRATE": VIBRATION,
    "RECORD_AUDIO": MICROPHONE,
    "MODIFY_AUDIO_SETTINGS": CAMERA,
    "CAMERA": CAMERA,
    "ACCESS_COARSE_LOCATION": PLACE,
    "ACCESS_FINE_LOCATION": PLACE,
}


def needed(
    offered: Sequence[str],
    contents: Iterable[Content],
    project: ProjectFiles,
    *,
    known: Collection[str],
) -> tuple[tuple[str, ...], list[Note]]:
    """The permissions that a game keeps of those the template has, and why.

    Args:
        offered: By their full names.
        contents: Of the game.
        project: Where they lie.
        known: SHA-256 of files that need nothing: the player's own.
    """
    names = {one.removeprefix(PREFIX): one for one in offered}
    wanted = {name: SIGNS[name] for name in names if name in SIGNS}
    signs = {*wanted.values(), *IN_THE_CLEAR}
    found = first_signs(signs, contents, project, known=known)
    reasons = {name: found.get(sign) for name, sign in wanted.items()}
    kept = [name for name in names if reasons.get(name) or name not in SIGNS]
    notes = [_kept(name, reasons.get(name)) for name in kept]
    if "INTERNET" in names and "INTERNET" not in kept:
        notes.append(_offline())
    notes += notes_in_the_clear(found)
    return tuple(sorted(names[name] for name in kept)), notes


def _kept(name: str, reason: Found | None) -> Note:
    message = f"the application asks for the permission {name}"
    if reason is None:
        return Note(level="info", message=f"{message}, as every one does")
    message += f": {reason.sign}"
    return Note(level="info", file=reason.file, line=reason.line, message=message)


def _offline() -> Note:
    return Note(
        level="info",
        message="the application does not ask for the permission INTERNET: no script names another "
        "host. One that puts its addresses together names a host as a whole somewhere, as in "
        "'https://api.example.com/'",
    )
