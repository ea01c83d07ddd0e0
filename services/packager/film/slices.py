"""A film is cut into slices, which several browsers shoot at a time.

A slice begins at a key frame, so that slices are joined as they are. Each has to start a browser
and to play the game up to its first frame: what that costs may be a small share of the filming
alone, so a long film has longer slices, and a game whose every frame must be drawn on the way has
one. How a film is cut follows from its specification alone: another packager makes the same bytes.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

from services.packager.film.records import Slice

if TYPE_CHECKING:
    from services.packager.film.records import GameKind
    from shared.domain.video.film_spec import FilmSpec

# Seconds on one core, measured with the sample game and `python -m tests.bench --only filming`,
# whose heavy scene takes 0.29 s for a frame of 1280 x 720, and up to 0.42 on a busy machine.
BROWSER_S: Final = 3.0  # starts, loads a small game, and is ready
STEP_S: Final = 0.002  # one step of an engine's game that is not drawn
DRAWN_SHARE: Final = 0.7  # of a frame's cost is its drawing, which other games do on the way, too
FRAME_S: Final = 0.03  # a frame, however small
PIXEL_S: Final = 0.42e-6  # and for each pixel that is drawn

WASTE: Final = 0.2  # of the filming, that slices may cost
MOST_SLICES: Final = 200


def frame_s(spec: FilmSpec) -> float:
    """What one frame costs about, seconds of one core."""
    drawn = spec.width * spec.height * spec.supersample**2 * spec.subframes
    return FRAME_S + PIXEL_S * drawn


def step_s(spec: FilmSpec, game: GameKind) -> float:
    """What a frame on the way to a slice costs, which an engine's game does not draw."""
    return STEP_S if game == "engine" else frame_s(spec) * DRAWN_SHARE


def cut(spec: FilmSpec, game: GameKind) -> tuple[Slice, ...]:
    """The slices of a film: all of its frames once, in order, then its sound where it has one."""
    grid = max(round(spec.keyframe_s * spec.fps), 1) if spec.kind == "movie" else 1
    intervals = math.ceil(spec.frames / grid)
    count = min(_how_many(spec, game), intervals)
    ends = [min(intervals * number // count * grid, spec.frames) for number in range(count + 1)]
    pictures = [Slice(first=first, count=end - first) for first, end in itertools.pairwise(ends)]
    sound = [Slice(kind="sound", count=spec.frames)] if spec.sound else []
    return (*pictures, *sound)


def _how_many(spec: FilmSpec, game: GameKind) -> int:
    """As many as cost no more than ``WASTE``: n browsers, and half of the film n - 1 times."""
    filming_s = frame_s(spec) * spec.frames
    way_s = step_s(spec, game)
    before_s = spec.start_s * float(spec.fps) * way_s  # each plays up to the film's beginning
    again_s = BROWSER_S + before_s + spec.frames * way_s / 2
    return min(1 + int(filming_s * WASTE / again_s), MOST_SLICES)
