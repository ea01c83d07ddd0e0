"""How films are cut into slices."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from services.packager.film.slices import MOST_SLICES, cut
from shared.domain.video.film_spec import Sound
from tests.films import film_spec

if TYPE_CHECKING:
    from services.packager.film.records import GameKind

SOUND = Sound(codec="aac", bit_rate=128_000)


@given(
    frames=st.integers(1, 100_000),
    rate=st.sampled_from([(24, 1), (30_000, 1_001), (60, 1), (120, 1)]),
    keyframe_s=st.floats(0.1, 10),
    height=st.sampled_from([16, 720, 2_160]),
    game=st.sampled_from(["engine", "html5"]),
)
def test_every_frame_is_shot_once(
    frames: int,
    rate: tuple[int, int],
    keyframe_s: float,
    height: int,
    game: GameKind,
) -> None:
    """In order; each slice begins at a key frame; the sound comes last."""
    spec = film_spec(
        frames=frames,
        fps_num=rate[0],
        fps_den=rate[1],
        keyframe_s=keyframe_s,
        width=height * 16 // 9,
        height=height,
        sound=SOUND,
    )
    *pictures, sound = cut(spec, game)
    assert (sound.kind, sound.count) == ("sound", frames)
    assert 1 <= len(pictures) <= MOST_SLICES
    covered = 0
    grid = max(round(keyframe_s * Fraction(*rate)), 1)
    for piece in pictures:
        assert piece.first == covered
        assert piece.first % grid == 0
        covered += piece.count
    assert covered == frames


def test_a_heavy_scene_has_several_slices_and_a_game_of_html5_one() -> None:
    """Ten seconds at 720p; what is not of the engine would be drawn again and again."""
    spec = film_spec(width=1_280, height=720, frames=300, fps_num=30, fps_den=1)
    assert len(cut(spec, "engine")) >= 4
    assert len(cut(spec, "html5")) == 1


def test_a_long_film_has_longer_slices() -> None:
    """Each plays the game from its beginning: what that costs stays a share of the filming."""
    lengths = []
    for minutes in (1, 10, 60):
        frames = minutes * 60 * 30
        spec = film_spec(width=1_280, height=720, frames=frames, fps_num=30, fps_den=1)
        slices = cut(spec, "engine")
        lengths.append(math.ceil(frames / len(slices)))
    assert lengths == sorted(lengths)
    assert lengths[-1] > lengths[0]
