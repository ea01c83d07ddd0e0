"""The page that is filmed, seen through the browser's protocol.

It may do what it likes: its events are taken (``PageEvents``), and what ends the film is kept as
its trouble, which every wait here raises.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from services.packager.film.studio.browser import ORIGIN
from services.packager.film.studio.cdp import CdpClosedError, CdpError
from services.packager.film.studio.console import rejected
from services.packager.film.studio.errors import BrowserDiedError, FilmPageError
from services.packager.film.studio.notes import cut
from services.packager.film.studio.page_events import BINDING, SOON_S, Attached, PageEvents

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.film.studio.browser import Browser
    from services.packager.film.studio.cdp import Params
    from services.packager.film.studio.notes import Notes
    from services.packager.film.studio.viewport import Window

CAMERA: Final = "__filmCamera"
CLEAR: Final = {"r": 0, "g": 0, "b": 0, "a": 0}
_GONE: Final = "the browser has died while it showed the game"


class CallRefusedError(Exception):
    """A function of the camera has failed; ``error`` says why, and where in the game."""

    def __init__(self, error: FilmPageError) -> None:
        super().__init__(str(error))
        self.error = error


class Page:
    """One page in a browser of its own.

    Args:
        notes: For what does not end the film.
        on_frame: Told what the camera tells of each frame.
    """

    def __init__(self, notes: Notes, on_frame: Callable[[str], object]) -> None:
        self.trouble: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.events = PageEvents(notes, on_frame, self.fail)
        self._session = ""
        self._transparent = False
        self._browser: Browser | None = None

    async def open(
        self,
        browser: Browser,
        camera: str,
        *,
        window: Window,
        supersample: int,
        transparent: bool,
    ) -> None:
        """Show the site, with the camera in it before any script of its own.

        Args:
            browser: Where.
            camera: The camera's script.
            window: How large the page is.
            supersample: How many times wider and higher it is drawn than its picture.
            transparent: Whether nothing is behind it.

        Raises:
            FilmError: The page cannot be shown.
            BrowserDiedError: The browser has ended.
        """
        self._browser = browser
        browser.cdp.closed.add_done_callback(self._lost)
        found = (await self._ask("Target.getTargets", ""))["targetInfos"]
        target = next(one["targetId"] for one in found if one["type"] == "page")
        self._session, listening = await self._attached(target), await self._attached(target)
        self.events.follow(Attached(browser.cdp, target, self._session, listening))
        await self._ask("Target.setDiscoverTargets", "", discover=True)
        await self._ask("Browser.setDownloadBehavior", "", behavior="deny")
        await self._ask("Page.enable")
        await self._ask("Inspector.enable")
        await self._ask("Page.setBypassCSP", enabled=True)  # or the camera could have no worker
        for domain in ("Runtime", "Log"):
            await self._ask(f"{domain}.enable", listening)
        metrics: Params = {
            "width": window.width,
            "height": window.height,
            "deviceScaleFactor": window.scale * supersample,
            "mobile": False,
        }
        await self._ask("Emulation.setDeviceMetricsOverride", **metrics)
        await self._ask("Emulation.setFocusEmulationEnabled", enabled=True)
        await self._ask("Emulation.setTimezoneOverride", timezoneId="UTC")
        self._transparent = transparent
        if transparent:
            await self._ask("Emulation.setDefaultBackgroundColorOverride", color=CLEAR)
        await self._ask("Page.addScriptToEvaluateOnNewDocument", source=camera)
        went = await self._ask("Page.navigate", url=f"{ORIGIN}/")
        if went.get("errorText"):
            reason = cut(went["errorText"])
            raise FilmPageError(f"the game's page cannot be shown ({reason}): open it in a browser")

    def begin(self) -> None:
        """From now on the page must stay, and its console's errors are notes."""
        self.events.begin()

    async def loaded(self, *, timeout_s: float) -> None:
        """Wait until the page has loaded, and give it what its camera tells of frames with.

        Raises:
            TimeoutError: It has not.
            FilmError: What has ended the film.
            BrowserDiedError: The browser has ended.
        """
        loaded = asyncio.ensure_future(self.events.loaded.wait())
        try:
            ends: list[asyncio.Future[Any]] = [loaded, self.trouble]
            await asyncio.wait(ends, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if self.trouble.done():
                self.trouble.result()  # raises it
            if not loaded.done():
                raise TimeoutError
        finally:
            loaded.cancel()
        await self._ask("Runtime.addBinding", name=BINDING)

    async def call(self, function: str, *arguments: object, timeout_s: float | None) -> Any:
        """What a function of the camera comes to, as JSON.

        Raises:
            CallRefusedError: It has thrown, or is not there.
            CdpError: The page has gone to another one meanwhile.
            TimeoutError: It has come to nothing.
            FilmError: What else has ended the film.
            BrowserDiedError: The browser has ended.
        """
        given = ", ".join(json.dumps(argument) for argument in arguments)
        return await self.evaluate(f"{CAMERA}.{function}({given})", timeout_s=timeout_s)

    async def evaluate(self, expression: str, *, timeout_s: float | None) -> Any:
        """As ``call``, of any expression."""
        answer = await self._ask(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            timeout_s=timeout_s,
        )
        if "exceptionDetails" in answer:
            raise CallRefusedError(rejected(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def release(self, slot: int) -> None:
        """Give a slot of the ring back to the camera."""
        if self._browser is not None:
            expression = f"{CAMERA}.release({slot})"
            self._browser.cdp.tell("Runtime.evaluate", self._session, expression=expression)

    async def give(self, number: int, *, is_overlay: bool) -> None:
        """Give the camera a picture of the page, as a PNG in base64.

        An overlay is transparent where the page paints nothing: the camera has hidden its canvas.
        """
        clears = is_overlay and not self._transparent
        if clears:
            await self._ask("Emulation.setDefaultBackgroundColorOverride", color=CLEAR)
        taken = await self._ask(
            "Page.captureScreenshot", format="png", optimizeForSpeed=True, timeout_s=None
        )
        if clears:
            await self._ask("Emulation.setDefaultBackgroundColorOverride")
        await self.call("overlay", number, str(taken["data"]), timeout_s=None)

    async def renderer(self) -> str:
        """What draws, as the driver names itself."""
        try:
            gpu = (await self._ask("SystemInfo.getInfo", ""))["gpu"]
        except CdpError:
            return ""
        return cut(str(gpu.get("auxAttributes", {}).get("glRenderer", "")), 200)

    async def _attached(self, target: str) -> str:
        answer = await self._ask("Target.attachToTarget", "", targetId=target, flatten=True)
        return str(answer["sessionId"])

    async def _ask(self, method: str, session: str | None = None, **params: Any) -> Params:
        """Call the browser, until there is trouble."""
        assert self._browser is not None  # noqa: S101 - it was opened
        of = self._session if session is None else session
        call: asyncio.Future[Any] = asyncio.ensure_future(
            self._browser.cdp.call(method, of, **params)
        )
        try:
            await asyncio.wait([call, self.trouble], return_when=asyncio.FIRST_COMPLETED)
            if self.trouble.done():
                self.trouble.result()  # raises it
            answer: Params = await call
        except CdpClosedError as error:
            raise BrowserDiedError(_GONE) from error
        finally:
            call.cancel()
            with suppress(BaseException):
                await call
        return answer

    def _lost(self, _: object) -> None:
        self.fail(BrowserDiedError(_GONE))

    async def gone(self, error: CdpError) -> FilmPageError:
        """What to say where the page went away during a call: where to, if that is told soon.

        Raises:
            FilmError: What has ended the film.
            BrowserDiedError: The browser has ended.
        """
        await asyncio.wait([self.trouble], timeout=SOON_S)
        if self.trouble.done():
            self.trouble.result()  # raises it
        return FilmPageError(f"the game's page is gone: {cut(str(error))}")

    def fail(self, error: Exception) -> None:
        """End the film; the first trouble is the one that counts."""
        if not self.trouble.done():
            self.trouble.set_exception(error)
            self.trouble.exception()  # seen: another error may have been first
