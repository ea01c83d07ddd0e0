"""The registry knows the templates that are installed, and verifies them before they are used."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from services.packager.runtimes.node import REMEDY as NODE_REMEDY
from services.packager.runtimes.node import find_node
from shared.domain.events import Sha256
from shared.domain.paths import check_path
from shared.errors import ExportError, PathError

BUILT: Final = Path(__file__).parents[3] / "build" / "templates"  # what ``make templates`` makes
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


def read_template(folder: Path) -> Template:
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
    if description.node and find_node(description.node) is None:
        raise TemplateError(f"the template {name} needs node: {NODE_REMEDY}")
    return Template(
        name=description.name,
        version=description.version,
        sha256=hashlib.sha256(raw).hexdigest(),
        folder=folder.resolve(),
        files=description.files,
        description=raw,
    )


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


def _verified(folder: Path, name: str, path: str, record: FileRecord) -> bytes:
    message = f"{path} of the template {name} is not what its description says; {REMEDY}"
    try:
        data = (folder / check_path(path)).read_bytes()
    except (OSError, PathError) as error:
        raise TemplateError(f"{message} ({error})") from None
    if (len(data), hashlib.sha256(data).hexdigest()) != (record.size, record.sha256):
        raise TemplateError(message)
    return data
