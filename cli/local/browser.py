"""Showing the page to whoever has just started the stack, where there is a screen to show it on."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY")  # of X11 and Wayland
FAR_AWAY: Final = "SSH_CONNECTION"  # the browser would open on the machine that is logged in to


def has_screen(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether somebody sits at this machine's own screen, as far as the environment says."""
    if environ.get(FAR_AWAY):
        return False
    return platform in {"darwin", "win32"} or any(environ.get(name) for name in SCREENS)


def show(url: str) -> None:
    """Open a URL in the browser of the machine, beside everything else; without one nothing is."""

    def open_it() -> None:
        try:
            webbrowser.open(url)
        except webbrowser.Error:
            return  # the address has been printed

    threading.Thread(target=open_it, daemon=True).start()
