"""The page that is filmed, seen through the browser's protocol.

It may do what it likes: it is watched, its windows are closed, its dialogs are dismissed, and what
ends the film is kept as its trouble, which every wait here raises.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from services.packager.film.studio.browser import ORIGIN
from services.packager.film.studio.cdp import CdpClosedError, CdpError
from services.packager.film.studio.console import EVENTS, MOST_LINES, Console, rejected
from services.packager.film.studio.errors import (
    BrowserDiedError,
    FilmError,
    FilmPageError,
    FilmTooHeavyError,
)
from services.packager.film.studio.notes import cut

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.film.studio.browser import Browser
    from services.packager.film.studio.cdp import Params
    from services.packager.film.studio.notes import Notes

    Handlers = dict[str, Callable[[Params], None]]

BINDING: Final = "__filmFrame"
CAMERA: Final = "__filmCamera"
CLEAR: Final = {"r": 0, "g": 0, "b": 0, "a": 0}
MOST_DIALOGS: Final = 20
MOST_WINDOWS: Final = 50
MOST_WORKERS: Final = 128  # at a time
_WORKERS: Final = frozenset({"worker", "shared_worker", "service_worker", "worklet"})
SOON_S: Final = 2.0  # until what a call has run into is told
MOST_OF_TOLD: Final = 200  # letters that the camera tells of a frame
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
        self.navigations = 0  # of the page itself, not of its frames
        self.trouble: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._notes = notes
        self._on_frame = on_frame
        self._console = Console(notes)
        self._session = self._listening = self._target = ""
        self._filming = False
        self._transparent = False
        self._dialogs = self._windows = 0
        self._workers: set[str] = set()
        self._loaded = asyncio.Event()
        self._moved = asyncio.Event()
        self._browser: Browser | None = None
        self._of_page: Handlers = {
            "Runtime.bindingCalled": self._bound,
            "Page.frameNavigated": self._navigated,
            "Page.loadEventFired": self._has_loaded,
            "Page.javascriptDialogOpening": self._asked,
            "Page.downloadWillBegin": self._downloaded,
            "Inspector.detached": self._crashed,
            "Inspector.targetCrashed": self._crashed,
        }
        self._of_browser: Handlers = {
            "Target.targetCreated": self._created,
            "Target.targetDestroyed": self._destroyed,
            "Target.targetCrashed": self._crashed,
        }

    async def open(
        self,
        browser: Browser,
        camera: str,
        *,
        width: int,
        height: int,
        scale: int,
        transparent: bool,
    ) -> None:
        """Show the site, with the camera in it before any script of its own.

        Raises:
            FilmError: The page cannot be shown.
            BrowserDiedError: The browser has ended.
        """
        self._browser = browser
        browser.cdp.closed.add_done_callback(self._lost)
        found = (await self._ask("Target.getTargets", ""))["targetInfos"]
        self._target = next(target["targetId"] for target in found if target["type"] == "page")
        self._session = await self._attached()
        self._listening = await self._attached()
        await self._ask("Target.setDiscoverTargets", "", discover=True)
        await self._ask("Browser.setDownloadBehavior", "", behavior="deny")
        await self._ask("Page.enable")
        await self._ask("Inspector.enable")
        await self._ask("Page.setBypassCSP", enabled=True)  # or the camera could have no worker
        for domain in ("Runtime", "Log"):
            await self._ask(f"{domain}.enable", self._listening)
        metrics: Params = {
            "width": width,
            "height": height,
            "deviceScaleFactor": scale,
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
            raise FilmPageError(f"the game's page cannot be shown: {cut(went['errorText'])}")

    def begin(self) -> None:
        """From now on the page must stay, and its console's errors are notes."""
        self._filming = self._console.is_ready = True

    async def loaded(self, *, timeout_s: float) -> None:
        """Wait until the page has loaded, and give it what its camera tells of frames with.

        Raises:
            TimeoutError: It has not.
            FilmError: What has ended the film.
            BrowserDiedError: The browser has ended.
        """
        loaded = asyncio.ensure_future(self._loaded.wait())
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

    async def _attached(self) -> str:
        answer = await self._ask("Target.attachToTarget", "", targetId=self._target, flatten=True)
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

    async def has_moved(self, since: int) -> bool:
        """Whether there are more navigations than that, or soon will be."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SOON_S):
                while self.navigations <= since:
                    self._moved.clear()
                    await self._moved.wait()
        return self.navigations > since

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

    def dropped(self) -> None:
        """An event was too long to be read."""
        self._notes.add("film-console-warning", "a line of the console of over 1 MB is passed over")

    def event(self, method: str, params: Params, session: str) -> None:
        """Take an event of the browser."""
        try:
            if session == self._listening and method in EVENTS:
                self._listened(method, params)
            elif session == self._session and method in self._of_page:
                self._of_page[method](params)
            elif not session and method in self._of_browser:
                self._of_browser[method](params)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            self.fail(FilmError(f"the game has confused the browser: {cut(repr(error))}"))

    def _listened(self, method: str, params: Params) -> None:
        if self._console.lines >= MOST_LINES:
            return
        if error := self._console.judge(method, params):
            self.fail(error)
        if self._console.lines == MOST_LINES and self._browser is not None:
            tell = self._browser.cdp.tell
            tell("Target.detachFromTarget", sessionId=self._listening)
            message = f"the console has over {MOST_LINES} lines: later ones are not looked at"
            self._notes.add("film-console-long", message)

    def _bound(self, params: Params) -> None:
        if params["name"] == BINDING:
            self._on_frame(str(params["payload"])[:MOST_OF_TOLD])

    def _navigated(self, params: Params) -> None:
        frame = params["frame"]
        if frame.get("parentId"):
            return
        url = str(frame.get("unreachableUrl") or frame["url"])
        self.navigations += 1
        self._loaded.clear()
        self._moved.set()
        if url != ORIGIN and not url.startswith(f"{ORIGIN}/"):
            message = f"the game's page goes to {cut(url, 200)}, which a film cannot show"
            self.fail(FilmPageError(message))
        elif self._filming:
            message = "the game's page is loaded anew while it is filmed: leave out the navigation"
            self.fail(FilmPageError(f"{message} to {cut(url, 200)}"))

    def _has_loaded(self, _: Params) -> None:
        self._loaded.set()

    def _asked(self, params: Params) -> None:
        """A dialog: nobody is there to answer it."""
        assert self._browser is not None  # noqa: S101 - it tells of the event
        self._dialogs += 1
        kind, text = str(params["type"]), cut(str(params["message"]), 200)
        self._browser.cdp.tell(
            "Page.handleJavaScriptDialog", self._session, accept=kind == "beforeunload"
        )
        if self._dialogs > MOST_DIALOGS:
            message = f"the game opens one dialog after another ({cut(kind, 20)}: {text})"
            self.fail(FilmPageError(f"{message}: nobody is there to answer them"))
        self._notes.add("film-dialog", f"a dialog of the game was dismissed: {text}")

    def _created(self, params: Params) -> None:
        """Whatever window the page opens is closed; workers are counted."""
        target = params["targetInfo"]
        kind, number = target["type"], target["targetId"]
        if kind in _WORKERS:
            self._workers.add(number)
            if len(self._workers) > MOST_WORKERS:
                self.fail(FilmTooHeavyError("workers", f"{MOST_WORKERS} at a time"))
        if kind != "page" or number == self._target:
            return
        assert self._browser is not None  # noqa: S101 - it tells of the event
        self._windows += 1
        self._browser.cdp.tell("Target.closeTarget", targetId=number)
        if self._windows > MOST_WINDOWS:
            self.fail(FilmPageError("the game opens one window after another"))
        self._notes.add("film-window", "a window that the game opens is not filmed")

    def _destroyed(self, params: Params) -> None:
        self._workers.discard(params["targetId"])
        if params["targetId"] == self._target:
            self.fail(FilmPageError("the game has closed its own page: a film needs it open"))

    def _crashed(self, params: Params) -> None:
        if params.get("targetId", self._target) == self._target:
            self.fail(BrowserDiedError("the game's page has crashed, for lack of memory perhaps"))

    def _downloaded(self, _: Params) -> None:
        self._notes.add("film-download", "a download of the game was refused")
