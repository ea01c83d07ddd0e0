"""Programs of an operator, with children of their own, that packagers run to sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.signing import program

if TYPE_CHECKING:
    from pathlib import Path

CHILD = "#!/bin/sh\nsleep 1000 &\n"  # would stay for ever
SIGNS = 'sleep 1; sha256sum "$1" | cut -c1-64 > "$1.sig"\n'
KILLS = "kill -9 $PPID; sleep 1000\n"
WAITS = "sleep 1000\n"


def signing_folder(folder: Path) -> Path:
    """Keys by what becomes of the worker that uses them."""
    for name, script in (("good", SIGNS), ("deadly", KILLS), ("endless", WAITS)):
        program(folder / "linux" / name / "sign", CHILD + script)
    return folder
