"""Which packages a project's own sources import, read off their text.

Too many do no harm: what is found here chooses among the packages that ``package.json`` names.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from services.packager.registry.package_id import is_name
from services.packager.web.packages.workspaces import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles

MAX_BYTES: Final = 4 << 20  # of one source; larger ones are made by tools
MAX_TOTAL_BYTES: Final = 128 << 20
_CODE: Final = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_SOURCES: Final = (*_CODE, ".css", ".html", ".mdx")
_IMPORT: Final = re.compile(
    rb"""(?:\bfrom|\bimport|\brequire|@jsxImportSource)\s{0,20}+\(?\s{0,20}+(?:url\()?"""
    rb"""(?:["'`]([^"'`\n]{1,300})["'`]|(?<=Source )([\w@/.-]{1,300}))"""
)
# What comes of building a file of this kind imports them, whatever the file says.
_BY_SUFFIX: Final = {
    ".jsx": ("react", "react-dom", "preact", "solid-js"),
    ".tsx": ("react", "react-dom", "preact", "solid-js"),
    ".vue": ("vue",),
    ".svelte": ("svelte",),
}
_CONFIG: Final = re.compile(r".*\.config\.[a-z]{2,3}")  # of tools, which do not run here


def imports_of(project: ProjectFiles, root: str) -> frozenset[str]:
    """The names of all packages that the sources below a folder import."""
    found: set[str] = set()
    left = MAX_TOTAL_BYTES
    for path in _sources(project, root):
        size = project.files[path].size
        if size <= min(MAX_BYTES, left):
            left -= size
            found.update(_BY_SUFFIX.get(posixpath.splitext(path)[1], ()))
            found.update(map(package_of, _specifiers(project.read(path))))
    return frozenset(filter(is_name, found))


def package_of(specifier: str) -> str:
    """The package that an import names; "" where it names a file, an address or node's own."""
    plain = specifier.removeprefix("~").partition("?")[0]
    if not plain or plain[0] in "./#" or ":" in plain or plain.startswith("@/"):
        return ""
    return "/".join(plain.split("/")[: 2 if plain.startswith("@") else 1])


def _sources(project: ProjectFiles, root: str) -> Iterator[str]:
    prefix = posixpath.join(root, "")
    for path in project.files:
        folders = path.removeprefix(prefix).split("/")
        is_source = path.endswith(_SOURCES) and not _CONFIG.fullmatch(folders.pop())
        if is_source and path.startswith(prefix) and MODULES not in folders:
            yield path


def _specifiers(data: bytes) -> Iterator[str]:
    for match in _IMPORT.finditer(data):
        yield (match[1] or match[2] or b"").decode("utf-8", "replace")
