"""``build.py OUT``: the desktop shell for every system and architecture, with Zig's C compiler.

The same sources and the same compiler give the same bytes, on whatever machine.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.packager.runtimes.registry import describe

NAME: Final = "shell"
VERSION: Final = "1.0.0"
COMPILER: Final = "ziglang"
TOOL_MISSING: Final = os.EX_UNAVAILABLE  # what `make templates` takes as "leave it out"

HERE: Final = Path(__file__).parent
FLAGS: Final = (
    *("-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"),
    *("-Os", "-s", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"),
    *("-fstack-protector-strong", "-D_FORTIFY_SOURCE=2"),
    *("-D_GNU_SOURCE", f'-DAETHEL_SHELL_VERSION="{VERSION}"'),
)
ARCHITECTURES: Final = {"x64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True, kw_only=True)
class System:
    """What the shell for one system is made of."""

    abi: str  # the oldest version of the system that it runs on, as Zig names it
    folders: tuple[str, ...]  # of sources
    flags: tuple[str, ...] = ()
    file_name: str = "aethel-shell"


SYSTEMS: Final = {
    "linux": System(
        abi="linux-gnu.2.28",  # Debian 10, Ubuntu 20.04, RHEL 8
        folders=("src", "src/loopback", "src/posix", "src/linux"),
        flags=("-ldl", "-lpthread"),
    ),
    "macos": System(
        abi="macos.11.0",
        folders=("src", "src/posix", "src/macos"),
        flags=("-fblocks",),
    ),
    "windows": System(
        abi="windows-gnu",
        folders=("src", "src/loopback", "src/windows"),
        flags=(
            "-D__USE_MINGW_ANSI_STDIO=0",  # Windows' own printf; the other one would be linked in
            "-Wl,--subsystem,windows",
            *(f"-l{name}" for name in ("advapi32", "bcrypt", "gdi32", "ole32", "shell32")),
            *(f"-l{name}" for name in ("user32", "uuid", "ws2_32")),
        ),
        file_name="aethel-shell.exe",
    ),
}


def write_runtime_header(folder: Path) -> None:
    """Turn ``runtime.js`` into a C string; as numbers, because literals may not be that long."""
    script = (HERE / "runtime.js").read_bytes()
    numbers = ",".join(str(byte) for byte in script)
    text = f"static const char RUNTIME_JS[] = {{{numbers},0}};\n"
    (folder / "runtime_js.h").write_text(text, encoding="ascii")


def compile_shell(system: System, architecture: str, *, generated: Path, output: Path) -> None:
    """Compile and link one program."""
    sources = [source for folder in system.folders for source in sorted(HERE.glob(f"{folder}/*.c"))]
    command = [
        *(sys.executable, "-m", COMPILER, "cc"),
        *("-target", f"{ARCHITECTURES[architecture]}-{system.abi}"),
        *FLAGS,
        *(f"-I{folder}" for folder in (*system.folders, generated)),
        *(str(source.relative_to(HERE)) for source in sources),
        *system.flags,
        *("-o", str(output)),
    ]
    output.parent.mkdir(parents=True)
    subprocess.run(command, cwd=HERE, check=True)  # noqa: S603 - our own sources


def main(out: Path) -> None:
    """Build all programs into ``out`` and describe them."""
    with tempfile.TemporaryDirectory() as scratch:
        write_runtime_header(Path(scratch))
        for name, system in SYSTEMS.items():
            for architecture in ARCHITECTURES:
                output = out / f"{name}-{architecture}" / system.file_name
                compile_shell(system, architecture, generated=Path(scratch), output=output)
                for leftover in output.parent.glob("*.pdb"):
                    leftover.unlink()
    digest = hashlib.sha256()
    for program in sorted(out.glob("*/aethel-shell*")):
        digest.update(program.read_bytes())
    tools = {COMPILER: importlib.metadata.version(COMPILER)}
    describe(out, name=NAME, version=f"{VERSION}-{digest.hexdigest()[:12]}", tools=tools)


if __name__ == "__main__":
    if importlib.util.find_spec(COMPILER) is None:
        sys.stderr.write("The desktop shell needs a C compiler (ziglang); type: make templates\n")
        sys.exit(TOOL_MISSING)
    main(Path(sys.argv[1]).resolve())
