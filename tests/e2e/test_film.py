"""Films, from a folder to a file that other readers show."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image, ImageSequence

from services.packager.film.studio.usage import descendants
from tests.e2e.test_phones import exported
from tests.second_reader import probed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.e2e.conftest import Up

SIZE: Final = (64, 64)
# A ball crosses the picture, and stays where it is until a key is pressed; a tone is heard then.
GAME: Final = """<!doctype html><title>Ball</title><body style="margin:0">
<canvas id="c" width="64" height="64" style="display:block"></canvas><script>
const context = document.getElementById("c").getContext("2d");
let rolls = false, x = 0;
addEventListener("keydown", () => {
  rolls = true;
  const sound = new AudioContext(), tone = sound.createOscillator();
  tone.connect(sound.destination);
  tone.start();
});
requestAnimationFrame(function draw() {
  context.fillStyle = "#124";
  context.fillRect(0, 0, 64, 64);
  context.fillStyle = "#fc6";
  context.fillRect(rolls ? (x += 4) : x, 24, 16, 16);
  requestAnimationFrame(draw);
});
</script>"""
TRACK: Final = [{"t": 0.1, "type": "key", "code": "Space"}]


def is_mp4(film: Path) -> None:
    """Twelve frames of H.264 at 24 a second, and as much sound."""
    assert film.name.endswith("-video.mp4")
    said = probed(film)
    assert (said["video"]["codec_name"], said["audio"]["codec_name"]) == ("h264", "aac")
    assert (said["video"]["width"], said["video"]["height"]) == SIZE
    assert said["video"]["nb_read_frames"] == "12"
    assert float(said["format"]["duration"]) == pytest.approx(0.5, abs=0.03)


def is_gif(film: Path) -> None:
    """As many pictures, and they move."""
    assert film.name.endswith("-video.gif")
    with Image.open(film) as gif:
        assert (gif.format, gif.size) == ("GIF", SIZE)
        assert getattr(gif, "n_frames", 1) == 12
        shown = {frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(gif)}
    assert len(shown) > 6


def is_stills(film: Path) -> None:
    """Numbered pictures in a ZIP."""
    assert film.name.endswith("-video.zip")
    with zipfile.ZipFile(film) as archive:
        assert archive.namelist() == [f"{number:06}.png" for number in range(12)]
        shown = []
        for name in archive.namelist():
            picture = Image.open(io.BytesIO(archive.read(name)))
            assert (picture.format, picture.size) == ("PNG", SIZE)
            shown.append(picture.convert("RGB").tobytes())
    assert shown[0] == shown[1]  # nobody has pressed anything yet
    assert len(set(shown)) > 6


@pytest.fixture
def ball(tmp_path: Path) -> Path:
    """A game that somebody has to play."""
    folder = tmp_path / f"ball-{tmp_path.name[-20:].lower().replace('_', '-')}"
    folder.mkdir()
    (folder / "index.html").write_text(GAME)
    (folder / "play.json").write_text(json.dumps(TRACK))
    return folder


@pytest.mark.parametrize(
    ("shape", "check"),
    [
        ({"video.fps": "24"}, is_mp4),
        ({"video.preset": "gif", "video.fps": "24"}, is_gif),
        ({"video.stills": '{"format": "png"}', "video.fps": "24"}, is_stills),
    ],
    ids=["mp4", "gif", "stills"],
)
def test_a_game_becomes_a_film(
    up: Up,
    ball: Path,
    tmp_path: Path,
    shape: Mapping[str, str],
    check: Callable[[Path], None],
) -> None:
    """Played by its own track, in every kind of file."""
    played = {"video.input": "play.json", "video.durationS": "0.5"}
    size = {"video.width": "64", "video.height": "64"}
    film = exported(up, ball, tmp_path / "out", "video", **played, **size, **shape)
    check(film)


def test_one_whom_nobody_plays_is_told_what_to_do(up: Up, ball: Path, tmp_path: Path) -> None:
    """A film in which nothing moves is none."""
    assert up.cli("push", str(ball)).returncode == 0
    size = ("--option", "video.width=64", "--option", "video.height=64")
    length = ("--option", "video.frames=6")
    asked = ("export", ball.name, "--platform", "video", *size, *length)
    done = up.cli(*asked, "-o", str(tmp_path / "out"))
    assert done.returncode != 0
    assert "All 6 frames are the same picture" in done.stderr
    assert "options.video.input" in done.stderr


@contextmanager
def browsers_die(up: Up) -> Iterator[None]:
    """Every browser that films is killed while the block lasts."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.05):
            for pid in descendants(up.process.pid):
                with suppress(OSError):
                    if b"--remote-debugging-pipe" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        os.kill(pid, signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    try:
        yield
    finally:
        over.set()
        killing.join()


def test_an_operator_has_a_film_made_whose_browsers_have_died(
    up: Up, ball: Path, tmp_path: Path
) -> None:
    """Its slice fails three times, which is a dead letter; replayed, the same export has a film."""
    assert up.cli("push", str(ball)).returncode == 0
    options = {"width": "64", "height": "64", "fps": "24", "frames": "12", "input": "play.json"}
    asked = [
        part for name, value in options.items() for part in ("--option", f"video.{name}={value}")
    ]
    with browsers_die(up):
        failed = up.cli("export", ball.name, "--platform", "video", *asked, "--wait")
    assert failed.returncode == 3, failed.stderr
    assert "has failed 3 times" in failed.stderr
    letters = up.json("dead-letters", "ls", "--platform", "video")["deadLetters"]
    (letter,) = [found for found in letters if found["projectId"] == ball.name]
    export = f"{ball.name}/{letter['exportId']}"
    state = up.json("status", export)
    assert (state["errorCode"], state["deadLetter"]) == (
        "film-browser-died",
        str(letter["seq"]),
    )
    replayed = up.cli("dead-letters", "replay", str(letter["seq"]), "--why", "browsers live again")
    assert replayed.returncode == 0, replayed.stderr
    assert up.cli("watch", export).returncode == 0
    state = up.json("status", export)
    assert (state["status"], state["generation"], state["deadLetter"]) == ("completed", 2, None)
    out = tmp_path / "out"
    out.mkdir()
    assert up.cli("download", export, "-o", str(out)).returncode == 0
    (film,) = out.iterdir()
    is_mp4(film)
