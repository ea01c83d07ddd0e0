"""An export is followed to its end, and downloaded where that was asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from cli import progress_display
from cli.api_client import connect
from cli.commands.text import megabytes, warning_text
from cli.download import download
from cli.watch import check_end, follow

if TYPE_CHECKING:
    from pathlib import Path

    from cli.blocking_client import BlockingClient


def watch_to_end(client: BlockingClient, path: str, out: Path | None, *, as_json: bool) -> None:
    """Follow an export to its end, download it where asked, and say where it is.

    The download is no part of the event loop, which would wait for it after Ctrl-C.
    """
    state = asyncio.run(followed(client, path, as_json=as_json))
    fetch(client, state, out, as_json=as_json)


async def followed(client: BlockingClient, path: str, *, as_json: bool) -> dict[str, Any]:
    """The state of an export that has completed (raises what :func:`.check_end` does)."""
    with progress_display.choose(as_json=as_json) as display:
        async with connect(client.url, client.token, user=client.user) as watching:
            state = await follow(watching, path, display)
    if not as_json:
        _print_warnings(state)
    check_end(state)
    return state


def fetch(
    client: BlockingClient, state: dict[str, Any], out: Path | None, *, as_json: bool
) -> None:
    """Download an artifact where asked, and say where it is."""
    if out is not None:
        target = download(client, state, out)
        if not as_json:
            click.echo(f"{target}\nsha256 {state['sha256']}  {megabytes(state['fileSize'])}")
    elif not as_json:
        click.echo(state["downloadUrl"])


def _print_warnings(state: dict[str, Any]) -> None:
    """Once more at the end, where the log has scrolled away."""
    if not state["warningCount"]:
        return
    click.secho(f"{_count(state['warningCount'])}:", fg="yellow", err=True)
    for warning in state["warnings"]:
        click.secho(f"  {warning_text(warning)}", fg="yellow", err=True)
    more = state["warningCount"] - len(state["warnings"])
    if more:
        click.secho(f"  … and {more:,} more: see the log", fg="yellow", err=True)


def _count(warnings: int) -> str:
    return "1 warning" if warnings == 1 else f"{warnings:,} warnings"
