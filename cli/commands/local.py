"""Commands that start the local stack."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.blocking_client import BlockingClient
from cli.commands.following import fetch, followed
from cli.commands.options import (
    build_options,
    folder_argument,
    json_option,
    out_option,
    project_id_of,
)
from cli.commands.push import print_warnings, push_and_report
from cli.export_options import parse_options
from cli.hash_cache import HashCache
from cli.local.browser import has_screen, show
from cli.local.environment import ignored
from cli.local.stack import WATCH_S, Ports, Stack, answers, local_stack
from cli.local.state import StackState, default_data, listed
from cli.price import tell_price
from cli.project_folder import read_folder
from shared.settings import retired

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator


class _Stop(BaseException):
    """Raised out of a signal handler: ends the stack in an orderly way."""


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), help="Folder for all state; survives restarts."
)
@click.option("--gateway-port", default=8080, show_default=True)
@click.option("--status-port", default=8081, show_default=True)
@click.option("--preview-port", default=8082, show_default=True)
@click.option("--no-browser", is_flag=True, help="Do not open the page in a browser.")
@click.option(
    "--no-sync",
    is_flag=True,
    help="Do not wait for the disk: what was accepted may be lost in a power cut. For tests.",
)
def up(
    data: Path | None,
    gateway_port: int,
    status_port: int,
    preview_port: int,
    *,
    no_browser: bool,
    no_sync: bool,
) -> None:
    """Start the local stack and keep it running until Ctrl-C.

    Its page is opened in a browser where there is a terminal and a screen.
    """
    _stop_on_signals()
    _warn_of_ignored_settings()
    ports = Ports(gateway=gateway_port, status=status_port, preview=preview_port)
    data = data or default_data()
    try:
        with local_stack(data, ports, lasting=not no_sync) as stack, _found_by_other_commands(data):
            page_url = f"{stack.state.gateway_url}/"
            click.echo(f"page     {page_url}\nstatus   {stack.state.status_url}")
            click.echo(f"games    http://*.localhost:{preview_port} (play links)")
            click.echo("ready; Ctrl-C stops it")
            if not no_browser and sys.stdout.isatty() and has_screen() and answers(page_url):
                show(page_url)
            stack.watch()
    except _Stop:
        click.echo("stopped")


@click.command()
@folder_argument
@build_options
@out_option
@click.option("--data", type=click.Path(path_type=Path), help="Keep the state here.")
@json_option
def run(
    folder: Path,
    platform: str,
    configuration: str,
    options: tuple[str, ...],
    *,
    out: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Export FOLDER in one shot: start a stack, push, export, download, stop."""
    _stop_on_signals()
    _warn_of_ignored_settings()
    found = read_folder(folder, HashCache.of(folder))
    print_warnings(found)
    body = {"platform": platform, "configuration": configuration, "options": parse_options(options)}

    async def go(state: StackState) -> None:
        project_id = project_id_of(folder)
        with BlockingClient(state.gateway_url, state.token) as client:
            await asyncio.to_thread(push_and_report, client, project_id, found)
            await asyncio.to_thread(tell_price, client, body)
            answer = await asyncio.to_thread(client.request_export, project_id, body)
            path = f"/api/projects/{project_id}/export/{answer['export']['id']}"
            export = await followed(client, path, as_json=as_json)
            await asyncio.to_thread(fetch, client, export, out or Path("dist"), as_json=as_json)

    try:
        with (
            tempfile.TemporaryDirectory(prefix="aethel-export-") as temporary,
            local_stack(data or Path(temporary), lasting=data is not None) as stack,
        ):
            asyncio.run(_while_watching(stack, go(stack.state)))
    except _Stop as error:
        raise click.Abort from error


def _warn_of_ignored_settings() -> None:
    if names := ignored(os.environ):
        click.secho(
            f"warning: the local stack has servers, addresses and secrets of its own and does not "
            f"use {', '.join(names)}",
            fg="yellow",
            err=True,
        )
    for name, replacement in retired(os.environ):
        click.secho(f"warning: {name} is not read; use {replacement}", fg="yellow", err=True)


@contextmanager
def _found_by_other_commands(data: Path) -> Iterator[None]:
    """List the stack; where that cannot be done, say how the other commands find it."""
    with ExitStack() as cleanup:
        try:
            cleanup.enter_context(listed(data))
        except OSError as error:
            click.secho(
                f"warning: {error}; other commands need AETHEL_EXPORT_DATA={data.resolve()}",
                fg="yellow",
                err=True,
            )
        yield


async def _while_watching(stack: Stack, work: Coroutine[Any, Any, None]) -> None:
    """Do the work while services that die are started again; a server that dies ends it."""

    async def watch() -> None:
        while True:
            stack.check()
            await asyncio.sleep(WATCH_S)

    tasks = [asyncio.create_task(work), asyncio.create_task(watch())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _stop_on_signals() -> None:
    """The first signal stops in an orderly way.

    A second one while that goes on is ignored by the children's guard.
    """

    def stop(*_: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise _Stop

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
