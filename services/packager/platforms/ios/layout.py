"""Where everything lies in an Xcode project, in one place.

::

    <name>/README.md, ExportOptions.plist, ExportOptions/, Gemfile, fastlane/, .github/workflows/
    <name>/<name>.xcodeproj/
    <name>/App/    Swift sources, Info.plist, icons, words
    <name>/www/    the game, as it is
"""

from __future__ import annotations

from typing import Final

APP: Final = "App"
WWW: Final = "www"
INFO: Final = "Info.plist"
CATALOG: Final = "Assets.xcassets"
PRIVACY: Final = "PrivacyInfo.xcprivacy"
SCRIPTS: Final = ("phone.js", "runtime.js")
RESOURCES: Final = (CATALOG, PRIVACY, *SCRIPTS)
NAMES: Final = "InfoPlist.strings"  # the application's name, and why it wants the camera
WORDS: Final = "Localizable.strings"  # its few words
STRINGS: Final = (NAMES, WORDS)
LANGUAGES: Final = ("en", "pt-BR")

ICON: Final = "AppIcon"
ACCENT: Final = "AccentColor"
LAUNCH_COLOR: Final = "LaunchBackground"
LAUNCH_IMAGE: Final = "LaunchIcon"

EXPORT_OPTIONS: Final = "ExportOptions.plist"
