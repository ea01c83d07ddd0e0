"""The bundle of a macOS application is put together here: what is in it, under which path.

Source: Apple, "Bundle Programming Guide" and "Information Property List".
"""

from __future__ import annotations

import plistlib
import struct
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.application.app_icon import png
from services.packager.archive.concatenated import concatenated_member
from services.packager.archive.member import Member
from services.packager.platforms.macos.adhoc_signature import Sealed, signed
from services.packager.platforms.macos.code_resources import code_resources
from services.packager.platforms.macos.macho import fat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PIL import Image

    from services.packager.application.app_identity import AppIdentity
    from services.packager.archive.concatenated import Piece
    from services.packager.desktop.shell_binary import Machine

OLDEST_SYSTEM: Final = "11.0"  # the first that runs on both kinds of machines
GAME: Final = "Resources/game.pak"
INFO: Final = "Info.plist"
SEAL: Final = "_CodeSignature/CodeResources"
_ICON: Final = "icon.icns"
_ICON_EDGES: Final = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}


def bundle(
    identity: AppIdentity,
    picture: Image.Image,
    game: Sequence[Piece],
    programs: Mapping[Machine, bytes],
) -> list[Member]:
    """All files of ``<name>.app``, sorted by path; signed ad hoc.

    Raises:
        TemplateError: The programs cannot be signed.
    """
    info = info_plist(identity)
    resources = {
        GAME: concatenated_member(GAME, game),
        f"Resources/{_ICON}": Member.of_bytes(_ICON, icns(picture)),
    }
    sealed = Sealed(identity.bundle_id, info, code_resources(resources))
    program = fat({machine: signed(code, sealed) for machine, code in programs.items()})
    files = {
        INFO: Member.of_bytes(INFO, info),
        program_path(identity): Member.of_bytes("", program, mode=0o755),
        "PkgInfo": Member.of_bytes("", b"APPL????"),
        **resources,
        SEAL: Member.of_bytes("", sealed.code_resources),
    }
    root = f"{folder(identity)}/Contents"
    return [moved(member, f"{root}/{path}") for path, member in sorted(files.items())]


def folder(identity: AppIdentity) -> str:
    """The bundle itself, which Finder shows as one thing."""
    return f"{identity.file_name}.app"


def program_path(identity: AppIdentity) -> str:
    """Below ``Contents``."""
    return f"MacOS/{identity.command}"


def moved(member: Member, path: str) -> Member:
    """The same content under another path."""
    return msgspec.structs.replace(member, path=path)


def info_plist(identity: AppIdentity) -> bytes:
    """What the system knows of the application before it starts."""
    return plistlib.dumps(
        {
            "CFBundleDevelopmentRegion": "en",
            "CFBundleDisplayName": identity.title,
            "CFBundleExecutable": identity.command,
            "CFBundleIconFile": _ICON,
            "CFBundleIdentifier": identity.bundle_id,
            "CFBundleInfoDictionaryVersion": "6.0",
            "CFBundleName": identity.title,
            "CFBundlePackageType": "APPL",
            "CFBundleShortVersionString": identity.short_version,
            "CFBundleSupportedPlatforms": ["MacOSX"],
            "CFBundleVersion": identity.short_version,
            "LSApplicationCategoryType": "public.app-category.games",
            "LSMinimumSystemVersion": OLDEST_SYSTEM,
            "NSAppTransportSecurity": {"NSAllowsLocalNetworking": True},
            "NSHighResolutionCapable": True,
            "NSPrincipalClass": "NSApplication",
        }
    )


def icns(picture: Image.Image) -> bytes:
    """Five sizes as PNG, each once; the system scales those that lie between.

    Pillow's own writer adds a sixth, twice as large as the picture, and repeats two.
    """
    elements = b""
    for kind, edge in _ICON_EDGES.items():
        data = png(picture, edge)
        elements += kind + struct.pack(">I", 8 + len(data)) + data
    return b"icns" + struct.pack(">I", 8 + len(elements)) + elements
