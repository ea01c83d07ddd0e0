"""A real Firefox in a window, driven by WebDriver BiDi, which it speaks itself."""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import pytest

from tests.shell.desktop import HANG_S, screen, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.shell.desktop import Screen

PROGRAM: Final = "firefox-esr"
EVENTS: Final = ("log.entryAdded", "network.fetchError", "network.responseCompleted")
PREFERENCES: Final = {
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.server": "",
    "webgl.force-enabled": True,  # there is no graphics card: Mesa's llvmpipe draws
}
_BAD_REQUEST: Final = 400


class Firefox:
    """One window on a screen; ``troubles`` is what its page complains of.

    Source: W3C WebDriver BiDi, sections 6 (sessions), 7.3 (pages), 7.6 (scripts), 7.8 (log)
    and 7.9 (input).
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, desk: Screen) -> None:
        self.troubles: list[str] = []
        self.desk = desk
        self._socket = socket
        self._number = 0
        self._page = ""

    async def begin(self) -> None:
        """Ask for a session, and for news of every page."""
        await self._ask("session.new", capabilities={})
        await self._ask("session.subscribe", events=list(EVENTS))
        tree = await self._ask("browsingContext.getTree")
        self._page = tree["contexts"][0]["context"]

    async def open(self, url: str) -> None:
        """Show a page, up to its load event."""
        self.troubles.clear()
        await self._ask("browsingContext.navigate", context=self._page, url=url, wait="complete")

    async def frame(self) -> str:
        """The frame in the page, once there is one; other methods take it for the page."""
        while True:
            tree = await self._ask("browsingContext.getTree", root=self._page)
            if inner := tree["contexts"][0]["children"]:
                return str(inner[0]["context"])
            await asyncio.sleep(0.05)

    async def value(self, expression: str, *, frame: str | None = None) -> Any:
        """What an expression of the page is, as JSON has it."""
        answer = await self._ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": frame or self._page},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        text = answer["result"].get("value")
        return None if text is None else json.loads(text)

    async def until(self, condition: str, *, frame: str | None = None) -> None:
        """Wait until an expression of the page is true."""
        loop = f"""(async () => {{
          while (!({condition})) await new Promise((go) => setTimeout(go, 50));
          return true;
        }})()"""
        assert await self.value(loop, frame=frame)

    async def click(self, selector: str, *, frame: str | None = None) -> None:
        """Press and let go of the mouse's first button in the middle of an element."""
        x, y = await self.value(
            f"""(() => {{
          const {{ x, y, width, height }} =
            document.querySelector({json.dumps(selector)}).getBoundingClientRect();
          return [Math.round(x + width / 2), Math.round(y + height / 2)];
        }})()""",
            frame=frame,
        )
        await self._act(
            {"type": "pointer", "id": "mouse"},
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
            frame=frame,
        )

    async def press(self, key: str) -> None:
        """Hold a key down, by its code point in WebDriver."""
        await self._act({"type": "key", "id": "keys"}, {"type": "keyDown", "value": key})

    async def release(self, key: str) -> None:
        """Let go of it."""
        await self._act({"type": "key", "id": "keys"}, {"type": "keyUp", "value": key})

    async def close(self) -> None:
        """Let it end by itself."""
        await self._ask("browser.close")

    async def _act(
        self, device: dict[str, str], *actions: dict[str, Any], frame: str | None = None
    ) -> None:
        source = {**device, "actions": [*actions]}
        await self._ask("input.performActions", context=frame or self._page, actions=[source])

    async def _ask(self, method: str, **params: Any) -> Any:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            message = await self._socket.receive_json()
            if message.get("id") == self._number:
                assert message["type"] == "success", message
                return message["result"]
            self._note(message.get("method"), message.get("params", {}))

    def _note(self, event: str, told: dict[str, Any]) -> None:
        if event == "log.entryAdded" and told["level"] in {"error", "warn"}:
            self.troubles.append(f"{told['level']}: {told['text']}")
        elif event == "network.fetchError":
            self.troubles.append(f"failed: {told['request']['url']}: {told['errorText']}")
        elif event == "network.responseCompleted" and told["response"]["status"] >= _BAD_REQUEST:
            self.troubles.append(f"{told['response']['status']}: {told['request']['url']}")


@asynccontextmanager
async def firefox(folder: Path) -> AsyncIterator[Firefox]:
    """A Firefox with a profile and a home of its own, on a screen that nobody looks at."""
    if shutil.which(PROGRAM) is None:
        pytest.fail(f"no Firefox: apt-get install {PROGRAM}")
    profile = folder / "profile"
    profile.mkdir()
    lines = (
        f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
        for name, value in PREFERENCES.items()
    )
    (profile / "user.js").write_text("".join(lines))
    server = profile / "WebDriverBiDiServer.json"  # written as soon as it listens
    with screen(folder / "home") as desk:
        command = (PROGRAM, "--no-remote", "--profile", profile, "--remote-debugging-port", "0")
        process = desk.start(*command, "about:blank", LIBGL_ALWAYS_SOFTWARE="1")
        told = await asyncio.to_thread(
            until, "its BiDi server", lambda: _listening(server), process=process
        )
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{told}/session", max_msg_size=0) as socket,
        ):
            running = Firefox(socket, desk)
            await running.begin()
            yield running
            await running.close()
        await asyncio.to_thread(process.wait, HANG_S)


def _listening(server: Path) -> str | None:
    if not server.exists():
        return None
    try:
        about = json.loads(server.read_text())
    except ValueError:  # it is being written
        return None
    return f"ws://{about['ws_host']}:{about['ws_port']}"
