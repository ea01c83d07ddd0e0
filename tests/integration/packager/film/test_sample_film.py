"""The sample game is filmed by real browsers, in the slices of two packagers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import av

from services.packager.film.equipment import CAMERA, SCRIPT
from services.packager.film.studio.limits import StudioLimits
from services.packager.film.studio.missing import missing
from services.packager.film.studio.studio import Studio
from shared.domain.events import ExportPackaged
from shared.templates import BUILT
from tests.integration.packager.film.test_films import film_of

if TYPE_CHECKING:
    from tests.integration.packager.film.conftest import Filming

SAMPLE = Path(__file__).parents[4] / "samples/emberlight"
FRAMES = 24


async def test_the_sample_becomes_a_film_with_sound(filming: Filming, tmp_path: Path) -> None:
    """Every frame is there, they move, and the sound is as long as they are."""
    assert missing() == []  # `make system-packages`
    files = {
        str(path.relative_to(SAMPLE)): path.read_bytes()
        for path in SAMPLE.rglob("*")
        if path.is_file()
    }
    studio = Studio(BUILT / CAMERA / SCRIPT, StudioLimits(browsers=2), confined=True)
    video: dict[str, Any] = {
        "width": 320,
        "height": 180,
        "frames": FRAMES,
        "keyframeInterval": 12,
        "audioCodec": "aac",
    }
    async with (
        filming.packager("one", studio, browsers=1),
        filming.packager("two", studio, browsers=1, directs=False),
    ):
        event = await filming.ask(files, **video)
        packaged = await filming.ends(event, "packaged", "failed")
        assert isinstance(packaged, ExportPackaged), packaged
        await filming.gone(event)
    film = await film_of(filming, packaged, tmp_path)
    with av.open(film) as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert len(pictures) == FRAMES
    assert len({picture.tobytes() for picture in pictures}) > FRAMES // 2
    with av.open(film) as container:
        seconds = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
    assert abs(seconds - FRAMES / 24) < 1 / 24
