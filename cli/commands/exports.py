"""Commands of a game maker: push, export, look at an export, change its course, download."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from cli import progress_display
from cli.commands.options import (
    build_options,
    export_argument,
    folder_argument,
    json_option,
    out_option,
    parse_options,
    project_id_of,
)
from cli.download import download
from cli.project_folder import ProjectFolder, read_folder
from cli.push import Pushed
from cli.push import push as push_folder
from cli.session import find_export, with_client
from cli.watch import check_end, follow

if TYPE_CHECKING:
    from cli.api_client import Client

CANCEL_RECEIPT_S: Final = 10.0  # how long a cancel waits to hear that the work has stopped
POLL_S: Final = 0.2


@click.command()
@folder_argument
@click.option("--project", help="The project's id; without it the folder's name.")
@click.option("--dry-run", is_flag=True, help="Only list what would go.")
@json_option
def push(folder: Path, project: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Upload what changed in FOLDER and print the snapshot."""
    found = read_folder(folder)
    print_warnings(found)
    if dry_run:
        _print_folder(found, as_json=as_json)
        return
    project_id = project or project_id_of(folder)
    pushed = with_client(lambda client: push_and_report(client, project_id, found))
    if as_json:
        click.echo(msgspec.json.encode(pushed))
    else:
        click.echo(f"snapshot {pushed.snapshot} of {project_id}")


@click.command()
@click.argument("project")
@build_options
@click.option("--fresh", is_flag=True, help="Build it, even where nothing has changed.")
@click.option("--wait", is_flag=True, help="Follow it to its end.")
@out_option
@json_option
def export(
    project: str,
    platform: str,
    configuration: str,
    options: tuple[str, ...],
    *,
    fresh: bool,
    wait: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Export PROJECT; with --wait or -o follow it to its end."""
    body: dict[str, Any] = {
        "platform": platform,
        "configuration": configuration,
        "options": parse_options(options),
        **({"fresh": True} if fresh else {}),
    }

    async def run(client: Client) -> None:
        answer = await client.request_export(project, body)
        path = f"/api/projects/{project}/export/{answer['export']['id']}"
        if wait or out:
            await watch_to_end(client, path, out, as_json=as_json)
        else:
            click.echo(json.dumps(answer) if as_json else f"{project}/{answer['export']['id']}")

    with_client(run)


@click.command()
@export_argument
@json_option
def status(export: str, user: str | None, *, as_json: bool) -> None:
    """Show how an export stands. EXPORT is its id, or PROJECT/ID."""

    async def run(client: Client) -> None:
        state = (await client.get(await find_export(client, export)))["export"]
        if as_json:
            click.echo(json.dumps(state))
        else:
            _print_state(state)

    with_client(run, user)


@click.command()
@export_argument
@json_option
def watch(export: str, user: str | None, *, as_json: bool) -> None:
    """Follow an export to its end."""

    async def run(client: Client) -> None:
        await watch_to_end(client, await find_export(client, export), None, as_json=as_json)

    with_client(run, user)


@click.command(name="download")
@export_argument
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path(), help="Into this folder."
)
def download_command(export: str, user: str | None, out: Path) -> None:
    """Download an export's artifact and check it."""

    async def run(client: Client) -> None:
        state = (await client.get(await find_export(client, export)))["export"]
        click.echo(await download(client, state, out))

    with_client(run, user)


@click.command()
@export_argument
@click.option("--wait", is_flag=True, help="Follow it to its end.")
@out_option
@json_option
def retry(export: str, user: str | None, *, wait: bool, out: Path | None, as_json: bool) -> None:
    """Start an export again that has failed, was canceled or has expired."""

    async def run(client: Client) -> None:
        path = await find_export(client, export)
        answer = await client.act(f"{path}/retry")
        if wait or out:
            await watch_to_end(client, path, out, as_json=as_json)
        else:
            click.echo(json.dumps(answer) if as_json else answer["export"]["status"])

    with_client(run, user)


@click.command()
@export_argument
@json_option
def cancel(export: str, user: str | None, *, as_json: bool) -> None:
    """End an export, and say when its work has stopped."""

    async def run(client: Client) -> None:
        path = await find_export(client, export)
        await client.act(f"{path}/cancel")
        state = await _wait_for_receipt(client, path)
        click.echo(json.dumps(state) if as_json else _describe_receipt(state["cancelReceipt"]))

    with_client(run, user)


async def push_and_report(client: Client, project_id: str, folder: ProjectFolder) -> Pushed:
    """Push a folder and print how much was sent."""
    pushed = await push_folder(client, project_id, folder, lambda *_: None)
    click.echo(
        f"pushed {pushed.files} files, {_megabytes(pushed.size_bytes)}; "
        f"sent {pushed.sent_files} files, {_megabytes(pushed.sent_bytes)}",
        err=True,
    )
    return pushed


async def watch_to_end(client: Client, path: str, out: Path | None, *, as_json: bool) -> None:
    """Follow an export to its end, download it where asked, and say where it is."""
    with progress_display.choose(as_json=as_json) as display:
        state = await follow(client, path, display)
    if not as_json:
        _print_warnings(state)
    check_end(state)
    if out is not None:
        target = await download(client, state, out)
        if not as_json:
            click.echo(f"{target}\nsha256 {state['sha256']}  {_megabytes(state['fileSize'])}")
    elif not as_json:
        click.echo(state["downloadUrl"])


def print_warnings(folder: ProjectFolder) -> None:
    """Print what the maker should know before anything is sent."""
    for warning in folder.warnings:
        click.secho(f"warning: {warning}", fg="yellow", err=True)
    for note in folder.notes:
        click.secho(note, dim=True, err=True)


async def _wait_for_receipt(client: Client, path: str) -> dict[str, Any]:
    """The state once the work has stopped, or after ``CANCEL_RECEIPT_S``."""
    deadline = asyncio.get_running_loop().time() + CANCEL_RECEIPT_S
    while True:
        state: dict[str, Any] = (await client.get(path))["export"]
        receipt = state["cancelReceipt"]
        stopped = receipt is None or receipt["stoppedAt"] is not None
        if stopped or asyncio.get_running_loop().time() > deadline:
            return state
        await asyncio.sleep(POLL_S)


def _describe_receipt(receipt: dict[str, Any] | None) -> str:
    if receipt is None or receipt["stoppedAt"] is None:
        return "canceled; its worker has not answered yet"
    parts = "its parts are gone" if receipt["partsAborted"] else "its parts are left to the sweeper"
    return f"canceled; stopped at {receipt['stoppedAt']}, {parts}"


def _print_folder(folder: ProjectFolder, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(folder.manifest))
        return
    for path, entry in sorted(folder.manifest.files.items()):
        click.echo(f"{entry.size:>12}  {path}")
    click.echo(f"{len(folder.manifest.files)} files, {_megabytes(folder.size_bytes)}", err=True)


def _print_warnings(state: dict[str, Any]) -> None:
    """Once more at the end, where the log has scrolled away."""
    if not state["warningCount"]:
        return
    click.secho(f"{_warnings(state['warningCount'])}:", fg="yellow", err=True)
    for warning in state["warnings"]:
        click.secho(f"  {_warning_text(warning)}", fg="yellow", err=True)
    more = state["warningCount"] - len(state["warnings"])
    if more:
        click.secho(f"  … and {more:,} more: see the log", fg="yellow", err=True)


def _warnings(count: int) -> str:
    return "1 warning" if count == 1 else f"{count:,} warnings"


def _warning_text(warning: dict[str, Any]) -> str:
    file = f"{warning['file']}:{warning['line']}" if warning["line"] else warning["file"]
    return ": ".join(filter(None, (file, warning["path"], warning["message"])))


def _print_state(state: dict[str, Any]) -> None:
    shown = ("id", "platform", "status", "progress", "currentStep", "error", "fileName", "fileSize")
    for name in (*shown, "sha256", "downloadUrl", "downloadExpiresAt"):
        if state[name] is not None:
            click.echo(f"{name:<18} {state[name]}")
    if state["warningCount"]:
        click.echo(f"{'warnings':<18} {state['warningCount']}")
    for warning in state["warnings"]:
        click.echo(f"  {_warning_text(warning)}")
    for line in state["logs"]:
        click.echo(f"  {line}")


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
