"""Build settings say how Xcode compiles, signs and names the application.

Source: Apple, "Build settings reference".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.platforms.ios.layout import ACCENT, APP, ICON, INFO

if TYPE_CHECKING:
    from services.packager.platforms.ios.identity import IosIdentity
    from services.packager.platforms.ios.openstep import Value

OLDEST_SYSTEM: Final = (
    "15.0"  # the first with WebGL 2 and a secure context for schemes of one's own
)
MODULE: Final = "GameApp"  # of the Swift sources; Info.plist names a class of it
_YES: Final = "YES"
_NO: Final = "NO"


def of_project(configuration: str) -> dict[str, Value]:
    """What holds for all of it."""
    shared: dict[str, Value] = {
        "ALWAYS_SEARCH_USER_PATHS": _NO,
        "CLANG_ENABLE_MODULES": _YES,
        "COPY_PHASE_STRIP": _NO,
        "ENABLE_USER_SCRIPT_SANDBOXING": _YES,
        "IPHONEOS_DEPLOYMENT_TARGET": OLDEST_SYSTEM,
        "SDKROOT": "iphoneos",
        "SWIFT_VERSION": "5.0",
    }
    if configuration == "Debug":
        return {
            **shared,
            "DEBUG_INFORMATION_FORMAT": "dwarf",
            "ENABLE_TESTABILITY": _YES,
            "ONLY_ACTIVE_ARCH": _YES,
            "SWIFT_ACTIVE_COMPILATION_CONDITIONS": "DEBUG",
            "SWIFT_OPTIMIZATION_LEVEL": "-Onone",
        }
    return {
        **shared,
        "DEBUG_INFORMATION_FORMAT": "dwarf-with-dsym",
        "SWIFT_COMPILATION_MODE": "wholemodule",
        "SWIFT_OPTIMIZATION_LEVEL": "-O",
        "VALIDATE_PRODUCT": _YES,
    }


def of_target(identity: IosIdentity) -> dict[str, Value]:
    """What holds for the application."""
    return {
        "ASSETCATALOG_COMPILER_APPICON_NAME": ICON,
        "ASSETCATALOG_COMPILER_GLOBAL_ACCENT_COLOR_NAME": ACCENT,
        "CODE_SIGN_STYLE": "Automatic",
        "COMPRESS_PNG_FILES": _NO,  # the game's pictures stay what they are
        "CURRENT_PROJECT_VERSION": identity.build,
        "DEVELOPMENT_TEAM": "",
        "GENERATE_INFOPLIST_FILE": _NO,
        "INFOPLIST_FILE": f"{APP}/{INFO}",
        "LD_RUNPATH_SEARCH_PATHS": ["$(inherited)", "@executable_path/Frameworks"],
        "MARKETING_VERSION": identity.version,
        "PRODUCT_BUNDLE_IDENTIFIER": identity.bundle_id,
        "PRODUCT_MODULE_NAME": MODULE,
        "PRODUCT_NAME": identity.command,
        "STRIP_PNG_TEXT": _NO,
        "SUPPORTED_PLATFORMS": "iphoneos iphonesimulator",
        "SUPPORTS_MACCATALYST": _NO,
        "TARGETED_DEVICE_FAMILY": "1,2",
    }
