"""The templates that are installed: read and verified once, when a packager starts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from shared.errors import ExportError, PathError
from shared.events import Sha256
from shared.paths import check_path

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILT: Final = Path(__file__).parents[3] / "build" / "templates"  # what ``make templates`` makes
DESCRIPTION: Final = "template.json"
REMEDY: Final = (
    "run `make templates` in a checkout or `aethel-export templates install`, and restart the "
    "packager"
)
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Version = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,59}$")]


class TemplateError(ExportError):
    """A template is missing or not what its description says: for operators to repair."""

    code = "template-missing"
    title = "A runtime template that is needed is not installed"


class FileRecord(msgspec.Struct, frozen=True):
    """One file of a template."""

    sha256: Sha256
    size: Annotated[int, msgspec.Meta(ge=0)]


class Description(msgspec.Struct, frozen=True):
    """What every ``template.json`` says; what else it says is for those who use the template."""

    name: Name
    version: Version
    files: dict[str, FileRecord]


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
            TemplateError: It is not part of the template, or has changed since it was verified.
        """
        record = self.files.get(path)
        if record is None:
            raise TemplateError(f"the template {self.name} {self.version} has no file {path!r}")
        data = (self.folder / path).read_bytes()
        if hashlib.sha256(data).hexdigest() != record.sha256:
            raise TemplateError(_damaged(self.name, path))
        return data

    def told(self) -> dict[str, str]:
        """As it stands in manifests."""
        return {"name": self.name, "version": self.version, "sha256": self.sha256}


class Templates:
    """All templates below one folder; those that cannot be used are kept with the reason why."""

    def __init__(self, found: Mapping[str, Template], broken: Mapping[str, str]) -> None:
        self.found = found
        self.broken = broken

    @classmethod
    def read(cls, folder: Path) -> Templates:
        """Every template below ``folder``, which need not exist."""
        found: dict[str, Template] = {}
        broken: dict[str, str] = {}
        for description in sorted(folder.glob(f"*/{DESCRIPTION}")):
            name = description.parent.name
            try:
                found[name] = read_template(description.parent)
            except TemplateError as error:
                broken[name] = str(error)
        return cls(found, broken)

    @property
    def versions(self) -> dict[str, str]:
        """Version by name."""
        return {name: template.version for name, template in self.found.items()}

    def get(self, name: str) -> Template:
        """The template of that name.

        Raises:
            TemplateError: What is wrong, and what to do.
        """
        template = self.found.get(name)
        if template is None:
            raise TemplateError(self.broken.get(name) or _missing(name))
        return template


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
        _verify(folder, name, path, record)
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
        more: What those who use the template want to know of it.
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


def _verify(folder: Path, name: str, path: str, record: FileRecord) -> None:
    try:
        data = (folder / check_path(path)).read_bytes()
    except (OSError, PathError) as error:
        raise TemplateError(f"{_damaged(name, path)} ({error})") from None
    if (len(data), hashlib.sha256(data).hexdigest()) != (record.size, record.sha256):
        raise TemplateError(_damaged(name, path))


def _damaged(name: str, path: str) -> str:
    return f"{path} of the template {name} is not what its description says; {REMEDY}"


def _missing(name: str) -> str:
    return f"the runtime template {name} is not installed; {REMEDY}"
