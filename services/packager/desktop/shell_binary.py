"""The native shell is taken from its template, and configured for the game."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from services.packager.application.app_identity import file_name_of
from services.packager.build.plan import Note
from services.packager.project.game_json import GAME, read_game
from shared.templates import TemplateError

if TYPE_CHECKING:
    from services.packager.application.app_identity import AppIdentity
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.templates import Template

TEMPLATE: Final = "shell"
CONFIG: Final = "aethel-shell.json"
LEAST_PX, MOST_PX = 64, 16_384
_FIELDS: Final = ("resolution", "fullscreen")  # of game.json, that are the window's
_LOCATOR: Final = struct.Struct("<16sQQ32x")  # magic, offset, size; 64 bytes with what is reserved
_MAGIC: Final = b"AETHELPAYLOAD\0\x01\0"

System = Literal["windows", "macos", "linux"]
Machine = Literal["x64", "arm64"]
_PROGRAMS: Final[dict[System, str]] = {
    "windows": "aethel-shell.exe",
    "macos": "aethel-shell",
    "linux": "aethel-shell",
}


class ShellConfig(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="format", tag=1
):
    """``aethel-shell.json``, a file of the game's archive that only the shell reads."""

    id: str
    title: str
    version: str
    user_data_name: str
    width: int
    height: int
    fullscreen: bool
    resizable: bool
    debug: bool  # developer tools and the page's console in the log
    isolated: bool  # COOP and COEP, so that SharedArrayBuffer works
    entry: str
    icon: str  # of the window, where the program itself cannot have one


class Window(msgspec.Struct, frozen=True):
    """How the game's window opens; sizes in CSS pixels."""

    width: int = 1280
    height: int = 720
    fullscreen: bool = False
    resizable: bool = True


def window_of(project: ProjectFiles) -> tuple[Window, list[Note]]:
    """What ``game.json`` says of the window, if the project has one."""
    game = read_game(project)
    usual = Window()
    width, height = (
        min(max(edge, LEAST_PX), MOST_PX)
        for edge in (game.width or usual.width, game.height or usual.height)
    )
    notes = [
        Note(file=GAME, path=f"$.{field}", message=message)
        for field, message in game.faults
        if field.startswith(_FIELDS)
    ]
    return Window(width, height, fullscreen=game.fullscreen), notes


def config(
    identity: AppIdentity, window: Window, request: Request, *, entry: str, icon: str
) -> bytes:
    """The file, as JSON."""
    document = ShellConfig(
        id=identity.bundle_id,
        title=identity.title,
        version=identity.version,
        user_data_name=file_name_of(identity.bundle_id),
        width=window.width,
        height=window.height,
        fullscreen=window.fullscreen,
        resizable=window.resizable,
        debug=request.configuration == "debug",
        isolated=request.options.wasm_threads,
        entry=entry,
        icon=icon,
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def program(template: Template, system: System, machine: Machine) -> bytes:
    """The unbranded executable.

    Raises:
        TemplateError: The template was built without it.
    """
    return template.read(f"{system}-{machine}/{_PROGRAMS[system]}")


def with_payload(executable: bytes, *, offset: int, size: int) -> bytes:
    """The executable that finds the game's archive at ``offset`` of its own file, both in bytes.

    Raises:
        TemplateError: It has no place to write that to.
    """
    at = _locator_at(executable)
    located = _LOCATOR.pack(_MAGIC, offset, size)
    return executable[:at] + located + executable[at + len(located) :]


def payload_of(executable: bytes) -> tuple[int, int]:
    """Where an executable looks for the archive: offset and size in bytes."""
    _, offset, size = _LOCATOR.unpack_from(executable, _locator_at(executable))
    return int(offset), int(size)


def _locator_at(executable: bytes) -> int:
    if executable.count(_MAGIC) != 1:
        raise TemplateError("the shell template holds no place for the payload's position")
    return executable.index(_MAGIC)
