"""The source tree is a project's files on the disk, in a folder that holds nothing else."""

from __future__ import annotations

import posixpath
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.project.files import ProjectFiles

MAX_COPIED_PUBLIC_BYTES: Final = 1 << 20
_STUB: Final = b'{"private": true}'  # so that none further up is looked for


def write_sources(
    project: ProjectFiles, folder: Path, *, public: str | None, packages: str
) -> frozenset[str]:
    """Write every file of a project.

    Large files of the public folder are shipped by us, and a build only asks whether they are
    there: of those only a name is written, and their size.

    Args:
        project: What is written.
        folder: Where to; it is made.
        public: The folder whose files are not built; None where all are.
        packages: A folder of packages that somebody else writes; "" where there is none.

    Returns:
        Those of which only a name is there.
    """
    made: set[str] = set()
    names: set[str] = set()
    prefix = None if public is None else posixpath.join(public, "")
    for path, file in project.files.items():
        if packages and path.startswith(packages):
            continue
        parent = posixpath.dirname(path)
        if parent not in made:
            (folder / parent).mkdir(parents=True, exist_ok=True)
            made.add(parent)
        with (folder / path).open("wb") as target:
            is_public = prefix is not None and path.startswith(prefix)
            if is_public and file.size > MAX_COPIED_PUBLIC_BYTES:
                target.truncate(file.size)
                names.add(path)
                continue
            with project.open(path) as source:
                shutil.copyfileobj(source, target)
    if "package.json" not in project:
        (folder / "package.json").write_bytes(_STUB)
    return frozenset(names)
