"""Commands of a game maker: push, export, look, download."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from cli import progress_display
from cli.download import download
from cli.exit_codes import UsageError
from cli.project_folder import Folder, read_folder
from cli.push import Pushed
from cli.push import push as push_folder
from cli.session import find_export, with_client
from cli.watch import check_end, follow

if TYPE_CHECKING:
    from cli.api_client import Client

folder_argument = click.argument("folder", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
out_option = click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Download the artifact into this folder."
)
export_argument = click.argument("export", metavar="EXPORT")
export_options = [
    click.option("--platform", required=True, help="web, source, …"),
    click.option(
        "--configuration",
        type=click.Choice(["debug", "release", "distribution"]),
        default="release",
        show_default=True,
    ),
    click.option(
        "--option", "options", multiple=True, metavar="K=V", help="An option; repeatable."
    ),
]


def project_id_of(folder: Path) -> str:
    """An id made of the folder's name."""
    slug = re.sub(r"[^a-z0-9_-]+", "-", folder.resolve().name.lower()).strip("-_")
    return slug[:64] or "project"


def parse_options(pairs: tuple[str, ...]) -> dict[str, Any]:
    """``k=v`` pairs; true, false, lists and whole numbers count as that, anything else as text.

    Raises:
        UsageError: No ``=``.
    """
    options = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--option {pair!r}: write it as name=value")
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = value
        # 1.0 would be a number, but a version is text
        options[name] = value if isinstance(parsed, float) else parsed
    return options


@click.command()
@folder_argument
@click.option("--project", help="The project's id; without it the folder's name.")
@click.option("--dry-run", is_flag=True, help="Only list what would go.")
@json_option
def push(folder: Path, project: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Upload what changed in FOLDER and print the snapshot."""
    found = read_folder(folder)
    warn(found)
    if dry_run:
        _print_folder(found, as_json=as_json)
        return
    project_id = project or project_id_of(folder)
    pushed = with_client(lambda client: push_shown(client, project_id, found))
    if as_json:
        click.echo(msgspec.json.encode(pushed))
    else:
        click.echo(f"snapshot {pushed.snapshot} of {project_id}")


@click.command()
@click.argument("project")
@click.option("--wait", is_flag=True, help="Follow it to its end.")
@out_option
@json_option
def export(
    project: str,
    platform: str,
    configuration: str,
    options: tuple[str, ...],
    *,
    wait: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Export PROJECT; with --wait or -o follow it to its end."""
    body = {"platform": platform, "configuration": configuration, "options": parse_options(options)}

    async def run(client: Client) -> None:
        answer = await client.request_export(project, body)
        path = f"/api/projects/{project}/export/{answer['export']['id']}"
        if wait or out:
            await finish(client, path, out, as_json=as_json)
        else:
            click.echo(json.dumps(answer) if as_json else f"{project}/{answer['export']['id']}")

    with_client(run)


for _option in reversed(export_options):
    _option(export)


@click.command()
@export_argument
@json_option
def status(export: str, *, as_json: bool) -> None:
    """Show how an export stands. EXPORT is its id, or PROJECT/ID."""

    async def run(client: Client) -> None:
        state = (await client.get(await find_export(client, export)))["export"]
        if as_json:
            click.echo(json.dumps(state))
        else:
            _print_state(state)

    with_client(run)


@click.command()
@export_argument
@json_option
def watch(export: str, *, as_json: bool) -> None:
    """Follow an export to its end."""

    async def run(client: Client) -> None:
        await finish(client, await find_export(client, export), None, as_json=as_json)

    with_client(run)


@click.command()
@export_argument
@json_option
def logs(export: str, *, as_json: bool) -> None:
    """Print an export's log."""

    async def run(client: Client) -> None:
        lines = (await client.get(f"{await find_export(client, export)}/logs"))["logs"]
        for line in lines:
            click.echo(json.dumps(line) if as_json else f"[{line['ts']}] {line['message']}")

    with_client(run)


@click.command(name="download")
@export_argument
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path(), help="Into this folder."
)
def download_command(export: str, out: Path) -> None:
    """Download an export's artifact and check it."""

    async def run(client: Client) -> None:
        state = (await client.get(await find_export(client, export)))["export"]
        click.echo(await download(client, state, out))

    with_client(run)


async def push_shown(client: Client, project_id: str, folder: Folder) -> Pushed:
    """Push, telling how much was sent."""
    pushed = await push_folder(client, project_id, folder, lambda *_: None)
    click.echo(
        f"pushed {pushed.files} files, {megabytes(pushed.size_bytes)}; "
        f"sent {pushed.sent_files} files, {megabytes(pushed.sent_bytes)}",
        err=True,
    )
    return pushed


async def finish(client: Client, path: str, out: Path | None, *, as_json: bool) -> None:
    """Follow an export to its end, download it where asked, and say where it is."""
    with progress_display.choose(as_json=as_json) as shown:
        state = await follow(client, path, shown)
    check_end(state)
    if out is not None:
        target = await download(client, state, out)
        if not as_json:
            click.echo(f"{target}\nsha256 {state['sha256']}  {megabytes(state['fileSize'])}")
    elif not as_json:
        click.echo(state["downloadUrl"])


def warn(folder: Folder) -> None:
    """Tell what the maker should know before anything is sent."""
    for warning in folder.warnings:
        click.secho(f"warning: {warning}", fg="yellow", err=True)


def megabytes(size_bytes: int) -> str:
    """For people: ``1.2 MB``."""
    return f"{size_bytes / 1e6:.1f} MB"


def _print_folder(folder: Folder, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(folder.manifest))
        return
    for path, entry in sorted(folder.manifest.files.items()):
        click.echo(f"{entry.size:>12}  {path}")
    click.echo(f"{len(folder.manifest.files)} files, {megabytes(folder.size_bytes)}", err=True)


def _print_state(state: dict[str, Any]) -> None:
    shown = ("id", "platform", "status", "progress", "currentStep", "error", "fileName", "fileSize")
    for name in (*shown, "sha256", "downloadUrl", "downloadExpiresAt"):
        if state[name] is not None:
            click.echo(f"{name:<18} {state[name]}")
    for line in state["logs"]:
        click.echo(f"  {line}")
