"""How fast a game becomes an application, and how much that adds to it."""

from __future__ import annotations

import random
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.applications import game_in
from tests.bench.measurement import Measurement
from tests.projects import TEMPLATES, build, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.options import Platform

PLATFORMS: Final[tuple[Platform, ...]] = ("windows", "macos", "linux")
ROUNDS: Final = 5
MAX_BUILD_S: Final = 0.5
MAX_ADDED_MB: Final = 1.0
MAX_SHELL_KB: Final = 150
ICON: Final = Path(__file__).parents[2] / "samples/firefly/assets/icon.png"


def measure(_: Path) -> Iterator[Measurement]:
    """All numbers of the three desktops."""
    noise = random.Random(11)
    game = {"index.html": b"<!doctype html><title>Bench</title>", "icon.png": ICON.read_bytes()}
    game |= {f"assets/{n}.webp": noise.randbytes(100_000) for n in range(30)}
    game |= {f"assets/{n}.json": b'{"level": %d}' % n * 12_000 for n in range(12)}
    for platform in PLATFORMS:
        yield from _built(platform, game)
    for path, record in TEMPLATES.get("shell").files.items():
        name = f"shell.{path.partition('/')[0]}"
        yield Measurement(name=name, value=record.size / 1e3, unit="kB", target=MAX_SHELL_KB)


def _built(platform: Platform, game: dict[str, bytes]) -> Iterator[Measurement]:
    wanted = request(platform, app_icon="icon.png")
    built = build(game, wanted)  # once before
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        build(game, wanted)
        times.append(time.perf_counter() - start)
    added_mb = (len(built.data) - len(game_in(built))) / 1e6
    name = f"application.{platform}"
    yield Measurement(
        name=f"{name}.build", value=statistics.median(times), unit="s", target=MAX_BUILD_S
    )
    yield Measurement(name=f"{name}.added", value=added_mb, unit="MB", target=MAX_ADDED_MB)
