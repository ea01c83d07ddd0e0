"""Builds the desktop shell for every target with Zig's C compiler.

The same sources and the same compiler give the same bytes, wherever they are built.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
VERSION: Final = "1.0.0"

COMMON_SOURCES: Final = (
    "src/brand.c",
    "src/bridge.c",
    "src/config.c",
    "src/geometry.c",
    "src/html.c",
    "src/json.c",
    "src/log.c",
    "src/main.c",
    "src/mime.c",
    "src/payload.c",
    "src/range.c",
    "src/site.c",
    "src/url.c",
    "src/utf8.c",
)
# The loopback server and the browser that asks it; macOS always has a web view and needs neither.
BROWSER_SOURCES: Final = ("src/browser.c", "src/gate.c", "src/http.c", "src/server.c")
POSIX_SOURCES: Final = (
    "src/posix/crash.c",
    "src/posix/files.c",
    "src/posix/instance.c",
)
WARNINGS: Final = ("-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")


@dataclass(frozen=True, kw_only=True)
class System:
    """One operating system: what its shell is made of."""

    zig_abi: str
    sources: tuple[str, ...]
    flags: tuple[str, ...] = ()
    suffix: str = ""


SYSTEMS: Final = {
    "linux": System(
        zig_abi="linux-gnu.2.28",  # Debian 10, Ubuntu 18.10, RHEL 8
        sources=(
            *COMMON_SOURCES,
            *BROWSER_SOURCES,
            *POSIX_SOURCES,
            "src/posix/process.c",
            "src/posix/socket.c",
            "src/posix/thread.c",
            "src/linux/browser.c",
            "src/linux/system.c",
            "src/linux/webkit.c",
            "src/linux/window.c",
        ),
        flags=("-ldl", "-lpthread"),
    ),
}
SYSTEMS["windows"] = System(
        zig_abi="windows-gnu",
        sources=(
            *COMMON_SOURCES,
            *BROWSER_SOURCES,
            "src/windows/browser.c",
            "src/windows/console.c",
            "src/windows/files.c",
            "src/windows/instance.c",
            "src/windows/loader.c",
            "src/windows/socket.c",
            "src/windows/stream.c",
            "src/windows/system.c",
            "src/windows/text.c",
            "src/windows/thread.c",
            "src/windows/view.c",
            "src/windows/window.c",
        ),
        flags=("-Wl,--subsystem,windows","-lws2_32","-lole32","-lbcrypt","-lshell32","-luuid","-lgdi32", "-ladvapi32","-luser32"),
        suffix=".exe",
    )
SYSTEMS["macos"] = System(
        zig_abi="macos.11.0",
        sources=(
            *COMMON_SOURCES,
            *POSIX_SOURCES,
            "src/macos/browser.c",
            "src/macos/menu.c",
            "src/macos/objc.c",
            "src/macos/scheme.c",
            "src/macos/system.c",
            "src/macos/window.c",
        ),
        flags=("-fblocks",),
    )
ZIG_ARCHITECTURES: Final = {"x64": "x86_64", "arm64": "aarch64"}


def write_runtime_header(path: Path) -> None:
    """Turn runtime.js into the C string RUNTIME_JS; as numbers, because literals may not be that long."""
    script = (HERE / "runtime.js").read_bytes()
    numbers = ",".join(str(byte) for byte in script)
    path.write_text(f"static const char RUNTIME_JS[] = {{{numbers},0}};\n", encoding="ascii")


def build(system: System, architecture: str, output: Path, generated: Path) -> None:
    """Compile and link one target into ``output``."""
    output.parent.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "ziglang", "cc"),
        *("-target", f"{ZIG_ARCHITECTURES[architecture]}-{system.zig_abi}"),
        *("-Os", "-s", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-D__USE_MINGW_ANSI_STDIO=0", *WARNINGS),
        *("-D_GNU_SOURCE", f'-DAETHEL_SHELL_VERSION="{VERSION}"'),
        *("-Isrc", f"-I{generated}", "-Isrc/posix"),
        *system.sources,
        *system.flags,
        *("-o", str(output.resolve())),
    ]
    subprocess.run(command, cwd=HERE, check=True)  # noqa: S603 - our own command


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as generated:
        write_runtime_header(Path(generated) / "runtime_js.h")
        for name, system in SYSTEMS.items():
            for architecture in ZIG_ARCHITECTURES:
                build(system, architecture, arguments.output / f"{name}-{architecture}" / f"aethel-shell{system.suffix}", Path(generated))


if __name__ == "__main__":
    main()
