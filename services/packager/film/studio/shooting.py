"""A shot is taken: the page is made ready, each frame is read, encoded and measured."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.film.encoding.frames import frame_bytes
from services.packager.film.encoding.preview import preview
from services.packager.film.encoding.slice_encoder import SliceEncoder
from services.packager.film.studio import ring
from services.packager.film.studio.browser import Browser
from services.packager.film.studio.camera import (
    SLOTS,
    CameraEnded,
    CameraTold,
    SoundTold,
    disturbed,
)
from services.packager.film.studio.cdp import CdpError
from services.packager.film.studio.errors import (
    BrowserDiedError,
    FilmError,
    FilmPageError,
    FilmTooHeavyError,
)
from services.packager.film.studio.jobs import ShotTaken, Take
from services.packager.film.studio.notes import Notes, cut
from services.packager.film.studio.page import CallRefusedError, Page
from services.packager.film.studio.page_server import PageServer
from services.packager.film.studio.patience import Patience
from services.packager.film.studio.progress import Progress
from services.packager.film.studio.readiness import Readiness
from services.packager.film.studio.shot import ENTRY, PreviewTaken
from services.packager.film.studio.site_files import SiteFiles
from services.packager.film.studio.viewport import MOST_OF_PAGE, window_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.packager.film.studio.limits import StudioLimits
    from services.packager.film.studio.shot import Told

SAMPLE_RATE: Final = 48_000  # Hz
SAMPLE_BYTES: Final = 8  # two channels of float32

SLICE: Final = "slice.mkv"
SOUND: Final = "sound.f32"


async def opened(
    work: Take, scratch: Path, limits: StudioLimits, tell: Callable[[Told], object]
) -> Shooting:
    """A shooting whose server listens, which needs more than a confined process may do."""
    shooting = Shooting(work, scratch, limits, tell)
    await shooting.open()
    return shooting


class Shooting:
    """Takes one shot.

    Args:
        work: What is wanted.
        scratch: The folder to work in.
        limits: Of time; the others are watched from outside.
        tell: Told how far it is, and what should be looked at.
    """

    def __init__(
        self, work: Take, scratch: Path, limits: StudioLimits, tell: Callable[[Told], object]
    ) -> None:
        self._work = work
        self._shot = work.shot
        self._scratch = scratch
        self._limits = limits
        self._tell = tell
        self._notes = Notes(tell)
        self._server = PageServer(Path(work.site), self._notes)
        self._frames: asyncio.Queue[CameraTold] = asyncio.Queue()
        self._picture: asyncio.Future[None] | None = None
        self._patience = Patience()
        self._page = Page(self._notes, self._told)
        self._luma_max = self._difference_max = 0.0

    @property
    def port(self) -> int:
        """Of the page's server, once it is open."""
        return self._server.port

    async def open(self) -> None:
        """Listen for the browser."""
        await self._server.open()

    async def take(self) -> ShotTaken:
        """Take it.

        Raises:
            FilmError: Why there is no film of this game.
            BrowserDiedError: The browser has ended.
        """
        if not (Path(self._work.site) / ENTRY).is_file():
            raise FilmError(f"the game has no {ENTRY}, so that there is no page to be filmed")
        browser = Browser(
            Path(self._work.program),
            self._scratch / "profile",
            port=self.port,
            threads=max(1, (os.cpu_count() or 1) // self._limits.browsers),
            on_event=self._page.events.take,
            on_dropped=self._page.events.dropped,
        )
        try:
            return await self._taken(browser)
        except TimeoutError:
            raise BrowserDiedError("the browser does not answer") from None
        finally:
            browser.cdp.close()
            await self._server.close()

    async def _taken(self, browser: Browser) -> ShotTaken:
        spec = self._shot.spec
        camera = await asyncio.to_thread(Path(self._work.camera).read_text)
        window = window_of(spec, await asyncio.to_thread(_first_page, Path(self._work.site)))
        plan = {"seed": spec.seed, "seconds": spec.start_s + spec.duration_s}
        await self._page.open(
            browser,
            f"globalThis.__filmPlan = {json.dumps(plan)};{camera}",
            window=window,
            supersample=spec.supersample,
            transparent=spec.transparent,
        )
        renderer = await self._page.renderer()
        readiness = Readiness(self._page, self._patience, self._server, self._limits)
        prepared = await readiness.of(self._shot)
        for note in prepared.notes:
            self._notes.add("film-camera", note)
        self._page.begin()
        is_sound, frames = self._shot.kind == "sound", self._shot.count
        if is_sound:
            frames = await self._sound(browser)
        else:
            await self._pictures(browser)
        return ShotTaken(
            name=SOUND if is_sound else SLICE,
            frames=frames,
            kind=prepared.kind,
            luma_max=self._luma_max,
            difference_max=self._difference_max,
            renderer=renderer,
        )

    async def _pictures(self, browser: Browser) -> None:
        """Film all frames."""
        encoder = SliceEncoder(self._shot.spec, self._scratch / SLICE)
        progress = Progress(self._tell)
        try:
            await self._filmed(browser, encoder, progress)
        finally:
            await asyncio.to_thread(encoder.close)
        progress.done(self._shot.count)

    async def _filmed(self, browser: Browser, encoder: SliceEncoder, progress: Progress) -> None:
        """Encode frames that have come while the page draws others."""
        camera = asyncio.ensure_future(self._page.call("shoot", timeout_s=None))
        try:
            done = await self._developed(browser, encoder, camera, progress)
            ended = msgspec.convert(await self._within(camera, done), CameraEnded)
        except msgspec.ValidationError as error:
            raise disturbed(error) from error
        finally:
            camera.cancel()
            await asyncio.gather(camera, return_exceptions=True)
        if not done == ended.frames == self._shot.count:
            raise disturbed(f"{done} frames came of {ended.frames}")
        for note in ended.notes:
            self._notes.add("film-camera", note)

    async def _developed(
        self,
        browser: Browser,
        encoder: SliceEncoder,
        camera: asyncio.Future[Any],
        progress: Progress,
    ) -> int:
        size = frame_bytes(self._shot.spec)
        frame = bytearray(size)
        file: int | None = None
        try:
            for number in range(self._shot.count):
                told = await self._within(self._next_frame(camera), number)
                if told is None:
                    return number
                if told.index != self._shot.first + number:
                    raise disturbed(f"frame {told.index} comes for {self._shot.first + number}")
                if file is None:
                    file = ring.find_file(browser.profile, size * SLOTS)
                await asyncio.to_thread(ring.read_into, file, frame, told.slot * size)
                self._page.release(told.slot)
                await self._encoded(encoder, frame, number, progress)
        finally:
            if file is not None:
                os.close(file)
        return self._shot.count

    async def _next_frame(self, camera: asyncio.Future[Any]) -> CameraTold | None:
        """What is told of the next frame; None: the camera has ended before it."""
        told = asyncio.ensure_future(self._frames.get())
        try:
            ends = [told, camera, self._page.trouble]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if self._page.trouble.done():
                self._page.trouble.result()  # raises it
            if told.done():
                return told.result()
            await camera  # raises what has ended it
        finally:
            told.cancel()
        return None

    async def _encoded(
        self, encoder: SliceEncoder, frame: bytearray | bytes, number: int, progress: Progress
    ) -> None:
        """Encode a frame, and tell of it where it is time."""
        spec = self._shot.spec
        measure = await asyncio.to_thread(encoder.write, memoryview(frame))
        self._luma_max = max(self._luma_max, measure.luma)
        self._difference_max = max(self._difference_max, measure.difference)
        if progress.wants_preview():
            jpeg = await asyncio.to_thread(preview, spec, memoryview(frame))
            self._tell(PreviewTaken(self._shot.first + number, jpeg))
        progress.counted(number + 1)

    async def _sound(self, browser: Browser) -> int:
        spec = self._shot.spec
        wanted = round(spec.duration_s * SAMPLE_RATE)
        try:
            said = await self._within(self._page.call("sound", timeout_s=None), 0)
            told = msgspec.convert(said, SoundTold)
        except msgspec.ValidationError as error:
            raise disturbed(error) from error
        if abs(told.samples - wanted) > SAMPLE_RATE:
            raise disturbed(f"{told.samples} samples of sound came for {wanted}")
        for note in told.notes:
            self._notes.add("film-sound", note)
        size = told.samples * SAMPLE_BYTES
        file = ring.find_file(browser.profile, size)
        try:
            await asyncio.to_thread(ring.copy_to, file, self._scratch / SOUND, size)
        finally:
            os.close(file)
        return told.samples

    async def _within(self, work: Awaitable[Any], number: int) -> Any:
        """What comes within the time that nothing may be heard of a frame."""
        try:
            async with self._patience.of(self._limits.frame_s):
                return await work
        except TimeoutError:
            limit = f"{self._limits.frame_s:g} s for frame {self._shot.first + number}"
            raise FilmTooHeavyError("time", limit) from None
        except CallRefusedError as error:
            raise error.error from error
        except CdpError as error:
            raise await self._page.gone(error) from error

    def _told(self, told: str) -> None:
        """Take what the camera tells while it works."""
        self._patience.seen()
        try:
            news = msgspec.json.decode(told, type=CameraTold)
        except msgspec.DecodeError as error:
            self._page.fail(disturbed(error))
            return
        if news.picture is not None:
            self._give(news.picture, is_overlay=news.overlay is not None)
        elif news.slot is not None and self._frames.qsize() < SLOTS:
            self._frames.put_nowait(news)
        elif not news.alive:
            self._page.fail(disturbed("more frames come than there are slots"))

    def _give(self, picture: int, *, is_overlay: bool) -> None:
        if self._picture is not None and not self._picture.done():
            self._page.fail(disturbed("it asks for two pictures at a time"))
            return
        self._picture = asyncio.ensure_future(self._page.give(picture, is_overlay=is_overlay))
        self._picture.add_done_callback(self._given)

    def _given(self, given: asyncio.Future[None]) -> None:
        """A page that cannot be given its picture cannot be filmed on."""
        if given.cancelled() or (error := given.exception()) is None:
            return
        if isinstance(error, CallRefusedError | CdpError):
            error = FilmPageError(f"the game stops while it is filmed: {cut(str(error))}")
        if isinstance(error, Exception):
            self._page.fail(error)


def _first_page(site: Path) -> str:
    """The beginning of the page that is filmed; nothing where it cannot be read."""
    found = SiteFiles(site).open("/")
    if found is None:
        return ""
    with found[1] as file:
        return file.read(MOST_OF_PAGE).decode(errors="replace")
