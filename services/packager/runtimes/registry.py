"""The registry knows the templates that are installed, and verifies them before they are used."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.runtimes.node import REMEDY as NODE_REMEDY
from services.packager.runtimes.node import find_node
from shared.templates import (
    DESCRIPTION,
    REMEDY,
    FileRecord,
    Template,
    TemplateError,
    verified_template,
)

if TYPE_CHECKING:
    from pathlib import Path


SETTLED_S: Final = 2.0  # since a file was changed: another change would show


class Templates:
    """All templates below one folder, which need not exist.

    One that is installed while a packager runs is in use from the next export on.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._verified: dict[str, Template] = {}

    def get(self, name: str) -> Template:
        """The template of that name; verified anew only where its description has changed.

        Raises:
            TemplateError: What is wrong, and what to do.
        """
        known = self._verified.get(name)
        if known is None or not known.is_current():
            if not (self.folder / name / DESCRIPTION).exists():
                raise TemplateError(f"the runtime template {name} is not installed; {REMEDY}")
            known = self._verified[name] = read_template(self.folder / name)
        return known

    def survey(self) -> tuple[list[Template], dict[str, str]]:
        """Those that can be used, and the reason why by the name of each that cannot."""
        usable: list[Template] = []
        broken: dict[str, str] = {}
        for description in sorted(self.folder.glob(f"*/{DESCRIPTION}")):
            name = description.parent.name
            try:
                usable.append(self.get(name))
            except TemplateError as error:
                broken[name] = str(error)
        return usable, broken


class Descriptions:
    """Names what stands in the templates' descriptions below a folder, as it is this moment.

    One is read again where its file looks otherwise, or was changed a moment ago: clocks of files
    tick slowly.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[tuple[int, ...], str]] = {}

    def digests(self) -> dict[str, str]:
        """The SHA-256 of each, by its template's name; who uses a template verifies it."""
        found: dict[str, str] = {}
        for description in sorted(self._folder.glob(f"*/{DESCRIPTION}")):
            with suppress(OSError):  # it is being replaced
                found[description.parent.name] = self._digest(description)
        return found

    def _digest(self, description: Path) -> str:
        name, before = description.parent.name, description.stat()
        looks = (before.st_ino, before.st_size, before.st_mtime_ns, before.st_ctime_ns)
        known = self._known.get(name)
        if known is not None and known[0] == looks:
            return known[1]
        digest = hashlib.sha256(description.read_bytes()).hexdigest()
        if time.time() - before.st_ctime > SETTLED_S:
            self._known[name] = looks, digest
        return digest


def read_template(folder: Path) -> Template:
    """One template, verified, on a machine that has what it needs.

    Raises:
        TemplateError: The first thing that is wrong.
    """
    template = verified_template(folder)
    if template.node and find_node(template.node) is None:
        raise TemplateError(f"the template {folder.name} needs node: {NODE_REMEDY}")
    return template


def describe(folder: Path, *, name: str, version: str, **more: Any) -> None:
    """Write the description of the files that lie in ``folder``; for templates made by Python.

    Args:
        folder: The template; an older description in it is replaced.
        name: The name of its source folder.
        version: For people; two builds that differ in a byte should differ here too.
        more: What those who use the template want to know of it; ``tools``, versions by name, are
            Python packages: the template is built anew with another version of one.
    """
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != DESCRIPTION
    }
    document = {
        "name": name,
        "version": version,
        **more,
        "files": {
            path: FileRecord(hashlib.sha256(data).hexdigest(), len(data))
            for path, data in files.items()
        },
    }
    text = msgspec.json.format(msgspec.json.encode(document), indent=1)
    (folder / DESCRIPTION).write_bytes(text + b"\n")
