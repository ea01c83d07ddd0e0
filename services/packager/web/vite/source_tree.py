"""The source tree is a project's files on the disk, in a folder that holds nothing else."""

from __future__ import annotations

import posixpath
import re
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.project.files import ProjectFiles

MAX_COPIED_PUBLIC_BYTES: Final = 1 << 20
MAX_SCANNED_BYTES: Final = 1 << 20
SCRIPTS: Final = (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".vue", ".svelte")
STYLES: Final = (".css", ".pcss", ".postcss")
_STUB: Final = b'{"private": true}'  # so that none further up is looked for
_PACKAGE: Final = re.compile(
    r"""(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\(|@import(?:\s+url\()?)\s*["'](?![./"'#~]|@/)[^"'\n]"""
)


def write_sources(project: ProjectFiles, folder: Path, *, public: str) -> None:
    """Write every file of a project.

    Large files of the public folder are copied by us and never read by the build: of those only a
    name is there, and their size.

    Args:
        project: What is written.
        folder: Where to; it is made.
        public: The folder whose files are not built.
    """
    made: set[str] = set()
    unread = posixpath.join(public, "")
    for path, file in project.files.items():
        parent = posixpath.dirname(path)
        if parent not in made:
            (folder / parent).mkdir(parents=True, exist_ok=True)
            made.add(parent)
        with (folder / path).open("wb") as target:
            if path.startswith(unread) and file.size > MAX_COPIED_PUBLIC_BYTES:
                target.truncate(file.size)
                continue
            with project.open(path) as source:
                shutil.copyfileobj(source, target)
    if "package.json" not in project:
        (folder / "package.json").write_bytes(_STUB)


def needs_packages(project: ProjectFiles) -> bool:
    """Whether any script or style imports something by the name of a package."""
    return any(
        _imports_package(project, path)
        for path, file in project.files.items()
        if path.endswith((*SCRIPTS, *STYLES)) and file.size <= MAX_SCANNED_BYTES
    )


def _imports_package(project: ProjectFiles, path: str) -> bool:
    if path.endswith((".tsx", ".jsx")):
        return True  # what JSX means is imported, too
    text = project.read(path).decode("utf-8", "replace")
    return _PACKAGE.search(text) is not None
