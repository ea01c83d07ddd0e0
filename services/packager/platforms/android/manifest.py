"""What an application's manifest says of it, written into the template's in either encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.platforms.android.xml_tree import ManifestError

if TYPE_CHECKING:
    from services.packager.platforms.android.xml_tree import Attribute, Element
    from shared.domain.options import Orientation

PLACEHOLDER: Final = "com.aethel.placeholder"
_PERMISSION: Final = "uses-permission"
# As the sensors say, within what the player has locked. Android 16 lets no application lock large
# screens any more, but games: the template says that it is one.
ORIENTATIONS: Final[dict[Orientation, int]] = {"any": 13, "landscape": 11, "portrait": 12}


class AppManifest(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a manifest that differs between applications."""

    package: str
    version_code: int
    version_name: str
    label: str
    min_sdk: int
    target_sdk: int
    orientation: int
    debuggable: bool
    permissions: tuple[str, ...]  # sorted


def offered_permissions(root: Element) -> tuple[str, ...]:
    """Those that the template has, for the exporter to choose from, sorted."""
    return tuple(sorted(str(one.attribute("name").value) for one in root.elements(_PERMISSION)))


def write_into(root: Element, wanted: AppManifest) -> None:
    """Change the template's manifest to that of an application.

    Raises:
        ManifestError: It has no place for something.
    """
    application, sdk = root.only("application"), root.only("uses-sdk")
    activity = application.only("activity")
    for element in root.walk():
        for attribute in element.attributes:
            _rename(attribute, wanted.package)
    root.attribute("versionCode").value = wanted.version_code
    root.attribute("versionName").value = wanted.version_name
    sdk.attribute("minSdkVersion").value = wanted.min_sdk
    sdk.attribute("targetSdkVersion").value = wanted.target_sdk
    application.attribute("label").value = wanted.label
    application.attribute("debuggable").value = wanted.debuggable
    activity.attribute("screenOrientation").value = wanted.orientation
    dropped = [
        element
        for element in root.elements(_PERMISSION)
        if element.attribute("name").value not in wanted.permissions
    ]
    root.children = [child for child in root.children if child not in dropped]


def _rename(attribute: Attribute, package: str) -> None:
    """Authorities and the like begin with the package."""
    value = attribute.value
    if isinstance(value, str) and f"{value}.".startswith(f"{PLACEHOLDER}."):
        attribute.value = package + value.removeprefix(PLACEHOLDER)


def read_from(root: Element) -> AppManifest:
    """What a finished manifest says.

    Raises:
        ManifestError: It lacks something, or has something of another type.
    """
    application, sdk = root.only("application"), root.only("uses-sdk")
    found = {
        "package": root.attribute("package", "").value,
        "version_code": root.attribute("versionCode").value,
        "version_name": root.attribute("versionName").value,
        "label": application.attribute("label").value,
        "min_sdk": sdk.attribute("minSdkVersion").value,
        "target_sdk": sdk.attribute("targetSdkVersion").value,
        "orientation": application.only("activity").attribute("screenOrientation").value,
        "debuggable": application.attribute("debuggable").value,
        "permissions": offered_permissions(root),
    }
    try:
        return msgspec.convert(found, AppManifest)
    except msgspec.ValidationError as error:
        raise ManifestError(f"the manifest has a value of another type: {error}") from error
