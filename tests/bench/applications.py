"""How fast a game becomes an application, how much that adds, and how soon it is on the screen.

Chromium opens the same page under the same X server, in turns with the application, so that the
machine's load meets both; only the ratio is judged.
"""

from __future__ import annotations

import io
import random
import shutil
import statistics
import tarfile
import threading
import time
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from PIL import ImageGrab

from tests.applications import game_in
from tests.bench.measurement import Measurement
from tests.projects import TEMPLATES, build, request
from tests.shell.desktop import Screen, screen, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.domain.options import Platform

PLATFORMS: Final[tuple[Platform, ...]] = ("windows", "macos", "linux")
ROUNDS: Final = 5
MAX_BUILD_S: Final = 0.5
MAX_ADDED_MB: Final = 1.0
MAX_SHELL_KB: Final = 150
MAX_START_RATIO: Final = 1.5
COLOUR: Final = (18, 140, 60)
PAGE: Final = b"""<!doctype html><title>First frame</title>
<style>html { background: #101010 }</style><canvas width="1280" height="720"></canvas>
<script type="module" src="draw.js"></script>"""
DRAW: Final = b"""
const context = document.querySelector("canvas").getContext("2d");
requestAnimationFrame(() => {
  context.fillStyle = "rgb(18 140 60)";
  context.fillRect(0, 0, 1280, 720);
});
"""


def measure(_: Path) -> Iterator[Measurement]:
    """All numbers of the three desktops."""
    noise = random.Random(11)
    game = {"index.html": PAGE, "draw.js": DRAW, "icon.png": _icon()}
    game |= {f"assets/{n}.webp": noise.randbytes(100_000) for n in range(30)}
    game |= {f"assets/{n}.json": b'{"level": %d}' % n * 12_000 for n in range(12)}
    for platform in PLATFORMS:
        yield from _built(platform, game)
    for path, record in TEMPLATES.get("shell").files.items():
        name = f"shell.{path.partition('/')[0]}"
        yield Measurement(name=name, value=record.size / 1e3, unit="kB", target=MAX_SHELL_KB)
    yield from _started(game)


def _built(platform: Platform, game: dict[str, bytes]) -> Iterator[Measurement]:
    wanted = request(platform, app_icon="icon.png")
    build(game, wanted)  # once before
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        build(game, wanted)
        times.append(time.perf_counter() - start)
    stored = build(game, request(platform, app_icon="icon.png", compression="none"))
    added_mb = (len(stored.data) - len(game_in(stored))) / 1e6
    name = f"application.{platform}"
    yield Measurement(
        name=f"{name}.build", value=statistics.median(times), unit="s", target=MAX_BUILD_S
    )
    yield Measurement(name=f"{name}.added", value=added_mb, unit="MB", target=MAX_ADDED_MB)


def _started(game: dict[str, bytes]) -> Iterator[Measurement]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        program = _unpacked(folder, game)
        site = folder / "site"
        for path, data in game.items():
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_bytes(data)
        ours, theirs = [], []
        with _served(site) as url, screen(folder / "home", (1600, 900)) as desk:
            for _ in range(ROUNDS + 1):  # the first makes the profiles
                ours.append(_first_frame(desk, [program]))
                theirs.append(_first_frame(desk, _chromium(url, folder / "profile")))
    ours_s, theirs_s = statistics.median(ours[1:]), statistics.median(theirs[1:])
    yield Measurement(name="application.first_frame", value=ours_s, unit="s")
    yield Measurement(name="application.first_frame.chromium", value=theirs_s, unit="s")
    yield Measurement(
        name="application.first_frame.ratio",
        value=ours_s / theirs_s,
        unit="×",
        target=MAX_START_RATIO,
    )


def _first_frame(desk: Screen, command: Sequence[str | Path]) -> float:
    """Seconds from the start of a program until its picture is in the middle of the screen."""
    display = desk.environ["DISPLAY"]
    middle = (desk.size[0] // 2, desk.size[1] // 2)

    def seen() -> bool:
        found = ImageGrab.grab(xdisplay=display).convert("RGB").getpixel(middle)
        return found == COLOUR

    until("an empty screen", lambda: not seen())
    start = time.perf_counter()
    process = desk.start(*command)
    while not seen():
        time.sleep(0.005)
        if process.poll() is not None or time.perf_counter() - start > 60:
            raise RuntimeError(f"{command[0]} never drew")
    elapsed_s = time.perf_counter() - start
    process.terminate()
    process.wait()
    return elapsed_s


def _unpacked(folder: Path, game: dict[str, bytes]) -> Path:
    built = build(game, request("linux", app_name="bench"))
    with tarfile.open(fileobj=io.BytesIO(built.data)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "bench-1.0.0" / "bench"


def _chromium(url: str, profile: Path) -> list[str | Path]:
    program = shutil.which("chromium") or "chromium"
    return [
        *(program, f"--app={url}", "--window-size=1280,720", f"--user-data-dir={profile}"),
        *("--no-sandbox", "--no-first-run", "--disable-background-networking"),
    ]


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/index.html"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _icon() -> bytes:
    return (Path(__file__).parents[2] / "samples/firefly/assets/icon.png").read_bytes()
