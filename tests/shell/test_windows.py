"""The Windows shell under Wine, as far as that goes: there is no WebView2 and no browser for it.

In place of Edge a program of ours is started, which asks the loopback server as Edge would.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.applications import unpacked
from tests.projects import build
from tests.projects import request as export_request
from tests.shell.desktop import HANG_S, screen, until
from tests.shell.game import game
from tests.shell.sanitized import SOURCES
from tests.signing import signing_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shell.desktop import Screen

WINE: Final = shutil.which("wine64") or "/usr/lib/wine/wine64"
WINE_SERVER: Final = shutil.which("wineserver") or "/usr/lib/wine/wineserver64"
EDGE: Final = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\msedge.exe"
pytestmark = pytest.mark.timeout(900, func_only=True)  # a hang; a busy machine is none


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """A fresh Windows, as Wine sees it, on a screen of its own."""
    folder = tmp_path_factory.mktemp("wine")
    with screen(folder / "home") as there:
        there.environ |= {"WINEPREFIX": str(folder / "prefix"), "WINEDEBUG": "-all"}
        there.environ |= {"WINEDLLOVERRIDES": "mscoree,mshtml="}  # do not offer to fetch them
        run(there, "wineboot", "--init")
        yield there
        subprocess.run([WINE_SERVER, "--kill"], env=there.environ, check=False)


def run(wine: Screen, *command: str | Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run a Windows program to its end."""
    return subprocess.run(
        [WINE, *command],
        env=wine.environ | environ,
        capture_output=True,
        timeout=HANG_S,
        check=False,
    )


def data_folder(wine: Screen) -> Path:
    """Where the game keeps its data."""
    (user,) = [
        folder
        for folder in (Path(wine.environ["WINEPREFIX"]) / "drive_c" / "users").iterdir()
        if folder.name != "Public"
    ]
    return user / "AppData" / "Local" / "com.example.probe"


def test_it_runs_and_finds_its_game(wine: Screen, tmp_path: Path) -> None:
    """The archive behind the program is read, names and all."""
    done = run(wine, game(tmp_path / "probe.exe", "windows-x64"), "--version")
    assert done.returncode == 0
    assert done.stdout.decode() == "Probe Añ🎮 1.2.3 (Aethel shell 1.0.0)\r\n"
    assert run(wine, tmp_path / "probe.exe", "--nothing").returncode == 2


def test_an_exported_program_runs_signed(wine: Screen, tmp_path: Path) -> None:
    """With its resources, the game behind it and a signature behind that, under its own name."""
    title = '../"Añ🎮";rm -rf'
    wanted = export_request("windows", app_name=title, app_version="2.5", signing_key="studio")
    built = build({"index.html": b"<p>hi"}, wanted, keys=signing_keys(tmp_path / "keys"))
    ((name, data),) = unpacked(built).items()
    (tmp_path / name).write_bytes(data)
    done = run(wine, tmp_path / name, "--version")
    assert done.returncode == 0
    assert done.stdout.decode().startswith(f"{title} 2.5 ")


def test_without_web_view_and_browser_it_says_so(wine: Screen, tmp_path: Path) -> None:
    """In a window with the game's name; after Enter it ends with its own status."""
    program = game(tmp_path / "probe.exe", "windows-x64")
    process = wine.start(WINE, program)
    search = ("search", "--onlyvisible", "--name", "^Probe Añ🎮$")
    window = until("the message", lambda: wine.xdotool(*search).split())[0]
    until("the focus", lambda: wine.active() == "Probe Añ🎮")

    def ended() -> bool:
        wine.xdotool("key", "--window", window, "Return")
        wine.xdotool("key", "Return")
        return process.poll() is not None

    until("its end after Enter", ended)
    assert process.returncode == 4
    assert "no WebView2" in (data_folder(wine) / "shell.log").read_text()


@pytest.fixture(scope="module")
def fake_edge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that stands in for Edge.

    It is compiled in the folder in which the shell is: from another one the compiler would not find
    the C library that it has made for the shell, and make it again.
    """
    browser = tmp_path_factory.mktemp("edge") / "Program Files" / "fake edge.exe"
    browser.parent.mkdir()
    source = SOURCES / "test" / "fake_browser.c"
    compiler = (sys.executable, "-m", "ziglang", "cc", "-Os", "-target", "x86_64-windows-gnu")
    subprocess.run([*compiler, source, "-lws2_32", "-o", browser], cwd=SOURCES, check=True)
    return browser


def test_a_browser_gets_the_game_and_other_programs_do_not(
    wine: Screen, fake_edge: Path, tmp_path: Path
) -> None:
    """Found in the registry, started with arguments that survive quoting, let in by the key."""
    added = run(wine, "reg", "add", EDGE, "/ve", "/d", f"Z:{fake_edge}".replace("/", "\\"), "/f")
    assert added.returncode == 0
    report = tmp_path / "report.txt"
    program = game(tmp_path / "probe.exe", "windows-x64")
    done = run(wine, program, FAKE_BROWSER_REPORT=f"Z:{report}")
    assert done.returncode == 0
    told = dict(line.split(": ", 1) for line in report.read_text().splitlines())
    assert told["without key"] == "0"
    assert told["profile"].endswith(r"\AppData\Local\com.example.probe/browser")
    assert told["page"] == "HTTP/1.1 200 OK yes"
    assert told["file"] == "hello"
    log = (data_folder(wine) / "shell.log").read_text()
    assert "page log: hello" in log
    assert "the window is one of msedge.exe" in log
    assert not (data_folder(wine) / "start.html").exists()
    run(wine, "reg", "delete", EDGE, "/f")
