"""Scripts are searched as text for what they name and what they import."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from typing import TYPE_CHECKING, Final

from services.packager.web.aethel.asset_index import SCRIPT_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings

SUFFIXES: Final = (".ts", ".tsx", ".js", ".mjs", ".jsx")
DECLARATIONS: Final = ".d.ts"
MAX_SCRIPT_BYTES: Final = 8 << 20
MAX_NAME: Final = 512
MAX_PATTERNS: Final = 64  # as each is compared with each name
MAX_PATTERN: Final = 128
LEAST_TELLING: Final = 3  # letters that a pattern has to have, or it would take everything
_QUOTE: Final = re.compile(r"[\"'`]")
_INSERTION: Final = re.compile(r"\$\{[^{}]*\}")


def scripts_of(project: ProjectFiles) -> list[str]:
    """Every script of a project, sorted."""
    return [
        path
        for path in project.files
        if path.startswith(SCRIPT_FOLDERS)
        and path.endswith(SUFFIXES)
        and not path.endswith(DECLARATIONS)
    ]


def read_script(project: ProjectFiles, path: str, findings: Findings) -> str:
    """A script's text; empty, and an error reported, where it is none."""
    if project.files[path].size > MAX_SCRIPT_BYTES:
        findings.error(path, f"is larger than {MAX_SCRIPT_BYTES:,} bytes; data belongs in assets/")
        return ""
    try:
        return project.read(path).decode()
    except UnicodeDecodeError as error:
        findings.error(path, f"is not UTF-8: {error.reason} at byte {error.start}")
        return ""


def quoted(text: str) -> set[str]:
    """Everything between two quotes of any kind: all strings of a script are among it.

    Nothing of the language is understood, so no comment, template or regular expression can hide a
    string; that some of it is no string only keeps a file that nobody needs.
    """
    return {part for part in _QUOTE.split(text)[1:] if 0 < len(part) <= MAX_NAME}


def imported(path: str, strings: set[str], project: ProjectFiles) -> Iterator[str]:
    """Scripts and data that a script may import: relative names, the suffix may be left out."""
    folder = posixpath.dirname(path)
    for name in strings:
        if name.startswith(("./", "../")):
            target = posixpath.normpath(posixpath.join(folder, name))
            yield from (found for found in _candidates(target) if found in project)


def pattern_of(strings: Iterable[str]) -> re.Pattern[str] | None:
    """The names that template strings can make, and that folders' names begin.

    ``tiles/${n}.png`` may name every ``tiles/*.png``; ``tiles/`` everything in it. None where there
    is nothing of that kind.
    """
    made = (_INSERTION.sub("*", string) for string in strings if "${" in string)
    begun = (f"{string}*" for string in strings if string.endswith("/") and len(string) > 1)
    telling = {
        glob.replace("[", "?").removeprefix("./")
        for glob in (*made, *begun)
        if len(glob.strip("*/. ")) >= LEAST_TELLING and len(glob) <= MAX_PATTERN
    }
    chosen = sorted(telling)[:MAX_PATTERNS]
    return re.compile("|".join(map(fnmatch.translate, chosen))) if chosen else None


def _candidates(target: str) -> Iterator[str]:
    yield target
    stem, suffix = posixpath.splitext(target)
    for known in (*SUFFIXES, ".json"):
        yield target + known
        yield f"{target}/index{known}"
        if suffix in (".js", ".jsx", ".mjs"):  # TypeScript's own way of naming a .ts file
            yield stem + known
