"""The desktop entry is the file by which a Linux desktop shows a program in its menu.

Source: freedesktop.org, Desktop Entry Specification 1.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.packager.application.app_identity import AppIdentity


def desktop_entry(identity: AppIdentity) -> bytes:
    """The entry; program and icon are named as in the archive, which needs no escaping."""
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Version=1.4",
        f"Name={_escaped(identity.title)}",
        f"Exec={identity.command}",
        f"Icon={identity.command}",
        f"StartupWMClass={identity.bundle_id}",
        "Terminal=false",
        "Categories=Game;",
    )
    return ("\n".join(lines) + "\n").encode()


def _escaped(text: str) -> str:
    """A string value; a title has neither line breaks nor blanks at its ends."""
    return text.replace("\\", "\\\\")
