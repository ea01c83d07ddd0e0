"""References of pages, styles and scripts are followed, to warn of those that no host will serve.

They are followed from ``index.html`` on; what nothing refers to is nobody's concern. Only what is
written as a plain string is looked at: a URL that a script puts together at run time cannot be
known, so nothing is said about it.
"""

from __future__ import annotations

import posixpath
from collections import deque
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import msgspec

from services.packager.build.plan import Note
from services.packager.web.game_site import ENTRY
from services.packager.web.import_map import BLOCKED, SITE
from services.packager.web.references import (
    PAGES,
    SCRIPTS,
    Reference,
    Source,
    read_references,
    site_path,
)
from services.packager.web.url_scanner import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles

MAX_SCANNED_FILES: Final = 1_000
MAX_NOTES: Final = 1_000  # of which the log shows a part
_ONLY_NAMED: Final = (None, "url", "link", "fetch")  # whether it is run, too, shows elsewhere
_UNCOMPILED: Final = (".ts", ".tsx", ".jsx")
_INSECURE: Final = ("http:", "ws:")
_OWN_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
_PACKAGES: Final = "node_modules"


class Followed(msgspec.Struct, frozen=True):
    """A reference, the file that it means, and what is wrong with it."""

    reference: Reference
    target: str | None = None
    note: Note | None = None
    fails: bool = False  # wherever the game is put


class Loaded(msgspec.Struct, frozen=True):
    """What a page loads: each reference to a script, and each module's imports, once."""

    notes: list[Note]
    scripts: list[Followed]  # by elements of ``index.html``
    imports: dict[tuple[str, int], dict[str, Followed]]  # of modules, by (file, embedded part)
    files: dict[str, str]  # that were reached, and as what: a kind of script or reference


def load(project: ProjectFiles) -> Loaded:
    """Follow every reference; warnings come as a browser would come upon them, each once a file."""
    loaded = Loaded([], [], {}, {})
    told: set[tuple[str, str]] = set()
    for found in follow(project):
        reference = found.reference
        place = (reference.file, reference.url)
        if found.note and place not in told and len(loaded.notes) < MAX_NOTES:
            told.add(place)
            loaded.notes.append(found.note)
        if reference.script and reference.file == ENTRY:
            loaded.scripts.append(found)
        if reference.kind == "module":
            imports = loaded.imports.setdefault((reference.file, reference.part), {})
            imports.setdefault(reference.url, found)
        if found.target and loaded.files.get(found.target) in _ONLY_NAMED:
            loaded.files[found.target] = reference.script or reference.kind
    return loaded


def follow(project: ProjectFiles) -> Iterator[Followed]:
    """Every reference from ``index.html`` on, in the order in which a browser would read them."""
    seen = {ENTRY}
    waiting = deque([Source(ENTRY)])
    scanned = 0
    while waiting and scanned < MAX_SCANNED_FILES:
        source = waiting.popleft()
        scanned += 1
        read = read_references(project, source)
        for reference in read.references:
            found = check_reference(project, reference)
            yield found
            target = found.target
            if target and target not in seen and target.endswith((*PAGES, *SCRIPTS, ".css")):
                seen.add(target)
                starts = reference.kind in ("worker", "beside")  # a worker, in all likelihood
                base, maps = (posixpath.dirname(target), None) if starts else (read.base, read.maps)
                waiting.append(Source(target, base, maps))


def check_reference(project: ProjectFiles, reference: Reference) -> Followed:
    """The file of the project that is meant, if it is there, and what is wrong otherwise."""
    if reference.mapped is not None:
        return _mapped(project, reference, reference.mapped)
    url = reference.url.strip()
    if _is_insecure(url) and reference.kind != "link":
        return _insecure(reference)
    path = site_path(url)
    if path is None or reference.kind == "socket":
        return Followed(reference)
    path = unquote(path)
    if path.startswith("/"):
        there = posixpath.normpath(path).lstrip("/") in project.files
        if reference.kind == "named" and not there:
            return Followed(reference)  # a text like others
        return _odd(
            reference, "starts with /, so it only works at the top of a host; write it relative"
        )
    if reference.kind in MODULES and not path.startswith(("./", "../")):
        return _bare(reference)
    target = posixpath.normpath(posixpath.join(reference.base, path))
    return _existing(project, reference, target, folder=path.endswith("/") or target == ".")


def _mapped(project: ProjectFiles, reference: Reference, address: str) -> Followed:
    """What the page's import map makes of a module's name."""
    if address == BLOCKED:
        message = "is led nowhere by the import map: its addresses begin with ./, ../, / or https:"
        return _failing(reference, message)
    path = unquote(urlsplit(address.removeprefix(SITE)).path)
    if not address.startswith(SITE):
        return _insecure(reference) if _is_insecure(address) else Followed(reference)
    return _existing(project, reference, path, through=f"; the import map takes it to {path!r}")


def _bare(reference: Reference) -> Followed:
    if reference.has_map:
        message = "is a bare module name that the import map lacks; add it there"
    else:
        message = "is a bare module name, unknown to browsers; "
        message += "bundle the project, or add an import map"
    return _failing(reference, message)


def _insecure(reference: Reference) -> Followed:
    message = "is loaded without TLS, which browsers refuse to pages on https hosts"
    return _odd(reference, f"{message}; write https: or wss:, or put the file into the game")


def _existing(
    project: ProjectFiles,
    reference: Reference,
    target: str,
    *,
    folder: bool = False,
    through: str = "",
) -> Followed:
    if target.startswith(".."):
        return _odd(reference, "lies outside of the project; move it inside")
    if target.lower().endswith(_UNCOMPILED):
        message = "is not compiled; build the project and export what the build made"
        return _failing(reference, message)
    if folder:
        target = posixpath.normpath(posixpath.join(target, ENTRY))
    if target in project:
        return Followed(reference, target)
    if spelled := project.spelled(target):
        message = f"is spelled {spelled!r} in the project; hosts tell the cases apart"
        return _failing(reference, message + through)
    if _may_be_elsewhere(reference, target, folder=folder):
        return Followed(reference)
    why = "is not in the project, or is left out of the export"
    if _PACKAGES in target.split("/"):
        why += f" (push takes {_PACKAGES} along where .aethelignore has the line !{_PACKAGES}/)"
    return _failing(reference, why + through)


def _may_be_elsewhere(reference: Reference, target: str, *, folder: bool) -> bool:
    """Whether it may be an API of the host's, or no URL at all."""
    if reference.kind == "assigned":
        return True  # a field of that name may be anybody's
    if reference.kind == "fetch" and "." not in posixpath.basename(target):
        return True
    return folder and reference.kind not in MODULES


def _is_insecure(url: str) -> bool:
    if not url.lower().startswith(_INSECURE):
        return False
    try:
        return urlsplit(url).hostname not in (*_OWN_MACHINE, None)
    except ValueError:
        return False


def _odd(reference: Reference, message: str) -> Followed:
    """What works in some places."""
    note = Note(file=reference.file, line=reference.line, message=f"{reference.url!r} {message}")
    return Followed(reference, None, note)


def _failing(reference: Reference, message: str) -> Followed:
    """What works nowhere."""
    return msgspec.structs.replace(_odd(reference, message), fails=True)
