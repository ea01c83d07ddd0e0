"""Recognition tells whether a page runs as it is, or has to be built first, and by what it shows.

What is looked at is what a browser would load, from ``index.html`` on: names of modules, and words
that only a build replaces. Nothing is run.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import msgspec

from services.packager.project.html_page import Page, read_page
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web.game_site import ENTRY
from services.packager.web.html5.reference_check import Followed, follow
from services.packager.web.html5.references import MAX_SCANNED_BYTES
from services.packager.web.html5.url_scanner import MODULES

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles
    from services.packager.web.html5.references import Reference
    from services.packager.web.vite.package_json import PackageJson

COMPILED: Final = (".ts", ".tsx", ".mts", ".jsx", ".vue", ".svelte")
SUFFIXES: Final = (".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx", ".json")  # that may be left out
PUBLIC: Final = "public"
_RUNNABLE: Final = (".js", ".mjs")
_WORDS: Final = re.compile(r"import\.meta\.(?:env\.|glob\()|\bprocess\.env\.NODE_ENV\b")
_GUARDED: Final = "typeof process"  # it looks whether there is one
_ATTRIBUTES: Final = re.compile(r"\bwith\s*+\{\s*+[\"']?type[\"']?\s*+:")
_PAGE_WORDS: Final = re.compile(rb"%(?:VITE_[A-Z0-9_]+|BASE_URL|MODE)%")
_QUERY: Final = re.compile(
    r"(?:^|&)(?:url|raw|inline|no-inline|worker|sharedworker|init)(?:[=&]|$)"
)


class Reason(msgspec.Struct, frozen=True):
    """Where a page shows that it has to be built, and what is there."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.what}"


def reason_to_build(
    project: ProjectFiles, package: PackageJson, *, uses_vite: bool
) -> Reason | None:
    """Why the page at the top must be built; None where browsers run it as it is.

    Args:
        project: It has an ``index.html`` at its top.
        package: What it says that it needs.
        uses_vite: Its maker's own tool is Vite.
    """
    source = project.read(ENTRY)
    try:
        with decoding(ENTRY):
            page = read_page(source)
    except UnreadableError:
        return None
    if word := _PAGE_WORDS.search(source):
        return Reason(ENTRY, source.count(b"\n", 0, word.start()) + 1, f"uses {word[0].decode()}")
    looked_into: set[str] = set()
    for found in follow(project):
        reference = found.reference
        if what := _of_reference(project, page, package, found, uses_vite=uses_vite):
            return Reason(reference.file, reference.line, what)
        target = found.target if _is_module(reference) else None
        if target and target.endswith(_RUNNABLE) and target not in looked_into:
            looked_into.add(target)
            if why := _of_script(project, target):
                return why
    return None


def has_script(project: ProjectFiles) -> bool:
    """Whether the page at the top loads, or holds, any script."""
    try:
        with decoding(ENTRY):
            page = read_page(project.read(ENTRY))
    except UnreadableError:
        return True
    return any(tag.name == "script" for tag in page.tags)


def _of_reference(
    project: ProjectFiles,
    page: Page,
    package: PackageJson,
    found: Followed,
    *,
    uses_vite: bool,
) -> str | None:
    reference = found.reference
    path, query = _parts(reference.url)
    if not path:
        return None
    if reference.script or reference.kind in MODULES:
        if path.endswith(COMPILED):
            return f"loads {reference.url}, which no browser runs"
        is_ours = reference.script == "module" and not page.has_import_map
        if uses_vite and is_ours and _exists(project, path, reference.base):
            return f"loads {reference.url}, and the project is built with Vite"
    is_import = reference.kind in MODULES and not _is_optional(reference, path, package)
    if is_import and (what := _of_import(project, page, found, path, query)):
        return what
    if found.target is None and _in_public(project, path, reference.base):
        return f"names {reference.url}, which lies in {PUBLIC}/"
    return None


def _is_module(reference: Reference) -> bool:
    return reference.script == "module" or reference.kind in MODULES


def _is_optional(reference: Reference, path: str, package: PackageJson) -> bool:
    """Whether it may be meant for another place than a browser, as in what Emscripten writes."""
    is_package = not path.startswith((".", "/"))
    return reference.kind == "dynamic" and is_package and not package.has(path)


def _of_import(
    project: ProjectFiles, page: Page, found: Followed, path: str, query: str
) -> str | None:
    """What only a build makes of a module's name."""
    reference = found.reference
    if not path.startswith((".", "/")):
        return None if page.has_import_map else f"imports the package {reference.url}"
    if _QUERY.search(query):
        return f"imports {reference.url}"
    suffix = posixpath.splitext(path)[1]
    if found.target is not None:
        runs = suffix in _RUNNABLE or _ATTRIBUTES.search(_text(project, reference.file))
        return None if runs else f"imports {reference.url}"
    if path.startswith("/"):
        is_there = _exists(project, path, "")
        return f"imports {reference.url} from the top of the project" if is_there else None
    base = posixpath.normpath(posixpath.join(reference.base, path))
    completed = (*(base + end for end in SUFFIXES), *(f"{base}/index{end}" for end in SUFFIXES))
    if any(name in project for name in completed):
        return f"imports {reference.url} without its suffix"
    return None


def _of_script(project: ProjectFiles, path: str) -> Reason | None:
    text = _text(project, path)
    word = _WORDS.search(text)
    if word and word[0].startswith("process") and _GUARDED in text:
        return None
    return Reason(path, text.count("\n", 0, word.start()) + 1, f"uses {word[0]}") if word else None


def _text(project: ProjectFiles, path: str) -> str:
    """A script, or nothing where it is so large that a bundler has written it."""
    if project.files[path].size > MAX_SCANNED_BYTES:
        return ""
    return project.read(path).decode("utf-8", "replace")


def _exists(project: ProjectFiles, path: str, base: str) -> bool:
    target = path[1:] if path.startswith("/") else posixpath.join(base, path)
    return posixpath.normpath(target) in project


def _in_public(project: ProjectFiles, path: str, base: str) -> bool:
    target = path[1:] if path.startswith("/") else posixpath.join(base, path)
    return posixpath.normpath(posixpath.join(PUBLIC, target)) in project


def _parts(url: str) -> tuple[str, str]:
    """Path and query of what means a file of the site."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "", ""
    return ("", "") if parts.scheme or parts.netloc else (unquote(parts.path), parts.query)
