"""How an Xcode project shows that an option was honoured, read by tools that did not make it."""

from __future__ import annotations

import io
import plistlib
import re
from typing import TYPE_CHECKING, Any

import msgspec
from PIL import Image

from tests.applications import config_in, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.projects import Built

    Check = Callable[[Built, Built], bool]

BLUE = (9, 99, 199)  # of the icon in the contract's project


def _content(built: Built, end: str) -> bytes:
    (data,) = (data for path, data in unpacked(built).items() if path.endswith(end))
    return data


def _config(built: Built) -> dict[str, Any]:
    config: dict[str, Any] = msgspec.json.decode(config_in(built))
    return config


def _plist(built: Built) -> dict[str, Any]:
    plist: dict[str, Any] = plistlib.loads(_content(built, "/App/Info.plist"))
    return plist


def _setting(built: Built, name: str) -> set[str]:
    project = _content(built, "/project.pbxproj").decode()
    return set(re.findall(rf'{name} = "?([^";]*)"?;', project))


def _named(_: Built, after: Built) -> bool:
    title = "Äther Läufer"
    shown = _plist(after)["CFBundleDisplayName"], _config(after)["title"]
    return set(shown) == {title} and after.name.startswith("ather-laufer-1.0.0-ios")


def _versioned(_: Built, after: Built) -> bool:
    versions = _setting(after, "MARKETING_VERSION") | {_config(after)["version"]}
    return versions == {"2.1.0"} and "-2.1.0-" in after.name


def _pictured(before: Built, after: Built) -> bool:
    return bool(_middle(after) == BLUE != _middle(before))


def _middle(built: Built) -> Any:
    with Image.open(io.BytesIO(_content(built, "/icon-1024.png"))) as icon:
        return icon.getpixel((512, 512))


def _identified(before: Built, after: Built) -> bool:
    wanted = "com.example.courier"
    found = _setting(after, "PRODUCT_BUNDLE_IDENTIFIER") | {_config(after)["id"]}
    return _config(before)["id"] == "com.aethel.game.p1" and found == {wanted}


def _built(before: Built, after: Built) -> bool:
    """The game is in the application that the operator's Mac has made; signatures hold the time."""
    files = before.files
    same = {path for path, data in after.files.items() if files.get(path) == data}
    return after.name.endswith("-ios.ipa") and len(same) > 5 and not after.plan.reproducible


def _stored(before: Built, after: Built) -> bool:
    return len(after.data) > sum(map(len, after.files.values())) > len(before.data)


def _fast(before: Built, after: Built) -> bool:
    return len(after.data) > len(before.data) and after.files.keys() == before.files.keys()


def _isolated(before: Built, after: Built) -> bool:
    return bool(_config(after)["isolated"] and not _config(before)["isolated"])


def _turned(wanted: str) -> Check:
    def shows(before: Built, after: Built) -> bool:
        found = _plist(after)["UISupportedInterfaceOrientations"]
        only = all(wanted.title() in name for name in found)
        return (_config(before)["orientation"], _config(after)["orientation"], only) == (
            "any",
            wanted,
            True,
        )

    return shows


CHECKS: dict[str, list[tuple[Any, Check]]] = {
    "appName": [("Äther Läufer", _named)],
    "appVersion": [("2.1.0", _versioned)],
    "appIcon": [("assets/ship.png", _pictured)],
    "bundleId": [("com.example.courier", _identified)],
    "compression": [("none", _stored), ("lz4", _fast)],
    "orientation": [("landscape", _turned("landscape")), ("portrait", _turned("portrait"))],
    "signingKey": [("studio", _built)],
    "wasmThreads": [(True, _isolated)],
}
