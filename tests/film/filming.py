"""Plays the crew: opens a page with the camera in a Chromium, and takes what it hands over."""

from __future__ import annotations

import asyncio
import hashlib
import json
import mmap
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from playwright.async_api import async_playwright

from tests.browser.conftest import ARGUMENTS, ENVIRONMENT, PATIENCE_MS, program
from tests.projects import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from numpy.typing import NDArray
    from playwright.async_api import BrowserContext, CDPSession, Page

    from tests.browser.pictures import Picture

    Stereo = NDArray[np.float32]

SLOTS = 3
FRAMES_UNPACED = ("--disable-frame-rate-limit", "--disable-gpu-vsync")

SHOT: dict[str, Any] = {
    "width": 320,
    "height": 180,
    "fpsNum": 30,
    "fpsDen": 1,
    "frames": 12,
    "startS": 0,
    "supersample": 1,
    "subframes": 1,
    "shutter": 0.5,
    "transparent": False,
    "layout": "i420",
    "scene": "",
    "cameraPath": "",
    "input": "",
    "inputTrack": [],
    "seed": 7,
    "slots": SLOTS,
}


def shot(**fields: Any) -> dict[str, Any]:
    """What the crew asks for; fields by the camera's own names."""
    asked = SHOT | fields
    asked |= {"first": asked.get("first", 0), "count": asked.get("count", asked["frames"])}
    return asked | {"slotBytes": frame_bytes(asked)}


def frame_bytes(asked: dict[str, Any]) -> int:
    """Bytes of a frame in its layout."""
    width, height = asked["width"], asked["height"]
    halves = ((width + 1) // 2) * ((height + 1) // 2)
    return int(width * height * 4 if asked["layout"] == "rgba" else width * height + 2 * halves)


@dataclass
class Slice:
    """What came of a slice."""

    prepared: dict[str, Any]
    frames: dict[int, bytes] = field(default_factory=dict)
    taken: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def hashes(self) -> list[str]:
        """A hash of each frame, in their order."""
        return [hashlib.sha256(self.frames[n]).hexdigest()[:16] for n in sorted(self.frames)]


class Crew:
    """A page that is filmed."""

    def __init__(self, page: Page, session: CDPSession, profile: Path) -> None:
        self.page = page
        self.errors: list[str] = []
        self.overlays = 0  # how many pictures of what lies over the canvas were taken
        self.screens = 0  # and how many of the page itself
        self._session = session
        self._profile = profile
        self._ring: mmap.mmap | None = None
        self._slice: Slice | None = None
        self._bytes = 0
        self._transparent = False
        self._working: set[asyncio.Task[Any]] = set()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self._hear(message.type, message.text))
        session.on("Runtime.bindingCalled", self._on_binding)

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error":
            self.errors.append(text)

    async def film(self, asked: dict[str, Any]) -> Slice:
        """Prepare and shoot one slice, with screenshots where the camera wants them."""
        prepared = await self.call("prepare", asked)
        self._slice = Slice(prepared)
        self._bytes = frame_bytes(asked)
        self._transparent = asked["transparent"]
        self._slice.taken = await self.call("shoot")
        self._slice.notes = self._slice.taken["notes"]
        return self._slice

    async def screenshots(self, asked: dict[str, Any]) -> list[bytes]:
        """Frames as PNGs, taken from the page itself."""
        await self.call("prepare", asked)
        shots = []
        for _ in range(asked["count"]):
            await self.call("step")
            shots.append(await self.page.screenshot())
        return shots

    async def call(self, name: str, *arguments: Any) -> Any:
        """A method of the camera."""
        return await self.page.evaluate(
            "([name, given]) => __filmCamera[name](...given)", [name, list(arguments)]
        )

    def _on_binding(self, event: dict[str, Any]) -> None:
        told = json.loads(event["payload"])
        if "alive" in told:
            return
        if "overlay" in told or "screen" in told:
            self.overlays += "overlay" in told
            self.screens += "screen" in told
            self._do(self._send_picture(**told))
            return
        at = told["slot"] * self._bytes
        if self._ring is None:
            self._ring = self.file("film-ring", self._bytes * SLOTS)
        assert self._slice is not None
        self._slice.frames[told["index"]] = bytes(self._ring[at : at + self._bytes])
        self._do(self._evaluate(f"__filmCamera.release({told['slot']})"))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _evaluate(self, expression: str) -> None:
        await self._session.send("Runtime.evaluate", {"expression": expression})

    async def _send_picture(self, overlay: int | None = None, screen: int | None = None) -> None:
        nothing = {"r": 0, "g": 0, "b": 0, "a": 0}
        ground = {"color": nothing} if screen is None or self._transparent else {}
        await self._session.send("Emulation.setDefaultBackgroundColorOverride", ground)
        taken = await self._session.send("Page.captureScreenshot", {"format": "png"})
        await self._session.send("Emulation.setDefaultBackgroundColorOverride", {})
        number = overlay if screen is None else screen
        await self._evaluate(f"__filmCamera.overlay({number}, {taken['data']!r})")

    async def sound(self, asked: dict[str, Any]) -> tuple[Stereo, list[str]]:
        """What is heard, as (2, samples) at 48 kHz."""
        await self.call("prepare", asked)
        made = await self.call("sound")
        written = self.file("film-sound", made["samples"] * 8)
        heard = np.frombuffer(bytes(written), np.float32).reshape(2, -1)
        return heard, made["notes"]

    def file(self, name: str, size: int) -> mmap.mmap:
        """A file of the page's private file system, found by its size."""
        found = [
            path
            for path in self._profile.rglob("File System/**/*")
            if path.is_file() and path.stat().st_size == size
        ]
        assert len(found) == 1, (name, size, found)
        with found[0].open("rb") as opened:
            return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)


@asynccontextmanager
async def crew(
    url: str, width: int = 320, height: int = 180, seed: int = 7, **context: Any
) -> AsyncIterator[Crew]:
    """A browser of its own, with a profile on the disk, whose page has the camera."""
    plan = {"seed": seed, "seconds": 30}
    camera = TEMPLATES.get("film-camera").read("film-camera.js").decode()
    with tempfile.TemporaryDirectory() as profile:
        async with async_playwright() as playwright:
            browser: BrowserContext = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=program(),
                args=[*ARGUMENTS, *FRAMES_UNPACED],
                env=dict(ENVIRONMENT),
                viewport={"width": width, "height": height},
                timezone_id="UTC",
                locale="en-US",
                bypass_csp=True,
                **context,
            )
            try:
                browser.set_default_timeout(PATIENCE_MS)
                page = await browser.new_page()
                await page.add_init_script(f"__filmPlan = {json.dumps(plan)};{camera}")
                session = await browser.new_cdp_session(page)
                window = {"width": width, "height": height, "mobile": False}
                window["deviceScaleFactor"] = context.get("device_scale_factor", 1)
                await session.send("Emulation.setDeviceMetricsOverride", window)
                await session.send("Runtime.enable")
                await session.send("Runtime.addBinding", {"name": "__filmFrame"})
                filming = Crew(page, session, Path(profile))
                await page.goto(url)
                yield filming
            finally:
                await browser.close()


def rgba_picture(frame: bytes, width: int = 320, height: int = 180) -> Picture:
    """Red, green and blue of a frame, 0 to 255."""
    pixels = np.frombuffer(frame, np.uint8).reshape(height, width, 4)
    return pixels[:, :, :3].astype(np.float64)


def planes_of(picture: Picture) -> list[Picture]:
    """Y, Cb and Cr by the book: BT.709, limited range, chroma on the left of each pair.

    Source: ITU-R BT.709-6, sections 3.2 to 3.5; H.264, figure E-1 (chroma_sample_loc_type 0).
    """
    red, green, blue = np.moveaxis(picture / 255, 2, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    planes = [16 + 219 * luma]
    for part, scale in ((blue, 1.8556), (red, 1.5748)):
        wide = np.pad((part - luma) / scale, ((0, 0), (1, 1)), mode="edge")
        across = (wide[:, :-2:2] + 2 * wide[:, 1:-1:2] + wide[:, 2::2]) / 4
        planes.append(128 + 224 * (across[::2] + across[1::2]) / 2)
    return planes


def planes_in(frame: bytes, width: int = 320, height: int = 180) -> list[Picture]:
    """The three planes of a frame as it came."""
    data = np.frombuffer(frame, np.uint8).astype(np.float64)
    luma, chroma = data[: width * height], data[width * height :]
    return [luma.reshape(height, width), *chroma.reshape(2, height // 2, width // 2)]


def as_light(code: Picture) -> Picture:
    """Source: IEC 61966-2-1, the curve of sRGB."""
    share = code / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def as_code(light: Picture) -> Picture:
    """The way back."""
    return 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
