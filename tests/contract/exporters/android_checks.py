"""How an application for Android shows that an option was honoured, read by apkInspector."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import msgspec
from apkInspector.axml import get_manifest
from PIL import Image

from services.packager.build.manifest import MANIFEST
from tests.applications import config_in, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.projects import Built

    Check = Callable[[Built, Built], bool]

ANDROID = "{http://schemas.android.com/apk/res/android}"
BLUE = (8, 100, 200, 255)  # of the icon in the contract's project, in the shades that are kept
LANDSCAPE = "11"
HOW_FAR = 6  # a shade and its neighbour


def manifest_of(built: Built) -> ET.Element:
    """The manifest as another reader has it."""
    document: str = get_manifest(io.BytesIO(unpacked(built)["AndroidManifest.xml"]))
    return ET.fromstring(document)  # noqa: S314 - made from our own file


def said(built: Built, path: str, attribute: str) -> str:
    """One attribute of the manifest, or of an element in it."""
    root = manifest_of(built)
    element = root if path == "." else root.find(path)
    assert element is not None
    return element.attrib[attribute]


def _named(_: Built, after: Built) -> bool:
    title = "Äther Läufer"
    label = said(after, "application", f"{ANDROID}label")
    config = msgspec.json.decode(config_in(after))
    return {label, config["title"]} == {title} and after.name.startswith("ather-laufer-1.0.0-")


def _versioned(before: Built, after: Built) -> bool:
    codes = [int(said(built, ".", f"{ANDROID}versionCode")) for built in (before, after)]
    name = said(after, ".", f"{ANDROID}versionName")
    return codes == [10_000_000, 20_010_000] and name == "2.1.0" and "-2.1.0-" in after.name


def _pictured(before: Built, after: Built) -> bool:
    pixels = [_middle(built) for built in (before, after)]
    near = [max(abs(a - b) for a, b in zip(pixel, BLUE, strict=True)) for pixel in pixels]
    return bool(near[0] > HOW_FAR >= near[1])


def _middle(built: Built) -> Any:
    data = unpacked(built)["res/mipmap-xxxhdpi-v4/ic_launcher_foreground.png"]
    with Image.open(io.BytesIO(data)) as icon:
        return icon.convert("RGBA").getpixel((216, 216))


def _identified(before: Built, after: Built) -> bool:
    packages = [said(built, ".", "package") for built in (before, after)]
    ids = [msgspec.json.decode(config_in(built))["id"] for built in (before, after)]
    return packages == ids == ["com.aethel.game.p1", "com.example.courier"]


def _stored(before: Built, after: Built) -> bool:
    return _methods(before) == {0, 8} and _methods(after) == {0}


def _fast(before: Built, after: Built) -> bool:
    return _methods(after) == {0, 8} and len(after.data) > len(before.data)


def _methods(built: Built) -> set[int]:
    with zipfile.ZipFile(io.BytesIO(built.data)) as archive:
        return {info.compress_type for info in archive.infolist()}


def _oldest(before: Built, after: Built) -> bool:
    levels = [said(built, "uses-sdk", f"{ANDROID}minSdkVersion") for built in (before, after)]
    return levels == ["24", "29"]


def _target(before: Built, after: Built) -> bool:
    levels = [said(built, "uses-sdk", f"{ANDROID}targetSdkVersion") for built in (before, after)]
    return levels == ["36", "35"]


def _turned(before: Built, after: Built) -> bool:
    activity = "application/activity"
    found = [said(built, activity, f"{ANDROID}screenOrientation") for built in (before, after)]
    configs = [msgspec.json.decode(config_in(built))["orientation"] for built in (before, after)]
    return found == ["13", LANDSCAPE] and configs == ["any", "landscape"]


def _signed(before: Built, after: Built) -> bool:
    """By another key than the project's own, and each time with the same bytes."""
    keys = [msgspec.json.decode(built.files[MANIFEST])["signature"] for built in (before, after)]
    return (
        [key["debugKey"] for key in keys] == [True, False]
        and keys[0]["certificates"] != keys[1]["certificates"]
        and after.plan.reproducible
    )


CHECKS: dict[str, list[tuple[Any, Check]]] = {
    "appName": [("Äther Läufer", _named)],
    "appVersion": [("2.1.0", _versioned)],
    "appIcon": [("assets/ship.png", _pictured)],
    "bundleId": [("com.example.courier", _identified)],
    "compression": [("none", _stored), ("lz4", _fast)],
    "minSdkVersion": [(29, _oldest)],
    "orientation": [("landscape", _turned)],
    "signingKey": [("studio", _signed)],
    "targetSdkVersion": [(35, _target)],
}
