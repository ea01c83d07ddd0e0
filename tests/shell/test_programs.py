"""What `make templates` has built, looked at from outside, and its command line."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.shell.game import MAGIC, game, payload, shell, with_payload
from tests.shell.sanitized import APP_HOST, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST: Final = 150_000  # bytes
TARGETS: Final = [
    f"{system}-{arch}" for system in ("linux", "macos", "windows") for arch in ("x64", "arm64")
]
# Of windows, whose format has the most places for a time or a path; REBUILT=all: of every system.
REBUILT: Final = TARGETS if os.environ.get("REBUILT") == "all" else ["windows-x64"]
MACHINES: Final = {  # where each format says which processor it is for
    "linux-x64": (18, b"\x3e\x00"),
    "linux-arm64": (18, b"\xb7\x00"),
    "macos-x64": (4, b"\x07\x00\x00\x01"),
    "macos-arm64": (4, b"\x0c\x00\x00\x01"),
    "windows-x64": (None, b"PE\0\0\x64\x86"),
    "windows-arm64": (None, b"PE\0\0\x64\xaa"),
}
WINDOWS_OWN: Final = {
    *("advapi32.dll", "bcrypt.dll", "bcryptprimitives.dll", "gdi32.dll", "kernel32.dll"),
    *("ntdll.dll", "ole32.dll", "shell32.dll", "user32.dll", "ws2_32.dll"),
}


def linked_dylibs(program: bytes) -> Iterator[str]:
    """The libraries that a Mach-O program is linked to."""
    commands = struct.unpack_from("<I", program, 16)[0]
    at = 32
    for _ in range(commands):
        kind, size, name = struct.unpack_from("<III", program, at)
        if kind == 0xC:  # LC_LOAD_DYLIB
            yield program[at + name : at + size].split(b"\0")[0].decode()
        at += size


@pytest.mark.parametrize("target", TARGETS)
def test_each_is_small_and_for_its_machine(target: str) -> None:
    """And has exactly one place to be told where the game is (macOS reads a file beside it)."""
    program = shell(target)
    assert len(program) <= LARGEST
    offset, machine = MACHINES[target]
    assert program[offset:].startswith(machine) if offset else program.count(machine) == 1
    assert program.count(MAGIC) == (0 if target.startswith("macos") else 1)


@pytest.mark.parametrize("target", TARGETS)
def test_each_names_no_place_of_the_machine_that_built_it(target: str) -> None:
    """Nothing of this file system is in it."""
    program = shell(target)
    for trace in (str(SOURCES).encode(), str(Path.home()).encode() + b"/", b"/tmp/"):
        assert trace not in program


@pytest.mark.parametrize("target", ["linux-x64", "linux-arm64"])
def test_linux_needs_the_c_library_alone(target: str, tmp_path: Path) -> None:
    """GTK and WebKitGTK are looked for when it runs."""
    path = tmp_path / "shell"
    path.write_bytes(shell(target))
    dynamic = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=True)
    needed = {line.split()[1] for line in dynamic.stdout.splitlines() if "NEEDED" in line}
    assert needed <= {"libc.so.6", "libdl.so.2", "libpthread.so.0"} | {
        f"ld-linux-{name}" for name in ("x86-64.so.2", "aarch64.so.1")
    }


@pytest.mark.parametrize("target", ["macos-x64", "macos-arm64"])
def test_macos_needs_the_system_library_alone(target: str) -> None:
    """AppKit and WebKit are looked for when it runs."""
    assert list(linked_dylibs(shell(target))) == ["/usr/lib/libSystem.B.dylib"]


@pytest.mark.parametrize("target", ["windows-x64", "windows-arm64"])
def test_windows_needs_what_every_windows_has(target: str, tmp_path: Path) -> None:
    """No WebView2Loader.dll, no C run-time library to install."""
    path = tmp_path / "shell.exe"
    path.write_bytes(shell(target))
    told = subprocess.run(["strings", path], capture_output=True, text=True, check=True).stdout
    needed = {line for line in told.splitlines() if line.lower().endswith(".dll")}
    runtime = {name for name in needed if name.startswith("api-ms-win-crt-")}
    ours = {"EmbeddedBrowserWebView.dll"}  # found by its full path
    assert {name.lower() for name in needed - runtime - ours} <= WINDOWS_OWN


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """The sources in another folder, and a cache where no object of the first build is found.

    The folder lies as deep as the sources do: the compiler finds its C libraries by where it lies
    itself from there, and making those of Windows anew takes minutes.
    """
    copy = SOURCES.parents[1] / f".elsewhere-{os.getpid()}"
    for folder in (SOURCES, APP_HOST):
        shutil.copytree(folder, copy / folder.name)
    try:
        yield copy / SOURCES.name
    finally:
        shutil.rmtree(copy)


@pytest.mark.parametrize("target", REBUILT)
def test_the_same_sources_give_the_same_bytes(target: str, elsewhere: Path, tmp_path: Path) -> None:
    """As in the template, which was built in its own place, at another time, beside the others."""
    system, _, architecture = target.partition("-")
    program = tmp_path / "out" / "program"
    build = (
        "import sys; from pathlib import Path; import build; build.write_headers(); "
        "build.compile_shell(build.SYSTEMS[sys.argv[1]], sys.argv[2], Path(sys.argv[3]))"
    )
    environ = os.environ | {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "ZIG_LOCAL_CACHE_DIR": str(tmp_path / "cache"),
    }
    command = [sys.executable, "-c", build, system, architecture, str(program)]
    subprocess.run(command, cwd=elsewhere, env=environ, check=True)
    assert program.read_bytes() == shell(target)


def run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it without a screen."""
    environ = {"HOME": str(program.parent), "LANG": "C.UTF-8"}
    return subprocess.run(
        [program, *arguments], env=environ, capture_output=True, text=True, check=False
    )


def test_the_command_line(tmp_path: Path) -> None:
    """--version and --help tell; what is not known is refused."""
    program = game(tmp_path / "probe")
    version = run(program, "--version")
    assert (version.returncode, version.stdout) == (
        0,
        "Probe Añ🎮 1.2.3 (Aethel shell 1.0.0)\n",
    )
    told = run(program, "--help")
    assert told.returncode == 0
    options = ("help", "version", "licenses", "verbose", "browser")
    assert all(f"--{option} " in told.stdout for option in options)
    licenses = run(program, "--licenses")
    assert licenses.returncode == 0
    assert (SOURCES / "vendor" / "yyjson" / "LICENSE").read_text() in licenses.stdout
    assert run(program, "--other").returncode == 2


def test_a_damaged_game_says_so(tmp_path: Path) -> None:
    """Cut short, without a game, or with one that is not what it should be."""
    program = tmp_path / "probe"
    whole = with_payload(shell("linux-x64"), payload())
    cases = {
        "it contains no game, or is cut short": whole[:-1],
        "the archive is cut short": with_payload(shell("linux-x64"), b"PK" * 50),
        'its "width" is wrong': with_payload(shell("linux-x64"), payload(width=1)),
    }
    for problem, content in cases.items():
        program.write_bytes(content)
        program.chmod(0o755)
        done = run(program)
        assert done.returncode == 3
        assert f"This game's file is damaged: {problem}. Please download it again." in done.stderr
    program.write_bytes(shell("linux-x64"))
    assert run(program).returncode == 3
