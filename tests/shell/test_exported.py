"""The sample game, exported for Linux by the packager, played on a screen."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.projects import build
from tests.projects import request as export_request
from tests.shell.desktop import play, screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shell.desktop import Playing, Screen

pytestmark = pytest.mark.timeout(900)  # a hang; a busy machine is none

SAMPLE = Path(__file__).parents[2] / "samples" / "firefly"
CONFIG = {"title": "Firefly", "userDataName": "com.aethel.game.p1"}
EDGE_PX = 52
# Counts the game's starts, where a game keeps its saves, and logs what can be waited for.
PROBE = b"""
const runs = Number(localStorage.getItem("runs")) + 1;
localStorage.setItem("runs", String(runs));
console.log(`runs: ${runs}`);
const canvas = document.getElementById("stage");
const seen = new Set();
const log = (name) => seen.has(name) || (seen.add(name), console.log(`${name}: yes`));
const watch = () => {
  const x = Number(canvas.dataset.x); // of the player, once the game has drawn itself
  if (x) log("drawn");
  if (document.getElementById("card").hidden) log("playing");
  if (x <= 25) log("left");
  if (x >= canvas.clientWidth - 25) log("right");
  requestAnimationFrame(watch);
};
watch();
"""
PROBED = b'<script type="module" src="probe.js"></script></head>'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Screen]:
    """A screen that is larger than the game's window."""
    with screen(tmp_path / "home", (1600, 900)) as there:
        yield there


def exported(folder: Path, form: str) -> Path:
    """Export the sample, with the console in the log, and do what a player does with it."""
    files = {
        path.relative_to(SAMPLE).as_posix(): path.read_bytes()
        for path in SAMPLE.rglob("*")
        if path.is_file()
    }
    files["index.html"] = files["index.html"].replace(b"</head>", PROBED)
    files["probe.js"] = PROBE
    levels = json.loads(files["data/levels.json"])
    without_bats = [level | {"bats": 0} for level in levels]  # a night that does not end
    files["data/levels.json"] = json.dumps(without_bats).encode()
    built = build(files, export_request("linux", "debug", format=form, app_icon="assets/icon.png"))
    if form == "tar.gz":
        with tarfile.open(fileobj=io.BytesIO(built.data)) as archive:
            archive.extractall(folder, filter="data")
        return folder / "firefly-1.0.0" / "firefly"
    path = folder / built.name
    path.write_bytes(built.data)
    path.chmod(0o755)
    return path


def test_the_exported_game_is_played_and_remembers(desk: Screen, tmp_path: Path) -> None:
    """It is seen, keys move its player from edge to edge, the other form finds what it kept."""
    playing = play(desk, exported(tmp_path, "appimage"), **CONFIG)
    assert playing.told("runs") == "1"
    assert playing.geometry()[2:] == (1280, 720)
    assert playing.told("drawn")  # the game has loaded and listens
    playing.press("Return")  # the button that has the focus
    assert playing.told("playing")
    _hold(playing, "Left")
    assert playing.told("left")
    playing.until("the player at the left edge", lambda: _shines(playing, right=False))
    assert not _shines(playing, right=True)
    _hold(playing, "Right")
    assert playing.told("right")
    playing.until("the player at the right edge", lambda: _shines(playing, right=True))
    assert not _shines(playing, right=False)
    playing.process.terminate()
    playing.ended()
    again = play(desk, exported(tmp_path, "tar.gz"), **CONFIG)
    assert again.told("runs") == "2"
    assert again.told("drawn")


def _hold(playing: Playing, key: str) -> None:
    """Press a key and let go of all others."""
    other = {"Left": "Right", "Right": "Left"}[key]
    window = ("windowactivate", "--sync", playing.window())
    playing.screen.xdotool(*window, "keyup", other, "keydown", key)


def _shines(playing: Playing, *, right: bool) -> bool:
    """Whether the firefly's light is at an edge of the window, where no other light goes."""
    x, y, width, height = playing.geometry()
    picture = subprocess.run(
        ["import", "-window", "root", "png:-"],
        env=playing.screen.environ,
        capture_output=True,
        check=True,
    )
    left = x + width - EDGE_PX if right else x
    middle = y + height // 2
    with Image.open(io.BytesIO(picture.stdout)) as shown:
        edge = shown.convert("RGB").crop((left, middle - 70, left + EDGE_PX, middle + 70))
    pixels = edge.tobytes()
    colours = zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True)
    bright = sum(red > 235 and green > 190 and blue < 150 for red, green, blue in colours)
    return bright > 15
