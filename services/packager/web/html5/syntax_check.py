"""Scripts and styles that a page loads are parsed: what is no JavaScript never runs, unheard.

The parser is the player's esbuild, as in other builds; it follows no name and runs nothing.
"""

from __future__ import annotations

import codecs
import posixpath
import re
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.plan import Note
from services.packager.processes.inside import run_inside
from services.packager.processes.subprocess_runner import ProgramTimeoutError
from services.packager.project.html_page import read_page
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web.aethel import PLAYER
from services.packager.web.aethel.player_chunks import player_of
from services.packager.web.aethel.scripting.esbuild_messages import Message, raw_messages
from services.packager.web.game_site import ENTRY
from services.packager.web.html5.blank_page import Part
from services.packager.web.html5.references import PAGES, SCRIPTS
from shared.templates import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.web.html5.reference_check import Loaded

TIMEOUT_S: Final = 60.0  # a busy machine is no reason for another verdict
MEMORY_BYTES: Final = 1 << 30
MAX_FILE_BYTES: Final = 6 << 20
MAX_BYTES: Final = 24 << 20  # of all files together
MAX_FILES: Final = 1_000
STYLE: Final = ".css"
MODULE: Final = ".mjs"
CLASSIC: Final = ".js"
_SUFFIXES: Final = {
    **dict.fromkeys(("module", "dynamic"), MODULE),
    **dict.fromkeys(("classic", "scripts", "worker", "beside"), CLASSIC),
}
_CLASSIC: Final = frozenset({"classic", "scripts"})  # what certainly is no module
_OF_MODULES: Final = re.compile(r"^[ \t]*+(?:import\b(?!\s*\()|export\b|await\b)", re.MULTILINE)
_STYLE_FAULT: Final = " [css-syntax-error]"
_FINE: Final = (  # in browsers, and no harm
    'Cannot use "await" as an identifier here',  # a name as any other in a classic script
    'Expected identifier but found "*"',  # what is meant for browsers that nobody has any more
)
_REMEDY: Final = 'load it as a module (<script type="module" …>)'


class Text(msgspec.Struct, frozen=True):
    """A script or a style sheet, and where it stands."""

    part: Part
    suffix: str
    data: bytes
    line: int = 1  # of its file that it begins in
    is_classic: bool = False


class Checked(msgspec.Struct, frozen=True):
    """What browsers will not be able to read."""

    notes: list[Note]
    broken: dict[Part, str]  # scripts, and what is wrong with each
    lacking: tuple[str, ...] = ()  # where they could not be looked into this time


def check(project: ProjectFiles, loaded: Loaded, context: BuildContext) -> Checked:
    """Parse what the pages load; warnings stand in the order in which they load it."""
    texts = list(_bounded(_texts(project, loaded)))
    if not texts:
        return Checked([], {})
    try:
        template = context.templates.get(PLAYER)
    except TemplateError:
        return Checked([], {})  # who has no player exports no engine projects, but pages still
    folder = context.scratch / "syntax"
    folder.mkdir()
    parser = _Parser(template.folder / player_of(template).bundler, folder)
    try:
        found = parser.faults(texts)
    except (OSError, ProgramTimeoutError):
        message = "scripts and styles were not looked into for faults of syntax"
        return Checked([Note(level="info", message=message)], {}, lacking=("syntax check",))
    return _told(texts, found)


class _Parser:
    """Runs the compiler on texts, each as a file that is called by its number."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder

    def faults(self, texts: Sequence[Text]) -> dict[int, Message]:
        """The first thing that is wrong with each text, by its number."""
        names = [f"{number}{text.suffix}" for number, text in enumerate(texts)]
        for name, text in zip(names, texts, strict=True):
            (self._folder / name).write_bytes(text.data)
        found: dict[int, Message] = {}
        for message in raw_messages(self._run(names)):
            stem, suffix = posixpath.splitext(message.file)
            is_fault = _STYLE_FAULT in message.text if suffix == STYLE else message.failed
            if stem.isdecimal() and is_fault and not message.text.startswith(_FINE):
                found.setdefault(int(stem), message)
        for number in self._modules(texts, names, found):
            found[number] = Message("", "", f"is written as a module; {_REMEDY}", failed=True)
        return found

    def _modules(
        self, texts: Sequence[Text], names: Sequence[str], found: dict[int, Message]
    ) -> list[int]:
        """Those of the scripts that only a module may be, and that are loaded as none."""
        suspects = [
            number
            for number, text in enumerate(texts)
            if text.is_classic
            and number not in found
            and _OF_MODULES.search(text.data.decode("utf-8", "replace"))
        ]
        if not suspects:
            return []
        self._run([*(names[number] for number in suspects), "--metafile=about.json"])
        about = self._folder / "about.json"
        inputs = msgspec.json.decode(about.read_bytes())["inputs"] if about.exists() else {}
        return [n for n in suspects if inputs.get(names[n], {}).get("format") == "esm"]

    def _run(self, arguments: Sequence[str]) -> str:
        finished = run_inside(
            [
                self._program,
                *arguments,
                "--outdir=.out",
                "--tsconfig-raw={}",
                "--charset=utf8",
                "--color=false",
                "--log-limit=0",
            ],
            folder=self._folder,
            timeout_s=TIMEOUT_S,
            memory_bytes=MEMORY_BYTES,
        )
        return finished.output


def _told(texts: Sequence[Text], found: dict[int, Message]) -> Checked:
    checked = Checked([], {})
    for number, message in sorted(found.items()):
        text = texts[number]
        file = text.part[0]
        line, _, column = message.at.removeprefix(":").partition(":")
        at = int(line or 1) + text.line - 1
        what = message.text.removesuffix(_STYLE_FAULT)
        if text.suffix == STYLE:
            what = f"is no CSS from here: {what}; browsers leave out what they cannot read"
        elif column:
            what = f"never runs: {what} (column {column})"
        else:
            what = f"never runs: it {what}"
        note = Note(file=file, line=at, message=what)
        checked.notes.append(note)
        if text.suffix != STYLE:
            checked.broken[text.part] = str(note)
    return checked


def _bounded(texts: Iterator[Text]) -> Iterator[Text]:
    size = 0
    for number, text in enumerate(texts):
        size += len(text.data)
        if number == MAX_FILES or size > MAX_BYTES:
            return
        yield text


def _texts(project: ProjectFiles, loaded: Loaded) -> Iterator[Text]:
    """What stands in the entry page, then files in the order in which they are met."""
    yield from _embedded(project, ENTRY)
    for path, kind in loaded.files.items():
        if path.endswith(PAGES):
            if path != ENTRY:
                yield from _embedded(project, path)
            continue
        if project.files[path].size > MAX_FILE_BYTES:
            continue
        if path.endswith(STYLE):
            yield Text((path, -1), STYLE, _as_utf8(project.read(path)))
        elif kind in _SUFFIXES and (path.endswith(SCRIPTS) or kind in ("classic", "module")):
            suffix = _SUFFIXES[kind]
            data = _as_utf8(project.read(path))
            yield Text((path, -1), suffix, data, is_classic=kind in _CLASSIC)


def _as_utf8(data: bytes) -> bytes:
    """What browsers make of it: another encoding is known by its mark, or by being no UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1").encode()
    return data


def _embedded(project: ProjectFiles, path: str) -> Iterator[Text]:
    if project.files[path].size > MAX_FILE_BYTES:
        return
    data = project.read(path)
    try:
        with decoding(path):
            page = read_page(data)
    except UnreadableError:
        return
    for number, part in enumerate(page.embedded):
        suffix = STYLE if part.kind == "style" else MODULE if part.is_module else CLASSIC
        if part.kind in ("style", "script"):
            text = part.text.encode("utf-8", "replace")
            yield Text((path, number), suffix, text, part.line, is_classic=suffix == CLASSIC)
