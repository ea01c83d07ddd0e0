"""``Info.plist`` and what belongs to it: what the system knows before the application starts.

Xcode puts build settings in the place of ``$(NAME)`` in it, so what a maker wrote stands there only
where it has no ``$``: a title is in ``InfoPlist.strings``, which Xcode takes as it is, and which
the system prefers.

Source: Apple, "Information Property List"; TN2420 for the versions.
"""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING, Any, Final

from services.packager.platforms.ios.build_settings import MODULE
from services.packager.platforms.ios.layout import LANGUAGES, LAUNCH_COLOR, LAUNCH_IMAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.platforms.ios.identity import IosIdentity
    from shared.domain.options import Orientation

_PORTRAIT: Final = "UIInterfaceOrientationPortrait"
_UPSIDE_DOWN: Final = "UIInterfaceOrientationPortraitUpsideDown"
_LANDSCAPE: Final = ("UIInterfaceOrientationLandscapeLeft", "UIInterfaceOrientationLandscapeRight")
_PHONE: Final[dict[Orientation, list[str]]] = {
    "any": [_PORTRAIT, *_LANDSCAPE],
    "landscape": [*_LANDSCAPE],
    "portrait": [_PORTRAIT],
}
_PAD: Final[dict[Orientation, list[str]]] = {
    "any": [_PORTRAIT, _UPSIDE_DOWN, *_LANDSCAPE],
    "landscape": [*_LANDSCAPE],
    "portrait": [_PORTRAIT, _UPSIDE_DOWN],
}
_ESCAPED: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def info_plist(
    identity: IosIdentity, orientation: Orientation, *, runtime: str, purposes: Mapping[str, str]
) -> bytes:
    """The file.

    Args:
        identity: Of the application.
        orientation: Of its screen.
        runtime: The version of the Swift sources, for pages to know.
        purposes: Why it wants what a player has to allow, in English.
    """
    scene = {
        "UISceneConfigurationName": "Default",
        "UISceneDelegateClassName": f"{MODULE}.SceneDelegate",
    }
    values: dict[str, Any] = {
        "AethelRuntimeVersion": runtime,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleDisplayName": _literal(identity),
        "CFBundleExecutable": "$(EXECUTABLE_NAME)",
        "CFBundleIdentifier": "$(PRODUCT_BUNDLE_IDENTIFIER)",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleLocalizations": [*LANGUAGES],
        "CFBundleName": "$(PRODUCT_NAME)",
        "CFBundlePackageType": "$(PRODUCT_BUNDLE_PACKAGE_TYPE)",
        "CFBundleShortVersionString": "$(MARKETING_VERSION)",
        "CFBundleVersion": "$(CURRENT_PROJECT_VERSION)",
        "GCSupportedGameControllers": [{"ProfileName": "ExtendedGamepad"}],
        "GCSupportsControllerUserInteraction": True,
        "ITSAppUsesNonExemptEncryption": False,  # none but the system's own
        "LSApplicationCategoryType": "public.app-category.games",
        "LSRequiresIPhoneOS": True,
        "UIApplicationSceneManifest": {
            "UIApplicationSupportsMultipleScenes": False,
            "UISceneConfigurations": {"UIWindowSceneSessionRoleApplication": [scene]},
        },
        "UILaunchScreen": {"UIColorName": LAUNCH_COLOR, "UIImageName": LAUNCH_IMAGE},
        "UIRequiresFullScreen": True,
        "UIRequiredDeviceCapabilities": ["arm64"],
        "UIStatusBarHidden": True,
        "UISupportedInterfaceOrientations": _PHONE[orientation],
        "UISupportedInterfaceOrientations~ipad": _PAD[orientation],
        **purposes,
    }
    return plistlib.dumps(values)


def strings(identity: IosIdentity, purposes: Mapping[str, str]) -> bytes:
    """``InfoPlist.strings`` of a language: its purposes; a title is a name, alike in every one."""
    values = {"CFBundleDisplayName": identity.title, "CFBundleName": identity.title, **purposes}
    lines = (f'"{key}" = "{value.translate(_ESCAPED)}";\n' for key, value in values.items())
    return "".join(lines).encode()


def _literal(identity: IosIdentity) -> str:
    """The title for tools that read this file alone; not where Xcode would see a setting in it."""
    return identity.command if "$" in identity.title else identity.title
