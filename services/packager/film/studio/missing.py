"""What a machine lacks to film games, by the names of Debian's packages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.packager.film.studio.browser import find_browser

if TYPE_CHECKING:
    from collections.abc import Sequence

LIBRARIES: Final[dict[str, Sequence[str]]] = {  # any of these files
    "libegl1": ("libEGL.so.1",),
    "libegl-mesa0": ("libEGL_mesa.so.0",),
    "libgl1-mesa-dri": ("dri/swrast_dri.so", "libgallium-*.so"),
}
FOLDERS: Final = tuple(map(Path, ("/usr/lib", "/usr/lib64", "/lib", "/usr/local/lib")))


def missing(program: str = "", folders: Sequence[Path] = FOLDERS) -> list[str]:
    """The Debian packages to install, sorted; empty: games can be filmed.

    Args:
        program: Of the browser, where it is not Debian's.
        folders: Where libraries are, or below them one folder for each architecture.
    """
    lacking = [
        package
        for package, files in LIBRARIES.items()
        if not any(_is_there(file, folders) for file in files)
    ]
    if find_browser(program) is None:
        lacking.append(Path(program).name or "chromium-headless-shell")
    return sorted(lacking)


def _is_there(file: str, folders: Sequence[Path]) -> bool:
    return any(
        next(folder.glob(f"{below}{file}"), None) is not None
        for folder in folders
        for below in ("", "*/")
    )
