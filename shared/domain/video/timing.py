"""Which moments of a game are filmed: where it starts, how often, how many."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET

from shared.domain.video.frame_rate import frame_rate
from shared.domain.video.wish import given

if TYPE_CHECKING:
    from shared.domain.video.film_spec import Kind
    from shared.domain.video.shape import Shape
    from shared.domain.video.wish import Wish

MAX_S: Final = 600
MAX_START_S: Final = 3_600
_RATES: Final[dict[Kind, tuple[int, int]]] = {
    "movie": (24, 120),
    "animation": (1, 60),
    "stills": (1, 60),
    "sheet": (1, 60),
}
_USUAL_RATE: Final[dict[Kind, int]] = {"movie": 30, "animation": 15, "stills": 30, "sheet": 12}
_USUAL_S: Final[dict[Kind, float]] = {"movie": 10.0, "animation": 4.0, "stills": 0.0, "sheet": 1.0}
_MOST_FRAMES: Final[dict[Kind, tuple[int, str]]] = {
    "movie": (MAX_S * 120, "make a shorter film"),
    "animation": (1_200, "each is kept whole, or nearly: make an mp4 of what is longer"),
    "stills": (3_600, "ask for fewer a second, or make a film"),
    "sheet": (4_096, "ask for fewer a second"),
}
GIF_FPS: Final = 50


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Frame ``n`` shows the game at ``start_s + n / fps``."""

    fps: Fraction
    frames: int
    start_s: float


def timing_of(wish: Wish, shape: Shape) -> Timing:
    """The frames of a film, exactly."""
    fps = _rate(wish, shape)
    start_s, end_s = _from_to(wish)
    if start_s > MAX_START_S:
        why = f"at most {MAX_START_S}: the game is played until there, frame by frame"
        wish.object_to("startS", why)
        start_s = 0.0
    frames = _frames(wish, shape, fps, start_s, end_s)
    return Timing(fps=fps, frames=frames, start_s=start_s)


def _rate(wish: Wish, shape: Shape) -> Fraction:
    if wish.video.fps is not UNSET and wish.video.frame_rate is not UNSET:
        wish.object_to("frameRate", "is another name of fps: leave out one of them")
    name, written = ("fps", wish.video.fps)
    if written is UNSET:
        name, written = ("frameRate", wish.video.frame_rate)
    usual = wish.preset.fps if wish.preset else Fraction(_USUAL_RATE[shape.kind])
    if written is UNSET:
        return usual
    least, most = _RATES[shape.kind]
    most = GIF_FPS if shape.codec == "gif" else most
    rate = frame_rate(written)
    if rate is None:
        wish.object_to(name, f"{written!r} is no rate: write 30, 29.97 or 30000/1001")
    elif not least <= rate <= most:
        why = f"{least} to {most} of {_plural(shape)}"
        why += ", which counts hundredths of a second" if shape.codec == "gif" else ""
        wish.object_to(name, why)
    else:
        return rate
    return usual


def _plural(shape: Shape) -> str:
    names = {"movie": "films", "animation": shape.codec, "stills": "stills", "sheet": "sheets"}
    return names[shape.kind]


def _from_to(wish: Wish) -> tuple[float, float | None]:
    """Where the film starts and, by the editor's points, ends."""
    start_s = given(wish.video.start_s, 0.0)
    uses, first, last = wish.video.use_in_out_points, wish.video.in_point, wish.video.out_point
    if uses is False:
        why = "useInOutPoints is false: leave it out"
        wish.object_if_given(why, inPoint=first, outPoint=last)
        return start_s, None
    if uses is True and first is UNSET and last is UNSET:
        wish.object_to("useInOutPoints", "neither inPoint nor outPoint is there")
    if first is not UNSET and wish.video.start_s is not UNSET:
        wish.object_to("inPoint", "startS says when the film starts, too: leave out one of them")
    start_s = given(first, start_s)
    if last is UNSET:
        return start_s, None
    if last <= start_s:
        wish.object_to("outPoint", f"is not after the start, {start_s:g} s")
        return start_s, None
    return start_s, last


def _frames(
    wish: Wish,
    shape: Shape,
    fps: Fraction,
    start_s: float,
    end_s: float | None,
) -> int:
    said = {
        "frames": wish.video.frames,
        "durationS": wish.video.duration_s,
        "outPoint": UNSET if end_s is None else end_s,
    }
    names = [name for name, value in said.items() if value is not UNSET]
    if len(names) > 1:
        wish.object_to(names[1], f"{names[0]} says how long the film is: leave out one of them")
    usual_s = wish.preset.duration_s if wish.preset else _USUAL_S[shape.kind]
    if wish.video.frames is not UNSET:
        name, frames = "frames", wish.video.frames
    else:
        name = "outPoint" if end_s is not None else "durationS"
        length_s = given(wish.video.duration_s, usual_s) if end_s is None else end_s - start_s
        frames = max(1, round(Fraction(str(length_s)) * fps))
    most, remedy = _MOST_FRAMES[shape.kind]
    if frames > MAX_S * fps:
        why = f"at most {MAX_S} s: a film's sound is made in one piece. Film it in parts"
        wish.object_to(name, why)
    elif frames > most:
        wish.object_to(name, f"{frames:,} frames, at most {most:,} of {_plural(shape)}: {remedy}")
    elif wish.video.duration_s == 0 and shape.kind != "stills":
        wish.object_to("durationS", "0 s would be nothing to see")
    else:
        return frames
    return max(1, round(Fraction(str(usual_s)) * fps))
