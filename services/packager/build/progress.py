"""Progress is bytes done out of bytes to do, reported a few times a second."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from shared.domain.export_document import Eta

if TYPE_CHECKING:
    from shared.domain.export_document import Status
    from shared.jetstream.progress_reporter import ProgressReporter

BUILD_PERCENT: Final = 90.0  # of the whole export; the rest is the uploader's
UPLOAD_SHARE: Final = 0.1  # of the build's own time
TICK_S: Final = 0.1
UNCERTAINTY: Final = 1.6  # the 90th percentile of the time left, by its median


class BuildProgress:
    """Counts fetched and packed bytes, on the event loop; :meth:`run` reports them."""

    def __init__(self, reporter: ProgressReporter) -> None:
        self._reporter = reporter
        self._started_at = asyncio.get_running_loop().time()
        self._to_fetch = self._to_pack = 0
        self._fetched = self._packed = 0
        self._reported: tuple[int, str] | None = None
        self._files = self._files_packed = 0
        self.status: Status = "preparing"
        self._waiting = ""

    def expect(self, *, fetch_bytes: int, pack_bytes: int, files: int) -> None:
        """What is to be done altogether."""
        self._to_fetch, self._to_pack, self._files = fetch_bytes, pack_bytes, files

    def begin_packing(self, *, size_bytes: int, files: int, application: bool) -> None:
        """What will be packed is known now."""
        self.status = "building" if application else "packaging"
        self._to_pack, self._files = size_bytes, files

    def fetched(self, size_bytes: int) -> None:
        """So much more has come from the storage."""
        self._fetched += size_bytes

    def packed(self, size_bytes: int, files: int) -> None:
        """How much of the project is in the archive, altogether; it never falls."""
        self._packed = max(self._packed, size_bytes)
        self._files_packed = max(self._files_packed, files)

    def built(self) -> None:
        """The application is there, its archive is written now."""
        self.status = "packaging"

    def waiting(self, for_what: str) -> None:
        """A program is at work; "" when it has ended. From any thread."""
        self._waiting = for_what

    async def run(self) -> None:
        """Report until cancelled; silent while nothing advances, so that a hung build shows."""
        while True:
            self.report()
            await asyncio.sleep(TICK_S)

    def report(self) -> None:
        """Report now, if there is anything new."""
        done = min(self._fetched, self._to_fetch) + min(self._packed, self._to_pack)
        step = self._step()
        if (done, step) == self._reported:
            return
        self._reported = done, step
        share = done / max(self._to_fetch + self._to_pack, 1)
        self._reporter.progress(self.status, BUILD_PERCENT * share, step, self._eta(share))

    def _step(self) -> str:
        if self._waiting:
            return self._waiting
        if self.status != "packaging":
            return f"Fetching the project: {megabytes(self._fetched)}"
        return (
            f"Packing: {self._files_packed:,} of {self._files:,} files, "
            f"{megabytes(self._packed)} of {megabytes(self._to_pack)}"
        )

    def _eta(self, share: float) -> Eta | None:
        elapsed_s = asyncio.get_running_loop().time() - self._started_at
        if share <= 0:
            return None
        left_s = elapsed_s / share * (1 - share + UPLOAD_SHARE)
        return Eta(p50_s=round(left_s, 1), p90_s=round(left_s * UNCERTAINTY, 1))


def megabytes(size_bytes: int) -> str:
    """For people: ``0.4 MB``, ``1,234 MB``."""
    size = size_bytes / 1e6
    return f"{size:,.1f} MB" if size < 10 else f"{size:,.0f} MB"  # noqa: PLR2004 - two digits are enough
