"""Progress says which stage a build is in, and how far, a few times a second."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

import structlog

from services.packager.build.estimate import Estimate
from services.packager.build.stage_clock import StageClock
from services.packager.build.stage_spans import StageSpans
from services.packager.build.stages import FETCH_RATE, ORDER, PACK_RATE, TITLES, Stage
from shared.domain.export_document import Eta

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from services.packager.build.stages import StageName
    from shared.domain.export_document import Status
    from shared.jetstream.progress_reporter import ProgressReporter

log = structlog.get_logger()

TICK_S: Final = 0.1
UNCERTAINTY: Final = 2.0  # the 90th percentile of the time left, by its median
CRC_SHARE: Final = 0.5  # of an application's bytes counts when its checksums are known
STATUSES: Final[dict[StageName, Status]] = {
    "reading": "preparing",
    "packing": "packaging",
}
FILM_STATUSES: Final[dict[StageName, Status]] = {
    "reading": "preparing",
    "finishing": "packaging",
}
WAITING_STEP: Final = "Waiting for a browser that films"


class BuildProgress:
    """Knows a build's stage and counts its bytes, on the event loop; :meth:`run` reports it."""

    def __init__(self, reporter: ProgressReporter, stages: StageClock | None = None) -> None:
        self.stages = stages or StageClock()
        self._reporter = reporter
        self._loop = asyncio.get_running_loop()
        self._to_fetch = self._to_pack = 0
        self._fetched = self._packed = self._packed_before = 0
        self._files = self._files_packed = 0
        self._reported: tuple[float, str] | None = None
        self._estimate = Estimate({"reading": 0.0}, self._loop.time())
        self._planned: Stage | None = None
        self._fetching_share = 1.0  # of reading; what has come is looked at then
        self._is_planned = self._is_application = False
        self._waiting = ""
        self._statuses = STATUSES
        self._shot = ""  # how far a film is, in words
        self._began_s = self._loop.time()  # the stage at work
        self._spans = StageSpans()

    def expect(self, costs: Mapping[StageName, float], *, fetch_bytes: int) -> None:
        """What is to be done altogether, by :func:`services.packager.build.stages.forecast`."""
        self._to_fetch = fetch_bytes
        self._fetching_share = min(fetch_bytes / FETCH_RATE / costs["reading"], 1.0)
        self._expect(costs)

    def expect_film(self, costs: Mapping[StageName, float]) -> None:
        """Its site is there already, and this is left to be done."""
        if "filming" not in self._estimate.foreseen:
            self._expect({"reading": 0.0, **costs})

    def _expect(self, costs: Mapping[StageName, float]) -> None:
        self._statuses = FILM_STATUSES if "filming" in costs else STATUSES
        self._estimate = Estimate(costs, self._loop.time())

    def planning(self, stage: Stage) -> None:
        """The build says how far its plan is; stages follow one another in their order."""
        if self._is_planned or ORDER.index(stage.name) < ORDER.index(self._estimate.stage):
            return
        if stage.name != self._estimate.stage:
            cost_s = stage.of_ms / 1e3 if stage.of_ms else None
            self._begin(stage.name, cost_s=cost_s, planned=stage)
        self._planned = stage
        self._advance(stage.share, step=1 / stage.of if stage.of else 1.0)

    def begin_packing(self, *, size_bytes: int, files: int, application: bool) -> None:
        """What will be packed is known now."""
        self._is_planned, self._is_application = True, application
        self._spans.planned()
        self._to_pack, self._files = size_bytes, files
        self.stages.planned()
        if application:
            self._begin("assembling")
        else:
            self._begin_archive()

    def signing(self) -> None:
        """The application's programs are signed now."""
        if self._estimate.stage == "assembling":
            self._begin("signing")

    def fetched(self, size_bytes: int) -> None:
        """So much more has come from the storage."""
        self._fetched += size_bytes
        if self._estimate.stage == "reading" and self._to_fetch:
            done = min(self._fetched / self._to_fetch, 1.0)
            rest = 0.0 if done < 1 else 1 - self._fetching_share
            self._advance(done * self._fetching_share, step=rest)

    def packed(self, size_bytes: int, files: int) -> None:
        """How much of the project is in the archive, altogether; it never falls."""
        self._packed = max(self._packed, min(size_bytes, self._to_pack))
        self._files_packed = max(self._files_packed, min(files, self._files))
        if self._estimate.stage == "assembling":
            self._advance(self._packed / max(self._to_pack * CRC_SHARE, 1))
        elif self._estimate.stage == "packing":
            left = self._to_pack - self._packed_before
            self._advance((self._packed - self._packed_before) / max(left, 1))

    def built(self) -> None:
        """The application is there, its archive is written now."""
        if self._is_application and self._estimate.stage != "packing":
            self._packed_before = self._packed
            self._begin_archive()

    def filmed(self, frames: int, of: int, *, fps: float) -> None:
        """So many frames of the film are shot, at so many a second in all browsers together."""
        pace = f", {fps:,.1f} frames/s" if fps else ""
        self._waiting, self._shot = "", f": frame {frames:,} of {of:,}{pace}"
        self._advance(frames / of)

    def waiting_for_browser(self, seconds: float) -> None:
        """Every browser films something else."""
        self._waiting = f"{WAITING_STEP}: {seconds:,.0f} s"

    def finishing(self, share: float) -> None:
        """All is shot, and so much of one file is made of it, from 0 to 1."""
        self._waiting, self._shot = "", f": {share:.0%}" if share else ""
        if self._estimate.stage != "finishing":
            self._begin("finishing")
        self._advance(share)

    def waiting(self, for_what: str) -> None:
        """A program of ours is at work; "" when it has ended. From any thread."""
        self._waiting = for_what

    async def run(self) -> None:
        """Report until cancelled; a stage without news for long stands, so that it shows."""
        while True:
            self.report()
            await asyncio.sleep(TICK_S)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The build goes on within the block; at its end it is over, well or not."""
        self._spans.open()
        try:
            yield
        finally:
            self.report()
            self._tell_stage()
            self._spans.end()

    @asynccontextmanager
    async def at_film(self) -> AsyncIterator[None]:
        """A film is made within the block, whose build has ended; progress is reported."""
        self._began_s = self._loop.time()
        self._estimate.begin("filming", self._began_s)
        reporting = asyncio.create_task(self.run())
        try:
            yield
        finally:
            reporting.cancel()
            await asyncio.gather(reporting, return_exceptions=True)
            self.report()
            self._tell_stage()
            self._spans.end()

    def report(self) -> None:
        """Report now, if there is anything new."""
        now_s = self._loop.time()
        percent, step = round(self._estimate.percent(now_s), 1), self._step()
        if (percent, step) == self._reported:
            return
        self._reported = percent, step
        status = self._statuses.get(self._estimate.stage, "building")
        left_s = self._estimate.left_s(now_s)
        eta = Eta(p50_s=round(left_s, 1), p90_s=round(left_s * UNCERTAINTY, 1))
        self._reporter.progress(status, percent, step, eta)

    def _begin(
        self, stage: StageName, *, cost_s: float | None = None, planned: Stage | None = None
    ) -> None:
        self._tell_stage()
        self._planned = planned
        self._spans.begin(stage)
        self._estimate.begin(stage, self._loop.time(), cost_s)
        self.report()  # however short it is

    def _tell_stage(self) -> None:
        """How long the stage that ends has taken."""
        now_s = self._loop.time()
        seconds, self._began_s = now_s - self._began_s, now_s
        log.info("stage.ended", stage=self._estimate.stage, seconds=round(seconds, 3))

    def _begin_archive(self) -> None:
        """Packing waits for what is still being fetched."""
        left = max(self._to_fetch - self._fetched, 0) / FETCH_RATE
        self._begin("packing", cost_s=max(self._to_pack / PACK_RATE, left))

    def _advance(self, share: float, *, step: float = 0.0) -> None:
        self._estimate.advance(share, self._loop.time(), step=step)

    def _step(self) -> str:
        if self._waiting:
            return self._waiting
        stage = self._estimate.stage
        if stage == "reading" and self._fetched < self._to_fetch:
            have, of = megabytes(self._fetched), megabytes(self._to_fetch)
            return f"Fetching the project: {have} of {of}"
        if stage == "assembling":
            return f"{TITLES[stage]}: {self._files_packed:,} of {self._files:,} files"
        if stage == "packing":
            return self._packing()
        if stage in {"filming", "finishing"}:
            return f"{TITLES[stage]}{self._shot}"
        return str(self._planned) if self._planned else TITLES[stage]

    def _packing(self) -> str:
        size = f"{megabytes(self._packed)} of {megabytes(self._to_pack)}"
        if self._is_application:
            return f"Packing the application: {size}"
        return f"Packing: {self._files_packed:,} of {self._files:,} files, {size}"


def megabytes(size_bytes: int) -> str:
    """For people: ``0.4 MB``, ``1,234 MB``."""
    size = size_bytes / 1e6
    return f"{size:,.1f} MB" if size < 10 else f"{size:,.0f} MB"  # noqa: PLR2004 - two digits are enough
