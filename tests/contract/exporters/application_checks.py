"""How an application shows that an option was honoured, read by tools that did not make it."""

from __future__ import annotations

import io
import plistlib
import struct
from typing import TYPE_CHECKING, Any

import msgspec
import pefile
from PIL import Image

from tests.applications import config_in, program_in, unpacked
from tests.contract.exporters import android_checks, ios_checks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.projects import Built

    Check = Callable[[Built, Built], bool]

BLUE = (9, 99, 199, 255)  # of the icon in the contract's project


def _config(built: Built) -> dict[str, Any]:
    config: dict[str, Any] = msgspec.json.decode(config_in(built))
    return config


def _strings(built: Built) -> dict[str, str]:
    """The version strings of a Windows program."""
    pe = pefile.PE(data=program_in(built))
    (info,) = (part for part in pe.FileInfo[0] if part.Key == b"StringFileInfo")
    return {key.decode(): value.decode() for key, value in info.StringTable[0].entries.items()}


def _plist(built: Built) -> dict[str, Any]:
    (data,) = (data for path, data in unpacked(built).items() if path.endswith("/Info.plist"))
    plist: dict[str, Any] = plistlib.loads(data)
    return plist


def _entry(built: Built) -> str:
    (data,) = (data for path, data in unpacked(built).items() if path.endswith(".desktop"))
    return data.decode()


def _named(_: Built, after: Built) -> bool:
    title = "Äther Läufer"
    titles = {_config(after)["title"], _shown(after, "ProductName", "CFBundleDisplayName", "Name")}
    return titles == {title} and after.name.startswith("ather-laufer-1.0.0-")


def _versioned(_: Built, after: Built) -> bool:
    versions = {_config(after)["version"]}
    if _system(after) != "linux":  # a desktop entry has none
        versions.add(_shown(after, "FileVersion", "CFBundleShortVersionString", ""))
    return versions == {"2.1.0"} and "-2.1.0-" in after.name


def _shown(built: Built, windows: str, macos: str, linux: str) -> str:
    """What the system itself says of an application, under its own word for it."""
    match _system(built):
        case "windows":
            return _strings(built)[windows]
        case "macos":
            return str(_plist(built)[macos])
    entry = dict(line.split("=", 1) for line in _entry(built).splitlines() if "=" in line)
    return entry[linux]


def _system(built: Built) -> str:
    return next(name for name in ("windows", "macos", "linux") if f"-{name}-" in built.name)


def _pictured(before: Built, after: Built) -> bool:
    return bool(_middle(after) == BLUE != _middle(before))


def _middle(built: Built) -> Any:
    """The colour in the middle of the icon that the system shows."""
    with Image.open(io.BytesIO(_icon(built))) as icon:
        picture = icon.convert("RGBA")
    return picture.getpixel((picture.width // 2, picture.height // 2))


def _icon(built: Built) -> bytes:
    terminal_events = {"macos": ".icns", "linux": ".png"}
    if terminal_event := terminal_events.get(_system(built)):
        return next(data for path, data in unpacked(built).items() if path.endswith(terminal_event))
    pe = pefile.PE(data=program_in(built))
    (icons,) = (kind for kind in pe.DIRECTORY_ENTRY_RESOURCE.entries if kind.id == 3)
    largest = icons.directory.entries[-1].directory.entries[0].data.struct
    data: bytes = pe.get_data(largest.OffsetToData, largest.Size)
    return data


def _for_arm(before: Built, after: Built) -> bool:
    return _machines(before) != _machines(after) == ["arm64"] and "-arm64." in after.name


def _for_intel(before: Built, after: Built) -> bool:
    return _machines(before) == ["x64", "arm64"] and _machines(after) == ["x64"]


def _for_both(before: Built, after: Built) -> bool:
    return _machines(before) == _machines(after) == ["x64", "arm64"]


def _machines(built: Built) -> list[str]:
    program = program_in(built)
    match _system(built):
        case "windows":
            machine = pefile.PE(data=program).FILE_HEADER.Machine
            return [{0x8664: "x64", 0xAA64: "arm64"}[machine]]
        case "linux":
            (machine,) = struct.unpack_from("<H", program, 18)
            return [{62: "x64", 183: "arm64"}[machine]]
    import lief  # noqa: PLC0415 - else every process of a run would load it

    fat = lief.MachO.parse(list(program))
    assert fat is not None
    names = {lief.MachO.Header.CPU_TYPE.X86_64: "x64", lief.MachO.Header.CPU_TYPE.ARM64: "arm64"}
    slices = [binary for number in range(fat.size) if (binary := fat.at(number))]
    return [names[binary.header.cpu_type] for binary in slices]


def _identified(before: Built, after: Built) -> bool:
    wanted = "com.example.courier"
    config = _config(after)
    in_plist = _plist(after)["CFBundleIdentifier"] if _system(after) == "macos" else wanted
    return _config(before)["id"] == "com.aethel.game.p1" and {
        config["id"],
        config["userDataName"],
        in_plist,
    } == {wanted}


def _stored(before: Built, after: Built) -> bool:
    return len(after.data) > sum(map(len, after.files.values())) > len(before.data)


def _fast(before: Built, after: Built) -> bool:
    return len(after.data) > len(before.data) and after.files.keys() == before.files.keys()


def _isolated(before: Built, after: Built) -> bool:
    return _config(after)["isolated"] and not _config(before)["isolated"]


def _signed(before: Built, after: Built) -> bool:
    if before.plan.reproducible is False or after.plan.reproducible:
        return False
    match _system(after):
        case "windows":
            directory = pefile.PE(data=program_in(after)).OPTIONAL_HEADER.DATA_DIRECTORY[4]
            return bool(directory.Size)
        case "linux":
            return any(path.endswith(".sig") for path in unpacked(after))
    return True  # whether the operator's program ran is tested with the platform


# What else has to be asked for, so that an option can show its effect.
BESIDE: dict[tuple[str, str], dict[str, Any]] = {("ios", "signingKey"): {"format": "ipa"}}
CHECKS: dict[str | tuple[str, str], list[tuple[Any, Check]]] = {
    "appName": [("Äther Läufer", _named)],
    "appVersion": [("2.1.0", _versioned)],
    "appIcon": [("assets/ship.png", _pictured)],
    "architecture": [("arm64", _for_arm)],
    ("macos", "architecture"): [
        ("arm64", _for_arm),
        ("x64", _for_intel),
        ("universal", _for_both),
    ],
    "bundleId": [("com.example.courier", _identified)],
    "compression": [("none", _stored), ("lz4", _fast)],
    "signingKey": [("studio", _signed)],
    "wasmThreads": [(True, _isolated)],
    **{("android", option): checks for option, checks in android_checks.CHECKS.items()},
    **{("ios", option): checks for option, checks in ios_checks.CHECKS.items()},
}
