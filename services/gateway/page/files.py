"""The files of the export page, read once and verified: the gateway sends nothing else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from shared.domain.media_types import media_type_of
from shared.templates import TemplateError, verified_template

if TYPE_CHECKING:
    from pathlib import Path

    from shared.templates import Template

MOST_BYTES: Final = 32 << 20  # they all lie in memory
HASHED_FOLDERS: Final = ("assets/", "sample/")  # names there carry a hash of what they name
SUFFIXES: Final = {"br": ".br", "gzip": ".gz"}  # the better one first
Coding = Literal["identity", "gzip", "br"]
Role = Literal["page", "worker", "asset"]


class Form(msgspec.Struct, frozen=True):
    """A file's bytes in one content coding."""

    body: bytes
    etag: str


class PageFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file in all its forms."""

    media_type: str
    role: Role
    immutable: bool
    forms: dict[Coding, Form]


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A project to try the service with; ``url`` is the path of a ZIP of it."""

    name: str
    id: str
    url: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The page: its version, and its files by the path that they are asked for."""

    version: str
    files: dict[str, PageFile]
    sample: Sample | None


class _Sample(msgspec.Struct):
    name: str
    id: str
    path: str


class _About(msgspec.Struct):
    """What the description says besides what every template's says."""

    page: str
    workers: tuple[str, ...] = ()
    sample: _Sample | None = None


def read_page(folder: Path) -> Page:
    """The page as ``make templates`` has built it.

    Raises:
        TemplateError: It is not there, not what its description says, or too large.
    """
    template = verified_template(folder)
    size = sum(record.size for record in template.files.values())
    if size > MOST_BYTES:
        raise TemplateError(f"{folder.name} has {size} bytes, a page may have {MOST_BYTES}")
    try:
        about = msgspec.json.decode(template.description, type=_About)
    except msgspec.MsgspecError as error:
        raise TemplateError(f"{folder.name} is no export page: {error}") from error
    packed = tuple(SUFFIXES.values())
    files = {
        f"/{path}": _file(template, path, about)
        for path in template.files
        if not path.endswith(packed)
    }
    try:
        files["/"] = files.pop(f"/{about.page}")
    except KeyError:
        raise TemplateError(f"{folder.name} has no {about.page}") from None
    return Page(version=template.version, files=files, sample=_sample(about.sample))


def _file(template: Template, path: str, about: _About) -> PageFile:
    role: Role = "asset"
    if path == about.page:
        role = "page"
    elif path in about.workers:
        role = "worker"
    return PageFile(
        media_type=media_type_of(path),
        role=role,
        immutable=path.startswith(HASHED_FOLDERS),
        forms=_forms(template, path),
    )


def _forms(template: Template, path: str) -> dict[Coding, Form]:
    """Those that are there, the smallest first."""
    names: dict[Coding, str] = {"br": path + SUFFIXES["br"], "gzip": path + SUFFIXES["gzip"]}
    names["identity"] = path
    return {
        coding: Form(template.read(name), f'"{template.files[name].sha256[:32]}"')
        for coding, name in names.items()
        if name in template.files
    }


def _sample(sample: _Sample | None) -> Sample | None:
    return Sample(name=sample.name, id=sample.id, url=f"/{sample.path}") if sample else None
