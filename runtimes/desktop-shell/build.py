"""``build.py OUT [--jobs N]``: compile the desktop shell for every system and architecture.

The compiler is Zig's clang. Of the same sources it makes the same bytes, on whatever machine.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
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
    "@compile_flags.txt",  # the C dialect and its warnings; editors and tests read it as well
    *("-Os", "-s", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"),
    *("-fstack-protector-strong", "-D_FORTIFY_SOURCE=2"),
    f'-DAETHEL_SHELL_VERSION="{VERSION}"',
)
ARCHITECTURES: Final = {"x64": "x86_64", "arm64": "aarch64"}
GENERATED: Final = ".generated"  # a path that stays: the compiler keeps objects by their command
EMBEDDED: Final = {
    "runtime_js": "../app-host/runtime.js",
    "media_elements_js": "media_elements.js",
    "yyjson_license": "vendor/yyjson/LICENSE",
}
SHARED_FOLDERS: Final = ("src", "vendor/yyjson")


@dataclass(frozen=True, kw_only=True)
class System:
    """What the shell for one system is made of."""

    abi: str  # the oldest version of the system that it runs on, as Zig names it
    folders: tuple[str, ...]  # of sources in src, besides those that all systems share
    flags: tuple[str, ...] = ()
    file_name: str = "aethel-shell"


SYSTEMS: Final = {
    "linux": System(
        abi="linux-gnu.2.28",  # Debian 10, Ubuntu 20.04, RHEL 8
        folders=("loopback", "posix", "linux"),
        flags=("-ldl", "-lpthread"),
    ),
    "macos": System(
        abi="macos.11.0",
        folders=("posix", "macos"),
        flags=("-fblocks",),
    ),
    "windows": System(
        abi="windows-gnu",
        folders=("loopback", "windows"),
        flags=(
            "-D__USE_MINGW_ANSI_STDIO=0",  # Windows' own printf; the other one would be linked in
            "-Wl,--subsystem,windows",
            *(f"-l{name}" for name in ("advapi32", "bcrypt", "gdi32", "ole32", "shell32")),
            *(f"-l{name}" for name in ("user32", "uuid", "ws2_32")),
        ),
        file_name="aethel-shell.exe",
    ),
}


def write_headers() -> None:
    """Write each file of ``EMBEDDED`` as a C array; C limits the length of a string literal."""
    (HERE / GENERATED).mkdir(exist_ok=True)
    for name, embedded in EMBEDDED.items():
        numbers = ",".join(str(byte) for byte in (HERE / embedded).read_bytes())
        text = f"static const char {name.upper()}[] = {{{numbers},0}};\n"
        header = HERE / GENERATED / f"{name}.h"
        if not header.exists() or header.read_text(encoding="ascii") != text:
            header.write_text(text, encoding="ascii")


def compile_shell(system: System, architecture: str, output: Path) -> None:
    """Compile and link one program."""
    folders = [*SHARED_FOLDERS, *(f"src/{folder}" for folder in system.folders)]
    sources = [source for folder in folders for source in sorted(HERE.glob(f"{folder}/*.c"))]
    command = [
        *(sys.executable, "-m", COMPILER, "cc"),
        *("-target", f"{ARCHITECTURES[architecture]}-{system.abi}"),
        *FLAGS,
        *(f"-I{folder}" for folder in (*folders, GENERATED)),
        *(str(source.relative_to(HERE)) for source in sources),
        *system.flags,
        *("-o", str(output)),
    ]
    output.parent.mkdir(parents=True)
    subprocess.run(command, cwd=HERE, check=True)  # noqa: S603 - our own sources
    for leftover in output.parent.glob("*.pdb"):
        leftover.unlink()


def compile_all(out: Path, *, jobs: int | None) -> None:
    """Compile all programs side by side, as many at a time as there are processors.

    The compiler builds each target's C library from source, once, one file after the other.
    """
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        builds = [
            pool.submit(compile_shell, system, arch, out / f"{name}-{arch}" / system.file_name)
            for name, system in SYSTEMS.items()
            for arch in ARCHITECTURES
        ]
        for build in builds:
            build.result()


def main(out: Path, *, jobs: int | None) -> None:
    """Build all programs into ``out`` and describe them."""
    write_headers()
    compile_all(out, jobs=jobs)
    digest = hashlib.sha256()
    for program in sorted(out.glob("*/aethel-shell*")):
        digest.update(program.read_bytes())
    tools = {COMPILER: importlib.metadata.version(COMPILER)}
    describe(out, name=NAME, version=f"{VERSION}-{digest.hexdigest()[:12]}", tools=tools)


if __name__ == "__main__":
    if importlib.util.find_spec(COMPILER) is None:
        sys.stderr.write("The desktop shell needs a C compiler (ziglang); type: make templates\n")
        sys.exit(TOOL_MISSING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--jobs", type=int, help="how many programs at a time; all processors")
    arguments = parser.parse_args()
    main(arguments.out.resolve(), jobs=arguments.jobs)
