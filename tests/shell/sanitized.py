"""The shell's C code compiled for this machine with AddressSanitizer and UBSan."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from services.packager.runtimes.build import source_of

if TYPE_CHECKING:
    from pathlib import Path

SOURCES: Final = source_of("shell")
APP_HOST: Final = SOURCES.parent / "app-host"  # scripts that phones have as well
SCRIPTS: Final = (APP_HOST / "runtime.js", SOURCES / "media_elements.js")
LIBRARY: Final = tuple(  # everything but the window, and main
    source
    for folder in ("vendor/yyjson", "src", "src/loopback", "src/posix", "src/linux")
    for source in sorted(SOURCES.glob(f"{folder}/*.c"))
    if source.name not in {"main.c", "window.c", "webkit.c", "browser.c"}
)
FLAGS: Final = (
    "@compile_flags.txt",
    *("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
    '-DAETHEL_SHELL_VERSION="test"',
    *(f"-Isrc/{folder}" for folder in ("loopback", "posix", "linux")),
)


def compile_library(folder: Path) -> None:
    """Make ``shell.a`` in ``folder``."""
    for script in SCRIPTS:
        numbers = ",".join(str(byte) for byte in script.read_bytes())
        text = f"static const char {script.stem.upper()}_JS[] = {{{numbers},0}};"
        (folder / f"{script.stem}_js.h").write_text(text)

    def compile_object(source: Path) -> Path:
        made = folder / f"{source.stem}.o"
        _run("cc", *FLAGS, f"-I{folder}", "-c", source, "-o", made)
        return made

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compile_object, [*LIBRARY, SOURCES / "test" / "archive.c"]))
    _run("ar", "rcs", folder / "shell.a", *objects)


def compile_test(name: str, folder: Path) -> Path:
    """Compile one program of the shell's ``test`` folder and link it with ``shell.a``."""
    program = folder / name
    source = SOURCES / "test" / f"{name}.c"
    _run("cc", *FLAGS, source, folder / "shell.a", "-lpthread", "-o", program)
    return program


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=SOURCES, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
