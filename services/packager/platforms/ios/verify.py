"""A finished project is read back, and so is the application that an operator's Mac made of it."""

from __future__ import annotations

import io
import json
import plistlib
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final
from xml.parsers.expat import ExpatError

import msgspec
from PIL import Image

from services.packager.build.integrity import SelfCheckError
from services.packager.build.manifest import MANIFEST
from services.packager.platforms.ios.layout import APP, CATALOG, INFO, WWW
from services.packager.signing.keys import KeyBrokenError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.packager.archive.member import Member
    from services.packager.platforms.ios.identity import IosIdentity

MAX_INFO_BYTES: Final = 1 << 20
# What readers of archives and of lists raise, where somebody else's bytes are no such thing.
_BROKEN: Final = (
    ArithmeticError,
    AttributeError,
    EOFError,
    ExpatError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
_INFO: Final = re.compile(r"Payload/[^/]+\.app/Info\.plist")
_PATH: Final = re.compile(r"path = (?:\"([^\"]*)\"|([^;]*));.*\n\t\t\tsourceTree = \"<group>\"")


def check_project(members: Sequence[Member], identity: IosIdentity, entry: str) -> None:
    """Check that every file that Xcode will look for is there, and every icon of its size.

    Raises:
        SelfCheckError: What is missing.
    """
    files = {member.path.removeprefix(f"{identity.command}/"): member for member in members}
    text = _content(files, f"{identity.command}.xcodeproj/project.pbxproj").decode()
    named = [(quoted or plain) for quoted, plain in _PATH.findall(text)]
    for path in named:
        below = (f"{APP}/{path}", path) if path != WWW else (path,)
        if not any(there == at or there.startswith(f"{at}/") for at in below for there in files):
            raise SelfCheckError(f"the Xcode project names {path!r}, which is not in it")
    _content(files, f"{WWW}/{entry}")
    try:
        plistlib.loads(_content(files, f"{APP}/{INFO}"))
    except (ValueError, plistlib.InvalidFileException) as error:
        raise SelfCheckError(f"the Xcode project has a broken {INFO}: {error}") from error
    _check_icons(files)


def check_ipa(
    member: Member, identity: IosIdentity, project: Sequence[Member], key: str = "build"
) -> None:
    """Check that an operator's Mac has left this very application, whole.

    Args:
        member: What it has left; nobody has looked into it.
        identity: Of the application.
        project: All files that the Mac was given.
        key: The program's name.

    Raises:
        KeyBrokenError: It is none, or another one; for operators to mend.
    """
    www = f"{identity.command}/{WWW}/"
    game = {one.path.removeprefix(www): one for one in project if one.path.startswith(www)}
    try:
        found = _read(member, manifest_bytes=game[MANIFEST].size_bytes)
    except _BROKEN as error:
        message = f"the program {key!r} has left no application in its .ipa: {error!r}"
        raise KeyBrokenError(message) from error
    if (found.bundle_id, found.version) != (identity.bundle_id, identity.version):
        other = f"{found.bundle_id}, {found.version}"
        raise KeyBrokenError(f"the program {key!r} has left another application: {other}")
    for path, one in game.items():
        if found.sizes.get(path) != one.size_bytes:
            message = f"the program {key!r} has left an application without its game: {path!r}"
            raise KeyBrokenError(message)
    with game[MANIFEST].open() as file:
        if file.read() != found.manifest:
            raise KeyBrokenError(f"the program {key!r} has left what it built of another export")


class _Built(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in an ``.ipa``."""

    bundle_id: object
    version: object
    sizes: dict[str, int]  # of the game's files
    manifest: bytes  # which has the hashes of all of them


def _read(member: Member, *, manifest_bytes: int) -> _Built:
    with member.open() as file, zipfile.ZipFile(file) as archive:
        (path,) = (name for name in archive.namelist() if _INFO.fullmatch(name))
        with archive.open(path) as source:
            info: dict[str, Any] = plistlib.loads(source.read(MAX_INFO_BYTES))
        www = f"{path.removesuffix(INFO)}{WWW}/"
        files = [one for one in archive.infolist() if one.filename.startswith(www)]
        sizes = {one.filename.removeprefix(www): one.file_size for one in files}
        manifest = b""
        if MANIFEST in sizes:
            with archive.open(f"{www}{MANIFEST}") as source:
                manifest = source.read(manifest_bytes)
    return _Built(
        bundle_id=info["CFBundleIdentifier"],
        version=info["CFBundleShortVersionString"],
        sizes=sizes,
        manifest=manifest,
    )


def _content(files: Mapping[str, Member], path: str) -> bytes:
    if path not in files:
        raise SelfCheckError(f"the Xcode project has no {path}")
    with files[path].open() as file:
        return file.read()


def _check_icons(files: Mapping[str, Member]) -> None:
    folder = f"{APP}/{CATALOG}/AppIcon.appiconset"
    for image in json.loads(_content(files, f"{folder}/Contents.json"))["images"]:
        points, scale = float(image["size"].partition("x")[0]), int(image["scale"].rstrip("x"))
        data = _content(files, f"{folder}/{image['filename']}")
        with Image.open(io.BytesIO(data)) as icon:
            if icon.size != (round(points * scale),) * 2 or icon.mode != "RGB":
                raise SelfCheckError(f"the icon {image['filename']} is {icon.size}, {icon.mode}")
