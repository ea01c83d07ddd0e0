"""Runtime templates: folders that were built elsewhere, and are used only as they were built.

``template.json`` names each file with size and SHA-256; nothing of a template is used unverified.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Final

import msgspec

from shared.domain.events import Sha256
from shared.domain.paths import check_path
from shared.errors import ExportError, PathError

BUILT: Final = Path(__file__).parents[1] / "build" / "templates"  # what ``make templates`` makes
DESCRIPTION: Final = "template.json"
REMEDY: Final = "run `make templates` in a checkout, or `aethel-export templates install`"
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$(?!\n)")]
Version = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,59}$(?!\n)")]


class TemplateError(ExportError):
    """A template is missing or not what its description says: for operators to repair."""

    code = "template-missing"
    title = "A runtime template that is needed is not installed"


class TemplateChangedError(TemplateError):
    """A file is not what it was when it was verified: a newer template may have come just now."""

    code = "template-changed"
    title = "A runtime template changed while it was used"
    retryable = True


class FileRecord(msgspec.Struct, frozen=True):
    """One file of a template."""

    sha256: Sha256
    size: Annotated[int, msgspec.Meta(ge=0)]


class Description(msgspec.Struct, frozen=True):
    """What every ``template.json`` says; what else it says is for those who use the template."""

    name: Name
    version: Version
    files: dict[str, FileRecord]
    node: tuple[int, ...] = ()  # the oldest that it runs on, where it needs one


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One installed template; ``sha256`` is that of its description, which covers every file."""

    name: str
    version: str
    sha256: Sha256
    folder: Path
    files: dict[str, FileRecord]
    node: tuple[int, ...] = ()  # the oldest that it runs on, where it needs one
    description: bytes

    def read(self, path: str) -> bytes:
        """One of its files.

        Raises:
            TemplateError: It is not part of the template.
            TemplateChangedError: It has changed since it was verified.
        """
        record = self.files.get(path)
        if record is None:
            raise TemplateError(f"the template {self.name} {self.version} has no file {path!r}")
        try:
            return _verified(self.folder, self.name, path, record)
        except TemplateError as error:
            raise TemplateChangedError(str(error)) from None

    def is_current(self) -> bool:
        """Whether the folder still holds this very template."""
        try:
            return (self.folder / DESCRIPTION).read_bytes() == self.description
        except OSError:
            return False

    def to_dict(self) -> dict[str, str]:
        """As it stands in manifests."""
        return {"name": self.name, "version": self.version, "sha256": self.sha256}


def verified_template(folder: Path) -> Template:
    """One template, once every file of it has been compared with its description.

    Raises:
        TemplateError: The first thing that is wrong.
    """
    name = folder.name
    try:
        raw = (folder / DESCRIPTION).read_bytes()
        description = msgspec.json.decode(raw, type=Description)
    except (OSError, msgspec.MsgspecError) as error:
        raise TemplateError(f"the template {name} has no readable {DESCRIPTION}: {error}") from None
    for path, record in description.files.items():
        _verified(folder, name, path, record)
    return Template(
        name=description.name,
        version=description.version,
        sha256=hashlib.sha256(raw).hexdigest(),
        folder=folder.resolve(),
        files=description.files,
        node=description.node,
        description=raw,
    )


def _verified(folder: Path, name: str, path: str, record: FileRecord) -> bytes:
    try:
        # No Path and no buffer: thousands of files are read while a packager starts.
        with open(f"{folder}/{check_path(path)}", "rb", buffering=0) as file:  # noqa: PTH123
            data = file.readall()
    except (OSError, PathError) as error:
        raise _differs(path, name, f" ({error})") from None
    if (len(data), hashlib.sha256(data).hexdigest()) != (record.size, record.sha256):
        raise _differs(path, name)
    return data


def _differs(path: str, name: str, cause: str = "") -> TemplateError:
    return TemplateError(
        f"{path} of the template {name} is not what its description says; {REMEDY}{cause}"
    )
