"""How long a slice may be filmed: what cannot be done in time is refused, what gets on goes on.

What would take too long however light its scene is is refused before its film is begun. How heavy
it is, its own first frames tell: a slice goes on for as long as it will be there, as it gets on,
within the time of the whole film. One that stands still is ended by the studio, within minutes.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.film.slices import BROWSER_S, FRAME_S, PIXEL_S, frame_s, step_s
from services.packager.film.studio.errors import FilmTooHeavyError
from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from services.packager.film.records import GameKind, Slice
    from shared.domain.video.film_spec import FilmSpec

LIGHT: Final = 0.1  # of a heavy scene's cost: less than a canvas takes on which one thing moves
LOOK_S: Final = 5.0  # between two looks at how a slice gets on
MEASURED: Final = 10  # frames, and
MEASURED_S: Final = 60.0  # seconds, that tell how fast it does
LEAST_PX: Final = 64


class FilmTimes(msgspec.Struct, frozen=True, kw_only=True):
    """What is spent on films, seconds."""

    shot_s: float = 7_200.0  # on a slice, as it is reckoned, and until its first frame is there
    film_s: float = 21_600.0  # on all of a film; a slice that gets on may take as long


class SliceTooLongError(FilmTooHeavyError):
    """A slice would take longer than one may; the message says what would fit."""

    def __init__(self, message: str) -> None:
        ExportError.__init__(self, message)
        self.what = "time"


def check_times(spec: FilmSpec, game: GameKind, slices: Sequence[Slice], times: FilmTimes) -> None:
    """Refuse a film of which a slice would take too long.

    Raises:
        SliceTooLongError: Which it is, and what would fit.
    """
    before = spec.start_s * float(spec.fps)
    for piece in slices:
        if piece.kind == "pictures":
            way = before + piece.first
            drawn_s = way * step_s(spec, game) + piece.count * frame_s(spec)
            took_s = BROWSER_S + LIGHT * drawn_s
            if took_s > times.shot_s:
                raise SliceTooLongError(_refusal(spec, game, piece, took_s, times.shot_s))


def _refusal(spec: FilmSpec, game: GameKind, piece: Slice, took_s: float, most_s: float) -> str:
    said = (
        "the piece from one key frame to the next"
        if game == "engine"
        else "an HTML5 game is filmed in one piece, from its beginning on: this one"
    )
    fits = "; ".join(_what_fits(spec, game, piece, most_s))
    return (
        f"{said} would take {_minutes(took_s)} at least, and at most {_minutes(most_s)} are spent "
        f"on one. {fits}"
    )


def _what_fits(spec: FilmSpec, game: GameKind, piece: Slice, most_s: float) -> list[str]:
    """Less of it, and all of it in small; or what else would help."""
    before = spec.start_s * float(spec.fps)
    heavy_s = (most_s - BROWSER_S) / LIGHT  # a heavy scene's time for as many frames
    left_s = heavy_s - before * step_s(spec, game)
    frames = int(left_s / frame_s(spec))
    found = []
    if frames >= 1 and game == "html5":
        found.append(f"At {spec.width} × {spec.height} the first {frames:,} frames fit")
    like_drawn = piece.count + (before if game == "html5" else 0)
    budget_s = heavy_s / like_drawn - FRAME_S
    pixels = budget_s / PIXEL_S / spec.supersample**2 / spec.subframes
    if pixels > 0:
        width = math.isqrt(int(pixels * spec.width / spec.height)) // 2 * 2
        height = int(width * spec.height / spec.width) // 2 * 2
        if min(width, height) >= LEAST_PX:
            found.append(f"all of it fits at {width} × {height}")
    return found or ["Make it shorter, with an earlier startS, or a shorter keyframeInterval"]


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return "1 minute" if minutes == 1 else f"{minutes:,} minutes"


class Pace(msgspec.Struct, frozen=True):
    """How fast a slice gets on, from the first look at which a frame of it was there."""

    first_s: float  # when that was, since it was begun
    first: int  # frames that were there then
    since_s: float
    more: int  # frames since then

    def is_known(self, least_s: float) -> bool:
        """Whether it says something; one that has just begun may have shaders to compile."""
        return self.more >= MEASURED and self.since_s >= least_s

    def end_s(self, count: int) -> float:
        """When so many frames will be there."""
        return self.first_s + self.since_s / self.more * (count - self.first)

    def frames(self, by_s: float) -> int:
        """How many of them will be there by then."""
        return self.first + max(0, int((by_s - self.first_s) * self.more / self.since_s))


@asynccontextmanager
async def in_time(times: FilmTimes, count: int, done: Callable[[], int]) -> AsyncIterator[None]:
    """Let the block go on while it will end within ``film_s``, as its own frames tell.

    Args:
        times: What may be spent.
        count: Frames of the slice.
        done: How many of them are there.

    Raises:
        SliceTooLongError: It will not.
    """
    clock = asyncio.get_running_loop().time
    began_s, least_s = clock(), min(MEASURED_S, times.shot_s)
    fits = 0

    async def watch(timer: asyncio.Timeout) -> None:
        nonlocal fits
        pace = Pace(0.0, 0, 0.0, 0)
        while True:
            await asyncio.sleep(min(LOOK_S, times.shot_s / 10))
            at_s = clock() - began_s
            if not pace.first:
                pace = Pace(at_s, done(), 0.0, 0)
                if not pace.first and at_s > times.shot_s:
                    break
                continue
            pace = Pace(pace.first_s, pace.first, at_s - pace.first_s, done() - pace.first)
            if pace.is_known(least_s) and pace.end_s(count) > times.film_s:
                fits = pace.frames(times.film_s)
                break
        timer.reschedule(clock())

    try:
        async with asyncio.timeout(None) as timer:
            watching = asyncio.create_task(watch(timer))
            try:
                yield
            finally:
                watching.cancel()
    except TimeoutError as error:
        if not timer.expired():
            raise
        shown = f"{done():,} of {count:,} frames after {_minutes(clock() - began_s)}"
        would = f", in which {fits:,} would" if fits else ""
        raise SliceTooLongError(
            f"a piece of the film has {shown}, and will not be there in {_minutes(times.film_s)}"
            f"{would}: film it smaller or shorter, with less supersampling, or make its scene "
            "lighter"
        ) from error
