"""The Linux shell where a graphics driver keeps WebKitGTK's pictures from the window."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.shell.desktop import play, until
from tests.shell.game import game
from tests.shell.sanitized import SOURCES

if TYPE_CHECKING:
    from tests.shell.desktop import Playing, Screen

pytestmark = pytest.mark.timeout(900)  # a hang; a busy machine is none

GREEN: Final = (0, 153, 51)
WORKS: Final = "DMABUF renderer works"
SHOWS_NOTHING: Final = "DMABUF renderer shows nothing"
WITHOUT: Final = "draws without DMABUF"
TRIED_ANEW: Final = "is tried anew"
TRIAL: Final = b"--renderer-trial"
BLACK: Final = b"<!doctype html><style>html{background:#000}</style>"


@pytest.fixture(scope="module")
def blank_driver(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library to preload, with which nothing of DMABUF reaches the window."""
    library = tmp_path_factory.mktemp("driver") / "blank.so"
    source = "test/blank_driver.c"
    command = ["cc", "@compile_flags.txt", "-shared", "-fPIC", source, "-ldl", "-o", str(library)]
    subprocess.run(command, cwd=SOURCES, check=True)
    return str(library)


def environ_of(playing: Playing) -> set[bytes]:
    """The environment that the game's web view was started with."""
    (page,) = playing.until("the page's process", lambda: processes(b"WebKitWebProcess", playing))
    return set((page / "environ").read_bytes().split(b"\0"))


def processes(argument: bytes, playing: Playing) -> list[Path]:
    """The game's own processes that have this in their command lines."""
    home = f"HOME={playing.screen.environ['HOME']}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes()
            if argument in arguments and home in (process / "environ").read_bytes():
                found.append(process)
        except OSError:  # it has just ended
            continue
    return found


def test_a_driver_that_works_is_tried_once(desk: Screen, tmp_path: Path) -> None:
    """The game starts once, with DMABUF; later starts know, but those on another system."""
    program = game(tmp_path / "probe")
    first = play(desk, program)
    assert first.told("runs") == "1"
    assert first.told("ready")
    assert WORKS in first.log
    assert b"WEBKIT_DISABLE_DMABUF_RENDERER=1" not in environ_of(first)
    first.quit()
    memory = first.folder / "renderer"
    assert memory.read_text().startswith("dmabuf\nWebKitGTK 2.")
    second = play(desk, program)
    assert second.told("runs") == "2"
    assert second.told("ready")
    assert WORKS not in second.log
    second.quit()
    memory.write_text(memory.read_text().replace("dmabuf\n", "plain\n").replace(" 2.", " 1."))
    third = play(desk, program)
    assert third.told("ready")
    assert TRIED_ANEW in third.log
    assert WORKS in third.log
    assert memory.read_text().startswith("dmabuf\n")


def test_a_driver_that_shows_nothing(desk: Screen, tmp_path: Path, blank_driver: str) -> None:
    """The game is seen all the same, and starts once; that it needs no DMABUF is remembered."""
    desk.environ["LD_PRELOAD"] = blank_driver
    program = game(tmp_path / "probe")
    first = play(desk, program)
    assert first.told("runs") == "1"
    x, y, *_ = first.geometry()
    desk.wait_for_color(GREEN, x + 100, y + 100)
    assert first.log.count(SHOWS_NOTHING) == 1
    assert first.log.count(WITHOUT) == 1
    assert first.log.count("the web view is") == 1  # one start
    assert b"WEBKIT_DISABLE_DMABUF_RENDERER=1" in environ_of(first)
    assert first.told("ready")
    first.quit()
    second = play(desk, program)
    assert second.told("runs") == "2"
    assert SHOWS_NOTHING not in second.log
    assert WITHOUT in second.log
    assert second.told("ready")
    second.quit()
    desk.environ["AETHEL_SHELL_RENDERER"] = "dmabuf"  # whoever says so gets it, blank as it is
    third = play(desk, program)
    assert third.told("runs") == "3"
    assert WITHOUT not in third.log
    assert (third.folder / "renderer").read_text().startswith("plain\n")


def test_a_trial_that_is_cut_off_leaves_nothing(
    desk: Screen, tmp_path: Path, blank_driver: str
) -> None:
    """Neither a verdict nor a process; the next start tries again."""
    program = game(tmp_path / "probe")
    desk.environ["LD_PRELOAD"] = blank_driver  # its trial lasts long enough to be met
    cut = play(desk, program)
    cut.until("the trial", lambda: processes(TRIAL, cut))
    cut.process.kill()
    cut.process.wait()
    until("the trial's end", lambda: not processes(TRIAL, cut))
    assert not (cut.folder / "renderer").exists()
    del desk.environ["LD_PRELOAD"]
    again = play(desk, program)
    assert again.told("ready")
    assert WORKS in again.log


def test_a_black_game_is_left_alone(desk: Screen, tmp_path: Path) -> None:
    """What a page shows, or does not, is its own affair."""
    playing = play(desk, game(tmp_path / "probe", files={"index.html": BLACK}))
    x, y, width, height = playing.geometry()
    desk.wait_for_color((0, 0, 0), x + width // 2, y + height // 2)
    assert WORKS in playing.log
    assert WITHOUT not in playing.log


@pytest.mark.usefixtures("chromium")
def test_a_driver_without_which_nothing_starts(desk: Screen, tmp_path: Path) -> None:
    """Both renderers end the processes that ask for them; a browser shows the game."""
    desk.environ["LIBGL_DRIVERS_PATH"] = str(tmp_path / "nothing")
    playing = play(desk, game(tmp_path / "probe"))
    assert playing.told("runs") == "1"
    assert "DMABUF renderer crashes" in playing.log
    assert "WebKitGTK does not start with this graphics driver" in playing.log
    assert not (playing.folder / "renderer").exists()  # a mended driver is found by the next start


@pytest.mark.parametrize(("setting", "plain"), [("plain", True), ("dmabuf", False), ("x\ny", None)])
def test_the_player_may_choose(
    desk: Screen, tmp_path: Path, setting: str, plain: bool | None
) -> None:
    """Without a trial; a choice that does not exist is told."""
    desk.environ["AETHEL_SHELL_RENDERER"] = setting
    playing = play(desk, game(tmp_path / "probe"))
    assert playing.told("ready")
    assert (WITHOUT in playing.log) is (plain is True)
    assert (WORKS in playing.log) is (plain is None)
    told = "AETHEL_SHELL_RENDERER is auto, dmabuf or plain, not x?y: auto is taken"
    assert (told in playing.log) is (plain is None)
    assert (playing.folder / "renderer").exists() is (plain is None)
