"""Filming beside the usual way: SwiftShader, PNG screenshots piped to FFmpeg, x264 as it is set.

One heavy scene in 720p, both ways in one run: wall seconds and CPU seconds for each frame, of all
processes, from the first frame to the finished file; two browsers film slices side by side. The
usual way has one, as people have; it is measured before and after ours, and as nice as a crew.
Below, the same scene in small: frames are the same in any slicing, memory stays as the film grows.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
import msgspec
from playwright.async_api import async_playwright

from services.packager.film.studio.keeper import LATER
from services.packager.film.studio.limits import StudioLimits
from services.packager.film.studio.shot import FramesDone, Shot
from services.packager.film.studio.studio import Studio
from services.packager.film.studio.usage import descendants
from shared.templates import BUILT
from tests.bench.heavy_scene import write_heavy_site
from tests.bench.measurement import Measurement
from tests.bench.process_usage import PeakMemory, cpu_s
from tests.browser.conftest import program, served
from tests.films import film_spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from services.packager.film.studio.shot import Told
    from shared.domain.video.film_spec import FilmSpec

BROWSERS: Final = 2
USUAL_FRAMES: Final = 9
FRAMES: Final = 60
SMALL_FRAMES: Final = 12
SHORT: Final = 30
LONGER: Final = 4
FASTER: Final = 4.0
SHARE: Final = 0.35
GROWTH: Final = 1.1
OF_FILM: Final[dict[str, Any]] = {
    "fps_num": 30,
    "fps_den": 1,
    "keyframe_s": 1.0,
    "encoder_options": {"preset": "faster", "crf": "18"},
}
LARGE: Final = film_spec(width=1280, height=720, frames=FRAMES, **OF_FILM)
SMALL: Final = film_spec(width=320, height=180, frames=SMALL_FRAMES, passes=2, **OF_FILM)
SWIFTSHADER: Final = (
    *("--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    "--ignore-gpu-blocklist",
)
FFMPEG: Final = (
    *("ffmpeg", "-y", "-loglevel", "error", "-f", "image2pipe", "-c:v", "png"),
    *("-framerate", "30", "-i", "-", "-c:v", "libx264", "-preset", "medium", "-crf", "18"),
    *("-pix_fmt", "yuv420p"),
)
BEGIN: Final = """async () => {
  while (!window.AethelPlayer) await new Promise((resolve) => setTimeout(resolve, 5));
  await AethelPlayer.ready();
  await AethelPlayer.takeClock(7);
}"""
STEP: Final = "() => { AethelPlayer.step(1 / 30); AethelPlayer.draw(); }"


def measure(_cache: Path) -> Iterator[Measurement]:
    """Ratios of both ways, then what stays the same."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)  # whoever films is another user
        (folder / "site").mkdir()
        write_heavy_site(folder / "site")
        bench = _Filming(folder)
        before = asyncio.run(_usual(folder))
        ours, first_s = asyncio.run(bench.filmed(LARGE))
        after = asyncio.run(_usual(folder))
        usual = _Cost((before.wall_s + after.wall_s) / 2, (before.cpu_s + after.cpu_s) / 2)
        yield Measurement(name="filming.usual_wall", value=usual.wall_s, unit="s")
        yield Measurement(name="filming.wall", value=ours.wall_s, unit="s")
        yield Measurement(name="filming.cpu", value=ours.cpu_s, unit="s")
        yield Measurement(name="filming.first_frame", value=first_s, unit="s")
        yield Measurement(
            name="filming.faster",
            value=usual.wall_s / ours.wall_s,
            unit="×",
            target=FASTER,
            limit="≥",
        )
        yield Measurement(
            name="filming.cpu_share", value=ours.cpu_s / usual.cpu_s, unit="", target=SHARE
        )
        yield Measurement(
            name="filming.others", value=asyncio.run(bench.differing()), unit="", target=0
        )
        short, longer = [asyncio.run(bench.peak_bytes(SHORT * times)) for times in (1, LONGER)]
        yield Measurement(name="filming.memory", value=longer / 1e6, unit="MB")
        yield Measurement(name="filming.growth", value=longer / short, unit="×", target=GROWTH)


class _Cost(msgspec.Struct, frozen=True):
    """Of each frame."""

    wall_s: float
    cpu_s: float


class _Counting:
    """What all takes from now on."""

    def __init__(self) -> None:
        self._begun_s, self._used_s = time.perf_counter(), cpu_s()

    def cost(self, frames: int) -> _Cost:
        return _Cost(
            (time.perf_counter() - self._begun_s) / frames, (cpu_s() - self._used_s) / frames
        )


async def _usual(folder: Path) -> _Cost:
    """Frames after the first one, which compiles the shaders, up to the file's end."""
    with served(folder / "site") as url:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=program(), args=list(SWIFTSHADER)
            )
            page = await browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_default_timeout(600_000)
            await page.goto(url)
            await page.evaluate(BEGIN)
            encoder = await asyncio.create_subprocess_exec(
                *FFMPEG, str(folder / "usual.mp4"), stdin=asyncio.subprocess.PIPE
            )
            assert encoder.stdin is not None
            _be_nice()
            await page.evaluate(STEP)
            await page.screenshot()
            counting = _Counting()
            for _ in range(USUAL_FRAMES):
                await page.evaluate(STEP)
                encoder.stdin.write(await page.screenshot())
                await encoder.stdin.drain()
            encoder.stdin.close()
            await encoder.wait()
            cost = counting.cost(USUAL_FRAMES)
            await browser.close()
    return cost


def _be_nice() -> None:
    """Give all that this process has started the niceness of a crew."""
    for pid in descendants(os.getpid()):
        with suppress(OSError):  # a thread has ended meanwhile
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.setpriority(os.PRIO_PROCESS, int(thread.name), LATER)


class _Filming:
    """Films the scene."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shots = 0
        camera = BUILT / "film-camera/film-camera.js"
        limits = StudioLimits(shot_s=3_600, ready_s=600, frame_s=600, browsers=BROWSERS)
        self._studio = Studio(camera, limits, confined=True)

    async def filmed(self, spec: FilmSpec) -> tuple[_Cost, float]:
        """Two slices at a time, from when both have a frame to the end; s until the first frame."""
        half = spec.frames // BROWSERS
        begun_s = time.perf_counter()
        done: dict[int, int] = {}
        counting: list[tuple[_Counting, int]] = []
        first_s: list[float] = []

        def told(first: int, news: Told) -> None:
            if isinstance(news, FramesDone):
                first_s.append(time.perf_counter() - begun_s)
                done[first] = news.done
                if len(done) == BROWSERS and not counting:
                    counting.append((_Counting(), sum(done.values())))

        await asyncio.gather(
            *(
                self._shoot(spec, first, half, lambda news, first=first: told(first, news))
                for first in range(0, spec.frames, half)
            )
        )
        [(begun, before)] = counting
        return begun.cost(spec.frames - before), first_s[0]

    async def differing(self) -> int:
        """Frames that are not the same in a second run, and in two and three slices."""
        whole = await self._hashes([0, SMALL_FRAMES])
        others = [
            await self._hashes(cuts)
            for cuts in ([0, SMALL_FRAMES], [0, 5, SMALL_FRAMES], [0, 4, 8, SMALL_FRAMES])
        ]
        return sum(
            one != other for found in others for one, other in zip(whole, found, strict=True)
        )

    async def peak_bytes(self, frames: int) -> int:
        """Memory that a film of so many frames takes at most."""
        async with PeakMemory().watched() as memory:
            spec = msgspec.structs.replace(SMALL, frames=frames, passes=1)
            await self._shoot(spec, 0, frames, lambda _: None)
        return memory.peak_bytes

    async def _hashes(self, cuts: Sequence[int]) -> list[str]:
        slices = [
            await self._shoot(SMALL, first, end - first, lambda _: None)
            for first, end in itertools.pairwise(cuts)
        ]
        found = []
        for path in slices:
            with av.open(path) as film:
                found += [
                    hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest()
                    for frame in film.decode(video=0)
                ]
        return found

    async def _shoot(self, spec: FilmSpec, first: int, count: int, tell: Any) -> Path:
        self._shots += 1
        results = self._folder / f"{self._shots}"
        results.mkdir()
        shot = Shot(spec=spec, first=first, count=count)
        taken = await self._studio.shoot(self._folder / "site", shot, results, tell)
        return taken.path
