"""The Linux shell with a browser's window, as it is where no WebKitGTK is."""

from __future__ import annotations

import json
import re
import socket
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.shell.desktop import HANG_S, play, until
from tests.shell.game import game

if TYPE_CHECKING:
    from tests.shell.desktop import Playing, Screen

pytestmark = pytest.mark.timeout(900)  # a hang; a busy machine is none


def command_lines() -> str:
    """What every user of the machine can read of every process."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has just ended
            continue
    return "\n".join(lines)


def port_of(playing: Playing) -> int:
    """Where the shell listens, from the outside."""
    pattern = re.compile(r"127\.0\.0\.1:(\d+)\s.*pid=" + str(playing.process.pid) + ",")
    command = ["ss", "--listening", "--tcp", "--processes", "--no-header", "--numeric"]

    def ask() -> str | None:
        found = pattern.search(
            subprocess.run(command, capture_output=True, text=True, check=True).stdout
        )
        return found[1] if found else None

    return int(until("the port", ask))


def ask(port: int, target: str) -> bytes:
    """What another program of this machine gets from the shell."""
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_S) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: game.localhost\r\n\r\n".encode())
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


@pytest.mark.usefixtures("chromium")
def test_the_game_is_shown_and_saves_survive_another_port(desk: Screen, tmp_path: Path) -> None:
    """The origin has no port: whatever is free, the saves are found."""
    program = game(tmp_path / "probe")
    first = play(desk, program, "--browser")
    assert first.told("ready")
    assert first.told("origin") == "http://game.localhost"
    assert (first.told("secure"), first.told("isolated"), first.told("shared")) == (
        "true",
        "true",
        "42",
    )
    assert json.loads(first.told("platform"))["view"] == "chromium"
    assert first.told("runs") == "1"
    port = port_of(first)
    x, y, *_ = first.geometry()
    desk.wait_for_color((0, 153, 51), x + 100, y + 100)
    first.press("d")
    assert first.told("key") == "KeyD"
    first.quit()

    second = play(desk, program, "--browser")
    assert second.told("runs") == "2"
    assert json.loads(second.told("loaded")) == {"success": True, "data": {"run": "1"}}
    assert port_of(second) != port  # the old connections have not quite gone: another one had to do
    second.quit()


@pytest.mark.usefixtures("chromium")
def test_other_programs_get_nothing(desk: Screen, tmp_path: Path) -> None:
    """The port answers nobody but the window, and no command line gives a secret away."""
    playing = play(desk, game(tmp_path / "probe"), "--browser")
    playing.told("ready")
    port = port_of(playing)
    start_page = playing.folder / "start.html"
    assert stat.S_IMODE(start_page.stat().st_mode) == 0o600
    assert stat.S_IMODE(playing.folder.stat().st_mode) == 0o700
    entrance = re.search(r"/\.aethel/enter\?key=(\w{32})", start_page.read_text())
    assert entrance
    assert entrance[1] not in command_lines()
    assert ask(port, entrance[0]) == b""  # it has been used
    assert ask(port, "/") == b""
    assert ask(port, "/.aethel/runtime.js") == b""
    assert "refused a request" in playing.log
    playing.quit()
    assert not start_page.exists()


@pytest.mark.usefixtures("chromium")
def test_the_browser_goes_with_the_shell(desk: Screen, tmp_path: Path) -> None:
    """At the end of the session, or with Ctrl-C."""
    playing = play(desk, game(tmp_path / "probe"), "--browser")
    playing.told("ready")
    profile = str(playing.folder / "browser")
    assert profile in command_lines()
    playing.process.terminate()
    playing.ended()
    until("the browser's end", lambda: profile not in command_lines())


def test_without_web_view_and_browser_it_says_so(desk: Screen, tmp_path: Path) -> None:
    """What to install, on the terminal and in the log; the exit code tells as well."""
    program = game(tmp_path / "probe")
    environ = desk.environ | {"PATH": str(tmp_path / "nowhere")}
    done = subprocess.run(
        [program, "--browser"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "Probe Añ🎮: This game needs WebKitGTK" in done.stderr
    log = Path(environ["HOME"]) / ".local/share/com.example.probe/shell.log"
    assert "neither a web view nor a browser" in log.read_text()
