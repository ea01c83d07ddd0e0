"""The launcher starts one program that sees what it is given, and nothing else.

``python -m services.packager.sandbox.launcher VIEW PROGRAM ARGUMENT…``: for programs that need a
key, and so cannot run where builds do.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

import msgspec

from services.packager.processes.elf_loader import loader_of
from services.packager.sandbox.confinement import Limits, View, confine, probe
from services.packager.signing.tool import Visible

COMMAND: Final = (sys.executable, "-I", "-m", "services.packager.sandbox.launcher")
LIMITS: Final = Limits(memory_bytes=2 << 30, cpu_s=1_200, file_bytes=8 << 30)


def main(view: str, *argv: str) -> None:
    """Become the program; never returns.

    Raises:
        FileNotFoundError: There is no such program.
        OSError: A protection that should work did not.
    """
    visible = msgspec.json.decode(view, type=Visible)
    found = shutil.which(argv[0])
    if found is None:
        raise FileNotFoundError(argv[0])
    program = Path(found).resolve()
    loader = loader_of(program)
    confine(
        View(
            scratch=Path(visible.folder),
            programs=(program, loader) if loader else (program,),
            readable=tuple(map(Path, visible.files)),
        ),
        LIMITS,
        probe(),
        user=None,
        network=visible.network,
    )
    os.execv(program, argv)  # noqa: S606 - what it was started for


if __name__ == "__main__":
    main(*sys.argv[1:])
