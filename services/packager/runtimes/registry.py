"""The registry knows the templates that are installed, and verifies them before they are used."""

from __future__ import annotations

import hashlib
import os
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
Looks = tuple[int, int, int, int]  # inode, size, times of change, of a file


class Templates:
    """All templates below one folder, which need not exist.

    One that is installed while a packager runs is in use from the next export on.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._verified: dict[str, Template] = {}
        self._looks: dict[str, Looks] = {}  # of descriptions that are those of the above

    def get(self, name: str) -> Template:
        """The template of that name; verified anew only where its description has changed.

        Raises:
            TemplateError: What is wrong, and what to do.
        """
        known = self._verified.get(name)
        looks = settled_looks(self.folder, name)
        if known is not None and looks is not None and looks == self._looks.get(name):
            return known
        self._looks.pop(name, None)
        if known is None or not known.is_current():
            if not (self.folder / name / DESCRIPTION).exists():
                raise TemplateError(f"the runtime template {name} is not installed; {REMEDY}")
            known = self._verified[name] = read_template(self.folder / name)
        if looks is not None and looks == settled_looks(self.folder, name):
            self._looks[name] = looks
        return known

    def survey(self) -> tuple[list[Template], dict[str, str]]:
        """Those that can be used, and the reason why by the name of each that cannot."""
        usable: list[Template] = []
        broken: dict[str, str] = {}
        for name in described(self.folder):
            try:
                usable.append(self.get(name))
            except TemplateError as error:
                broken[name] = str(error)
        return usable, broken


class Descriptions:
    """Names what stands in the templates' descriptions below a folder, as it is this moment.

    One is read again where its file looks otherwise, or was changed a moment ago.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[Looks, str]] = {}

    def digests(self) -> dict[str, str]:
        """The SHA-256 of each, by its template's name; who uses a template verifies it."""
        found: dict[str, str] = {}
        for name in described(self._folder):
            with suppress(OSError):  # it is being replaced
                found[name] = self._digest(name)
        return found

    def _digest(self, name: str) -> str:
        looks, known = settled_looks(self._folder, name), self._known.get(name)
        if known is not None and looks == known[0]:
            return known[1]
        digest = hashlib.sha256((self._folder / name / DESCRIPTION).read_bytes()).hexdigest()
        if looks is not None:
            self._known[name] = looks, digest
        return digest


def described(folder: Path) -> list[str]:
    """The names of the folders that have a description, in their order.

    It is asked for each export: no pattern is matched for it.
    """
    with suppress(OSError):
        names = sorted(os.listdir(folder))  # noqa: PTH208 - likewise
        return [name for name in names if os.path.exists(f"{folder}/{name}/{DESCRIPTION}")]  # noqa: PTH110 - likewise
    return []


def settled_looks(folder: Path, name: str) -> Looks | None:
    """How a template's description looks; None where it is gone, or was changed a moment ago.

    Clocks of files tick slowly: it could be changed again, and look the same.
    """
    try:
        found = os.stat(f"{folder}/{name}/{DESCRIPTION}")  # noqa: PTH116 - asked for each export
    except OSError:
        return None
    if time.time() - found.st_ctime <= SETTLED_S:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


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
