"""Which permissions a game needs shows in its scripts: each is kept for a reason, or left out.

What a script puts together at run time cannot be known. The permissions here are of the kind that
nobody is asked for, or that the player is asked for when the game uses them; so one sign is enough
to keep one, and a game without any gets none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.plan import Content, Note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from services.packager.project.files import ProjectFiles

PREFIX: Final = "android.permission."
MAX_BYTES: Final = 32 << 20  # of a script that is looked into
_SCRIPTS: Final = (".js", ".mjs", ".cjs", ".html", ".htm", ".css", ".json")
# Hosts that nobody asks for anything: names of formats, and the device itself.
_NO_HOST: Final = rb"(?:www\.w3\.org|json-schema\.org|schemas?\.|localhost|127\.|\[::1\])"


class Sign(msgspec.Struct, frozen=True):
    """What shows that a script needs something; where it stands, one of the words does, too."""

    pattern: re.Pattern[bytes]
    words: tuple[bytes, ...]  # looking for them first is ten times as fast

    def search(self, data: bytes) -> re.Match[bytes] | None:
        """Where it stands first."""
        found = any(word in data for word in self.words)
        return self.pattern.search(data) if found else None


_SERVERS: Final = (b"WebSocket", b"EventSource", b"RTCPeerConnection", b"WebTransport")
_NETWORK: Final = Sign(
    re.compile(
        rb"\bnew\s+(?:" + b"|".join(_SERVERS) + rb")\b"
        rb"|\bnavigator\.sendBeacon\b"
        rb"""|(?:["'`=]|\burl\()\s*(?:https?|wss?)://(?!""" + _NO_HOST + rb""")[\w\[$-]"""
        rb"""|\bsrc\s*=\s*["']?//[\w-]"""
    ),
    (*_SERVERS, b"sendBeacon", b"://", b"src"),
)
_CAMERA: Final = Sign(re.compile(rb"\bgetUserMedia\b"), (b"getUserMedia",))
_PLACE: Final = Sign(re.compile(rb"\bgeolocation\b"), (b"geolocation",))
_VIBRATION: Final = Sign(
    re.compile(rb"\bvibrate\b|\bvibrationActuator\b|\bhapticActuators\b"),
    (b"vibrat", b"hapticActuators"),
)
_MICROPHONE: Final = Sign(
    re.compile(rb"\bgetUserMedia\b|\b(?:webkit)?SpeechRecognition\b"),
    (b"getUserMedia", b"SpeechRecognition"),
)
SIGNS: Final = {
    "INTERNET": _NETWORK,
    "ACCESS_NETWORK_STATE": _NETWORK,
    "VIBRATE": _VIBRATION,
    "RECORD_AUDIO": _MICROPHONE,
    "MODIFY_AUDIO_SETTINGS": _CAMERA,
    "CAMERA": _CAMERA,
    "ACCESS_COARSE_LOCATION": _PLACE,
    "ACCESS_FINE_LOCATION": _PLACE,
}


class Found(msgspec.Struct, frozen=True):
    """Where a permission's sign stands first."""

    file: str
    line: int
    sign: str


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
    found: dict[str, Found] = {}
    unread: list[str] = []
    for content in contents:
        if not content.path.lower().endswith(_SCRIPTS) or content.sha256 in known:
            continue
        if content.size_bytes > MAX_BYTES:
            unread.append(content.path)
            continue
        missing = {name: sign for name, sign in wanted.items() if name not in found}
        if missing:
            found |= dict(_found(missing, content.path, _read(content, project)))
    kept = [name for name in names if name in found or name not in SIGNS or unread]
    notes = [*_notes(kept, found, unread)]
    if "INTERNET" in names and "INTERNET" not in kept:
        notes.append(_offline())
    return tuple(sorted(names[name] for name in kept)), notes


def _read(content: Content, project: ProjectFiles) -> bytes:
    if content.data is not None:
        return content.data
    if content.derived is not None:
        return content.derived.read_bytes()
    assert content.stored is not None  # noqa: S101 - one of the three, by construction
    with project.open_stored(content.stored) as file:
        return file.read()


def _found(signs: dict[str, Sign], path: str, data: bytes) -> Iterator[tuple[str, Found]]:
    matches = {sign: sign.search(data) for sign in signs.values()}
    for name, sign in signs.items():
        if match := matches[sign]:
            line = data.count(b"\n", 0, match.start()) + 1
            yield name, Found(path, line, _shown(data, match))


def _shown(data: bytes, match: re.Match[bytes]) -> str:
    """The sign, and of an address its host."""
    end = re.compile(rb"[\w.:/-]{0,60}").match(data, match.end())
    text = data[match.start() : end.end() if end else match.end()]
    return text.decode(errors="replace").strip("\"'`= \t\r\n")


def _notes(kept: Iterable[str], found: dict[str, Found], unread: Sequence[str]) -> Iterator[Note]:
    """One for each that is kept."""
    for name in kept:
        if sign := found.get(name):
            message = f"the application asks for the permission {name}: {sign.sign}"
            yield Note(level="info", file=sign.file, line=sign.line, message=message)
        elif unread:
            size = f"{MAX_BYTES >> 20} MiB"
            message = f"the permission {name} is kept: nobody looks into a script of over {size}"
            yield Note(level="info", file=unread[0], message=message)
        else:
            message = f"the application asks for the permission {name}, as every one does"
            yield Note(level="info", message=message)


def _offline() -> Note:
    return Note(
        level="info",
        message="the application does not ask for the permission INTERNET: no script names another "
        "host. One that puts its addresses together names a host as a whole somewhere, as in "
        "'https://api.example.com/'",
    )
