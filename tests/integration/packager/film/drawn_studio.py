"""A studio that draws numbered frames instead of playing the game: real files, without a browser.

How long a frame takes, which fails and how, a file of a folder says, so that other processes do
the same and a test may change its mind.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.film.encoding.finish import finish
from services.packager.film.encoding.preview import preview
from services.packager.film.encoding.slice_encoder import SliceEncoder
from services.packager.film.studio.errors import BrowserDiedError, FilmPageError
from services.packager.film.studio.shot import FinishedShare, FramesDone, PreviewTaken, Taken
from services.packager.processes.threads import in_thread
from tests.films import frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from services.packager.film.encoding.finished import Finished
    from services.packager.film.studio.shot import Shot, Told
    from shared.domain.video.film_spec import FilmSpec

SCRIPT: Final = "script.json"
TAKES: Final = "takes"  # a line for each attempt at a shot


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What happens while films are shot."""

    frame_s: float = 0.0
    stays_at: tuple[int, ...] = ()  # frames after which nothing comes, for as long as that is so
    dies_at: int | None = None  # a frame at which the browser dies, each time
    throws_at: int | None = None  # a frame at which the page throws
    black: bool = False
    frozen: bool = False
    held: bool = False  # nothing is finished for as long as that is so


class DrawnStudio:
    """Shoots whatever site it is given, which must have its entry page.

    Args:
        folder: Of the script, and of what was shot.
        name: Of the process.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    @property
    def script(self) -> Script:
        """As the test has it now."""
        path = self._folder / SCRIPT
        return msgspec.json.decode(path.read_bytes(), type=Script) if path.exists() else Script()

    async def shoot(
        self, site: Path, shot: Shot, folder: Path, tell: Callable[[Told], object]
    ) -> Taken:
        """Draw the frames of a shot."""
        assert (site / "index.html").is_file()
        self._note(shot)
        if shot.kind == "sound":
            return self._sound(shot.spec, folder)
        path = folder / "slice.mkv"
        encoder = SliceEncoder(shot.spec, path)
        luma = difference = 0.0
        try:
            for done in range(1, shot.count + 1):
                number = shot.first + done - 1
                data = self._drawn(shot.spec, number)
                measure = encoder.write(data)
                luma = max(luma, measure.luma)
                difference = max(difference, measure.difference)
                tell(FramesDone(done, 10.0))
                if done % 5 == 1:
                    tell(PreviewTaken(number, preview(shot.spec, data)))
                await asyncio.sleep(self.script.frame_s)
                while number in self.script.stays_at:  # noqa: ASYNC110 - a file says so
                    await asyncio.sleep(0.02)
        finally:
            encoder.close()
        return Taken(
            path=path,
            frames=shot.count,
            size_bytes=path.stat().st_size,
            kind="html5",
            luma_max=luma,
            difference_max=difference,
        )

    def _sound(self, spec: FilmSpec, folder: Path) -> Taken:
        path, samples = folder / "sound.f32", round(spec.duration_s * 48_000)
        path.write_bytes(bytes(samples * 8))
        return Taken(path=path, frames=samples, size_bytes=samples * 8, kind="html5")

    def _note(self, shot: Shot) -> None:
        with (self._folder / TAKES).open("a") as takes:
            takes.write(f"{self._name} {os.getpid()} {shot.kind} {shot.first}\n")

    def _drawn(self, spec: FilmSpec, number: int) -> bytes:
        script = self.script
        if number == script.dies_at:
            raise BrowserDiedError("the browser has died")
        if number == script.throws_at:
            raise FilmPageError("game.js:7: TypeError: x is not a function")
        if script.black:
            black = (spec.width * spec.height, b"\x10"), (spec.width * spec.height // 2, b"\x80")
            return b"".join(value * count for count, value in black)
        return frame(spec, 1 if script.frozen else number)

    async def finish(
        self,
        spec: FilmSpec,
        slices: Sequence[Path],
        sound: Path | None,
        output: Path,
        tell: Callable[[Told], object],
    ) -> Finished:
        """As the studio finishes, in this process."""
        tell(FinishedShare(0.5))
        while self.script.held:  # noqa: ASYNC110 - a file says so
            await asyncio.sleep(0.02)

        def quietly(share: float) -> None:
            assert 0 <= share <= 1

        return await in_thread(lambda: finish(spec, slices, sound, output, quietly))
