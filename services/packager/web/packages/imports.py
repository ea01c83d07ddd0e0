"""Which packages a project's own sources import, read off their text.

Too many do no harm: what is found here chooses among the packages that ``package.json`` names.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.web.packages.workspaces import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles

MAX_BYTES: Final = 4 << 20  # of one source; larger ones are made by tools
MAX_TOTAL_BYTES: Final = 128 << 20
_CODE: Final = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_STYLES: Final = (".css", ".scss", ".sass", ".less", ".styl", ".pcss")
_SOURCES: Final = (*_CODE, *_STYLES, ".html", ".mdx")
_IMPORT: Final = re.compile(
    rb"""(?:\bfrom|\bimport|\brequire|@use|@forward|@plugin|@config|@jsxImportSource)"""
    rb"""\s{0,20}+\(?\s{0,20}+(?:url\()?"""
    rb"""(?:["'`]([^"'`\n]{1,300})["'`]|(?<=Source )([\w@/.-]{1,300}))"""
)
# What the build of a file of this kind imports, whatever the file says.
_BY_SUFFIX: Final = {
    ".jsx": ("react", "react-dom", "preact", "solid-js"),
    ".tsx": ("react", "react-dom", "preact", "solid-js"),
    ".vue": ("vue",),
    ".svelte": ("svelte",),
    ".scss": ("sass", "sass-embedded"),
    ".sass": ("sass", "sass-embedded"),
    ".less": ("less",),
    ".styl": ("stylus",),
}
_CONFIG: Final = re.compile(r"(?:.*\.config|\.postcssrc|\.eslintrc|\.prettierrc)\.?[a-z]{0,5}")
# Configurations that a build reads; the others are for tools that check and test.
_BUILD_CONFIG: Final = re.compile(
    r"(?:vite|postcss|tailwind|svelte|uno|unocss|windi|babel)\.config\.[a-z]{2,4}|\.postcssrc.*"
)


class Imports(msgspec.Struct, frozen=True):
    """Names of packages."""

    sources: frozenset[str]
    configs: str  # the text of what configures the build


def imports_of(project: ProjectFiles, root: str) -> Imports:
    """What the sources below a folder import, and what configures their build."""
    found: set[str] = set()
    configs: list[str] = []
    left = MAX_TOTAL_BYTES
    for path in _sources(project, root):
        size = project.files[path].size
        name = posixpath.basename(path)
        if size > min(MAX_BYTES, left):
            continue
        left -= size
        if _CONFIG.fullmatch(name):
            if _BUILD_CONFIG.fullmatch(name):
                configs.append(project.read(path).decode("utf-8", "replace"))
            continue
        found.update(_BY_SUFFIX.get(posixpath.splitext(name)[1], ()))
        found.update(map(package_of, _specifiers(project.read(path))))
    return Imports(frozenset(found - {""}), "\n".join(configs))


def package_of(specifier: str) -> str:
    """The package that an import names; "" where it names a file, an address or node's own."""
    plain = specifier.removeprefix("~").partition("?")[0]
    if not plain or plain[0] in "./#" or ":" in plain or plain.startswith("@/"):
        return ""
    return "/".join(plain.split("/")[: 2 if plain.startswith("@") else 1])


def _sources(project: ProjectFiles, root: str) -> Iterator[str]:
    prefix = posixpath.join(root, "")
    for path in project.files:
        below = path.removeprefix(prefix)
        is_source = path.endswith(_SOURCES) or below.startswith(".postcssrc")
        if is_source and path.startswith(prefix) and MODULES not in below.split("/")[:-1]:
            yield path


def _specifiers(data: bytes) -> Iterator[str]:
    for match in _IMPORT.finditer(data):
        yield (match[1] or match[2] or b"").decode("utf-8", "replace")
