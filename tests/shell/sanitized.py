"""The shell's C code compiled for this machine with AddressSanitizer and UBSan."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

from services.packager.runtimes.build import source_of

if TYPE_CHECKING:
    from pathlib import Path

SOURCES: Final = source_of("shell")
LIBRARY: Final = tuple(  # everything but the window, and main
    source
    for folder in ("src", "src/loopback", "src/posix", "src/linux")
    for source in sorted(SOURCES.glob(f"{folder}/*.c"))
    if source.name not in {"main.c", "window.c", "webkit.c", "browser.c"}
)
FLAGS: Final = (
    *("-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"),
    *("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
    *("-D_GNU_SOURCE", '-DAETHEL_SHELL_VERSION="test"'),
    *(f"-I{SOURCES / folder}" for folder in ("src", "src/loopback", "src/posix", "src/linux")),
)


def compile_library(folder: Path) -> None:
    """Make ``shell.a`` in ``folder``."""
    numbers = ",".join(str(byte) for byte in (SOURCES / "runtime.js").read_bytes())
    (folder / "runtime_js.h").write_text(f"static const char RUNTIME_JS[] = {{{numbers},0}};")
    _run("cc", *FLAGS, f"-I{folder}", "-c", *LIBRARY, SOURCES / "test" / "archive.c", folder=folder)
    _run("ar", "rcs", "shell.a", *sorted(folder.glob("*.o")), folder=folder)


def compile_test(name: str, folder: Path) -> Path:
    """Compile one program of the shell's ``test`` folder and link it with ``shell.a``."""
    program = folder / name
    source = SOURCES / "test" / f"{name}.c"
    _run("cc", *FLAGS, source, "shell.a", "-lpthread", "-o", program, folder=folder)
    return program


def _run(*command: str | Path, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
