"""A template that was built elsewhere is put into the folder that packagers read."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from services.packager.runtimes.registry import read_template
from shared.templates import DESCRIPTION, Template


def install(source: Path, folder: Path) -> Template:
    """Copy a built template (a folder with ``template.json``) in, replacing an older one.

    Files that its description does not name stay behind. Packagers that run take the new one with
    their next export.

    Raises:
        TemplateError: It is not what its description says; nothing was changed.
    """
    template = read_template(source)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".install-") as scratch:
        made = Path(scratch) / template.name
        for path in (*template.files, DESCRIPTION):
            target = made / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / path, target)  # with its mode: some are programs
        read_template(made)
        target = folder / template.name
        if target.exists():
            target.rename(Path(scratch) / "old")
        made.rename(target)
    return read_template(target)
