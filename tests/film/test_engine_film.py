"""The engine's games are filmed frame by frame: the same bytes in every browser and slicing."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.browser.pictures import picture, similarity
from tests.film.filming import crew, planes_in, planes_of, rgba_picture, shot

if TYPE_CHECKING:
    from tests.film.filming import Slice

pytestmark = pytest.mark.asyncio(loop_scope="session")

WITHOUT_TEXTS = ".game-ui, .touch-controls { display: none !important }"


async def filmed(url: str, **fields: Any) -> Slice:
    """A slice of a game, without the texts over its picture."""
    async with crew(url) as filming:
        await filming.page.add_style_tag(content=WITHOUT_TEXTS)
        return await filming.film(shot(**fields))


async def test_slices_of_the_sample_join_bit_by_bit(sample: str) -> None:
    """Two browsers give the same frames, and so do two slices and three."""
    whole, again = [await filmed(sample, frames=12) for _ in range(2)]
    assert whole.prepared["kind"] == "engine"
    assert whole.taken == {"frames": 12, "notes": []}
    assert len(set(whole.hashes)) == 12
    assert again.hashes == whole.hashes
    for cuts in ([0, 5, 12], [0, 4, 8, 12]):
        parts = [
            await filmed(sample, frames=12, first=first, count=end - first)
            for first, end in pairwise(cuts)
        ]
        assert [one for part in parts for one in part.hashes] == whole.hashes


async def test_frames_are_what_the_player_shows(sample: str) -> None:
    """Against the browser's own screenshots, and the planes against the book."""
    taken = await filmed(sample, frames=8, layout="rgba")
    planes = await filmed(sample, frames=8)
    async with crew(sample) as filming:
        await filming.page.add_style_tag(content=WITHOUT_TEXTS)
        shots = await filming.screenshots(shot(frames=8))
    for index in (0, 4, 7):
        frame = rgba_picture(taken.frames[index])
        assert similarity(frame, picture(shots[index])) >= 0.98
        for plane, by_the_book in zip(
            planes_in(planes.frames[index]), planes_of(frame), strict=True
        ):
            assert np.abs(plane - by_the_book).max() <= 1
