"""What esbuild says about scripts is put into their makers' terms.

A message that speaks of anything outside of the project is replaced: nobody learns what lies there.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from services.packager.web.aethel.findings import Findings

IMPORTABLE: Final = (
    "scripts can import files of the project, and the modules “aethel” and “three”; "
    "put other libraries into scripts/"
)
OUTSIDE: Final = f"a script imports a file from outside of the project; {IMPORTABLE}"
_HEAD: Final = re.compile(r"^(?:✘ \[(ERROR)\]|▲ \[WARNING\]) (.*)$")
_PLACE: Final = re.compile(r"^    (\S.*?):(\d+):(\d+):$")
_QUOTED: Final = re.compile(r"\"([^\"]*)\"")
_BARE: Final = re.compile(r"(?<![\w\"./])(\.\./\S*|/\S*)")


def report(output: str, findings: Findings, *, fatal: bool = True) -> None:
    """Report each of the program's messages; errors are warnings where they are not fatal."""
    message, failed = "", False
    for line in output.splitlines():
        if head := _HEAD.match(line):
            if message:
                _report("scripts", "", message, findings, failed=failed)
            failed, message = fatal and head[1] is not None, head[2]
        elif message and (place := _PLACE.match(line)):
            at = f":{place[2]}:{int(place[3]) + 1}"  # editors count columns from 1
            _report(place[1], at, message, findings, failed=failed)
            message = ""
    if message:
        _report("scripts", "", message, findings, failed=failed)


def is_outside(path: str, base: str = "") -> bool:
    """Whether a path, relative to the folder ``base``, leaves the project."""
    target = posixpath.normpath(posixpath.join(base, path))
    return target.startswith(("/", "../")) or target == ".."


def _report(file: str, at: str, message: str, findings: Findings, *, failed: bool) -> None:
    if is_outside(file):
        file, at, message = "scripts", "", OUTSIDE
    elif _names_outside(message, posixpath.dirname(file)):
        message = f"imports a file from outside of the project; {IMPORTABLE}"
    elif message.startswith("Could not resolve"):
        message = f"{message[0].lower()}{message[1:]}: {IMPORTABLE}"
    report = findings.error if failed else findings.warning
    report(f"{file}{at}", message)


def _names_outside(message: str, folder: str) -> bool:
    """Specifiers stand in quotes, relative to the script; files without, relative to the top."""
    named = (path for path in _QUOTED.findall(message) if path.startswith((".", "/")))
    return any(is_outside(path, folder) for path in named) or any(
        map(is_outside, _BARE.findall(_QUOTED.sub("", message)))
    )
