"""Following one export to its end over the status WebSocket, across restarts of the service."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlencode

import aiohttp

from cli.exit_codes import (
    CanceledError,
    CommandError,
    ExportFailedError,
    MissingError,
    NotAllowedError,
    UnreachableError,
    UsageError,
)

if TYPE_CHECKING:
    from cli.api_client import Client

RECONNECTS: Final = 30
REFUSED: Final[dict[int, type[CommandError]]] = {
    4501: NotAllowedError,
    4502: UsageError,
    4504: MissingError,
}
ENDED: Final = {"completed", "failed", "canceled"}


class Display(Protocol):
    """What shows an export as it goes on."""

    def state(self, state: dict[str, Any]) -> None:
        """Show a new state, as ``GET …/export/{id}`` answers it."""

    def log(self, message: dict[str, Any]) -> None:
        """Show a log line, or a gap in the log."""


async def follow(client: Client, export_path: str, display: Display) -> dict[str, Any]:
    """Show the export at ``/api/projects/…/export/…`` until it has ended.

    Returns:
        The last state.

    Raises:
        UnreachableError: The status service did not come back.
    """
    position = _Position()
    for attempt in range(RECONNECTS):
        ticket = await client.send("POST", f"{export_path}/ticket")
        try:
            state = await _watch(client, position.resume(ticket["websocketUrl"]), display, position)
        except aiohttp.ClientError as error:
            if attempt == RECONNECTS - 1:
                raise UnreachableError(f"the status service cannot be reached: {error}") from error
            state = None
        if state is not None:
            return state
        await asyncio.sleep(min(0.2 * 2**attempt, 5.0))
    raise UnreachableError("the status service closed the connection again and again")


def check_end(state: dict[str, Any]) -> None:
    """Raise unless the export has completed."""
    if state["status"] == "failed":
        raise ExportFailedError(f"the export failed: {state['error']} ({state['errorCode']})")
    if state["status"] == "canceled":
        raise CanceledError("the export was canceled")


class _Position:
    """How far the log has been read, so that a new connection goes on from there."""

    def __init__(self) -> None:
        self._epoch: str | None = None
        self._seq = 0

    def resume(self, url: str) -> str:
        if self._epoch is None or not self._seq:
            return url
        return f"{url}&{urlencode({'epoch': self._epoch, 'after_seq': self._seq})}"

    def note(self, message: dict[str, Any]) -> None:
        if message["type"] == "ready":
            self._epoch = message["epoch"]
        elif message["type"] == "log":
            self._seq = message["seq"]


async def _watch(
    client: Client, url: str, display: Display, position: _Position
) -> dict[str, Any] | None:
    """One connection; None when it was lost before the end."""
    connection = await client.websocket(url)
    reason = "no reason given"
    async with connection:
        async for frame in connection:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                break
            message = json.loads(frame.data)
            position.note(message)
            if message["type"] == "export-status":
                state: dict[str, Any] = message["state"]
                display.state(state)
                if state["status"] in ENDED:
                    return state
            elif message["type"] in ("log", "gap"):
                display.log(message)
            elif message["type"] == "error":
                reason = message["error"]
    if refusal := REFUSED.get(connection.close_code or 0):
        raise refusal(f"the export cannot be watched: {reason}")
    return None
