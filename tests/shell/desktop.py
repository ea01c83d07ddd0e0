"""A screen nobody looks at, with a window manager, and what a person would do there."""

from __future__ import annotations

import io
import os
import re
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PIL import Image

from tests.shell.game import CONFIG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
HANG_S: Final = 600.0  # nothing here takes nearly as long, on however busy a machine


def until(
    what: str, ask: Callable[[], T | None], *, process: subprocess.Popen[bytes] | None = None
) -> T:
    """Ask until there is an answer, however long a busy machine takes.

    Args:
        what: What is waited for, as a failure names it.
        ask: Gives the answer, or something false.
        process: The program that is to bring it about, where it does so while it runs.

    Raises:
        AssertionError: ``process`` has ended without it, or nothing came and all hangs.
    """
    deadline = time.monotonic() + HANG_S
    while time.monotonic() < deadline:
        ended = process is not None and process.poll() is not None
        answer = ask()
        if answer:
            return answer
        assert not ended, f"the program ended without {what}"
        time.sleep(0.1)
    raise AssertionError(f"waited in vain for {what}")


@dataclass
class Screen:
    """An X server of our own; ``environ`` leads programs to it and to a home of their own."""

    environ: dict[str, str]
    size: tuple[int, int]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def xdotool(self, *arguments: str) -> str:
        """What xdotool answers; empty when it fails."""
        command = ["xdotool", *arguments]
        done = subprocess.run(command, env=self.environ, capture_output=True, check=False)
        return done.stdout.decode() if done.returncode == 0 else ""

    def wait_for_color(self, color: tuple[int, int, int], x: int, y: int) -> None:
        """Wait until a point of the screen has that colour, but for rounding."""

        def is_there() -> bool:
            command = ["import", "-window", "root", "png:-"]
            picture = subprocess.run(command, env=self.environ, capture_output=True, check=True)
            point = Image.open(io.BytesIO(picture.stdout)).convert("RGB").getpixel((x, y))
            assert isinstance(point, tuple)
            return all(abs(a - b) <= 3 for a, b in zip(point, color, strict=True))

        until(f"the colour {color} at {x}, {y}", is_there)

    def start(self, *command: str | Path, **environ: str) -> subprocess.Popen[bytes]:
        """Start a program on it; ended with the screen at the latest."""
        process = subprocess.Popen(
            [str(part) for part in command],
            env=self.environ | environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.running.append(process)
        return process

    def active(self) -> str:
        """The title of the window that has the focus."""
        return self.xdotool("getactivewindow", "getwindowname").strip()


@contextmanager
def screen(home: Path, size: tuple[int, int] = (1280, 800)) -> Iterator[Screen]:
    """Run an X server at a free display, with openbox."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [
            *("Xvfb", "-displayfd", str(writing), "-nolisten", "tcp"),
            "-noreset",  # else it throws openbox out when a question that came too early leaves
            *("-screen", "0", f"{size[0]}x{size[1]}x24"),
        ],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        display = f":{told.readline().strip()}"
    home.mkdir(parents=True, exist_ok=True)
    environ = {
        "PATH": os.environ["PATH"],
        "DISPLAY": display,
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "NO_AT_BRIDGE": "1",
    }
    there = Screen(environ, size)
    try:
        there.start("openbox")
        until("the window manager", lambda: there.xdotool("get_desktop").strip())
        yield there
    finally:
        for process in (*reversed(there.running), server):
            process.terminate()
            try:
                process.wait(HANG_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass
class Playing:
    """A game that runs on a screen."""

    screen: Screen
    process: subprocess.Popen[bytes]
    title: str
    folder: Path
    skipped: int  # bytes of the log that earlier runs wrote
    first_window: str = ""  # its id, once it was seen; the page may open others of that title

    @property
    def log(self) -> str:
        """What this run has written to its log so far."""
        path = self.folder / "shell.log"
        return path.read_bytes()[self.skipped :].decode() if path.exists() else ""

    def until(self, what: str, ask: Callable[[], T | None]) -> T:
        """What the game brings about while it runs; a failure shows its log."""
        try:
            return until(what, ask, process=self.process)
        except AssertionError as error:
            raise AssertionError(f"{error}; its log:\n{self.log}") from None

    def told(self, name: str) -> str:
        """The value that the page has told, as soon as it is there."""
        pattern = re.compile(rf"page log: {name}: (.*)$", re.MULTILINE)
        return self.until(f"{name} in the log", lambda: pattern.search(self.log))[1]

    def logged(self, text: str) -> str:
        """The log, as soon as it says ``text``."""
        return self.until(f"{text!r} in the log", lambda: self.log if text in self.log else None)

    def window(self) -> str:
        """The game's own window's id, once it is there."""
        name = f"^{re.escape(self.title)}$"
        search = ("search", "--onlyvisible", "--name", name)

        def ask() -> list[str]:
            return self.screen.xdotool(*search).split()

        self.first_window = self.first_window or self.until("the window", ask)[0]
        return self.first_window

    def geometry(self) -> tuple[int, int, int, int]:
        """X, y, width, height of the window."""
        text = self.screen.xdotool("getwindowgeometry", "--shell", self.window())
        numbers = dict(re.findall(r"(\w+)=(-?\d+)", text))
        return tuple(int(numbers[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))  # type: ignore[return-value]

    def is_fullscreen(self) -> bool:
        """Whether it covers the screen, and the window manager has told it so."""
        command = ["xprop", "-id", self.window(), "_NET_WM_STATE"]
        state = subprocess.run(command, env=self.screen.environ, capture_output=True, check=True)
        told = b"_NET_WM_STATE_FULLSCREEN" in state.stdout
        return told and self.geometry()[2:] == self.screen.size

    def press(self, key: str) -> None:
        """Press and release a key, in this window."""
        self.screen.xdotool("windowactivate", "--sync", self.window(), "key", key)

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(HANG_S)

    def quit(self) -> None:
        """Let the page itself end the game."""
        self.press("q")
        assert self.ended() == 0, self.log


def play(screen: Screen, program: Path, *options: str, **config: Any) -> Playing:
    """Start a game; ``config`` is what it was made with."""
    known = CONFIG | config
    folder = Path(screen.environ["HOME"]) / ".local" / "share" / known["userDataName"]
    log = folder / "shell.log"
    skipped = log.stat().st_size if log.exists() else 0
    return Playing(screen, screen.start(program, *options), known["title"], folder, skipped)
