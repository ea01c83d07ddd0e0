"""What a browser tells of the page that is filmed: its windows are closed, its dialogs dismissed.

What it must not do ends the film; everything else that is left out is told once.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from services.packager.film.studio.browser import ORIGIN
from services.packager.film.studio.console import EVENTS, MOST_LINES, Console
from services.packager.film.studio.errors import (
    BrowserDiedError,
    FilmError,
    FilmPageError,
    FilmTooHeavyError,
)
from services.packager.film.studio.notes import cut

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.film.studio.cdp import CdpConnection, Params
    from services.packager.film.studio.notes import Notes

    Handlers = dict[str, Callable[[Params], None]]

BINDING: Final = "__filmFrame"
MOST_DIALOGS: Final = 20
MOST_WINDOWS: Final = 50
MOST_WORKERS: Final = 128  # at a time
MOST_OF_TOLD: Final = 200  # letters that the camera tells of a frame
SOON_S: Final = 2.0  # until what a call has run into is told
_WORKERS: Final = frozenset({"worker", "shared_worker", "service_worker", "worklet"})


class Attached(NamedTuple):
    """The page's target, the session that drives it, and one that hears its console alone."""

    cdp: CdpConnection
    target: str
    session: str
    listening: str


class PageEvents:
    """Takes one page's events, in their order.

    Args:
        notes: For what does not end the film.
        on_frame: Told what the camera tells of each frame.
        fail: Told what ends the film.
    """

    def __init__(
        self,
        notes: Notes,
        on_frame: Callable[[str], object],
        fail: Callable[[Exception], object],
    ) -> None:
        self.navigations = 0  # of the page itself, not of its frames
        self.loaded = asyncio.Event()
        self._notes = notes
        self._on_frame = on_frame
        self._fail = fail
        self._console = Console(notes)
        self._filming = False
        self._dialogs = self._windows = 0
        self._workers: set[str] = set()
        self._moved = asyncio.Event()
        self._attached: Attached | None = None
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

    def follow(self, attached: Attached) -> None:
        """From now on events are of this page; there are none before."""
        self._attached = attached

    def begin(self) -> None:
        """From now on the page must stay, and its console's errors are notes."""
        self._filming = self._console.is_ready = True

    async def has_moved(self, since: int) -> bool:
        """Whether there are more navigations than that, or soon will be."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SOON_S):
                while self.navigations <= since:
                    self._moved.clear()
                    await self._moved.wait()
        return self.navigations > since

    def dropped(self) -> None:
        """An event was too long to be read."""
        self._notes.add("film-console-warning", "a line of the console of over 1 MB is passed over")

    def take(self, method: str, params: Params, session: str) -> None:
        """Take an event of the browser."""
        if self._attached is None:
            return
        try:
            if session == self._attached.listening and method in EVENTS:
                self._listened(self._attached, method, params)
            elif session == self._attached.session and method in self._of_page:
                self._of_page[method](params)
            elif not session and method in self._of_browser:
                self._of_browser[method](params)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            self._fail(FilmError(f"the game has confused the browser: {cut(repr(error))}"))

    def _listened(self, attached: Attached, method: str, params: Params) -> None:
        if self._console.lines >= MOST_LINES:
            return
        if error := self._console.judge(method, params):
            self._fail(error)
        if self._console.lines == MOST_LINES:
            attached.cdp.tell("Target.detachFromTarget", sessionId=attached.listening)
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
        self.loaded.clear()
        self._moved.set()
        if url != ORIGIN and not url.startswith(f"{ORIGIN}/"):
            message = f"the game's page goes to {cut(url, 200)}, which a film cannot show"
            self._fail(FilmPageError(f"{message}: let it stay in its own files"))
        elif self._filming:
            message = "the game's page is loaded anew while it is filmed: leave out the navigation"
            self._fail(FilmPageError(f"{message} to {cut(url, 200)}"))

    def _has_loaded(self, _: Params) -> None:
        self.loaded.set()

    def _asked(self, params: Params) -> None:
        """A dialog: nobody is there to answer it."""
        self._dialogs += 1
        kind, text = str(params["type"]), cut(str(params["message"]), 200)
        accept = kind == "beforeunload"
        cdp, _, session, _ = self._page
        cdp.tell("Page.handleJavaScriptDialog", session, accept=accept)
        if self._dialogs > MOST_DIALOGS:
            message = f"the game opens one dialog after another ({cut(kind, 20)}: {text})"
            self._fail(FilmPageError(f"{message}: nobody is there to answer them; leave them out"))
        self._notes.add("film-dialog", f"a dialog of the game was dismissed: {text}")

    def _created(self, params: Params) -> None:
        """Whatever window the page opens is closed; workers are counted."""
        target = params["targetInfo"]
        kind, number = target["type"], target["targetId"]
        if kind in _WORKERS:
            self._workers.add(number)
            if len(self._workers) > MOST_WORKERS:
                self._fail(FilmTooHeavyError("workers", f"{MOST_WORKERS} at a time"))
        if kind != "page" or number == self._page.target:
            return
        self._windows += 1
        self._page.cdp.tell("Target.closeTarget", targetId=number)
        if self._windows > MOST_WINDOWS:
            message = "the game opens one window after another"
            self._fail(FilmPageError(f"{message}: let it show all in its own page"))
        self._notes.add("film-window", "a window that the game opens is not filmed")

    def _destroyed(self, params: Params) -> None:
        self._workers.discard(params["targetId"])
        if params["targetId"] == self._page.target:
            self._fail(FilmPageError("the game has closed its own page: a film needs it open"))

    def _crashed(self, params: Params) -> None:
        target = self._page.target
        if params.get("targetId", target) == target:
            self._fail(BrowserDiedError("the game's page has crashed, for lack of memory perhaps"))

    def _downloaded(self, _: Params) -> None:
        self._notes.add("film-download", "a download of the game was refused")

    @property
    def _page(self) -> Attached:
        assert self._attached is not None  # noqa: S101 - it tells of the event
        return self._attached
