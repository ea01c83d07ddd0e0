"""A game for the shell, and the shell with that game in it: what exporters make, in small."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

from PIL import Image

from services.packager.runtimes.registry import read_template
from shared.templates import BUILT, TemplateError

MAGIC: Final = b"AETHELPAYLOAD\0\x01\0"
PAGE: Final = Path(__file__).parent / "page"
SCENE: Final = b'{"entities": []}'
TITLE: Final = "<title>Привет</title>"
CONFIG: Final[dict[str, Any]] = {
    "format": 1,
    "id": "com.example.probe",
    "title": "Probe Añ🎮",
    "version": "1.2.3",
    "width": 640,
    "height": 480,
    "fullscreen": False,
    "resizable": True,
    "debug": True,
    "userDataName": "com.example.probe",
    "entry": "index.html",
    "isolated": True,
}


def shell(target: str) -> bytes:
    """The template's program for a target such as ``linux-x64``."""
    try:
        template = read_template(BUILT / "shell")
    except TemplateError as error:
        raise AssertionError(f"{error} (make test builds it)") from error
    suffix = ".exe" if target.startswith("windows") else ""
    return template.read(f"{target}/aethel-shell{suffix}")


def payload(files: dict[str, bytes] | None = None, **config: Any) -> bytes:
    """The archive with the probe page, or ``files``; ``config`` is what is said about the game."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as members:
        members.writestr("aethel-shell.json", json.dumps(CONFIG | config))
        for name, content in (files or {}).items():
            members.writestr(name, content)
        if files is None:
            _add_probe(members)
    return archive.getvalue()


def _add_probe(members: zipfile.ZipFile) -> None:
    for file in sorted(PAGE.iterdir()):
        members.write(file, file.name)
    members.writestr("icon.png", _icon())
    members.writestr("assets/numbers.bin", b"0123456789")
    members.writestr("assets/a b é.txt", "hello")
    members.writestr("scenes/plain.json", SCENE)
    members.writestr("scenes/packed.aelv", _packed(SCENE))
    members.writestr("utf-8.html", TITLE)
    members.writestr("windows-1251.html", f"<meta charset=cp1251>{TITLE}".encode("cp1251"))
    members.writestr("utf-16.html", TITLE.encode("utf-16"))


def _packed(scene: bytes) -> bytes:
    data = zlib.compress(scene)
    return struct.pack("<4sIII", b"AELV", 1, len(data), len(scene)) + data


def _icon() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (16, 16), (255, 128, 0)).save(picture, "PNG")
    return picture.getvalue()


def with_payload(program: bytes, archive: bytes) -> bytes:
    """The program with the archive behind it, and with the archive's place in its locator."""
    at = program.index(MAGIC) + len(MAGIC)
    place = struct.pack("<QQ", len(program), len(archive))
    return program[:at] + place + program[at + len(place) :] + archive


def game(
    path: Path, target: str = "linux-x64", *, files: dict[str, bytes] | None = None, **config: Any
) -> Path:
    """Write a game that can be started to ``path``: the probe page, or that of ``files``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(with_payload(shell(target), payload(files, **config)))
    path.chmod(0o755)
    return path
