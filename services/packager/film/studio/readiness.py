"""A page is made ready to be filmed; what is told of one that never is, says what to do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.film.encoding.frames import frame_bytes
from services.packager.film.studio.camera import SLOTS, Prepared, disturbed
from services.packager.film.studio.cdp import CdpError
from services.packager.film.studio.errors import FilmNeverReadyError
from services.packager.film.studio.notes import cut
from services.packager.film.studio.page import CallRefusedError

if TYPE_CHECKING:
    from services.packager.film.studio.limits import StudioLimits
    from services.packager.film.studio.page import Page
    from services.packager.film.studio.page_server import PageServer
    from services.packager.film.studio.patience import Patience
    from services.packager.film.studio.shot import Shot

ASK_S: Final = 2.0  # what a page that hangs may take to say why
MOST_PAGES: Final = 5  # that a game goes through before it is ready
_WAITING: Final = (
    "[document.readyState, [globalThis.__filmCamera?.waiting ?? []].flat().join(', ')]"
)


class Readiness:
    """Waits for one page.

    Args:
        page: The page.
        patience: How long nothing may be heard of it.
        server: What it loads from.
        limits: Of time.
    """

    def __init__(
        self, page: Page, patience: Patience, server: PageServer, limits: StudioLimits
    ) -> None:
        self._page = page
        self._patience = patience
        self._server = server
        self._limits = limits

    async def of(self, shot: Shot) -> Prepared:
        """Have the camera wait until the game is ready; pages may lead to others until then.

        Raises:
            FilmNeverReadyError: It does not become ready.
            FilmError: What else has ended the film.
            BrowserDiedError: The browser has ended.
        """
        events = self._page.events
        wanted = _asked(shot)
        ends_s = time.monotonic() + self._limits.ready_s
        while True:
            pages = events.navigations
            left_s = max(ends_s - time.monotonic(), 0.0)
            try:
                await self._page.loaded(timeout_s=left_s)
                async with self._patience.of(self._limits.ready_s, first_s=left_s):
                    said = await self._page.call("prepare", wanted, timeout_s=None)
                return msgspec.convert(said, Prepared)
            except CdpError as error:
                if pages >= MOST_PAGES or not await events.has_moved(since=pages):
                    raise await self._page.gone(error) from error
            except CallRefusedError as error:
                raise FilmNeverReadyError(f"the game does not become ready: {error}") from error
            except TimeoutError:
                raise FilmNeverReadyError(await self._why_not(shot)) from None
            except msgspec.ValidationError as error:
                raise disturbed(error) from error

    async def _why_not(self, shot: Shot) -> str:
        limit = f"the game is not ready after {self._limits.ready_s:g} s"
        if self._patience.heard:
            limit = f"on the way to frame {shot.first}, {limit} without a step"
        if self._server.waiting:
            files = ", ".join(sorted(self._server.waiting)[:5])
            return f"{limit}: it still loads {files}; make them smaller, or load them later"
        try:
            said = await self._page.evaluate(_WAITING, timeout_s=ASK_S)
            state, waiting = (cut(str(part), 300) for part in said)
        except (TimeoutError, CallRefusedError, CdpError, TypeError, ValueError):
            return f"{limit}: one of its scripts runs without end; let it return between its steps"
        if waiting:
            return f"{limit}: it waits for {waiting}, which has to come without a server or a click"
        return (
            f"{limit}: its page is {state}, and nothing tells that the game has begun. Open it in "
            "a browser and touch nothing: what it waits for there (a click, a server, a promise "
            "that nobody keeps) has to come by itself"
        )


def _asked(shot: Shot) -> dict[str, Any]:
    """What the camera is asked for."""
    spec = shot.spec
    asked: dict[str, Any] = msgspec.to_builtins(spec)
    return asked | {
        "layout": spec.frame_layout,
        "first": shot.first,
        "count": shot.count,
        "slotBytes": frame_bytes(spec),
        "slots": SLOTS,
    }
