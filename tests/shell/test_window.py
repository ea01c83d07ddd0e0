"""The Linux shell with WebKitGTK, as a person sees it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.shell.desktop import HANG_S, play, until
from tests.shell.game import game

if TYPE_CHECKING:
    from tests.shell.desktop import Playing, Screen

pytestmark = pytest.mark.timeout(900)  # a hang; a busy machine is none

GREEN, BLUE = (0, 153, 51), (32, 64, 128)


def test_the_game_is_shown_and_finds_its_host(desk: Screen, tmp_path: Path) -> None:
    """WebGL and style on the screen; origin, files, ranges, shared memory and host as promised."""
    playing = play(desk, game(tmp_path / "probe"))
    assert playing.told("ready") == "yes"
    assert playing.told("host") == "object"  # before the page's first script
    assert playing.told("mode") == "CSS1Compat"  # the script in front has not cost the doctype
    assert playing.told("origin") == "aethel://game"
    assert (playing.told("secure"), playing.told("isolated")) == ("true", "true")
    assert playing.told("shared") == "42"
    platform = json.loads(playing.told("platform"))
    assert (platform["os"], platform["arch"], platform["view"]) == ("linux", "x64", "webkitgtk")
    assert json.loads(playing.told("config")) == {"name": "Probe Añ🎮", "version": "1.2.3"}
    assert json.loads(playing.told("range")) == [206, "bytes 2-4/10", "234"]
    assert json.loads(playing.told("head")) == [200, "10", ""]
    scene = {"success": True, "scene": {"entities": []}}
    assert json.loads(playing.told("scenes")) == [scene, scene]  # the second one is packed
    assert json.loads(playing.told("encodings")) == ["Привет"] * 3
    assert json.loads(playing.told("asset")) == [True, 10]
    assert not json.loads(playing.told("missing"))["success"]
    assert playing.told("unicode") == "hello"
    assert json.loads(playing.told("outside")) == [404, 404]
    refused = playing.logged("service worker worker.js does not run in this window")
    assert refused.count("service worker") == 1
    assert json.loads(playing.told("forged")) == {"success": False}  # without the page's header
    x, y, width, height = playing.geometry()
    assert (width, height) == (640, 480)
    desk.wait_for_color(GREEN, x + 100, y + 100)
    desk.wait_for_color(BLUE, x + 400, y + 400)


def test_what_is_saved_survives_a_restart(desk: Screen, tmp_path: Path) -> None:
    """In localStorage and with saveGame; closed by the page, by a signal, from another place."""
    first = play(desk, game(tmp_path / "probe"))
    assert first.told("runs") == "1"
    assert not json.loads(first.told("loaded"))["success"]
    assert first.told("ready")
    first.quit()
    second = play(desk, game(tmp_path / "moved" / "elsewhere"))
    assert second.told("runs") == "2"
    assert json.loads(second.told("loaded")) == {"success": True, "data": {"run": "1"}}
    assert second.told("ready")
    second.process.send_signal(signal.SIGTERM)
    assert second.ended() == 0
    third = play(desk, tmp_path / "probe")
    assert third.told("runs") == "3"
    assert json.loads(third.told("saves")) == ["slot"]
    assert json.loads(third.told("settings")) == {"run": "3"}


def test_the_page_may_close_its_window(desk: Screen, tmp_path: Path) -> None:
    """By window.close(), as in every other shell; that is how the engine's player quits."""
    playing = play(desk, game(tmp_path / "probe"))
    playing.told("ready")
    playing.press("c")
    assert playing.ended() == 0


def test_keys_reach_the_page_and_the_window(desk: Screen, tmp_path: Path) -> None:
    """Full screen by F11, by Alt-Enter and by the page; all other keys are the page's."""
    playing = play(desk, game(tmp_path / "probe"))
    playing.told("ready")
    playing.press("d")
    assert playing.told("key") == "KeyD"

    def is_window(width: int, height: int) -> bool:
        return not playing.is_fullscreen() and playing.geometry()[2:] == (width, height)

    for on, off in (("F11", "F11"), ("alt+Return", "F11"), ("f", "g"), ("f", "alt+Return")):
        playing.press(on)
        playing.until(f"full screen by {on}", playing.is_fullscreen)
        playing.press(off)
        playing.until(f"the window again by {off}", lambda: is_window(640, 480))
    playing.press("r")
    playing.until("the size that the page asked for", lambda: is_window(500, 400))
    assert "F11" not in playing.log


def settled(playing: Playing) -> tuple[int, int, int, int]:
    """Where the window stays: a window manager moves it, and then puts its frame right."""

    def same_for_a_while() -> tuple[int, int, int, int] | None:
        first = playing.geometry()
        time.sleep(0.5)
        return first if playing.geometry() == first else None

    return until("a place that stays", same_for_a_while)


def test_the_window_is_remembered(desk: Screen, tmp_path: Path) -> None:
    """Its size and place; but not where no screen is."""
    program = game(tmp_path / "probe")
    playing = play(desk, program)
    playing.told("ready")
    desk.xdotool("windowsize", "--sync", playing.window(), "700", "420")
    playing.until("the new size", lambda: playing.geometry()[2:] == (700, 420))
    desk.xdotool("windowmove", "--sync", playing.window(), "300", "200")
    before = settled(playing)
    playing.quit()
    assert (playing.folder / "window").read_text() == "300 200 700 420 0\n"
    again = play(desk, program)
    again.told("ready")
    again.until("the same place", lambda: again.geometry() == before)
    again.quit()
    (again.folder / "window").write_text("9000 9000 700 420 0\n")
    third = play(desk, program)
    third.told("ready")
    x, y, width, height = third.geometry()
    assert (width, height) == (700, 420)
    assert x < desk.size[0]
    assert y < desk.size[1]


def test_a_second_start_brings_the_first_to_the_front(desk: Screen, tmp_path: Path) -> None:
    """And ends; another game is none of its business."""
    first = play(desk, game(tmp_path / "probe"))
    first.told("ready")
    named: dict[str, Any] = {"id": "com.example.other", "userDataName": "other", "title": "Other"}
    other = play(desk, game(tmp_path / "other", **named), **named)
    other.told("ready")
    until("the other game in front", lambda: desk.active() == "Other")
    second = desk.start(tmp_path / "probe")
    assert second.wait(HANG_S) == 0
    until("the first game in front", lambda: desk.active() == first.title)
    assert first.process.poll() is None
    assert first.log.count("asked to come to the front") == 1


def test_a_game_ended_by_force_can_be_started_again(desk: Screen, tmp_path: Path) -> None:
    """No lock is left behind."""
    program = game(tmp_path / "probe")
    first = play(desk, program)
    first.told("ready")
    first.process.kill()
    first.process.wait()
    assert play(desk, program).told("ready")


def test_the_window_carries_name_and_icon(desk: Screen, tmp_path: Path) -> None:
    """What a desktop groups windows by, and shows for them."""
    program = game(tmp_path / "probe", icon="icon.png", resizable=False, width=300, height=200)
    playing = play(desk, program)
    playing.told("ready")
    command = ["xprop", "-id", playing.window(), "WM_CLASS", "_NET_WM_NAME", "_NET_WM_ICON"]
    told = subprocess.run(command, env=desk.environ, capture_output=True, text=True, check=True)
    assert '"com.example.probe", "com.example.probe"' in told.stdout
    assert "Icon (16 x 16)" in told.stdout
    assert playing.geometry()[2:] == (300, 200)


def test_nothing_listens(desk: Screen, tmp_path: Path) -> None:
    """The web view asks within the process: no port is open that others could try."""
    playing = play(desk, game(tmp_path / "probe"))
    playing.told("ready")
    command = ["ss", "--listening", "--tcp", "--processes", "--no-header"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"pid={playing.process.pid}," not in told


def test_a_release_keeps_the_console_to_itself(desk: Screen, tmp_path: Path) -> None:
    """Its log has the page's errors, and of the console nothing."""
    playing = play(desk, game(tmp_path / "probe", debug=False))
    x, y, *_ = playing.geometry()
    desk.wait_for_color(GREEN, x + 100, y + 100)
    playing.press("e")
    log = playing.logged("on purpose")
    assert "page error: Error: on purpose" in log
    assert "page log" not in log
    assert (playing.folder / "shell.log").stat().st_mode & 0o077 == 0


def test_links_leave_the_game(desk: Screen, tmp_path: Path) -> None:
    """They open in the person's browser, and the game stays."""
    playing = play(desk, game(tmp_path / "probe"))
    playing.told("ready")
    playing.press("l")
    playing.logged("opens outside of the game: https://example.com/")
    playing.press("d")
    assert playing.told("key") == "KeyD"


def test_a_crash_is_in_the_log(desk: Screen, tmp_path: Path) -> None:
    """For whoever is asked for help."""
    playing = play(desk, game(tmp_path / "probe"))
    playing.told("ready")
    playing.process.send_signal(signal.SIGSEGV)
    assert playing.ended() == -signal.SIGSEGV
    assert "the shell crashed, signal 11" in playing.log


def test_a_page_process_that_dies_is_started_again(desk: Screen, tmp_path: Path) -> None:
    """Once: the web view's own process is not ours to trust."""
    playing = play(desk, game(tmp_path / "probe"))
    assert playing.told("runs") == "1"
    playing.told("ready")
    for process in _children(playing.process.pid):
        if "WebKitWebProcess" in Path(f"/proc/{process}/cmdline").read_text():
            os.kill(process, signal.SIGKILL)
    playing.until("the page again", lambda: re.search("page log: runs: 2", playing.log))


def _children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(process) for process in listed]
