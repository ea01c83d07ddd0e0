"""Films hostile pages, and looks at what is left of that."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.film.studio.limits import StudioLimits
from services.packager.film.studio.shot import NoteTold, Shot
from services.packager.film.studio.studio import Studio
from tests.films import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.film.studio.shot import Taken, Told

CAMERA: Final = Path(__file__).parent / "film_camera.js"
SMALL: Final = msgspec.structs.replace(SPEC, width=64, height=36, frames=6)
PATIENT: Final = StudioLimits(ready_s=300, frame_s=300)


class Location:
    """Where pages are filmed.

    Args:
        folder: Where the site and the results are.
        camera: The script that films.
    """

    def __init__(self, folder: Path, camera: Path = CAMERA) -> None:
        self.folder = folder
        self.told: list[Told] = []
        self.site = folder / "site"
        self.results = folder / "results"
        self.site.mkdir()
        self.results.mkdir()
        self._camera = camera

    async def film(
        self,
        page: str,
        *,
        tell: Callable[[Told], object] = lambda _: None,
        limits: dict[str, Any] | None = None,
        **shot: Any,
    ) -> Taken:
        """Film a page that is this HTML."""
        (self.site / "index.html").write_text(f"<!doctype html>{page}")
        studio = Studio(
            self._camera, msgspec.structs.replace(PATIENT, **(limits or {})), confined=True
        )

        def told(news: Told) -> None:
            self.told.append(news)
            tell(news)

        wanted: dict[str, Any] = {"spec": SMALL, "count": SMALL.frames} | shot
        return await studio.shoot(self.site, Shot(**wanted), self.results, told)

    @property
    def notes(self) -> list[str]:
        """What was told to look at."""
        return [news.note.message for news in self.told if isinstance(news, NoteTold)]

    def left(self) -> list[str]:
        """Folders and processes that a shot has left behind, as soon as kills have come through."""
        ends_s = time.monotonic() + 60
        while (found := self._processes()) and time.monotonic() < ends_s:
            time.sleep(0.02)
        return found + [path.name for path in self.results.glob("studio-*")]

    def processes(self) -> list[str]:
        """Of the films that are being made here."""
        return self._processes()

    def _processes(self) -> list[str]:
        """Those whose folder lies here: of the crew, and all that it has started."""
        found = []
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                with suppress(OSError):
                    if (process / "cwd").readlink().is_relative_to(self.folder):
                        found.append(process.name)
        return found
