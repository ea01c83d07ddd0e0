"""A finished project is read back, and so is the application that an operator's Mac made of it."""

from __future__ import annotations

import io
import json
import plistlib
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from services.packager.build.integrity import SelfCheckError
from services.packager.platforms.ios.layout import APP, CATALOG, INFO, WWW
from services.packager.signing.keys import KeyBrokenError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.packager.archive.member import Member
    from services.packager.platforms.ios.identity import IosIdentity

MAX_INFO_BYTES: Final = 1 << 20
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


def check_ipa(member: Member, identity: IosIdentity, key: str = "build") -> None:
    """Check that an operator's Mac has left this very application, whole.

    Raises:
        KeyBrokenError: It is none, or another one; for operators to mend.
    """
    try:
        with member.open() as file, zipfile.ZipFile(file) as archive:
            (path,) = (name for name in archive.namelist() if _INFO.fullmatch(name))
            with archive.open(path) as source:
                info: dict[str, Any] = plistlib.loads(source.read(MAX_INFO_BYTES))
            found = info["CFBundleIdentifier"], info["CFBundleShortVersionString"]
            entry = f"{path.removesuffix(INFO)}{WWW}/index.html"
            there = entry in archive.namelist()
    except (ValueError, KeyError, zipfile.BadZipFile, plistlib.InvalidFileException) as error:
        message = f"the program {key!r} has left no application in its .ipa: {error!r}"
        raise KeyBrokenError(message) from error
    if found != (identity.bundle_id, identity.version):
        raise KeyBrokenError(f"the program {key!r} has left another application: {found}")
    if not there:
        raise KeyBrokenError(f"the program {key!r} has left an application without its game")


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
