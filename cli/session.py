"""Where the service is and who we are: from the environment, or from the local stack that runs."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, TypeVar

import msgspec

from cli import api_client
from cli.exit_codes import UnreachableError, UsageError
from cli.local.state import read_state
from shared.domain.events import ExportId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cli.api_client import Client

T = TypeVar("T")


def address() -> tuple[str, str]:
    """The gateway's URL and a bearer token.

    Raises:
        UsageError: Only one of the two variables is set, or the URL is none.
        UnreachableError: Neither is set and no local stack runs.
    """
    url, token = os.environ.get("AETHEL_EXPORT_URL"), os.environ.get("AETHEL_EXPORT_TOKEN")
    if url and not url.startswith(("http://", "https://")):
        raise UsageError(f"AETHEL_EXPORT_URL={url!r} is no URL: http://… or https://…")
    if url and token:
        return url, token
    if url or token:
        raise UsageError("AETHEL_EXPORT_URL and AETHEL_EXPORT_TOKEN belong together: set both")
    state = read_state()
    if state is None:
        raise UnreachableError(
            "no local stack is running: start one with `aethel-export up`, "
            "or set AETHEL_EXPORT_URL and AETHEL_EXPORT_TOKEN"
        )
    return state.gateway_url, state.token


def with_client(use: Callable[[Client], Awaitable[T]]) -> T:
    """Run one asynchronous command against the gateway."""

    async def run() -> T:
        async with api_client.connect(*address()) as connected:
            return await use(connected)

    return asyncio.run(run())


async def find_export(connected: Client, export: str) -> str:
    """The path of an export given as ``EXPORT`` or ``PROJECT/EXPORT``.

    Raises:
        UsageError: It is no export's id, or none of the caller's projects has it.
    """
    project, _, export_id = export.rpartition("/")
    try:
        msgspec.convert(export_id, ExportId)
    except msgspec.ValidationError as error:
        raise UsageError(f"{export_id!r} is not the id of an export") from error
    if project:
        return f"/api/projects/{project}/export/{export_id}"
    for item in (await connected.get("/api/projects"))["projects"]:
        path = f"/api/projects/{item['id']}/export/{export_id}"
        if await exists(connected, path):
            return path
    raise UsageError(f"none of your projects has an export {export_id}")


async def exists(connected: Client, path: str) -> bool:
    """Whether the gateway knows ``path``."""
    try:
        await connected.get(path)
    except api_client.ApiError as error:
        if error.status == api_client.NOT_FOUND:
            return False
        raise
    return True
