"""What a film lets hear: the same samples every time, each at its picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.browser.conftest import served
from tests.film.filming import crew, rgba_picture, shot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.film.filming import Stereo

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = Path(__file__).parent / "pages"
RATE = 48_000


def beginnings(heard: NDArray[np.float32], level: float) -> list[float]:
    """When it gets loud, after at least 0.1 s without; seconds."""
    loud = np.flatnonzero(np.abs(heard) > level)
    starts = loud[np.diff(loud, prepend=-RATE) > RATE // 10]
    return [float(start / RATE) for start in starts]


async def test_clicks_are_heard_when_flashes_are_seen() -> None:
    """Sound and picture are made apart, and meet within a frame; nine voices sum alike."""
    asked = shot(frames=60, fpsNum=60, layout="rgba")
    sounds: list[Stereo] = []
    with served(PAGES) as url:
        for _ in range(2):
            async with crew(url + "sound.html") as filming:
                heard, notes = await filming.sound(asked)
                assert (notes, filming.errors) == ([], [])
                sounds.append(heard.copy())
        async with crew(url + "sound.html") as filming:
            taken = await filming.film(asked)
    first, again = sounds
    assert first.shape == (2, RATE)
    assert first.tobytes() == again.tobytes()
    flashes = [n / 60 for n in range(1, 60) if rgba_picture(taken.frames[n]).mean() > 128]
    clicks = beginnings(first[0], 0.2)
    assert len(flashes) == 3
    assert len(clicks) == 3
    for flash, click in zip(flashes, clicks, strict=True):
        assert abs(flash - click) < 1 / 60


async def test_a_film_from_the_middle_has_the_sound_from_the_middle() -> None:
    """Half a second later, the same samples are half a second earlier."""
    with served(PAGES) as url:
        async with crew(url + "sound.html") as filming:
            whole, _ = await filming.sound(shot(frames=60, fpsNum=60))
        async with crew(url + "sound.html") as filming:
            part, _ = await filming.sound(shot(frames=30, fpsNum=60, startS=0.5))
    assert part.shape == (2, RATE // 2)
    assert part.tobytes() == whole[:, RATE // 2 :].tobytes()
