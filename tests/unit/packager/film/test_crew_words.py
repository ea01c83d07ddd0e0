"""What a crew tells is bounded before it is kept: whoever has taken one over may tell anything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import msgspec

from services.packager.film.records import FilmId, FilmPlan, Piece, Slice, SliceRecord
from services.packager.film.slice_news import SliceNews
from services.packager.film.slice_record import advanced, begun
from services.packager.film.studio import studio as studios
from services.packager.film.studio.jobs import ShotTaken
from services.packager.film.studio.limits import StudioLimits
from services.packager.film.studio.shot import FramesDone, NoteTold, Shot
from services.packager.film.studio.studio import Studio
from services.packager.processes.threads import in_thread
from shared.domain.build_warnings import MOST, BuildWarning, BuildWarnings
from tests.films import film_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

NOWHERE = cast("Any", None)  # nothing is sent there


def _write_slice(folder: Path) -> None:
    (scratch,) = folder.glob("studio-*")
    (scratch / "slice.mkv").write_bytes(b"frames")


def test_counts_are_those_of_the_slice_and_can_be_written_down() -> None:
    """More frames than there are, at an endless pace, would be no number in JSON."""
    plan = FilmPlan(
        film=FilmId("p", "e", 1),
        spec=film_spec(),
        site=Piece(key="k", size_bytes=1, sha256="0" * 64),
        game="html5",
        slices=(Slice(count=12),),
        build_key="0" * 64,
        file_name="film.mp4",
        warnings=BuildWarnings(),
        reusable=True,
    )
    news = SliceNews(NOWHERE, NOWHERE, NOWHERE, plan=plan, number=0, worker="one")
    news.told(FramesDone(10**12, math.inf))
    record = advanced(begun(SliceRecord(), "one"), "one", frames=news.done, fps=news.fps)
    assert record is not None
    assert record.frames == 12
    assert msgspec.json.decode(msgspec.json.encode(record), type=SliceRecord) == record


async def test_notes_are_as_many_as_an_export_carries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes after them is neither kept nor told."""
    told: list[object] = []

    class Chatty:
        """A call whose crew tells notes without end."""

        def __init__(self, _job: object, tell: Callable[[object], object]) -> None:
            self._tell = tell

        async def result(self) -> ShotTaken:
            for number in range(10 * MOST):
                self._tell(NoteTold(BuildWarning(code="film-camera", message=f"note {number}")))
            await in_thread(lambda: _write_slice(tmp_path))
            return ShotTaken(
                name="slice.mkv",
                frames=1,
                kind="html5",
                luma_max=0.5,
                difference_max=0.5,
                renderer="",
            )

    monkeypatch.setattr(studios, "CrewCall", Chatty)
    program = tmp_path / "browser"
    program.touch(mode=0o755)
    studio = Studio(tmp_path / "camera.js", StudioLimits(), confined=False, program=str(program))
    shot = Shot(spec=film_spec(), count=1)
    taken = await studio.shoot(tmp_path, shot, tmp_path, told.append)
    assert len(taken.notes) == len(told) == MOST
