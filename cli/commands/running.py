"""What ``up`` and ``run`` do; the services' settings, NATS and S3 are imported for it."""

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
from cli.commands.options import project_id_of
from cli.commands.push import print_warnings, push_and_report
from cli.hash_cache import HashCache
from cli.local.browser import has_screen, show
from cli.local.environment import ignored
from cli.local.stack import WATCH_S, Ports, Stack, answers, local_stack
from cli.local.state import StackState, default_data, listed
from cli.price import tell_price
from cli.project_folder import read_folder
from cli.quiet_logs import quiet_logs
from shared.settings import retired

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator


class _Stop(BaseException):
    """Raised out of a signal handler: ends the stack in an orderly way."""


def keep_up(data: Path | None, ports: Ports, *, browser: bool, sync: bool) -> None:
    """Run a stack until a signal comes.

    Args:
        data: Where its state is kept; unless given, where that of ``up`` always is.
        ports: Where clients find it.
        browser: Whether its page may be opened.
        sync: Whether to wait for the disk.
    """
    quiet_logs()
    _stop_on_signals()
    _warn_of_ignored_settings()
    data = data or default_data()
    try:
        with local_stack(data, ports, lasting=sync) as stack, _found_by_other_commands(data):
            page_url = f"{stack.state.gateway_url}/"
            click.echo(f"page     {page_url}\nstatus   {stack.state.status_url}")
            click.echo(f"games    http://*.localhost:{ports.preview} (play links)")
            click.echo("ready; Ctrl-C stops it")
            if browser and sys.stdout.isatty() and has_screen() and answers(page_url):
                show(page_url)
            stack.watch()
    except _Stop:
        click.echo("stopped")


def export_once(
    folder: Path, body: dict[str, Any], out: Path, data: Path | None, *, as_json: bool
) -> None:
    """Start a stack, push, export, download, stop.

    Args:
        folder: The project.
        body: Of the request.
        out: Where the artifact goes.
        data: Where the state is kept, if it is.
        as_json: Whether to print JSON.

    Raises:
        Abort: A signal came.
    """
    quiet_logs()
    _stop_on_signals()
    _warn_of_ignored_settings()
    found = read_folder(folder, HashCache.of(folder))
    print_warnings(found)

    async def go(state: StackState) -> None:
        project_id = project_id_of(folder)
        with BlockingClient(state.gateway_url, state.token) as client:
            await asyncio.to_thread(push_and_report, client, project_id, found)
            await asyncio.to_thread(tell_price, client, body)
            answer = await asyncio.to_thread(client.request_export, project_id, body)
            path = f"/api/projects/{project_id}/export/{answer['export']['id']}"
            export = await followed(client, path, as_json=as_json)
            await asyncio.to_thread(fetch, client, export, out, as_json=as_json)

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
