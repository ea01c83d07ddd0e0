"""Signs in a game's scripts show what it will ask the system for, and where it does."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from services.packager.build.plan import Note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from services.packager.build.plan import Content
    from services.packager.project.files import ProjectFiles

BLOCK_BYTES: Final = 16 << 20  # of a script, in memory at a time
LAP_BYTES: Final = 4 << 10  # looked at twice, so that no sign is cut in two
_SCRIPTS: Final = (".js", ".mjs", ".cjs", ".html", ".htm", ".css", ".json")
# Hosts that nobody asks for anything: names of formats, and the device itself.
_NO_HOST: Final = rb"(?:www\.w3\.org|json-schema\.org|schemas?\.|localhost|127\.|\[::1\])"
_HOST: Final = rb":(?:\\?/){2}(?!" + _NO_HOST + rb")[\w\[$-]"  # JSON may write \/ for each slash


class Sign(msgspec.Struct, frozen=True):
    """What shows that a script needs something; where it stands, one of the words does, too."""

    pattern: re.Pattern[bytes]
    words: tuple[bytes, ...]  # looking for them first is ten times as fast

    def search(self, data: bytes) -> re.Match[bytes] | None:
        """Where it stands first."""
        found = any(word in data for word in self.words)
        return self.pattern.search(data) if found else None


class Found(msgspec.Struct, frozen=True):
    """Where a sign stands first."""

    file: str
    line: int
    sign: str


_SERVERS: Final = (b"WebSocket", b"EventSource", b"RTCPeerConnection", b"WebTransport")
NETWORK: Final = Sign(
    re.compile(
        rb"\bnew\s+(?:" + b"|".join(_SERVERS) + rb")\b"
        rb"|\bnavigator\.sendBeacon\b"
        rb"""|(?:["'`=]|\burl\()\s*(?:https?|wss?)""" + _HOST + rb"""|\bsrc\s*=\s*["']?//[\w-]"""
    ),
    (*_SERVERS, b"sendBeacon", b"://", b":\\/", b"src"),
)
_CLEAR_WORDS: Final = (b"http:/", b"http:\\/", b"ws:/", b"ws:\\/")
# Not those of links, which the browser opens. A library may name its site.
NAMED_IN_THE_CLEAR: Final = Sign(
    re.compile(rb"""(?:(?<!href=)["'`]|(?<!href)=)\s*(?:http|ws)""" + _HOST), _CLEAR_WORDS
)
LOADED_IN_THE_CLEAR: Final = Sign(
    re.compile(
        rb"""(?:\b(?:fetch|import|importScripts|EventSource|Request|WebSocket|Worker)\(\s*["'`]"""
        rb"""|\bopen\(\s*["'`]\w+["'`]\s*,\s*["'`]|\bfrom\s*["']|\burl\(\s*["']?"""
        rb"""|\bsrc\s*=\s*["'`]?|<link\b[^<>]{0,999}?\bhref\s*=\s*["']?)(?:http|ws)""" + _HOST
    ),
    _CLEAR_WORDS,
)
IN_THE_CLEAR: Final = (LOADED_IN_THE_CLEAR, NAMED_IN_THE_CLEAR)
# A page's own button for files: a phone offers its camera there.
FILE_CHOOSER: Final = Sign(re.compile(rb"""\btype["']?\s*(?:=|:|,)\s*["'`]?file\b"""), (b"file",))
CAMERA: Final = Sign(re.compile(rb"\bgetUserMedia\b"), (b"getUserMedia",))
PLACE: Final = Sign(re.compile(rb"\bgeolocation\b"), (b"geolocation",))
VIBRATION: Final = Sign(
    re.compile(rb"\bvibrate\b|\bvibrationActuator\b|\bhapticActuators\b"),
    (b"vibrat", b"hapticActuators"),
)
MICROPHONE: Final = Sign(
    re.compile(rb"\bgetUserMedia\b|\b(?:webkit)?SpeechRecognition\b"),
    (b"getUserMedia", b"SpeechRecognition"),
)


def first_signs(
    signs: Collection[Sign],
    contents: Iterable[Content],
    project: ProjectFiles,
    *,
    known: Collection[str],
) -> Mapping[Sign, Found]:
    """Where each of the signs stands first, of those that stand anywhere.

    Args:
        signs: To look for.
        contents: Of the game.
        project: Where they lie.
        known: SHA-256 of files that nobody has to look into: the player's own.
    """
    found: dict[Sign, Found] = {}
    for content in contents:
        if not content.path.lower().endswith(_SCRIPTS) or content.sha256 in known:
            continue
        for line, block in _blocks(content, project):
            for sign in signs:
                if sign not in found and (match := sign.search(block)):
                    at = line + block.count(b"\n", 0, match.start())
                    found[sign] = Found(content.path, at, _shown(block, match))
        if len(found) == len(signs):
            break
    return found


def notes_in_the_clear(found: Mapping[Sign, Found]) -> Iterator[Note]:
    """What is told of the first address without encryption, which both systems forbid."""
    loaded = found.get(LOADED_IN_THE_CLEAR)
    if address := loaded or found.get(NAMED_IN_THE_CLEAR):
        yield Note(
            level="warning" if loaded else "info",
            file=address.file,
            line=address.line,
            message=f"{address.sign}: what is not encrypted is never sent or loaded here; write "
            "https:// or wss:// where a script loads it",
        )


def _blocks(content: Content, project: ProjectFiles) -> Iterator[tuple[int, bytes]]:
    """Each block and the line that it begins in; it begins with the end of the one before."""
    lap, line = b"", 1
    with _opened(content, project) as file:
        while read := file.read(BLOCK_BYTES):
            block = lap + read
            yield line, block
            lap = block[-LAP_BYTES:]
            line += block.count(b"\n", 0, len(block) - len(lap))


def _opened(content: Content, project: ProjectFiles) -> BinaryIO:
    if content.data is not None:
        return io.BytesIO(content.data)
    if content.derived is not None:
        return content.derived.open("rb")
    assert content.stored is not None  # noqa: S101 - one of the three, by construction
    return project.open_stored(content.stored)


def _shown(data: bytes, match: re.Match[bytes]) -> str:
    """The sign, and of an address its host."""
    end = re.compile(rb"[\w.:/-]{0,60}").match(data, match.end())
    text = data[match.start() : end.end() if end else match.end()]
    return text.decode(errors="replace").strip("\"'`= \t\r\n")
