"""Commands that change the course of an export: retry and cancel."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

import click

from cli.commands.exports import export_argument, finish, json_option, out_option
from cli.session import find_export, with_client

if TYPE_CHECKING:
    from pathlib import Path

    from cli.api_client import Client

RECEIPT_S: Final = 10.0
LOOK_S: Final = 0.2


@click.command()
@export_argument
@click.option("--wait", is_flag=True, help="Follow it to its end.")
@out_option
@json_option
def retry(export: str, *, wait: bool, out: Path | None, as_json: bool) -> None:
    """Start an export again that has failed, was canceled or has expired."""

    async def run(client: Client) -> None:
        path = await find_export(client, export)
        answer = await client.act(f"{path}/retry")
        if wait or out:
            await finish(client, path, out, as_json=as_json)
        else:
            click.echo(json.dumps(answer) if as_json else answer["export"]["status"])

    with_client(run)


@click.command()
@export_argument
@json_option
def cancel(export: str, *, as_json: bool) -> None:
    """End an export, and say when its work has stopped."""

    async def run(client: Client) -> None:
        path = await find_export(client, export)
        await client.act(f"{path}/cancel")
        state = await _with_receipt(client, path)
        click.echo(json.dumps(state) if as_json else _told(state["cancelReceipt"]))

    with_client(run)


async def _with_receipt(client: Client, path: str) -> dict[str, Any]:
    """The state once the work has stopped, or after ``RECEIPT_S``."""
    deadline = asyncio.get_running_loop().time() + RECEIPT_S
    while True:
        state: dict[str, Any] = (await client.get(path))["export"]
        receipt = state["cancelReceipt"]
        stopped = receipt is None or receipt["stoppedAt"] is not None
        if stopped or asyncio.get_running_loop().time() > deadline:
            return state
        await asyncio.sleep(LOOK_S)


def _told(receipt: dict[str, Any] | None) -> str:
    if receipt is None or receipt["stoppedAt"] is None:
        return "canceled; its worker has not answered yet"
    parts = "its parts are gone" if receipt["partsAborted"] else "its parts are left to the sweeper"
    return f"canceled; stopped at {receipt['stoppedAt']}, {parts}"
